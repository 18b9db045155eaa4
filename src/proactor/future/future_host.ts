/**
 * What the parts of a proactor need in order to start operations.
 *
 * @module
 */

import type { CompletionPort } from "../port/completion_port.ts";
import type { PortHandle } from "../port/port_handle.ts";
import type { OperationOptions } from "../proactor_options.ts";
import type { FutureContext } from "./future.ts";
import type { OverlappedCall, OverlappedFuture } from "./overlapped_future.ts";

/** Starts operations and tracks their futures. */
export interface FutureHost {
  /** The completion port. */
  readonly port: CompletionPort;
  /** How callbacks of futures run: `undefined` as microtasks. */
  readonly context: FutureContext | undefined;
  /**
   * Starts an operation and tracks its future.
   *
   * @typeParam T Its result.
   * @param owner The handle that it works on.
   * @param call How it starts, and what its end means.
   * @param options A signal that cancels.
   * @returns Its future.
   * @throws {Deno.errors.BadResource} when the handle or proactor is closed.
   */
  start<T>(
    owner: PortHandle,
    call: OverlappedCall<T>,
    options: OperationOptions,
  ): OverlappedFuture<T>;
  /**
   * Tracks a future that was started, for `select` and `close`.
   *
   * @typeParam T Its result.
   * @param owner The handle that it works on.
   * @param future Its future.
   */
  track<T>(owner: PortHandle, future: OverlappedFuture<T>): void;
}
