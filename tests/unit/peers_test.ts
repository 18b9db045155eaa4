import {
  assert,
  assertAlmostEquals,
  assertEquals,
  assertStringIncludes,
  assertThrows,
} from "@std/assert";
import { mergeSamples, type Sample } from "../../bench/peers/measure.ts";
import { parsePlan } from "../../bench/peers/plan.ts";
import { type Report, type Result, slope } from "../../bench/peers/results.ts";
import { allServers, type Programs } from "../../bench/peers/servers.ts";
import { formatReport } from "../../bench/peers/table.ts";
import {
  chooseWorkloads,
  kindOf,
  type Scale,
  scaledWorkloads,
  type Workload,
} from "../../bench/peers/workloads.ts";

const ALL = { load: "l", server: "s", tokio: "t", go: "g", goTcp: "g" };

Deno.test("mergeSamples() adds up what is done, and takes the slowest", () => {
  const one = sample({ operations: 3, seconds: 1, p99: 10, resident: 5 });
  const two = sample({ operations: 4, seconds: 2, p99: 7, resident: 6 });
  const { operations, seconds, p99, resident } = mergeSamples([one, two]);
  assertEquals({ operations, seconds, p99, resident }, {
    operations: 7,
    seconds: 2,
    p99: 10,
    resident: 6,
  });
  assertEquals(mergeSamples([one]), one);
});

Deno.test("scaledWorkloads() goes from 1 to 10,000 connections and to 1 MiB", () => {
  const connections = scaledWorkloads("connections", ["pipe"]);
  assertEquals(connections.map((one) => one.connections), [
    1,
    4,
    64,
    1000,
    10_000,
  ]);
  const sizes = scaledWorkloads("sizes", ["tcp"]).map(({ size }) => size);
  assertEquals([sizes[0], sizes.at(-1)], [1, 2 ** 20]);
  assertEquals(
    scaledWorkloads("workers", ["pipe"]).map(({ workers }) => workers),
    [1, 2, 4, 8],
  );
});

Deno.test("scaledWorkloads() gives each load generator as many clients", () => {
  for (const { connections, workers } of scaledWorkloads("workers", [])) {
    assertEquals(connections % workers, 0);
  }
});

Deno.test("slope() finds what 1,000 connections more cost", () => {
  const workloads = scaledWorkloads("connections", ["pipe"]);
  const cost = ({ connections }: Workload) => 10e-6 + connections * 2e-9;
  const all = report("connections", workloads, (one) => 1 / cost(one));
  const line = slope(all, "C", workloads)!;
  assertAlmostEquals(line.slope, 2);
  assertAlmostEquals(line.error, 0, 1e-6);
  const text = formatReport(all);
  assertStringIncludes(text, "Microseconds that 1,000 connections more cost");
  assertStringIncludes(text, "| pipe | 2.000 \u00b1 0.000 |");
});

Deno.test("slope() of sizes counts KiB, that of workers shares of one", () => {
  const sizes = scaledWorkloads("sizes", ["pipe"]);
  const bySize = report("sizes", sizes, ({ size }) => 1e6 / (5 + size / 2048));
  assertAlmostEquals(slope(bySize, "C", sizes)!.slope, 0.5);
  const workers = scaledWorkloads("workers", ["tcp"]);
  const byWorkers = report("workers", workers, (one) => 800 * one.workers);
  assertAlmostEquals(slope(byWorkers, "C", workers)!.slope, 1);
});

Deno.test("slope() wants three values of what grows", () => {
  const two = scaledWorkloads("connections", ["pipe"]).slice(0, 2);
  assertEquals(slope(report("connections", two, () => 1), "C", two), undefined);
});

Deno.test("parsePlan() compares C and this library when one thing grows", () => {
  const { servers, workloads, chart } = parsePlan(
    ["--scale", "sizes", "--only", "pipe-echo-1024k"],
    ALL,
  );
  assertEquals(servers.map(({ name }) => name), [
    "C",
    "C late reads",
    "proactor protocol",
    "proactor stream",
  ]);
  assertEquals(workloads.map(({ size }) => size), [2 ** 20]);
  assertEquals(chart, undefined);
});

Deno.test("parsePlan() takes none for workers that has one thread", () => {
  const { servers } = parsePlan(["--scale", "workers"], ALL);
  assertEquals(servers.map(({ name }) => name), ["proactor protocol"]);
});

Deno.test("parsePlan() refuses a scale that there is not", () => {
  assertThrows(
    () => parsePlan(["--scale", "speed"], ALL),
    RangeError,
    'Cannot use --scale: "speed" is none of connections, sizes, workers',
  );
});

Deno.test("parsePlan() draws the chart after a run of everything alone", () => {
  assert(parsePlan([], ALL).chart?.endsWith("chart.svg"));
  assert(parsePlan(["--rounds", "3"], ALL).chart !== undefined);
  assertEquals(parsePlan(["--all-cores"], ALL).chart, undefined);
});

Deno.test("allServers() names those whose programs are missing", () => {
  const missing = allServers({ node: "n" })
    .filter((one) => one.missing !== "").map(({ name }) => name);
  assertEquals(missing, ["C", "C late reads", "tokio", "Go", "Bun"]);
});

Deno.test("allServers() has Go serve TCP alone without go-winio", () => {
  const transportsOf = (programs: { go?: string; goTcp?: string }) =>
    allServers(programs).find(({ name }) => name === "Go")!.transports;
  assertEquals(transportsOf({ goTcp: "g" }), ["tcp"]);
  assertEquals(transportsOf({ go: "g" }), ["pipe", "message", "tcp"]);
  const lacks = (servers: string, programs: Programs) =>
    parsePlan(["--servers", servers], programs).lacks;
  assertEquals(lacks("go", { goTcp: "g" }), ["Go, pipes: go-winio is missing"]);
  assertEquals(lacks("node", { goTcp: "g" }), []);
  assertEquals(lacks("go", ALL), []);
  assertEquals(lacks("go", {}), []);
});

Deno.test("a server in C may read late, and ours may have workers", () => {
  const [workload] = scaledWorkloads("workers", ["workers-4"]) as [Workload];
  const commandOf = (name: string) =>
    allServers(ALL).find((one) => one.name === name)!.command(workload, "x");
  assertEquals(commandOf("C"), ["s", "pipe", "echo", "x"]);
  assertEquals(commandOf("C late reads"), ["s", "pipe", "echo", "x", "late"]);
  assertEquals(commandOf("tokio"), ["t", "pipe", "echo", "x"]);
  assertEquals(commandOf("proactor protocol").at(-1), "4");
});

Deno.test("formatReport() keeps what is paced out of the table of speed", () => {
  const workloads = chooseWorkloads(["pipe-paced-100"], false);
  assertEquals(kindOf(workloads[0]!), "pace");
  const all = report(undefined, workloads, () => 10);
  const text = formatReport(all);
  assertEquals(text.includes("Speed:"), false);
  assertStringIncludes(
    text,
    "pipe, 64 B after 100 ms of silence | 0 / 0 / 0 |",
  );
  assertStringIncludes(text, "of silence | 2,000.0 + 3,000.0 |");
});

/** Two rounds of a server in C, each with so many operations a second. */
function report(
  scale: Scale | undefined,
  workloads: Workload[],
  rateOf: (workload: Workload) => number,
): Report {
  return {
    system: "Windows",
    load: "C",
    cores: 1,
    date: "2030-01-31T12:00:00Z",
    rounds: 2,
    servers: ["C"],
    workloads,
    scale,
    skipped: [],
    results: workloads.map((workload): Result => {
      const operations = rateOf(workload);
      const samples = [sample({ operations }), sample({ operations })];
      return { workload: workload.id, server: "C", samples };
    }),
  };
}

function sample(known: Partial<Sample>): Sample {
  return {
    operations: 0,
    bytes: 0,
    seconds: 1,
    userSeconds: 0.02,
    systemSeconds: 0.03,
    residentBefore: 0,
    resident: 0,
    peak: 0,
    busy: 0,
    p50: 0,
    p99: 0,
    p999: 0,
    ...known,
  };
}
