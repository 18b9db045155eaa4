/**
 * Explores the models on all cores and prints what was seen; `tools/model.ts`
 * starts it.
 *
 *     deno task model [--minutes N] [--only TEXT] [--jobs N]
 *     deno task model --bugs [--only TEXT]
 *     deno task model --repeat 'NAME: STEP > STEP'
 *
 * First every schedule of the smallest size is made, as in the tests, then of
 * larger ones. What is too large for the time is walked through at random.
 *
 * @module
 */

import { parseArgs } from "node:util";
import { BUGS } from "./bugs.ts";
import { MODELS, spaceNamed } from "./models.ts";
import { parseSeed, repeat } from "./replay.ts";
import type { Job, JobResult } from "./worker.ts";

const LARGEST_SIZE = 4;

/** Milliseconds in which a model must find a bug. */
const TIME_PER_BUG = 60_000;

const { values } = parseArgs({
  args: Deno.args,
  options: {
    minutes: { type: "string", default: "3" },
    only: { type: "string", default: "" },
    jobs: { type: "string", default: `${navigator.hardwareConcurrency}` },
    bugs: { type: "boolean", default: false },
    repeat: { type: "string" },
  },
});

/** What was seen of a model, or of a bug in it. */
interface Row {
  schedules: number;
  repeated: number;
  random: number;
  states: Map<string, number>;
  steps: number;
  time: number;
  size: number;
}

/** Threads that take jobs from a list, until it is empty. */
async function runJobs(
  jobs: () => Job | undefined,
  done: (result: JobResult) => void,
): Promise<void> {
  const count = Number(values.jobs);
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

/** The spaces of the models that were asked for. */
function* spaces(size: number): Generator<{ model: string; index: number }> {
  for (const { name, spaces } of MODELS) {
    const all = spaces(size);
    for (let index = 0; index < all.length; index++) {
      if (!all[index]!.name.includes(values.only)) continue;
      yield { model: name, index };
    }
  }
}

async function exploreAll(): Promise<boolean> {
  const end = performance.now() + Number(values.minutes) * 60_000;
  const rows = new Map<string, Row>();
  const incomplete = new Set<string>();
  let failed = false;
  for (let size = 0; performance.now() < end && !failed; size++) {
    const list = [...spaces(Math.min(size, LARGEST_SIZE))];
    let left = list.length;
    await runJobs(() => {
      const next = list.shift();
      if (next === undefined) return undefined;
      const share = (end - performance.now()) / left-- * Number(values.jobs);
      const key = `${next.model} ${next.index}`;
      const seed = incomplete.has(key) || size > LARGEST_SIZE
        ? size * 1000 + next.index
        : undefined;
      const time = size === 0 ? TIME_PER_BUG : share / 2;
      const bounded = Math.min(size, LARGEST_SIZE);
      return { ...next, size: bounded, time: Math.max(time, 100), seed };
    }, (result) => {
      const { model, index } = result.job;
      if (!result.complete) incomplete.add(`${model} ${index}`);
      count(rows, result);
      failed = tellFailure(result) || failed;
    });
  }
  printRows(rows);
  return !failed;
}

function count(rows: Map<string, Row>, result: JobResult): void {
  const { job, space, schedules } = result;
  const row = rows.get(job.model) ?? {
    schedules: 0,
    repeated: 0,
    random: 0,
    states: new Map<string, number>(),
    steps: 0,
    time: 0,
    size: -1,
  };
  rows.set(job.model, row);
  if (job.seed === undefined) row.schedules += schedules;
  else row.random += schedules;
  row.repeated += result.repeated;
  row.steps += result.steps;
  row.time += result.time;
  if (result.complete) row.size = Math.max(row.size, job.size);
  row.states.set(
    space,
    Math.max(row.states.get(space) ?? 0, result.states),
  );
}

function printRows(rows: Map<string, Row>): void {
  console.log(
    "| model | spaces | complete up to size | schedules | at random | cut off | states | steps | seconds |",
  );
  console.log("| --- | --- | --- | --- | --- | --- | --- | --- | --- |");
  let total = 0;
  for (const [model, row] of rows) {
    const states = [...row.states.values()].reduce((sum, n) => sum + n, 0);
    total += row.schedules + row.random;
    const cells = [
      model,
      row.states.size,
      row.size,
      row.schedules.toLocaleString("en"),
      row.random.toLocaleString("en"),
      row.repeated.toLocaleString("en"),
      states.toLocaleString("en"),
      row.steps.toLocaleString("en"),
      (row.time / 1000).toFixed(1),
    ];
    console.log(`| ${cells.join(" | ")} |`);
  }
  console.log(`\n${total.toLocaleString("en")} schedules`);
}

function tellFailure({ failure }: JobResult): boolean {
  if (failure === undefined) return false;
  console.log(`\nFAILED: ${failure.message}\n\n${failure.test}\n`);
  console.log(`deno task model --repeat '${failure.seed}'\n`);
  return true;
}

/** Each bug must be found by each of its models. */
async function findBugs(): Promise<boolean> {
  const wanted = BUGS.flatMap(({ name, models }) =>
    models.filter((model) => model.includes(values.only))
      .map((model) => ({ bug: name, model }))
  );
  const found = new Map<string, string>();
  const list = wanted.flatMap(({ bug, model }) =>
    [...spaces(0)].filter((space) => space.model === model)
      .map((space) => ({ ...space, size: 0, time: TIME_PER_BUG, bug }))
  );
  const key = ({ bug, model }: { bug?: string | undefined; model: string }) =>
    `${model} | ${bug}`;
  await runJobs(() => {
    while (list[0] !== undefined && found.has(key(list[0]))) list.shift();
    return list.shift();
  }, ({ job, failure, schedules }) => {
    if (failure === undefined || found.has(key(job))) return;
    found.set(key(job), `${schedules} | ${failure.message} | ${failure.seed}`);
  });
  console.log("| model | bug | schedules before | what is told | schedule |");
  console.log("| --- | --- | --- | --- | --- |");
  for (const each of wanted) {
    console.log(`| ${key(each)} | ${found.get(key(each)) ?? "NOT FOUND"} |`);
  }
  console.log(`\n${found.size} of ${wanted.length} found`);
  return found.size === wanted.length;
}

async function repeatSeed(seed: string): Promise<boolean> {
  const { name, steps } = parseSeed(seed);
  await repeat(spaceNamed(name), steps);
  console.log("It does not fail");
  return true;
}

const good = values.repeat !== undefined
  ? await repeatSeed(values.repeat)
  : values.bugs
  ? await findBugs()
  : await exploreAll();
if (!good) Deno.exitCode = 1;
