/**
 * Ends the wait for a promise when a signal is aborted.
 *
 * @param p The promise.
 * @param signal The signal.
 * @returns A promise that settles like `p`, or rejects with the reason of the
 * signal.
 */
export function abortable<T>(p: Promise<T>, signal: AbortSignal): Promise<T>;
/**
 * Ends an iteration when a signal is aborted.
 *
 * @param p The async iterable.
 * @param signal The signal.
 * @returns The items of `p`, ended by the reason of the signal.
 */
export function abortable<T>(
  p: AsyncIterable<T>,
  signal: AbortSignal,
): AsyncGenerator<T>;
export function abortable<T>(
  p: Promise<T> | AsyncIterable<T>,
  signal: AbortSignal,
): Promise<T> | AsyncGenerator<T> {
  return p instanceof Promise
    ? abortablePromise(p, signal)
    : abortableIterable(p, signal);
}

async function abortablePromise<T>(
  p: Promise<T>,
  signal: AbortSignal,
): Promise<T> {
  signal.throwIfAborted();
  const { promise, reject } = Promise.withResolvers<never>();
  function abort(): void {
    reject(signal.reason);
  }
  signal.addEventListener("abort", abort, { once: true });
  try {
    return await Promise.race([p, promise]);
  } finally {
    signal.removeEventListener("abort", abort);
  }
}

async function* abortableIterable<T>(
  p: AsyncIterable<T>,
  signal: AbortSignal,
): AsyncGenerator<T> {
  signal.throwIfAborted();
  const iterator = p[Symbol.asyncIterator]();
  while (true) {
    const next = await abortablePromise(iterator.next(), signal);
    if (next.done) return;
    yield next.value;
  }
}
