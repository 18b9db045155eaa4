/**
 * Simulated time: nothing happens until somebody advances it.
 *
 * @module
 */

/** A timer that was set. */
export interface SimulatedTimer {
  /** When it fires, in simulated milliseconds. */
  readonly time: number;
  /** Takes it back. */
  cancel(): void;
}

/** A clock that only moves when told to. */
export class SimulatedClock {
  #now = 0;
  #timers: { time: number; fire: () => void }[] = [];

  /** The simulated time in milliseconds. */
  get now(): number {
    return this.#now;
  }

  /** When the next timer fires, or `Infinity`. */
  get nextTime(): number {
    return this.#timers[0]?.time ?? Infinity;
  }

  /**
   * Sets a timer. Timers of the same time fire in the order they were set.
   *
   * @param delay Milliseconds from now.
   * @param fire What to do.
   * @returns The timer.
   */
  schedule(delay: number, fire: () => void): SimulatedTimer {
    const timer = { time: this.#now + delay, fire };
    const later = this.#timers.findIndex((each) => each.time > timer.time);
    this.#timers.splice(later < 0 ? this.#timers.length : later, 0, timer);
    const cancel = (): void => {
      this.#timers = this.#timers.filter((each) => each !== timer);
    };
    return { time: timer.time, cancel };
  }

  /**
   * Lets time pass and fires what is due, in order.
   *
   * @param milliseconds How much time.
   */
  advance(milliseconds: number): void {
    const target = this.#now + milliseconds;
    while (this.nextTime <= target) {
      const timer = this.#timers.shift();
      this.#now = Math.max(this.#now, timer?.time ?? 0);
      timer?.fire();
    }
    this.#now = target;
  }
}
