/**
 * Waiting, for not too long.
 *
 * @module
 */

import { deadline } from "@std/async/deadline";
import { setImmediate } from "node:timers";
import "./_opened.ts";

/** Milliseconds after which something that should happen has not. */
export const PATIENCE = 20_000;

/**
 * Fails instead of hanging.
 *
 * @param promise What should end.
 * @returns What the promise resolves to.
 */
export function soon<T>(promise: PromiseLike<T>): Promise<T> {
  return deadline(Promise.resolve(promise), PATIENCE);
}

/**
 * Gives the event loop a turn.
 *
 * @returns A promise that resolves in the next turn.
 */
export function turn(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}

/**
 * Gives the event loop turns.
 *
 * @param count How many.
 */
export async function turns(count: number): Promise<void> {
  for (let i = 0; i < count; i++) await turn();
}

/**
 * Goes on when something has become true.
 *
 * @param condition Asked once a turn.
 */
export async function until(condition: () => boolean): Promise<void> {
  const end = performance.now() + PATIENCE;
  while (!condition()) {
    if (performance.now() > end) throw new Error("The condition stayed false");
    await turn();
  }
}
