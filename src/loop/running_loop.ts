/**
 * Which loop runs in this thread.
 *
 * @module
 */

import type { ProactorEventLoop } from "./proactor_event_loop.ts";

let running: ProactorEventLoop | undefined;

/**
 * The loop that runs now.
 *
 * @returns The loop, or `undefined` when none runs.
 */
export function runningLoop(): ProactorEventLoop | undefined {
  return running;
}

/**
 * Notes which loop runs.
 *
 * @param loop The loop, or `undefined` when none runs any more.
 */
export function setRunningLoop(loop: ProactorEventLoop | undefined): void {
  running = loop;
}
