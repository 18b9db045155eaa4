/**
 * Lets Deno's timers and I/O have their turn between calls that end at once.
 *
 * @module
 */

import type { CompletionPort } from "../proactor/completion_port.ts";

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
