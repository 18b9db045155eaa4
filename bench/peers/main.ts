/**
 * The same work done by this library, by other runtimes and by C, driven by
 * one load generator in C. Run it by `deno task bench:peers`.
 *
 * @module
 */

import { drawChart } from "./chart.ts";
import { type Durations, type Sample, ServerProcess } from "./measure.ts";
import { pinToOneCore } from "./pin.ts";
import { parsePlan, type Plan, USAGE } from "./plan.ts";
import type { Report, Result } from "./results.ts";
import type { Programs, Server } from "./servers.ts";
import { formatReport } from "./table.ts";
import { kindOf, type Workload } from "./workloads.ts";

const IDLE_SETTLE = 2000;

/** A server that is asked seldom is measured once: for so many messages... */
const PACED_MESSAGES = 20;
/** ... and at least for so many milliseconds. */
const PACED_RUN = 5000;

/** A round of many clients is longer: milliseconds for each of them. */
const TURN = 0.2;

function findPrograms(): Programs {
  return {
    load: Deno.env.get("PROACTOR_BENCH_LOAD"),
    server: Deno.env.get("PROACTOR_BENCH_SERVER"),
    tokio: Deno.env.get("PROACTOR_BENCH_TOKIO"),
    go: Deno.env.get("PROACTOR_BENCH_GO"),
    goTcp: Deno.env.get("PROACTOR_BENCH_GO_TCP"),
    node: Deno.env.get("PROACTOR_NODE"),
    bun: Deno.env.get("PROACTOR_BUN"),
  };
}

async function measureAll(plan: Plan): Promise<Report> {
  const present = plan.servers.filter(({ missing }) => missing === "");
  const report: Report = {
    system: Deno.env.get("PROACTOR_SYSTEM") ?? "Windows",
    load: plan.load.length === 1 ? "C" : "TypeScript",
    cores: plan.allCores ? "all" : plan.clientCore ? 2 : 1,
    date: new Date().toISOString(),
    rounds: plan.rounds,
    servers: present.map(({ name }) => name),
    workloads: plan.workloads,
    scale: plan.scale,
    skipped: skippedServers(plan),
    results: [],
  };
  for (const workload of plan.workloads) {
    console.error(workload.title);
    const able = present.filter((one) =>
      one.transports.includes(workload.transport)
    );
    report.results.push(...await measureWorkload(plan, workload, able));
  }
  return report;
}

function skippedServers({ servers, lacks }: Plan): string[] {
  const missing = servers.filter((one) => one.missing !== "")
    .map((one) => `${one.name}: ${one.missing} is missing`);
  return [...missing, ...lacks];
}

function measureWorkload(
  plan: Plan,
  workload: Workload,
  servers: Server[],
): Promise<Result[]> {
  return kindOf(workload) === "speed"
    ? measureRounds(plan, workload, servers)
    : measureOnce(plan, workload, servers);
}

/** One server after the other: each alone, with its clients or in silence. */
async function measureOnce(
  plan: Plan,
  workload: Workload,
  servers: Server[],
): Promise<Result[]> {
  const durations = durationsOf(workload, plan.durations);
  const results: Result[] = [];
  for (const server of servers) {
    await using running = new ServerProcess(server, workload);
    const result = emptyResult(workload, server);
    await addSample(result, () => running.measure(plan, durations));
    results.push(result);
  }
  return results;
}

function durationsOf(
  workload: Workload,
  { warm, run }: Durations,
): Durations {
  switch (kindOf(workload)) {
    case "memory":
      return { warm: IDLE_SETTLE, run: 0 };
    case "pace": {
      const least = PACED_MESSAGES * workload.silence;
      return { warm, run: Math.max(PACED_RUN, least) };
    }
    case "speed":
      return { warm, run: Math.max(run, workload.connections * TURN) };
  }
}

/** All servers are there in each round, and one of them works at a time. */
async function measureRounds(
  plan: Plan,
  workload: Workload,
  servers: Server[],
): Promise<Result[]> {
  await using stack = new AsyncDisposableStack();
  const durations = durationsOf(workload, plan.durations);
  const contestants = servers.map((server) => ({
    running: stack.use(new ServerProcess(server, workload)),
    result: emptyResult(workload, server),
  }));
  for (let round = 0; round <= plan.rounds; round++) {
    for (const { running, result } of rotate(contestants, round)) {
      await addSample(result, () => running.measure(plan, durations));
    }
    if (round === 0) contestants.forEach(forget);
  }
  return contestants.map(({ result }) => result);
}

/** The first round warms up, and does not count. */
function forget({ result }: { result: Result }): void {
  result.samples.length = 0;
}

function emptyResult({ id }: Workload, { name }: Server): Result {
  return { workload: id, server: name, samples: [] };
}

async function addSample(
  result: Result,
  measure: () => Promise<Sample>,
): Promise<void> {
  if (result.error !== undefined) return;
  try {
    result.samples.push(await measure());
  } catch (error) {
    result.error = error instanceof Error ? error.message : String(error);
  }
}

function rotate<T>(list: readonly T[], by: number): T[] {
  const at = by % list.length;
  return [...list.slice(at), ...list.slice(0, at)];
}

/** Its last argument is the core of the load generator. */
function useCore(plan: Plan, mask: bigint): void {
  if (mask === 0n) throw new Error("Cannot use --client-core: there is one");
  plan.tail.push(String(mask));
}

async function main(): Promise<void> {
  const plan = parsePlan(Deno.args, findPrograms());
  if (!plan.allCores) {
    const { next } = pinToOneCore();
    if (plan.clientCore) useCore(plan, next);
  }
  const report = await measureAll(plan);
  console.log(plan.json ? JSON.stringify(report) : formatReport(report));
  if (plan.chart !== undefined) {
    await Deno.writeTextFile(plan.chart, await drawChart(report));
  }
}

if (Deno.args.includes("--help")) console.log(USAGE);
else await main();
