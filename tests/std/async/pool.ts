/** The message of the error of {@linkcode pooledMap}. */
export const ERROR_WHILE_MAPPING_MESSAGE = "Threw while mapping.";

/** A result under way; its failure is in the list of failures. */
type Pending<R> = Promise<{ value: R } | undefined>;

/**
 * Maps items with a limit on how many are under way. The results come in the
 * order of the items. After a failure no new item is begun; those under way
 * end first, then their failures are thrown together.
 *
 * @param poolLimit How many items may be under way.
 * @param array The items.
 * @param iteratorFn Maps one item.
 * @returns The results.
 */
export function pooledMap<T, R>(
  poolLimit: number,
  array: Iterable<T> | AsyncIterable<T>,
  iteratorFn: (data: T) => Promise<R>,
): AsyncIterableIterator<R> {
  const failures: unknown[] = [];
  async function begin(item: T): Pending<R> {
    try {
      return { value: await iteratorFn(item) };
    } catch (error) {
      failures.push(error);
    }
  }
  async function* items(): AsyncGenerator<T> {
    for await (const item of array) {
      if (failures.length > 0) return;
      yield item;
    }
  }
  return drain(start(poolLimit, items(), begin), failures);
}

/** Begins the items at once, whether or not the results are read. */
function start<T, R>(
  poolLimit: number,
  items: AsyncIterable<T>,
  begin: (item: T) => Pending<R>,
): ReadableStream<Pending<R>> {
  const running = new Set<Pending<R>>();
  return new ReadableStream({
    async start(controller): Promise<void> {
      for await (const item of items) {
        const result = begin(item);
        controller.enqueue(result);
        running.add(result);
        result.then(() => running.delete(result));
        if (running.size >= poolLimit) await Promise.race(running);
      }
      controller.close();
    },
  });
}

async function* drain<R>(
  results: ReadableStream<Pending<R>>,
  failures: unknown[],
): AsyncGenerator<R> {
  for await (const pending of results) {
    const result = await pending;
    if (result) yield result.value;
  }
  if (failures.length > 0) {
    throw new AggregateError(failures, ERROR_WHILE_MAPPING_MESSAGE);
  }
}
