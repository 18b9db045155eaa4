/**
 * The pending futures of a proactor, and the results for `select`.
 *
 * @module
 */

import { INFINITE } from "../../ffi/constants.ts";
import { timerDelay } from "../arguments.ts";
import type { OverlappedFuture } from "./overlapped_future.ts";
import type { PortHandle } from "../port/port_handle.ts";

type AnyFuture = OverlappedFuture<unknown>;

/** The most results that are remembered for `select()`. */
export const MAX_RESULTS = 65_536;

/**
 * The results that are kept alive for `select()`: a caller may use it once and
 * never again. Further ones are remembered as long as somebody has them.
 */
const MAX_KEPT = 256;

/** Knows which futures are pending on which handle. */
export class FutureTracker {
  readonly #pending = new Set<AnyFuture>();
  /**
   * The set of a handle is kept as long as the handle, empty or not: a map that
   * gains and loses the same key with every operation becomes slow.
   */
  readonly #ofHandle = new WeakMap<PortHandle, Set<AnyFuture>>();
  readonly #onFull: () => void;
  readonly #waiting = new Set<() => void>();
  #results: (AnyFuture | WeakRef<AnyFuture>)[] | undefined;
  #full = false;

  /** @param onFull Called when results begin to be dropped. */
  constructor(onFull: () => void) {
    this.#onFull = onFull;
  }

  /** How many futures are pending. */
  get pending(): number {
    return this.#pending.size;
  }

  /** How many results are remembered for `select()`. */
  get kept(): number {
    return this.#results?.length ?? 0;
  }

  /** How many calls wait for results. */
  get waiting(): number {
    return this.#waiting.size;
  }

  /**
   * Tracks a future that was started.
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
   * @returns The futures that have ended, except for cancelled ones.
   */
  async results(milliseconds: number): Promise<AnyFuture[]> {
    const results = this.#take();
    if (results.length > 0) return results;
    await this.#resultWithin(milliseconds);
    return this.#take();
  }

  #take(): AnyFuture[] {
    const results = this.#results ?? [];
    this.#results = [];
    this.#full = false;
    return results
      .map((each) => each instanceof WeakRef ? each.deref() : each)
      .filter((each) => each !== undefined);
  }

  /** Ends the waits for results. */
  wake(): void {
    for (const resolve of this.#waiting) resolve();
    this.#waiting.clear();
  }

  #ended(future: AnyFuture): void {
    if (this.#results === undefined || future.cancelled()) return;
    const { length } = this.#results;
    if (length === MAX_RESULTS) return this.#drop();
    this.#results.push(length < MAX_KEPT ? future : new WeakRef(future));
    this.wake();
  }

  /** A caller may use `select()` once and never again: results are bounded. */
  #drop(): void {
    if (this.#full) return;
    this.#full = true;
    this.#onFull();
  }

  #resultWithin(milliseconds: number): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#waiting.add(resolve);
    if (milliseconds === INFINITE) return promise;
    const timer = setTimeout(resolve, timerDelay(milliseconds));
    return promise.finally(() => {
      clearTimeout(timer);
      this.#waiting.delete(resolve);
    });
  }
}
