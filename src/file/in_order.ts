/**
 * One after the other.
 *
 * @module
 */

/** Runs tasks in the order they came; each begins when the last has ended. */
export class InOrder {
  #last: Promise<unknown> | undefined;

  /** True when a task would begin at once. */
  get idle(): boolean {
    return this.#last === undefined;
  }

  /**
   * Runs a task in its turn, at once if there is no other.
   *
   * @typeParam T The result.
   * @param task Called once, whatever becomes of those before it.
   * @returns What it returns.
   */
  run<T>(task: () => Promise<T>): Promise<T> {
    const result = this.#last === undefined
      ? task()
      : this.#last.then(task, task);
    this.#last = result;
    const forget = () => {
      if (this.#last === result) this.#last = undefined;
    };
    result.then(forget, forget);
    return result;
  }
}
