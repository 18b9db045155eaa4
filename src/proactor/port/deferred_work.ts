/**
 * Work that was deferred to the next turn.
 *
 * @module
 */

/** Functions run in a turn: each may complete another call. */
const WORK_PER_TURN = 8;

/** A list of functions that run once, in order, some in each turn. */
export class DeferredWork {
  #now: (() => void)[] = [];
  #done = 0;
  #next: (() => void)[] = [];
  #active = false;

  /** How many wait. */
  get length(): number {
    return this.#now.length - this.#done + this.#next.length;
  }

  /** True while they run. */
  get active(): boolean {
    return this.#active;
  }

  /** @param work Called by a later `run`. */
  add(work: () => void): void {
    this.#next.push(work);
  }

  /**
   * Runs some of the functions of the current round. A function that is added
   * meanwhile belongs to the next round.
   *
   * @param onError Called with what they throw.
   * @returns True when the round is complete, so that packets are next.
   */
  run(onError: (error: unknown) => void): boolean {
    if (this.length === 0) return true;
    if (this.#done === this.#now.length) this.#begin();
    const end = Math.min(this.#done + WORK_PER_TURN, this.#now.length);
    this.#active = true;
    while (this.#done < end) this.#call(this.#now[this.#done++]!, onError);
    this.#active = false;
    return this.#done === this.#now.length;
  }

  #begin(): void {
    this.#now.length = this.#done = 0;
    [this.#now, this.#next] = [this.#next, this.#now];
  }

  #call(work: () => void, onError: (error: unknown) => void): void {
    try {
      work();
    } catch (error) {
      onError(error);
    }
  }
}
