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

/** Threads of Deno's pool: on Windows, four for each processor. */
const POOL_THREADS = navigator.hardwareConcurrency * 4;

/** The threads that the calls of several queues may hold together. */
export class ThreadShare {
  /** Their number. */
  readonly size: number;
  /** Calls that hold one now. */
  running = 0;
  readonly #queues: CallQueue[] = [];

  /** @param size How many threads. */
  constructor(size: number) {
    this.size = size;
  }

  /** @param queue Told when a thread has become free. */
  add(queue: CallQueue): void {
    this.#queues.push(queue);
  }

  /** Lets the queues go on. */
  freed(): void {
    for (const queue of this.#queues) queue.advance();
  }
}

/** Half of the pool: the rest is Deno's own, and the wait for packets needs one. */
const SHARE = new ThreadShare(Math.max(2, POOL_THREADS / 2));

/**
 * Runs a few calls at once, in the order they came. Whatever its calls wait
 * for, they leave a thread of the share to other queues.
 */
export class CallQueue {
  readonly #limit: number;
  readonly #share: ThreadShare;
  readonly #waiting = new Set<() => void>();
  #running = 0;

  /**
   * @param limit How many may run at once.
   * @param share The threads that they share with other queues.
   */
  constructor(limit: number, share: ThreadShare = SHARE) {
    this.#limit = Math.min(limit, share.size - 1);
    this.#share = share;
    share.add(this);
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
    this.advance();
    return promise.finally(() => signal?.removeEventListener("abort", abandon));
  }

  /** Begins what there is room for. */
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
