/**
 * Who is told how long callbacks take: loops in debug mode.
 *
 * @module
 */

import type { CompletionPort } from "./completion_port.ts";

/**
 * Takes how long a callback took.
 *
 * @param what Which.
 * @param milliseconds How long.
 */
export type SlowCalls = (what: string, milliseconds: number) => void;

const listeners = new WeakMap<CompletionPort, SlowCalls>();

/** Whether there was ever a listener: without one nothing is looked up. */
let used = false;

/**
 * Has the callbacks of a port measured.
 *
 * @param port The port.
 * @param listener Told of each call; `undefined` ends it.
 */
export function measureCalls(
  port: CompletionPort,
  listener: SlowCalls | undefined,
): void {
  if (listener === undefined) return void listeners.delete(port);
  used = true;
  listeners.set(port, listener);
}

/**
 * Who measures the callbacks of a port.
 *
 * @param port The port.
 * @returns The listener, if there is one.
 */
export function slowCallsOf(port: CompletionPort): SlowCalls | undefined {
  return used ? listeners.get(port) : undefined;
}
