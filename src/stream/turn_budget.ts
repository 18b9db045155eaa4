/**
 * Lets Deno's timers and I/O have their turn between calls that end at once.
 *
 * @module
 */

import type { CompletionPort } from "../proactor/completion_port.ts";

/** Calls in a row that may end without a turn. */
const CALLS_PER_TURN = 64;

/**
 * Counts calls that may all end at once: awaiting them is microtasks only, in
 * which no timer fires.
 */
export class TurnBudget {
  readonly #port: CompletionPort;
  #left = CALLS_PER_TURN;

  /** @param port Whose turns they are. */
  constructor(port: CompletionPort) {
    this.#port = port;
  }

  /**
   * Counts a call.
   *
   * @returns What the call must await before it ends, if it is time for a turn.
   */
  spend(): Promise<void> | undefined {
    if (--this.#left > 0) return undefined;
    this.#left = CALLS_PER_TURN;
    return new Promise((resolve) => this.#port.defer(resolve));
  }
}
