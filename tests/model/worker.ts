/**
 * Explores spaces in a thread of its own.
 *
 * @module
 */

import { BUGS } from "./bugs.ts";
import { explore, type Failure, type Space } from "./explorer.ts";
import { MODELS } from "./models.ts";
import { walk } from "./random.ts";
import { asSeed, asTest, shrink } from "./replay.ts";

/** What a worker is asked to do. */
export interface Job {
  /** The model. */
  model: string;
  /** The place of the space among those of the model. */
  index: number;
  /** How much happens in it. */
  size: number;
  /** Milliseconds at most. */
  time: number;
  /** Schedules at most. */
  schedules?: number | undefined;
  /** Walks at random from this seed on, instead of exploring. */
  seed?: number | undefined;
  /** The name of a bug that is planted before. */
  bug?: string | undefined;
}

/** What came of a job. */
export interface JobResult {
  /** The job. */
  job: Job;
  /** The name of the space. */
  space: string;
  /** Schedules that ran to their end. */
  schedules: number;
  /** Schedules that were cut off, since they repeat others. */
  repeated: number;
  /** Different states. */
  states: number;
  /** Steps. */
  steps: number;
  /** True when there is no other schedule. */
  complete: boolean;
  /** Milliseconds. */
  time: number;
  /** How it has failed. */
  failure?: JobFailure | undefined;
}

/** A failure, as short as it gets. */
export interface JobFailure {
  /** What is wrong. */
  message: string;
  /** For `--repeat`. */
  seed: string;
  /** A test that can be pasted. */
  test: string;
}

/**
 * Does a job on this thread.
 *
 * @param job The job.
 * @returns What came of it.
 */
export async function work(job: Job): Promise<JobResult> {
  const undo = BUGS.find(({ name }) => name === job.bug)?.plant();
  try {
    return await workOn(job);
  } finally {
    undo?.();
  }
}

async function workOn(job: Job): Promise<JobResult> {
  const model = MODELS.find(({ name }) => name === job.model)!;
  const space = model.spaces(job.size)[job.index]!;
  const start = performance.now();
  const result = job.seed === undefined
    ? await exploreSpace(space, job)
    : await walkSpace(space, job.seed, job);
  const { failure, ...counts } = result;
  const time = performance.now() - start;
  const told = failure && await describe(space, failure);
  return { job, space: space.name, ...counts, time, failure: told };
}

async function exploreSpace(space: Space, { time, schedules }: Job) {
  const { states, ...found } = await explore(space, { time, schedules });
  return { ...found, states: states.size };
}

async function walkSpace(space: Space, seed: number, job: Job) {
  const { time, schedules } = job;
  const found = await walk(space, { seed, time, schedules });
  return { repeated: 0, states: 0, complete: false, ...found };
}

async function describe(space: Space, failure: Failure): Promise<JobFailure> {
  const shortest = await shrink(space, failure);
  const { error } = shortest;
  return {
    message: error instanceof Error ? error.message : String(error),
    seed: asSeed(space, shortest),
    test: asTest(space, shortest),
  };
}

if (globalThis.name === "model") {
  const scope = globalThis as unknown as Worker;
  scope.onmessage = async ({ data }: MessageEvent<Job>) => {
    scope.postMessage(await work(data));
  };
}
