/**
 * Runs a scenario once for every sequence of choices it can make.
 *
 * @module
 */

/** Picks one of `count` ways to go on: a number from 0 to `count - 1`. */
export type Choose = (count: number) => number;

/** A scenario: starts afresh, asks `choose` wherever the order is open. */
export type Scenario = (choose: Choose) => void | Promise<void>;

/** Bounds of an exploration. */
export interface ExploreOptions {
  /** The most runs allowed. Default 10,000. */
  max?: number;
}

/** One decision of a run. */
interface Choice {
  picked: number;
  readonly count: number;
}

/**
 * Enumerates every order, depth first.
 *
 * @param scenario The scenario; it must be deterministic but for its choices.
 * @param options The bounds.
 * @returns The number of runs.
 * @throws {Error} when a run fails (with its choices in the message and its
 * error as the cause), or when there are more runs than allowed.
 */
export async function explore(
  scenario: Scenario,
  options: ExploreOptions = {},
): Promise<number> {
  const { max = 10_000 } = options;
  const path: Choice[] = [];
  let runs = 0;
  do {
    runs += 1;
    if (runs > max) throw new Error(`Cannot explore further: ${max} runs made`);
    await run(scenario, path, runs);
  } while (nextPath(path));
  return runs;
}

/**
 * Runs a scenario once with given choices, to look into a failure.
 *
 * @param scenario The scenario.
 * @param picks The choices, as the error message tells them.
 */
export async function replay(
  scenario: Scenario,
  picks: number[],
): Promise<void> {
  let depth = 0;
  await scenario((count) => {
    const picked = picks[depth++] ?? 0;
    checkPick(picked, count);
    return picked;
  });
}

async function run(
  scenario: Scenario,
  path: Choice[],
  runs: number,
): Promise<void> {
  let depth = 0;
  try {
    await scenario((count) => choose(path, depth++, count));
    if (depth < path.length) throw new Error("A replayed run chose less");
  } catch (cause) {
    const picks = path.slice(0, depth).map((choice) => choice.picked);
    const text = cause instanceof Error ? cause.message : String(cause);
    throw new Error(
      `Scenario failed in run ${runs} with choices [${picks}]: ${text}`,
      { cause },
    );
  }
}

function choose(path: Choice[], depth: number, count: number): number {
  const known = path[depth];
  if (known === undefined) {
    checkPick(0, count);
    path.push({ picked: 0, count });
    return 0;
  }
  if (known.count !== count) {
    throw new Error(
      `Choice ${depth} had ${known.count} ways before, now ${count}: the scenario is not deterministic`,
    );
  }
  return known.picked;
}

function checkPick(picked: number, count: number): void {
  if (Number.isInteger(count) && picked < count) return;
  throw new RangeError(`Cannot choose ${picked} of ${count}`);
}

/** Steps to the next sequence; false when there is none. */
function nextPath(path: Choice[]): boolean {
  for (let last = path.at(-1); last !== undefined; last = path.at(-1)) {
    if (last.picked + 1 < last.count) {
      last.picked += 1;
      return true;
    }
    path.pop();
  }
  return false;
}
