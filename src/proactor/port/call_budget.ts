/**
 * The limit of synchronous completions in a turn, so that they do not starve
 * Deno's timers and I/O.
 *
 * @module
 */

/**
 * Synchronous completions in a turn, of all handles together, before Deno's
 * timers and I/O have their turn.
 */
const CALLS_PER_TURN = 32;

/**
 * Milliseconds that they may take, since large copies take longer than small
 * ones; and after how many of them the clock is read.
 */
const TIME_PER_TURN = 1;
const CALLS_PER_LOOK = 4;

/** How many synchronous completions this turn still allows. */
export class CallBudget {
  /** Turns that would have gone on, but others had to have theirs. */
  exhausted = 0;
  #left = CALLS_PER_TURN;
  #since = 0;

  /** True when the next one has to be deferred to the next turn. */
  get spent(): boolean {
    return this.#left <= 0;
  }

  /**
   * Counts a synchronous completion.
   *
   * @returns False when the budget of this turn is spent.
   */
  spend(): boolean {
    if (this.#left === CALLS_PER_TURN) this.#since = performance.now();
    if (--this.#left % CALLS_PER_LOOK === 0) this.#look();
    if (this.#left > 0) return true;
    if (this.#left === 0) this.exhausted++;
    return false;
  }

  /** Defers all further completions to the next turn. */
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
