import { abortable } from "./abortable.ts";

/** Options for {@linkcode deadline}. */
export interface DeadlineOptions {
  /** Ends the wait with the signal's reason. */
  signal?: AbortSignal;
}

/**
 * Ends the wait for a promise after some time.
 *
 * @param p The promise.
 * @param ms The time in milliseconds.
 * @param options Abort signal.
 * @returns A promise that settles like `p`, or rejects with a `DOMException`
 * named `TimeoutError`.
 */
export async function deadline<T>(
  p: Promise<T>,
  ms: number,
  options: DeadlineOptions = {},
): Promise<T> {
  const timeout = new AbortController();
  const timer = setTimeout(() => {
    timeout.abort(new DOMException("Signal timed out.", "TimeoutError"));
  }, ms);
  const signals = options.signal ? [options.signal] : [];
  try {
    return await abortable(p, AbortSignal.any([timeout.signal, ...signals]));
  } finally {
    clearTimeout(timer);
  }
}
