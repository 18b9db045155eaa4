/**
 * Futures that an `AbortSignal` cancels.
 *
 * @module
 */

import { assertSignal } from "../arguments.ts";
import type { Future } from "./future.ts";

/**
 * Cancels a future when a signal is aborted.
 *
 * @param future The future.
 * @param signal The signal, if there is one.
 * @returns True when the signal was aborted already.
 * @throws {TypeError} when it is no signal.
 */
export function cancelBySignal<T>(
  future: Future<T>,
  signal?: AbortSignal,
): boolean {
  if (signal === undefined) return false;
  assertSignal(signal);
  if (signal.aborted) return future.cancel(signal.reason);
  const abort = () => future.cancel(signal.reason);
  signal.addEventListener("abort", abort, { once: true });
  const forget = () => signal.removeEventListener("abort", abort);
  // Not a done callback: those wait for a loop that may not run.
  void future.settled.then(forget);
  return false;
}
