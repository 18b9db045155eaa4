/**
 * Garbage collection, on demand.
 *
 * @module
 */

import v8 from "node:v8";
import vm from "node:vm";
import { turns } from "./_turns.ts";

v8.setFlagsFromString("--expose_gc");
const collect: () => void = vm.runInNewContext("gc");

/**
 * Collects garbage until something is true.
 *
 * @param condition What to wait for.
 * @throws {Error} when it does not become true.
 */
export async function collectUntil(condition: () => boolean): Promise<void> {
  for (let i = 0; i < 200; i++) {
    if (condition()) return;
    collect();
    await turns(2);
  }
  throw new Error(`Never became true: ${condition}`);
}

/** Collects garbage, several times. */
export async function collectAll(): Promise<void> {
  for (let i = 0; i < 10; i++) {
    collect();
    await turns(2);
  }
}
