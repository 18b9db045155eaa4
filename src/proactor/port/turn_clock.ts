/**
 * The time, read once a turn.
 *
 * @module
 */

/**
 * Reading the clock takes as long as some of what is timed with it. While turns
 * follow each other, what happens in one of them happens when it began.
 */
export class TurnClock {
  #now = 0;
  #running = false;

  /**
   * When this turn began, or now when no turns follow each other.
   *
   * @returns As `performance.now()`.
   */
  get now(): number {
    return this.#running ? this.#now : performance.now();
  }

  /**
   * A turn begins.
   *
   * @returns As `performance.now()`.
   */
  begin(): number {
    this.#running = true;
    return this.#now = performance.now();
  }

  /** Turns follow from now on: the time is that of now until one begins. */
  resume(): void {
    if (!this.#running) this.begin();
  }

  /** No turn follows for now. */
  pause(): void {
    this.#running = false;
  }
}
