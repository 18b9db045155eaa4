/**
 * The order in which the operations of a handle settle.
 *
 * @module
 */

import { Fifo } from "./fifo.ts";

/** The place of an operation in the order. */
export interface Place {
  /** Settles the operation, which has succeeded; else `undefined`. */
  settle: (() => void) | undefined;
}

/**
 * Reads, or writes, of one handle succeed in the order in which they were
 * started, although one that completes synchronously may overtake an earlier
 * one whose packet has not been dequeued. Failures and cancellations do not
 * wait.
 */
export class SettleOrder {
  readonly #places = new Fifo<Place>();

  /** True when no operation has a place. */
  get idle(): boolean {
    return this.#places.length === 0;
  }

  /**
   * Gives a place to an operation whose packet will come.
   *
   * @returns Its place.
   */
  enter(): Place {
    const place: Place = { settle: undefined };
    this.#places.push(place);
    return place;
  }

  /**
   * Settles an operation when all before it have settled.
   *
   * @param place Its place; one that completed synchronously gets it here.
   * @param settle Called once.
   * @returns False when it has to wait.
   */
  succeed(place: Place | undefined, settle: () => void): boolean {
    const own = place ?? this.enter();
    own.settle = settle;
    this.#advance();
    return own.settle === undefined;
  }

  /** @param place The place of an operation that failed or was cancelled. */
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
