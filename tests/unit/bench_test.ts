import {
  assert,
  assertAlmostEquals,
  assertEquals,
  assertFalse,
  assertStringIncludes,
} from "@std/assert";
import { fitLine, median, quantile } from "../../bench/_statistics.ts";
import { drawChart } from "../../bench/peers/chart.ts";
import type { Sample } from "../../bench/peers/measure.ts";
import {
  cpuTime,
  peakMemory,
  rate,
  ratio,
  type Report,
  type Result,
} from "../../bench/peers/results.ts";
import { formatReport } from "../../bench/peers/table.ts";
import { chooseWorkloads, WORKLOADS } from "../../bench/peers/workloads.ts";
import { compileCommand } from "../../tools/mingw.ts";
import { firstCore } from "../../tools/pin.ts";

const ECHO = chooseWorkloads(["pipe-echo-64-1"], false)[0]!;
const IDLE = chooseWorkloads(["pipe-idle"], false)[0]!;

Deno.test("quantile() interpolates between neighbours in order", () => {
  assertEquals(median([3, 1, 2]), 2);
  assertEquals(median([4, 1, 2, 3]), 2.5);
  assertEquals(quantile([10, 0], 0.25), 2.5);
  assertEquals(quantile([1, 2, 3], 1), 3);
  assert(Number.isNaN(median([])));
});

Deno.test("fitLine() finds the slope of an exact line without an error", () => {
  const { slope, error } = fitLine([[0, 1], [1, 3], [2, 5], [10, 21]]);
  assertAlmostEquals(slope, 2);
  assertAlmostEquals(error, 0);
});

Deno.test("fitLine() has the true slope in its interval when values jump", () => {
  const points = Array.from(
    { length: 40 },
    (_, x) => [x, 5 + (x % 2 === 0 ? 1 : -1)] as const,
  );
  const { slope, error } = fitLine(points);
  assert(Math.abs(slope) < error, `${slope} and ${error}`);
  assert(error < 0.1, `${error}`);
});

Deno.test("chooseWorkloads() takes those that are named, also with --quick", () => {
  const ids = (only: string[], quick: boolean) =>
    chooseWorkloads(only, quick).map(({ id }) => id);
  assertEquals(ids([], false).length, WORKLOADS.length);
  assertEquals(ids(["pipe-idle", "tcp-idle"], true), [
    "pipe-idle",
    "tcp-idle",
  ]);
  assertEquals(ids(["idle-after"], true), [
    "pipe-idle-after-64",
    "pipe-idle-after-64k",
    "tcp-idle-after-64",
    "tcp-idle-after-64k",
  ]);
  assertEquals(ids(["pipe-echo-64-1"], false), ["pipe-echo-64-1"]);
  assertEquals(ids(["nothing"], false), []);
  assert(ids([], true).includes("pipe-echo-64-1"));
  assertFalse(ids([], true).includes("pipe-idle"));
});

Deno.test("chooseWorkloads() gives each workload a name of its own", () => {
  assertEquals(new Set(WORKLOADS.map(({ id }) => id)).size, WORKLOADS.length);
});

Deno.test("ratio() compares round by round", () => {
  const base = result("C", [100, 10, 1000]);
  const other = result("Node", [50, 8, 100]);
  assertEquals(rate(base), 100);
  assertEquals(ratio(other, base), 0.5);
});

Deno.test("ratio() leaves out rounds that one of them lacks", () => {
  assertEquals(ratio(result("Node", [5, 8, 9]), result("C", [10])), 0.5);
});

Deno.test("cpuTime() adds up all rounds", () => {
  const { user, system } = cpuTime(result("C", [100, 300]));
  assertAlmostEquals(user, 1e6 * 2 * 0.02 / 400);
  assertAlmostEquals(system, 1e6 * 2 * 0.03 / 400);
});

Deno.test("peakMemory() leaves out idle connections", () => {
  const idle = { ...result("C", [1]), workload: IDLE.id };
  idle.samples[0]!.peak = 1e9;
  const all = report([result("C", [1, 2]), idle]);
  assertEquals(peakMemory(all, "C"), 2 ** 20);
  assertEquals(peakMemory(all, "Node"), 0);
});

Deno.test("formatReport() tells shares, failures and who is missing", () => {
  const failed: Result = { ...result("Bun", []), error: "no answer" };
  const results = [result("C", [2000, 2000]), result("Node", [500, 1500])];
  const text = formatReport(report([...results, failed]));
  assertStringIncludes(text, `| ${ECHO.title} | 2,000 | 0.50 | fails |`);
  assertStringIncludes(text, "10.0 + 15.0 | 20.0 + 30.0 | - |");
  assertStringIncludes(text, `- Bun, ${ECHO.id}: no answer`);
  assertStringIncludes(text, "- Deno.listen: its program is missing");
});

Deno.test("formatReport() tells round trips, and which cores", () => {
  const slow = result("Node", [1]);
  slow.samples[0] = { ...slow.samples[0]!, p50: 120.4, p99: 990.6, p999: 2e3 };
  const one = formatReport(report([result("C", [2]), slow]));
  assertStringIncludes(one, "all on one core.");
  assertStringIncludes(
    one,
    `| ${ECHO.title} | 0 / 0 / 0 | 120 / 991 / 2000 | - |`,
  );
  const two = formatReport({ ...report([slow]), cores: 2 });
  assertStringIncludes(two, "on a core of their own.");
  const all = formatReport({ ...report([slow]), cores: "all" });
  assertStringIncludes(all, "nothing pinned.");
});

Deno.test("formatReport() tells the memory of idle connections", () => {
  const idle: Result = { ...result("C", [0]), workload: IDLE.id };
  idle.samples[0]!.resident = 51 * 2 ** 20;
  const text = formatReport({ ...report([idle]), workloads: [IDLE] });
  assertStringIncludes(text, `| ${IDLE.title}, MiB | 51 | - | - |`);
  assertStringIncludes(text, `| ${IDLE.title}, KiB for each | 10.4 | - | - |`);
});

Deno.test("drawChart() draws bars in proportion, and names who fails", async () => {
  const failed: Result = { ...result("Bun", []), error: "no answer" };
  const results = [result("C", [10]), result("Node", [5]), failed];
  const svg = await drawChart({
    ...report(results),
    servers: ["C", "Node", "Bun"],
  });
  assert(svg.startsWith("<svg "));
  assert(svg.endsWith("</svg>\n"));
  assertStringIncludes(svg, ">0.50</text>");
  assertStringIncludes(svg, ">Bun fails</text>");
  const [half, none] = [...svg.matchAll(/d="M250 [\d.]+l([\d.]+) 0l/g)]
    .map((match) => Number(match[1]));
  assertEquals([half, none], [285, 0]); // of 570 for a share of 1
});

Deno.test("compileCommand() compiles the first source", () => {
  const program = { name: "x", sources: ["a/x.c", "a/x.h"] };
  const command = compileCommand("gcc", program, "out");
  assertEquals(command[0], "gcc");
  assertStringIncludes(command.join(" "), "-o out/x.exe a/x.c -l");
});

Deno.test("firstCore() takes the first core of the list", () => {
  assertEquals(firstCore("Cpus_allowed:\t3\nCpus_allowed_list:\t0-1\n"), "0");
  assertEquals(firstCore("Cpus_allowed_list:\t5,7-9\n"), "5");
  assertEquals(firstCore(""), "0");
});

/** Rounds of a second each. */
function result(server: string, rates: number[]): Result {
  return {
    workload: ECHO.id,
    server,
    samples: rates.map((operations) => ({ ...NOTHING, operations })),
  };
}

const NOTHING: Sample = {
  operations: 0,
  bytes: 0,
  seconds: 1,
  userSeconds: 0.02,
  systemSeconds: 0.03,
  residentBefore: 0,
  resident: 0,
  peak: 2 ** 20,
  busy: 0,
  p50: 0,
  p99: 0,
  p999: 0,
};

function report(results: Result[]): Report {
  return {
    system: "Windows",
    load: "C",
    cores: 1,
    date: "2030-01-31T12:00:00Z",
    rounds: 2,
    servers: ["C", "Node", "Bun"],
    workloads: [ECHO],
    skipped: ["Deno.listen: its program is missing"],
    results,
  };
}
