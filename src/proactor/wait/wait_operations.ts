/**
 * The waits of a proactor for kernel objects.
 *
 * @module
 */

import type { WaitApi } from "../../ffi/wait/api.ts";
import { NativeWaits } from "../../ffi/wait/native.ts";
import type { Handle } from "../../ffi/win32_api.ts";
import { assertHandle, assertSignal, waitMilliseconds } from "../arguments.ts";
import { cancelBySignal } from "../future/cancel_by_signal.ts";
import type { FutureHost } from "../future/future_host.ts";
import type { HandleLike, WaitHandleOptions } from "../proactor_options.ts";
import { type Drain, drainsOfPorts } from "./drains.ts";
import { HandleWait } from "./handle_wait.ts";
import { HandleWaits } from "./handle_waits.ts";
import { WaitHandleFuture } from "./wait_handle_future.ts";

/** Starts waits, and ends those of a handle that is closed. */
export class WaitOperations {
  readonly #host: FutureHost;
  readonly #api: WaitApi | undefined;
  readonly #pending = new Map<Handle, Set<WaitHandleFuture>>();
  #waits: HandleWaits | undefined;

  /**
   * @param host Tracks the futures.
   * @param api Replaces the waits of Windows, for tests.
   */
  constructor(host: FutureHost, api: WaitApi | undefined) {
    this.#host = host;
    this.#api = api;
    const drain: Drain = (pipe, signal) => this.drain(pipe, signal);
    drainsOfPorts.set(host.port, drain);
  }

  /** Waits for a kernel object; see {@linkcode IocpProactor.waitForHandle}. */
  wait(handle: HandleLike, options: WaitHandleOptions): WaitHandleFuture {
    const { port, context } = this.#host;
    const milliseconds = waitMilliseconds(options.timeout);
    assertSignal(options.signal);
    port.assertOpen("wait for handle");
    const object = openHandle(handle);
    const wait = new HandleWait(this.#handleWaits(), object, milliseconds);
    wait.assertNoMutex();
    const aborted = options.signal?.aborted ?? false;
    const result = aborted ? undefined : wait.tryNow();
    const future = new WaitHandleFuture(port, wait, context);
    if (cancelBySignal(future, options.signal)) return future;
    if (result !== undefined) future.resolveAtOnce(result);
    else future.start(wait.owner);
    this.#host.track(wait.owner, future);
    this.#note(future);
    return future;
  }

  /**
   * Ends the waits for a handle that is about to be closed.
   *
   * @param handle The handle.
   */
  interrupt(handle: Handle): void {
    const reason = new Deno.errors.Interrupted(
      "Cannot wait for handle: the handle was closed",
    );
    for (const wait of this.#pending.get(handle) ?? []) wait.cancel(reason);
  }

  /**
   * Gives back what the waits share, once none is registered.
   *
   * @param deadline Milliseconds to wait for that.
   */
  async close(deadline: number): Promise<void> {
    await this.#waits?.close(deadline);
  }

  /**
   * Waits until the other end of a pipe has read everything, or is gone. That
   * blocks a thread of its own, neither this one nor one of Deno's pool.
   *
   * @param pipe The pipe.
   * @param signal Ends the wait.
   */
  async drain(pipe: Handle, signal: AbortSignal): Promise<void> {
    const { api } = this.#handleWaits();
    const thread = api.startFlush(pipe);
    if (thread === 0n) return;
    try {
      const flushed = this.wait(thread, { signal });
      flushed.unref();
      signal.addEventListener("abort", () => flushed.ref(), { once: true });
      await flushed;
    } catch {
      api.cancelSynchronousIo(thread);
    } finally {
      this.#host.port.api.closeHandle(thread);
    }
  }

  #handleWaits(): HandleWaits {
    const { port } = this.#host;
    return this.#waits ??= new HandleWaits(
      port,
      this.#api ?? new NativeWaits(port.api),
    );
  }

  /** Remembers the wait for the close of its handle. */
  #note(future: WaitHandleFuture): void {
    if (!future.pending) return;
    const { handle } = future;
    let futures = this.#pending.get(handle);
    if (!futures) this.#pending.set(handle, futures = new Set());
    futures.add(future);
    const { onDone } = future;
    future.onDone = () => {
      futures.delete(future);
      if (futures.size === 0) this.#pending.delete(handle);
      onDone?.();
    };
  }
}

function openHandle(handle: HandleLike): Handle {
  const owned = typeof handle === "object" && handle !== null;
  const value = owned ? handle.handle ?? 0n : handle;
  assertHandle("wait for handle", value);
  return value;
}
