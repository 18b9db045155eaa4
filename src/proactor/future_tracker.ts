/**
 * The futures of a proactor that have not ended, and those that have.
 *
 * @module
 */

import { INFINITE } from "../ffi/constants.ts";
import { timerDelay } from "./arguments.ts";
import type { OverlappedFuture } from "./overlapped_future.ts";
import type { PortHandle } from "./port_handle.ts";

type AnyFuture = OverlappedFuture<unknown>;

/** Knows which futures are pending on which handle. */
export class FutureTracker {
  readonly #pending = new Set<AnyFuture>();
  /**
   * Those of a handle stay for as long as the handle, empty or not: a map that
   * gains and loses the same key with every operation becomes slow.
   */
  readonly #ofHandle = new WeakMap<PortHandle, Set<AnyFuture>>();
  #results: AnyFuture[] | undefined;
  #onResult: (() => void)[] = [];

  /**
   * Takes note of a future that was started.
   *
   * @param owner The handle it works on.
   * @param future The future.
   */
  add(owner: PortHandle, future: AnyFuture): void {
    if (future.done()) return this.#ended(future);
    let futures = this.#ofHandle.get(owner);
    if (!futures) this.#ofHandle.set(owner, futures = new Set());
    futures.add(future);
    this.#pending.add(future);
    future.onDone = () => {
      futures.delete(future);
      this.#pending.delete(future);
      this.#ended(future);
    };
  }

  /**
   * Cancels what is pending.
   *
   * @param options On which handle only, and why.
   */
  cancel(options: { owner?: PortHandle; reason?: unknown } = {}): void {
    const { owner, reason } = options;
    const futures = owner === undefined
      ? this.#pending
      : this.#ofHandle.get(owner) ?? [];
    for (const future of [...futures]) future.cancel(reason);
  }

  /**
   * Waits for results. They are collected from the first call on.
   *
   * @param milliseconds The longest wait, or INFINITE.
   * @returns The futures that have ended but for the cancelled ones.
   */
  async results(milliseconds: number): Promise<AnyFuture[]> {
    this.#results ??= [];
    if (this.#results.length === 0) await this.#resultWithin(milliseconds);
    return this.#results.splice(0);
  }

  /** Ends the waits for results. */
  wake(): void {
    for (const resolve of this.#onResult.splice(0)) resolve();
  }

  #ended(future: AnyFuture): void {
    if (this.#results === undefined || future.cancelled()) return;
    this.#results.push(future);
    this.wake();
  }

  #resultWithin(milliseconds: number): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#onResult.push(resolve);
    if (milliseconds === INFINITE) return promise;
    const timer = setTimeout(resolve, timerDelay(milliseconds));
    return promise.finally(() => clearTimeout(timer));
  }
}
