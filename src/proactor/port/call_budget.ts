/**
 * Room for Deno's timers and I/O between calls that end at once.
 *
 * @module
 */

/**
 * Calls that may end at once in a turn, of all handles together, before Deno's
 * timers and I/O have theirs.
 */
const CALLS_PER_TURN = 32;

/**
 * Milliseconds that they may take, and how many of them go by between two looks
 * at the clock. Large copies take longer than small ones.
 */
const TIME_PER_TURN = 1;
const CALLS_PER_LOOK = 4;

/** How many calls may still end at once in this turn. */
export class CallBudget {
  #left = CALLS_PER_TURN;
  #since = 0;

  /** True when the next one has to be put off to the next turn. */
  get spent(): boolean {
    return this.#left <= 0;
  }

  /**
   * Counts a call that has ended at once.
   *
   * @returns False when that was the last one of this turn.
   */
  spend(): boolean {
    if (this.#left === CALLS_PER_TURN) this.#since = performance.now();
    if (--this.#left % CALLS_PER_LOOK === 0) this.#look();
    return this.#left > 0;
  }

  /** What remains to do has to wait for the next turn. */
  exhaust(): void {
    this.#left = 0;
  }

  /** A new turn begins. */
  renew(): void {
    this.#left = CALLS_PER_TURN;
  }

  #look(): void {
    const now = performance.now();
    if (now - this.#since > TIME_PER_TURN) this.#left = Math.min(this.#left, 0);
  }
}
