/**
 * Queues of calls that need a thread of Deno's pool.
 *
 * @module
 */

/** How a call is run. */
export interface QueuedCallOptions<T> {
  /** Abandons the call: the promise rejects with the signal's reason. */
  signal?: AbortSignal | undefined;
  /**
   * Given the result of a call that was abandoned while it ran.
   *
   * @param result What has to be released.
   */
  onLate?: ((result: T) => void) | undefined;
}

/** Threads of Deno's pool: on Windows, four for each processor. */
const POOL_THREADS = navigator.hardwareConcurrency * 4;

/** The threads that several queues may hold together. */
export class ThreadShare {
  /** Their number. */
  readonly size: number;
  /** Calls that run now. */
  running = 0;
  readonly #queues: CallQueue[] = [];

  /** @param size How many threads. */
  constructor(size: number) {
    this.size = size;
  }

  /** @param queue Advanced whenever a thread becomes free. */
  add(queue: CallQueue): void {
    this.#queues.push(queue);
  }

  /** Advances the queues. */
  freed(): void {
    for (const queue of this.#queues) queue.advance();
  }
}

/** Half of the pool: Deno needs threads too, and the wait for packets one. */
const SHARE = new ThreadShare(Math.max(2, POOL_THREADS / 2));

/**
 * Runs a limited number of calls at a time, in order of arrival. One queue
 * never takes the whole share, so that slow calls do not starve other queues.
 */
export class CallQueue {
  readonly #limit: number;
  readonly #share: ThreadShare;
  readonly #waiting = new Set<() => void>();
  #running = 0;

  /**
   * @param limit How many calls may run at a time.
   * @param share The threads that it shares with other queues.
   */
  constructor(limit: number, share: ThreadShare = SHARE) {
    this.#limit = Math.min(limit, share.size - 1);
    this.#share = share;
    share.add(this);
  }

  /** Calls that run now. */
  get running(): number {
    return this.#running;
  }

  /** Calls that have not started. */
  get waiting(): number {
    return this.#waiting.size;
  }

  /**
   * Runs a call as soon as a thread is free. A call that is abandoned before it
   * starts never starts; one that runs goes on.
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
    this.advance();
    return promise.finally(() => signal?.removeEventListener("abort", abandon));
  }

  /** Starts as many calls as the limits allow. */
  advance(): void {
    for (const begin of this.#waiting) {
      const full = this.#share.running >= this.#share.size;
      if (full || this.#running >= this.#limit) return;
      this.#waiting.delete(begin);
      begin();
    }
  }

  async #begin<T>(call: () => Promise<T>): Promise<T> {
    this.#running++;
    this.#share.running++;
    try {
      return await call();
    } finally {
      this.#running--;
      this.#share.running--;
      this.#share.freed();
    }
  }
}
