/**
 * Calls that wait for a thread.
 *
 * @module
 */

/** How a call is run. */
export interface QueuedCallOptions<T> {
  /** Abandons the call: the promise rejects with the signal's reason. */
  signal?: AbortSignal | undefined;
  /**
   * Given what an abandoned call has brought.
   *
   * @param result What must be given back.
   */
  onLate?: ((result: T) => void) | undefined;
}

/** Runs a few calls at once, in the order they came. */
export class CallQueue {
  readonly #limit: number;
  readonly #waiting = new Set<() => void>();
  #running = 0;

  /** @param limit How many may run at once. */
  constructor(limit: number) {
    this.#limit = limit;
  }

  /** Calls that have begun and not ended. */
  get running(): number {
    return this.#running;
  }

  /** Calls that have not begun. */
  get waiting(): number {
    return this.#waiting.size;
  }

  /**
   * Runs a call when there is room. One that is abandoned before it begins
   * never begins; one that runs goes on.
   *
   * @typeParam T The result.
   * @param call Called once, or never when abandoned.
   * @param options A signal that abandons the call.
   * @returns The result of the call; the promise rejects with the signal's
   * reason when abandoned.
   */
  run<T>(
    call: () => Promise<T>,
    options: QueuedCallOptions<T> = {},
  ): Promise<T> {
    const { signal, onLate } = options;
    if (signal?.aborted) return Promise.reject(signal.reason);
    const { promise, resolve, reject } = Promise.withResolvers<T>();
    const settle = (result: T) =>
      signal?.aborted ? onLate?.(result) : resolve(result);
    const begin = () => void this.#begin(call).then(settle).catch(reject);
    const abandon = () => {
      this.#waiting.delete(begin);
      reject(signal!.reason);
    };
    signal?.addEventListener("abort", abandon, { once: true });
    this.#waiting.add(begin);
    this.#next();
    return promise.finally(() => signal?.removeEventListener("abort", abandon));
  }

  async #begin<T>(call: () => Promise<T>): Promise<T> {
    this.#running++;
    try {
      return await call();
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
