/**
 * The timers of a loop, in a binary heap.
 *
 * @module
 */

import type { TimerHandle } from "./handles.ts";

/** Up to this size, cancelled timers stay in the heap. */
const MIN_PURGE_SIZE = 100;

/** The share of cancelled timers above which they are all removed. */
const MAX_CANCELLED_SHARE = 0.5;

/** Timers by the time they are due, then in the order of `push`. */
export class TimerHeap {
  #timers: TimerHandle[] = [];
  #cancelled = 0;
  #nextOrder = 0;
  readonly #onCancel = (): void => this.#noteCancelled();

  /** Timers in the heap, also cancelled ones. */
  get size(): number {
    return this.#timers.length;
  }

  /**
   * Adds a timer.
   *
   * @param timer A timer that is in no heap.
   */
  push(timer: TimerHandle): void {
    timer.order = this.#nextOrder++;
    timer.onCancel = this.#onCancel;
    this.#timers.push(timer);
    this.#siftUp(this.#timers.length - 1);
  }

  /**
   * The timer that is due first. Cancelled ones before it are removed.
   *
   * @returns The timer, which stays in the heap, or `undefined`.
   */
  peek(): TimerHandle | undefined {
    while (this.#timers[0]?.cancelled()) {
      this.#cancelled--;
      this.#removeFirst();
    }
    return this.#timers[0];
  }

  /**
   * Takes the timer that is due first, if it is due.
   *
   * @param time Milliseconds on the clock of the loop.
   * @returns The timer, or `undefined` when none is due by then.
   */
  popDue(time: number): TimerHandle | undefined {
    const first = this.peek();
    if (first === undefined || first.when() > time) return undefined;
    return this.#removeFirst();
  }

  /** Removes all timers. */
  clear(): void {
    for (const timer of this.#timers) timer.onCancel = undefined;
    this.#timers = [];
    this.#cancelled = 0;
  }

  #noteCancelled(): void {
    this.#cancelled++;
    if (this.size <= MIN_PURGE_SIZE) return;
    if (this.#cancelled > this.size * MAX_CANCELLED_SHARE) this.#purge();
  }

  #purge(): void {
    this.#timers = this.#timers.filter((timer) => !timer.cancelled());
    this.#cancelled = 0;
    for (let i = (this.size >> 1) - 1; i >= 0; i--) this.#siftDown(i);
  }

  #removeFirst(): TimerHandle {
    const timers = this.#timers;
    const first = timers[0]!;
    const last = timers.pop()!;
    if (timers.length > 0) {
      timers[0] = last;
      this.#siftDown(0);
    }
    first.onCancel = undefined;
    return first;
  }

  #siftUp(index: number): void {
    const timers = this.#timers;
    const timer = timers[index]!;
    while (index > 0) {
      const parent = (index - 1) >> 1;
      if (!isBefore(timer, timers[parent]!)) break;
      timers[index] = timers[parent]!;
      index = parent;
    }
    timers[index] = timer;
  }

  #siftDown(index: number): void {
    const timers = this.#timers;
    const timer = timers[index]!;
    while (2 * index + 1 < timers.length) {
      const child = this.#earlierChild(index);
      if (!isBefore(timers[child]!, timer)) break;
      timers[index] = timers[child]!;
      index = child;
    }
    timers[index] = timer;
  }

  #earlierChild(index: number): number {
    const left = 2 * index + 1;
    const right = this.#timers[left + 1];
    if (right === undefined) return left;
    return isBefore(right, this.#timers[left]!) ? left + 1 : left;
  }
}

function isBefore(a: TimerHandle, b: TimerHandle): boolean {
  if (a.when() !== b.when()) return a.when() < b.when();
  return a.order < b.order;
}
