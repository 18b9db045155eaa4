/**
 * Explores the models on all cores and prints what was seen; `tools/model.ts`
 * starts it.
 *
 *     deno task model [--minutes N] [--schedules N] [--from SIZE] [--only TEXT]
 *                     [--jobs N]
 *     deno task model --bugs [--only TEXT]
 *     deno task model --repeat 'NAME: STEP > STEP'
 *
 * @module
 */

import { parseArgs } from "node:util";
import { BUGS } from "./bugs.ts";
import { spaceNamed } from "./models.ts";
import { parseSeed, repeat } from "./replay.ts";
import { runJobs, Search, spacesNamed, TIME_PER_SPACE } from "./search.ts";
import { table } from "./table.ts";
import type { JobFailure } from "./worker.ts";

const { values } = parseArgs({
  args: Deno.args,
  options: {
    minutes: { type: "string", default: "3" },
    schedules: { type: "string", default: "Infinity" },
    from: { type: "string", default: "0" },
    only: { type: "string", default: "" },
    jobs: { type: "string", default: `${navigator.hardwareConcurrency}` },
    bugs: { type: "boolean", default: false },
    repeat: { type: "string" },
  },
});

async function exploreAll(): Promise<boolean> {
  const search = new Search({
    time: Number(values.minutes) * 60_000,
    schedules: Number(values.schedules),
    from: Number(values.from),
    threads: Number(values.jobs),
    only: values.only,
    onFailure: tellFailure,
  });
  await search.run();
  console.log(search.report());
  console.log(`\n${search.schedules.toLocaleString("en")} schedules`);
  return search.failures === 0;
}

function tellFailure({ message, test, seed }: JobFailure): void {
  console.log(`\nFAILED: ${message}\n\n${test}\n`);
  console.log(`deno task model --repeat '${seed}'\n`);
}

/** Each bug must be found by each of its models. */
async function findBugs(): Promise<boolean> {
  const wanted = BUGS.flatMap(({ name, models }) =>
    models.filter((model) => model.includes(values.only))
      .map((model) => ({ bug: name, model }))
  );
  const found = new Map<string, string[]>();
  const all = spacesNamed(0, "");
  const list = wanted.flatMap(({ bug, model }) =>
    all.filter((space) => space.model === model)
      .map((space) => ({ ...space, size: 0, time: TIME_PER_SPACE, bug }))
  );
  const key = ({ bug, model }: { bug?: string | undefined; model: string }) =>
    `${model} | ${bug}`;
  await runJobs(Number(values.jobs), () => {
    while (list[0] !== undefined && found.has(key(list[0]))) list.shift();
    return list.shift();
  }, ({ job, failure, schedules }) => {
    if (failure === undefined || found.has(key(job))) return;
    const { message, seed } = failure;
    found.set(key(job), [`${schedules}`, message, seed]);
  });
  const titles = [
    "model",
    "bug",
    "schedules before",
    "what is told",
    "schedule",
  ];
  const missing = ["NOT FOUND", "", ""];
  console.log(table(
    titles,
    wanted.map((each) => {
      const { model, bug } = each;
      return [model, bug, ...found.get(key(each)) ?? missing];
    }),
  ));
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
