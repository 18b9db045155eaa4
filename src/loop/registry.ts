/**
 * Which loop runs in this thread, and which loop drives a proactor.
 *
 * @module
 */

import type { IocpProactor } from "../proactor/iocp_proactor.ts";
import type { ProactorEventLoop } from "./proactor_event_loop.ts";

const drivers = new WeakMap<IocpProactor, ProactorEventLoop>();
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

/**
 * The loop that was made for a proactor.
 *
 * @param proactor The proactor.
 * @returns The loop, or `undefined` when there is none.
 */
export function loopDriving(
  proactor: IocpProactor,
): ProactorEventLoop | undefined {
  return drivers.get(proactor);
}

/**
 * Notes which loop drives a proactor.
 *
 * @param proactor The proactor.
 * @param loop The loop.
 */
export function setLoopDriving(
  proactor: IocpProactor,
  loop: ProactorEventLoop,
): void {
  drivers.set(proactor, loop);
}
