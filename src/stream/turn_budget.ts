/**
 * Lets Deno's timers and I/O have their turn between calls that end at once.
 *
 * @module
 */

import type { CompletionPort } from "../proactor/port/completion_port.ts";

/**
 * Counts a call. Awaiting calls that all end at once is microtasks only, in
 * which no timer fires.
 *
 * @param port Whose turns they are.
 * @returns What the call must await before it ends, if it is time for a turn.
 */
export function spendTurn(port: CompletionPort): Promise<void> | undefined {
  if (port.calls.spend()) return undefined;
  return new Promise((resolve) => port.defer(resolve));
}

/** The calls of one stream, which end in their order also where some wait. */
export class TurnOrder {
  readonly #port: CompletionPort;
  #turn: Promise<void> | undefined;

  /** @param port Whose turns they are. */
  constructor(port: CompletionPort) {
    this.#port = port;
  }

  /**
   * Counts a call, as {@linkcode spendTurn}.
   *
   * @returns What the call must await before it ends, if it is time for a
   * turn, or an earlier call awaits it.
   */
  spend(): Promise<void> | undefined {
    return this.#turn ?? this.#await(spendTurn(this.#port));
  }

  /**
   * Ends a call that was not awaited yet, and counts it.
   *
   * @typeParam T Its result.
   * @param result The result.
   * @returns The promise of the call.
   */
  end<T>(result: T): Promise<T> {
    const turn = this.spend();
    if (turn === undefined) return Promise.resolve(result);
    return turn.then(() => result);
  }

  /**
   * Ends a call whose promise was given away, and counts it.
   *
   * @typeParam T Its result.
   * @param resolve Resolves the promise.
   * @param result The result.
   */
  settle<T>(resolve: (result: T) => void, result: T): void {
    const turn = this.spend();
    if (turn === undefined) resolve(result);
    else turn.then(() => resolve(result));
  }

  #await(turn: Promise<void> | undefined): Promise<void> | undefined {
    if (turn === undefined) return undefined;
    const forget = () => this.#turn = undefined;
    turn.then(forget);
    return this.#turn = turn;
  }
}
