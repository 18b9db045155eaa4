/**
 * Walks through systems that are too large to explore.
 *
 * @module
 */

import { onVirtualTime } from "./environment.ts";
import { type Failure, Schedule, type Space } from "./explorer.ts";

/** What was walked, and what has failed. */
export interface Walks {
  /** Schedules. */
  schedules: number;
  /** Steps that were made. */
  steps: number;
  /** The first failure. */
  failure?: Failure;
}

/** Bounds of the walks. */
export interface WalkOptions {
  /** Says which ways are taken. */
  seed: number;
  /** The most milliseconds. */
  time: number;
  /** The most schedules. */
  schedules?: number | undefined;
}

const SLICE = 100;

/**
 * Walks at random until a failure, or the time is over.
 *
 * @param space The system.
 * @param options The seed and the time.
 * @returns What was walked.
 */
export async function walk(
  space: Space,
  { seed, time, schedules = Infinity }: WalkOptions,
): Promise<Walks> {
  const found: Walks = { schedules: 0, steps: 0 };
  const pick = randomPick(seed);
  let begun = 0;
  await onVirtualTime((clock) => {
    const start = clock();
    begun ||= start;
    for (let now = start; now - start < SLICE; now = clock()) {
      if (now - begun > time || found.schedules >= schedules) return true;
      if (!walkOnce(space, pick, found)) return true;
    }
    return false;
  });
  return found;
}

function walkOnce(
  space: Space,
  pick: (count: number) => number,
  found: Walks,
): boolean {
  const schedule = new Schedule(space, pick);
  try {
    for (;;) {
      const steps = schedule.steps();
      if (steps.length === 0) break;
      schedule.make(steps[pick(steps.length)]!);
      schedule.check();
      found.steps++;
    }
    schedule.finish();
    found.schedules++;
    return true;
  } catch (error) {
    schedule.discard();
    found.failure = { schedule: schedule.text(), error };
    return false;
  }
}

/** G. Marsaglia, Xorshift RNGs. */
function randomPick(seed: number): (count: number) => number {
  let state = (seed * 2_654_435_761) >>> 0 || 1;
  return (count) => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    state >>>= 0;
    return state % count;
  };
}
