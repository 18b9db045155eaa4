/**
 * Work that was put off to the next turn.
 *
 * @module
 */

/** A list of functions that run once. */
export class DeferredWork {
  readonly #list: (() => void)[] = [];
  #active = false;

  /** How many wait. */
  get length(): number {
    return this.#list.length;
  }

  /** True while they run. */
  get active(): boolean {
    return this.#active;
  }

  /** @param work Called by the next `run`. */
  add(work: () => void): void {
    this.#list.push(work);
  }

  /**
   * Runs what has been added until now.
   *
   * @param onError Told of what they throw.
   */
  run(onError: (error: unknown) => void): void {
    if (this.#list.length === 0) return;
    this.#active = true;
    for (const work of this.#list.splice(0)) {
      try {
        work();
      } catch (error) {
        onError(error);
      }
    }
    this.#active = false;
  }
}
