/**
 * Work that was put off to the next turn.
 *
 * @module
 */

/** How much is done in a turn: each piece may make a call when it goes on. */
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
   * Runs a part of what had been added when the last part was complete.
   *
   * @param onError Told of what they throw.
   * @returns True when that is complete: what is added later comes behind the
   * packets that have come meanwhile.
   */
  run(onError: (error: unknown) => void): boolean {
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
