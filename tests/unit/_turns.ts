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

/** The clock, also where a test has one of its own. */
const now = performance.now.bind(performance);

/** Milliseconds for what a machine with other work may be late with. */
const PATIENCE = 2000;

/**
 * Lets turns pass until something is true.
 *
 * @param condition What to wait for.
 * @throws {Error} when it does not become true.
 */
export async function until(condition: () => boolean): Promise<void> {
  const end = now() + PATIENCE;
  for (let i = 0; i < 5000 || now() < end; i++) {
    if (condition()) return;
    await turns(1);
  }
  throw new Error(`Never became true: ${condition}`);
}
