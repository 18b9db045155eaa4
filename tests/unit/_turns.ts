/**
 * Ways to let turns pass.
 *
 * @module
 */

import { setImmediate } from "node:timers";

/**
 * Lets turns of Deno's event loop pass.
 *
 * @param count How many.
 */
export async function turns(count = 4): Promise<void> {
  for (let i = 0; i < count; i++) {
    await new Promise<void>((resolve) => setImmediate(() => resolve()));
  }
}

/**
 * Lets turns pass until something is true.
 *
 * @param condition What to wait for.
 * @throws {Error} when it does not become true.
 */
export async function until(condition: () => boolean): Promise<void> {
  for (let i = 0; i < 5000; i++) {
    if (condition()) return;
    await turns(1);
  }
  throw new Error(`Never became true: ${condition}`);
}
