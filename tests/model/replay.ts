/**
 * Repeats a schedule, and makes one that fails as short as it gets.
 *
 * @module
 */

import { onVirtualTime } from "./environment.ts";
import { type Failure, Schedule, type Space, START } from "./explorer.ts";

/**
 * Runs one schedule, for a test or to look into a failure.
 *
 * @param space The system.
 * @param steps The names of the steps, with what is picked in them. What is not
 * possible is left out.
 * @throws {Error} what the model throws.
 */
export async function repeat(space: Space, steps: string[]): Promise<void> {
  let failure: Failure | undefined;
  await onVirtualTime(() => {
    failure = attempt(space, steps);
    return true;
  }, true);
  if (failure !== undefined) throw failure.error;
}

/**
 * Leaves out of a failing schedule what it fails without.
 *
 * @param space The system.
 * @param failure The schedule and its error.
 * @returns A schedule that fails in the same way, and with any step less does
 * not.
 */
export async function shrink(
  space: Space,
  failure: Failure,
): Promise<Failure> {
  let shortest = failure;
  await onVirtualTime(() => {
    shortest = shrinkNow(space, failure);
    return true;
  });
  return shortest;
}

/**
 * The schedule as a test that can be pasted.
 *
 * @param space The system.
 * @param failure The schedule and its error.
 * @returns Source text.
 */
export function asTest(space: Space, { schedule, error }: Failure): string {
  const title = JSON.stringify(`${space.name}: ${messageOf(error)}`);
  const steps = schedule.map((step) => `  ${JSON.stringify(step)},\n`);
  const name = JSON.stringify(space.name);
  return `Deno.test(${title}, () => repeat(spaceNamed(${name}), [\n${
    steps.join("")
  }]));`;
}

/** The schedule as one word for `deno task model --repeat`. */
export function asSeed(space: Space, { schedule }: Failure): string {
  return `${space.name}: ${schedule.join(" > ")}`;
}

/**
 * Takes a seed apart.
 *
 * @param seed What `asSeed` has made.
 * @returns The name of the space, and the steps.
 */
export function parseSeed(seed: string): { name: string; steps: string[] } {
  const at = seed.indexOf(": ");
  const steps = seed.slice(at + 2).split(" > ");
  return { name: seed.slice(0, at), steps: steps.filter((it) => it !== "") };
}

function shrinkNow(space: Space, failure: Failure): Failure {
  let shortest = attempt(space, failure.schedule);
  if (shortest === undefined) return failure;
  for (let at = shortest.schedule.length - 1; at >= 0; at--) {
    const shorter = attempt(space, shortest.schedule.toSpliced(at, 1));
    if (shorter === undefined || !isSame(shorter, shortest)) continue;
    if (shorter.schedule.length >= shortest.schedule.length) continue;
    shortest = shorter;
    at = shorter.schedule.length; // what was needed may not be any more
  }
  return shortest;
}

/** Returns how it fails, or nothing. */
function attempt(space: Space, steps: string[]): Failure | undefined {
  let picks = picksOf(steps[0]?.startsWith(`${START}/`) ? steps[0] : "");
  const schedule = new Schedule(
    space,
    (count) => Math.min(picks.shift() ?? 0, count - 1),
  );
  try {
    for (const text of steps) {
      const name = text.split("/")[0];
      const step = schedule.steps().find((each) => each.name === name);
      picks = picksOf(text);
      if (step === undefined) continue;
      schedule.make(step);
      schedule.check();
    }
    schedule.finish();
    return undefined;
  } catch (error) {
    schedule.discard();
    return { schedule: schedule.text(), error };
  }
}

/** What is picked in a step. */
function picksOf(text: string): number[] {
  return text.split("/").slice(1).map(Number);
}

/** Numbers may differ. */
function isSame(a: Failure, b: Failure): boolean {
  const [left, right] = [a, b].map(({ error }) =>
    messageOf(error).replaceAll(/\d+/g, "0")
  );
  return left === right;
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
