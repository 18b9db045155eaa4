/**
 * `ProactorCore`: the port of a proactor, the handles on it, and the futures of
 * what was started on them.
 *
 * @module
 */

import { windowsError } from "../ffi/errors.ts";
import type { SocketApi } from "../ffi/socket/api.ts";
import { logError } from "../ffi/thrown.ts";
import type { Handle } from "../ffi/win32_api.ts";
import { assertHandle, waitMilliseconds } from "./arguments.ts";
import type { CallHost } from "./call/call_host.ts";
import { SocketDetector, type SocketInfo } from "./call/socket_association.ts";
import type { SocketTarget } from "./call/socket_calls.ts";
import { openPort } from "./default_port.ts";
import { cancelBySignal } from "./future/cancel_by_signal.ts";
import type { FutureContext } from "./future/future.ts";
import { FutureTracker, MAX_RESULTS } from "./future/future_tracker.ts";
import {
  type OverlappedCall,
  OverlappedFuture,
} from "./future/overlapped_future.ts";
import type { CompletionPort } from "./port/completion_port.ts";
import { HandleRegistry } from "./port/handle_registry.ts";
import type { PortHandle } from "./port/port_handle.ts";
import type {
  HandleLike,
  IocpProactorOptions,
  OperationOptions,
} from "./proactor_options.ts";

/** Starts operations on the handles of a port, and tracks their futures. */
export class ProactorCore implements CallHost {
  /** The completion port. */
  readonly port: CompletionPort;
  readonly #handles: HandleRegistry<SocketInfo | undefined>;
  readonly #detector: SocketDetector;
  readonly #futures: FutureTracker;
  readonly #notServed = new WeakSet<PortHandle>();
  #context: FutureContext | undefined;

  /** @param options As {@linkcode IocpProactor} takes them. */
  constructor(options: IocpProactorOptions) {
    const { port = openPort(options) } = options;
    const detector = new SocketDetector(port.api, options);
    this.port = port;
    this.#detector = detector;
    this.#handles = new HandleRegistry(port, (it) => detector.inspect(it));
    this.#futures = new FutureTracker(() => {
      const error = new Error(`Cannot keep results: ${MAX_RESULTS} wait`);
      port.report(error, "Nobody calls select() any more");
    });
  }

  get context(): FutureContext | undefined {
    return this.#context;
  }

  /** @param context The loop in which futures run callbacks, if any. */
  setLoop(context: FutureContext | undefined): void {
    this.#context = context;
    this.port.report = context
      ? (error, message) => context.report(error, message)
      : (error, message) => logError(message, error);
  }

  // --- handles -------------------------------------------------------------

  ownerOf(handle: HandleLike, action: string): PortHandle {
    return this.#handles.get(handle, action);
  }

  socketTarget(owner: PortHandle): SocketTarget | undefined {
    const info = this.#handles.kindOf(owner);
    if (info === undefined) return undefined;
    return { api: this.port.api, socket: owner.handle, ...info };
  }

  openSockets(): SocketApi {
    return this.#detector.sockets();
  }

  /** Closes a raw handle; see {@linkcode IocpProactor.closeHandle}. */
  closeHandle(handle: Handle): void {
    assertHandle("close handle", handle);
    const registered = this.#handles.forget(handle);
    if (registered) this.#interrupt(registered);
    const sockets = registered
      ? this.#handles.kindOf(registered)?.sockets
      : this.#detector.closerOf(handle);
    const code = registered
      ? this.port.closeHandle(registered)
      : sockets?.closeSocket(handle) ?? this.port.api.closeHandle(handle);
    if (code === 0) return;
    throw windowsError(this.port.api, code, {
      syscall: sockets ? "closesocket" : "CloseHandle",
      action: `Cannot close handle ${handle}`,
    });
  }

  /** Ends accepts of a handle; see {@linkcode IocpProactor.stopServing}. */
  stopServing(handle: HandleLike): void {
    const owner = this.#handles.get(handle, "stop serving");
    this.#notServed.add(owner);
    this.#futures.cancel({ owner });
  }

  assertServed(owner: PortHandle): void {
    if (!this.#notServed.has(owner)) return;
    throw new Deno.errors.BadResource("Cannot accept: serving was stopped");
  }

  /** Futures that are pending, for messages. */
  get pendingFutures(): number {
    return this.#futures.pending;
  }

  /** Results that wait for `select`, for messages. */
  get keptResults(): number {
    return this.#futures.kept;
  }

  // --- futures -------------------------------------------------------------

  start<T>(
    owner: PortHandle,
    call: OverlappedCall<T>,
    options: OperationOptions,
  ): OverlappedFuture<T> {
    const future = new OverlappedFuture<T>(this.port, call, this.#context);
    if (cancelBySignal(future, options.signal)) return future;
    future.start(owner);
    this.track(owner, future);
    return future;
  }

  track<T>(owner: PortHandle, future: OverlappedFuture<T>): void {
    this.#futures.add(owner, future as OverlappedFuture<unknown>);
  }

  /** Waits for results; see {@linkcode IocpProactor.select}. */
  async select(
    timeout: number | undefined,
  ): Promise<OverlappedFuture<unknown>[]> {
    const milliseconds = waitMilliseconds(timeout);
    this.port.assertOpen("select");
    return await this.#futures.results(milliseconds);
  }

  /** Dispatches packets; see {@linkcode IocpProactor.poll}. */
  poll(timeout: number): number {
    const milliseconds = waitMilliseconds(timeout);
    this.port.assertOpen("poll");
    return this.port.poll(milliseconds);
  }

  /**
   * Cancels all futures and closes the port.
   *
   * @param deadline Milliseconds that operations have to end.
   * @returns The number of operations in quarantine.
   * @throws {RangeError} when the deadline is negative or not a number.
   */
  async close(deadline: number): Promise<number> {
    const milliseconds = waitMilliseconds(deadline);
    const closed = this.port.close(milliseconds);
    this.#futures.cancel();
    const quarantined = await closed;
    this.#futures.wake();
    return quarantined;
  }

  /** Ends the futures of a handle that we close ourselves. */
  #interrupt(owner: PortHandle): void {
    const reason = new Deno.errors.Interrupted(
      "Cannot finish operation: the handle was closed",
    );
    this.#futures.cancel({ owner, reason });
  }
}
