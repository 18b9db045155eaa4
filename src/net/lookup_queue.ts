/**
 * Lookups that wait for a thread.
 *
 * @module
 */

/** Runs a few tasks at once, in the order they came. */
export class LookupQueue {
  readonly #limit: number;
  readonly #waiting = new Set<() => void>();
  #running = 0;

  /** @param limit How many tasks may run at once. */
  constructor(limit: number) {
    this.#limit = limit;
  }

  /** Tasks that have begun and not ended. */
  get running(): number {
    return this.#running;
  }

  /** Tasks that have not begun. */
  get waiting(): number {
    return this.#waiting.size;
  }

  /**
   * Runs a task when there is room. A task that is abandoned before it begins
   * never begins; one that runs goes on, and what becomes of it is dropped.
   *
   * @typeParam T The result.
   * @param task Called once, or never when abandoned.
   * @param signal Abandons the task.
   * @returns The result of the task; the promise rejects with the signal's
   * reason when abandoned.
   */
  run<T>(task: () => Promise<T>, signal?: AbortSignal): Promise<T> {
    if (signal?.aborted) return Promise.reject(signal.reason);
    const { promise, resolve, reject } = Promise.withResolvers<T>();
    const begin = () => {
      this.#begin(task).then(resolve, reject);
    };
    const abandon = () => {
      this.#waiting.delete(begin);
      reject(signal!.reason);
    };
    signal?.addEventListener("abort", abandon, { once: true });
    this.#waiting.add(begin);
    this.#next();
    return promise.finally(() => signal?.removeEventListener("abort", abandon));
  }

  async #begin<T>(task: () => Promise<T>): Promise<T> {
    this.#running++;
    try {
      return await task();
    } finally {
      this.#running--;
      this.#next();
    }
  }

  #next(): void {
    for (const begin of this.#waiting) {
      if (this.#running >= this.#limit) return;
      this.#waiting.delete(begin);
      begin();
    }
  }
}
