/**
 * The order in which the calls of a handle settle.
 *
 * @module
 */

import { Fifo } from "./fifo.ts";

/** A call that has its place in the order. */
export interface Place {
  /** Settles the call, which has succeeded. */
  settle: (() => void) | undefined;
}

/**
 * Reads, or writes, of one handle succeed in the order they were started: one
 * that ends at once may have an earlier one whose packet is under way. Failures
 * and cancellations wait for nobody.
 */
export class SettleOrder {
  readonly #places = new Fifo<Place>();

  /** True when no call is waited for. */
  get idle(): boolean {
    return this.#places.length === 0;
  }

  /**
   * Takes note of a call whose packet will come.
   *
   * @returns Its place.
   */
  enter(): Place {
    const place: Place = { settle: undefined };
    this.#places.push(place);
    return place;
  }

  /**
   * Settles a call when all before it have.
   *
   * @param place Its place; it gets one when it has ended at once.
   * @param settle Called once.
   * @returns False when it has to wait.
   */
  succeed(place: Place | undefined, settle: () => void): boolean {
    const own = place ?? this.enter();
    own.settle = settle;
    this.#advance();
    return own.settle === undefined;
  }

  /** @param place The place of a call that has failed or was cancelled. */
  leave(place: Place): void {
    if (this.#places.remove(place)) this.#advance();
  }

  #advance(): void {
    for (;;) {
      const { first } = this.#places;
      const settle = first?.settle;
      if (first === undefined || settle === undefined) return;
      this.#places.shift();
      first.settle = undefined;
      settle();
    }
  }
}
