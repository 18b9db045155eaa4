/**
 * How long methods wait, and what a signal ends.
 *
 * @module
 */

import type { DeadlineOptions } from "./close_deadline.ts";

/** Options of methods that wait for something that goes on without them. */
export interface WaitOptions {
  /**
   * Ends the wait: the promise rejects with the signal's reason. What was begun
   * goes on: bytes that were handed over to `write` are still sent, and a close
   * still closes. When it is aborted already, nothing is begun.
   */
  signal?: AbortSignal | undefined;
}

/** Options of `shutdown` of a connection. */
export interface ShutdownOptions extends DeadlineOptions, WaitOptions {}

/**
 * Waits for something, or until a signal is aborted. In that case nobody is
 * told any more how what was waited for has ended.
 *
 * @typeParam T What it brings.
 * @param pending What to wait for.
 * @param signal Ends the wait; not aborted yet.
 * @returns What `pending` has brought.
 */
export function unlessAborted<T>(
  pending: Promise<T>,
  signal: AbortSignal | undefined,
): Promise<T> {
  return signal === undefined ? pending : raceAbort(pending, signal);
}

/** What can be closed, and tells when it is. */
interface Closable {
  /** Resolves when it is closed. */
  readonly finished: Promise<void>;
  /** @param options The deadline. */
  close(options: DeadlineOptions): void;
}

/**
 * Closes something and waits until it is closed.
 *
 * @param closable What is closed.
 * @param options The deadline, and a signal that ends the wait.
 * @param lossOf Asked at the end for the error of what was dropped.
 */
export async function closeAndWait(
  closable: Closable,
  options: ShutdownOptions,
  lossOf: () => Error | null | undefined,
): Promise<void> {
  const { signal } = options;
  signal?.throwIfAborted();
  closable.close(options);
  await unlessAborted(closable.finished, signal);
  const loss = lossOf();
  if (loss) throw loss;
}

async function raceAbort<T>(
  pending: Promise<T>,
  signal: AbortSignal,
): Promise<T> {
  const { promise: aborted, reject } = Promise.withResolvers<never>();
  const abort = () => reject(signal.reason);
  signal.addEventListener("abort", abort, { once: true });
  try {
    return await Promise.race([pending, aborted]);
  } finally {
    signal.removeEventListener("abort", abort);
  }
}
