/**
 * Single steps of the waits of a simulated kernel.
 *
 * @module
 */

import type { WaitStepName } from "../sim/waits.ts";
import type { World } from "./_helpers.ts";

/**
 * Lets the first step of a name happen.
 *
 * @param world A world whose waits are `manual`.
 * @param name The step.
 */
export function step({ sim }: World, name: WaitStepName): void {
  const found = sim.waits.steps.find((each) => each.name === name);
  if (found === undefined) throw new Error(`No wait can ${name}`);
  sim.waits.step(found);
}
