/** The longest time that a timer of the runtime takes, in milliseconds. */
const LONGEST_TIMEOUT = 2 ** 31 - 1;

/** Options for {@linkcode delay}. */
export interface DelayOptions {
  /** Ends the delay with the signal's reason. */
  signal?: AbortSignal;
  /**
   * Whether the delay keeps the process alive.
   *
   * @default {true}
   */
  persistent?: boolean;
}

/**
 * Resolves after some time.
 *
 * @param ms The time in milliseconds.
 * @param options Abort signal and persistence.
 * @returns A promise that resolves after the time, or rejects with the reason
 * of the signal.
 */
export async function delay(
  ms: number,
  options: DelayOptions = {},
): Promise<void> {
  options.signal?.throwIfAborted();
  let left = Math.trunc(Math.max(ms, 0) || 0);
  while (left > LONGEST_TIMEOUT) {
    await delayOnce(LONGEST_TIMEOUT, options);
    left -= LONGEST_TIMEOUT;
  }
  await delayOnce(left, options);
}

function delayOnce(ms: number, options: DelayOptions): Promise<void> {
  const { signal, persistent = true } = options;
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  function abort(): void {
    clearTimeout(timer);
    reject(signal?.reason);
  }
  function done(): void {
    signal?.removeEventListener("abort", abort);
    resolve();
  }
  const timer = setTimeout(done, ms);
  signal?.addEventListener("abort", abort, { once: true });
  if (!persistent) Deno.unrefTimer(Number(timer));
  return promise;
}
