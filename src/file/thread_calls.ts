/**
 * Calls that may wait for a disk or another computer, on a few threads.
 *
 * @module
 */

/**
 * Threads of Deno's pool that calls of files may hold at once. A computer that
 * does not answer holds one for a minute, and the port's wait needs one too.
 */
const MAX_THREADS = 8;

/** How a call is run. */
export interface ThreadCallOptions<T> {
  /** Abandons the call: the promise rejects with the signal's reason. */
  signal?: AbortSignal | undefined;
  /**
   * Given what an abandoned call has brought.
   *
   * @param result What must be given back.
   */
  onLate?: (result: T) => void;
}

/** Runs a few calls at once, in the order they came. */
export class ThreadCalls {
  readonly #limit: number;
  readonly #waiting: (() => Promise<void>)[] = [];
  #running = 0;

  /** @param limit How many may run at once. */
  constructor(limit: number) {
    this.#limit = limit;
  }

  /**
   * Runs a call when there is a thread for it. One that is abandoned before it
   * begins never begins; one that runs goes on.
   *
   * @typeParam T The result.
   * @param call Called once, or never when abandoned.
   * @param options A signal that abandons the call.
   * @returns The result of the call.
   */
  run<T>(
    call: () => Promise<T>,
    options: ThreadCallOptions<T> = {},
  ): Promise<T> {
    const { signal, onLate } = options;
    if (signal?.aborted) return Promise.reject(signal.reason);
    const { promise, resolve, reject } = Promise.withResolvers<T>();
    const abandon = () => reject(signal!.reason);
    signal?.addEventListener("abort", abandon, { once: true });
    const settle = signal === undefined
      ? resolve
      : (result: T) => signal.aborted ? onLate?.(result) : resolve(result);
    this.#waiting.push(async () => {
      try {
        if (!signal?.aborted) settle(await call());
      } catch (error) {
        reject(error);
      } finally {
        signal?.removeEventListener("abort", abandon);
      }
    });
    this.#next();
    return promise;
  }

  #next(): void {
    while (this.#running < this.#limit) {
      const begin = this.#waiting.shift();
      if (begin === undefined) return;
      this.#running++;
      begin().finally(() => {
        this.#running--;
        this.#next();
      });
    }
  }
}

/** The threads of all files of this isolate. */
export const fileThreads: ThreadCalls = new ThreadCalls(MAX_THREADS);
