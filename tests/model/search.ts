/**
 * Explores all models for a time, on several threads.
 *
 * First comes every schedule of the smallest size, then larger ones. What is
 * too large for its share of the time is walked through at random.
 *
 * @module
 */

import { type Model, MODELS } from "./models.ts";
import { table } from "./table.ts";
import type { Job, JobFailure, JobResult } from "./worker.ts";

/** Bounds of a search. */
export interface SearchOptions {
  /** The most milliseconds. */
  time: number;
  /** The most schedules, but for those of jobs that are under way. */
  schedules?: number;
  /** The size to begin with. Default 0. */
  from?: number;
  /** Threads. */
  threads: number;
  /** What the names of spaces contain. */
  only: string;
  /** Told of each failure. */
  onFailure(failure: JobFailure): void;
}

/** What was seen of a model. */
interface Row {
  schedules: number;
  repeated: number;
  random: number;
  states: Map<string, number>;
  steps: number;
  time: number;
  size: number;
}

const LARGEST_SIZE = 4;

/** Milliseconds for a space of the smallest size, and for a bug. */
export const TIME_PER_SPACE = 240_000;

/** The shortest job, in milliseconds. */
const SHORTEST = 100;

/** A space of a model. */
export interface SpaceIndex {
  /** The model. */
  model: string;
  /** The place of the space among those of the model. */
  index: number;
}

/**
 * The spaces of the models that were asked for.
 *
 * @param size How much happens in them.
 * @param only What their names contain.
 * @returns The spaces.
 */
export function spacesNamed(size: number, only: string): SpaceIndex[] {
  return MODELS.flatMap(({ name, spaces }) =>
    spaces(size).map((space, index) => ({ model: name, index, space }))
  ).filter(({ space }) => space.name.includes(only))
    .map(({ model, index }) => ({ model, index }));
}

/**
 * Lets threads take jobs from a list, until it is empty.
 *
 * @param count Threads.
 * @param jobs Gives the next job.
 * @param done Told what came of it.
 */
export async function runJobs(
  count: number,
  jobs: () => Job | undefined,
  done: (result: JobResult) => void,
): Promise<void> {
  await Promise.all(Array.from({ length: count }, async () => {
    const url = new URL("./worker.ts", import.meta.url);
    const worker = new Worker(url, { type: "module", name: "model" });
    for (let job = jobs(); job !== undefined; job = jobs()) {
      worker.postMessage(job);
      const { promise, resolve, reject } = Promise.withResolvers<JobResult>();
      worker.onmessage = ({ data }) => resolve(data);
      worker.onerror = ({ message }) => reject(new Error(message));
      done(await promise);
    }
    worker.terminate();
  }));
}

/** A search, and what it has seen. */
export class Search {
  /** How many schedules have failed. */
  failures = 0;
  readonly #options: SearchOptions;
  readonly #rows = new Map<string, Row>();
  readonly #incomplete = new Set<string>();
  #end = 0;

  /** @param options The bounds. */
  constructor(options: SearchOptions) {
    this.#options = options;
  }

  /** Schedules so far, of all models. */
  get schedules(): number {
    let sum = 0;
    for (const row of this.#rows.values()) sum += row.schedules + row.random;
    return sum;
  }

  /** Searches until a failure, or the bounds are reached. */
  async run(): Promise<void> {
    const { time, from = 0 } = this.#options;
    this.#end = performance.now() + time;
    for (let size = from; !this.#over; size++) await this.#round(size);
  }

  get #left(): number {
    return (this.#options.schedules ?? Infinity) - this.schedules;
  }

  get #over(): boolean {
    const late = performance.now() >= this.#end;
    return late || this.#left <= 0 || this.failures > 0;
  }

  async #round(size: number): Promise<void> {
    const { threads, only } = this.#options;
    const bounded = Math.min(size, LARGEST_SIZE);
    const list = spacesNamed(bounded, only);
    const weight = list.reduce((sum, each) => sum + weightOf(each), 0);
    // What is left is for larger sizes.
    const half = (this.#end - performance.now()) * threads / 2;
    await runJobs(threads, () => {
      const next = list.shift();
      if (next === undefined || this.failures > 0) return undefined;
      if (size > 0 && this.#over) return undefined;
      return this.#job(next, size, half * weightOf(next) / weight);
    }, (result) => this.#count(result));
  }

  #job(space: SpaceIndex, size: number, share: number): Job {
    const time = size === 0 ? TIME_PER_SPACE : share;
    const walks = size > LARGEST_SIZE || this.#incomplete.has(keyOf(space));
    return {
      ...space,
      size: Math.min(size, LARGEST_SIZE),
      time: Math.max(time, SHORTEST),
      schedules: this.#left,
      seed: walks ? size * 1000 + space.index : undefined,
    };
  }

  #count(result: JobResult): void {
    const { job, space, schedules, failure } = result;
    const row = this.#rowOf(job.model);
    if (job.seed === undefined) row.schedules += schedules;
    else row.random += schedules;
    row.repeated += result.repeated;
    row.steps += result.steps;
    row.time += result.time;
    if (result.complete) row.size = Math.max(row.size, job.size);
    else this.#incomplete.add(keyOf(job));
    const states = row.states.get(space) ?? 0;
    row.states.set(space, Math.max(states, result.states));
    if (failure === undefined) return;
    this.failures++;
    this.#options.onFailure(failure);
  }

  #rowOf(model: string): Row {
    const counts = { schedules: 0, repeated: 0, random: 0, steps: 0, time: 0 };
    const row = this.#rows.get(model) ??
      { ...counts, states: new Map<string, number>(), size: -1 };
    this.#rows.set(model, row);
    return row;
  }

  /**
   * What was seen, for each model and of all.
   *
   * @returns A table.
   */
  report(): string {
    const rows = [...this.#rows].sort(([a], [b]) => orderOf(a) - orderOf(b));
    const all = rows.map(([model, row]) => ({ model, ...row }));
    const real = all.filter(({ model }) => model !== "pump");
    const sums = [sum("all but pump", real), sum("all", all)];
    return table(COLUMNS, [...all, ...sums].map(cellsOf));
  }
}

const COLUMNS = [
  "model",
  "spaces",
  "complete up to size",
  "schedules",
  "at random",
  "cut off",
  "states",
  "steps",
  "seconds",
];

type NamedRow = Row & { model: string };

function sum(model: string, rows: NamedRow[]): NamedRow {
  const add = (key: "schedules" | "repeated" | "random" | "steps" | "time") =>
    rows.reduce((sum, row) => sum + row[key], 0);
  return {
    model,
    schedules: add("schedules"),
    repeated: add("repeated"),
    random: add("random"),
    steps: add("steps"),
    time: add("time"),
    size: Math.min(...rows.map(({ size }) => size)),
    states: new Map(rows.flatMap(({ states }) => [...states])),
  };
}

function cellsOf(row: NamedRow): string[] {
  const states = [...row.states.values()].reduce((sum, n) => sum + n, 0);
  const counts = [row.schedules, row.random, row.repeated, states, row.steps];
  return [
    row.model,
    `${row.states.size}`,
    row.size < 0 ? "" : `${row.size}`,
    ...counts.map((count) => count.toLocaleString("en")),
    (row.time / 1000).toFixed(1),
  ];
}

function weightOf({ model }: SpaceIndex): number {
  return modelNamed(model).weight ?? 1;
}

function orderOf(model: string): number {
  return MODELS.indexOf(modelNamed(model));
}

function modelNamed(name: string): Model {
  return MODELS.find((each) => each.name === name)!;
}

function keyOf({ model, index }: SpaceIndex): string {
  return `${model} ${index}`;
}
