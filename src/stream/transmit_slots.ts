/**
 * How many files Windows sends by itself at a time.
 *
 * @module
 */

/** Client versions of Windows let all others wait, of all programs. */
const MOST = 2;

/** Counts the calls of `TransmitFile`. */
export class TransmitSlots {
  readonly #waiting: (() => void)[] = [];
  #free = MOST;

  /**
   * Takes a slot, if one is free.
   *
   * @returns False when none is.
   */
  tryAcquire(): boolean {
    if (this.#free === 0) return false;
    this.#free--;
    return true;
  }

  /**
   * Takes a slot as soon as one is free; first come, first served.
   *
   * @param signal Ends the wait.
   */
  async acquire(signal?: AbortSignal): Promise<void> {
    signal?.throwIfAborted();
    if (this.tryAcquire()) return;
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    this.#waiting.push(resolve);
    const abort = () => {
      const index = this.#waiting.indexOf(resolve);
      if (index < 0) return;
      this.#waiting.splice(index, 1);
      reject(signal!.reason);
    };
    signal?.addEventListener("abort", abort, { once: true });
    try {
      await promise;
    } finally {
      signal?.removeEventListener("abort", abort);
    }
  }

  /** Gives a slot back, to the one who has waited longest. */
  release(): void {
    const next = this.#waiting.shift();
    if (next === undefined) this.#free++;
    else next();
  }
}

/** The slots of this isolate. */
export const transmitSlots: TransmitSlots = new TransmitSlots();
