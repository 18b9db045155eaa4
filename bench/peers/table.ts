/**
 * The report as Markdown.
 *
 * @module
 */

import {
  cpuTime,
  findResult,
  latency,
  peakMemory,
  rate,
  ratio,
  type Report,
  type Result,
  slope,
} from "./results.ts";
import { CEILING } from "./servers.ts";
import { kindOf, type Scale, type Workload } from "./workloads.ts";

const MEBIBYTE = 2 ** 20;
const NOTHING = "-";

const PINNED: Record<Report["cores"], string> = {
  1: "all on one core",
  2: "on a core of their own",
  all: "nothing pinned",
};

const SLOPES: Record<Scale, string> = {
  connections: "Microseconds that 1,000 connections more cost an echo",
  sizes: "Microseconds that 1 KiB more costs an echo",
  workers: "What each worker more adds to the speed of one",
};

/**
 * Writes a report.
 *
 * @param report The report.
 * @returns Markdown: tables of speed, round trips, processor time, memory and
 * slopes, and what went wrong.
 */
export function formatReport(report: Report): string {
  const [busy, pace, idle] = (["speed", "pace", "memory"] as const).map(
    (kind) => report.workloads.filter((one) => kindOf(one) === kind),
  ) as [Workload[], Workload[], Workload[]];
  const echoes = busy.filter(({ load }) => load === "echo");
  return [
    `${report.system}, ${report.date.slice(0, 10)}, ${report.rounds} rounds, ` +
    `clients in ${report.load}, ${PINNED[report.cores]}.`,
    ...speedSection(report, busy),
    ...slopeSection(report),
    ...latencySection(report, [...echoes, ...pace]),
    ...cpuSection(report, [...busy, ...pace]),
    ...memorySection(report, idle),
    ...listOf("Skipped:", report.skipped),
    ...listOf("Failed:", failures(report)),
  ].join("\n\n");
}

function speedSection(report: Report, workloads: Workload[]): string[] {
  if (workloads.length === 0) return [];
  const [base = CEILING, ...others] = report.servers;
  const rows = workloads.map((workload) => {
    const reference = findResult(report, workload.id, base);
    const cells = others.map((server) =>
      ratioCell(findResult(report, workload.id, server), reference)
    );
    return [workload.title, rateCell(reference), ...cells];
  });
  const title = `Speed: ${base} in operations a second, the others as a ` +
    "share of it.";
  return [title, formatTable(["", `${base}, /s`, ...others], rows)];
}

function slopeSection(report: Report): string[] {
  const { scale, servers } = report;
  if (scale === undefined) return [];
  const transports = new Set(
    report.workloads.map(({ transport }) => transport),
  );
  const rows = [...transports].map((transport) => {
    const workloads = report.workloads.filter((one) =>
      one.transport === transport
    );
    const title = transport === "tcp" ? "TCP" : transport;
    return [title, ...servers.map((one) => slopeCell(report, one, workloads))];
  });
  const title = `${SLOPES[scale]}: the slope of a line through all rounds, ` +
    "with 95 % confidence.";
  return [title, formatTable(["", ...servers], rows)];
}

function slopeCell(
  report: Report,
  server: string,
  workloads: Workload[],
): string {
  const line = slope(report, server, workloads);
  if (line === undefined) return NOTHING;
  return `${number(line.slope, 3)} ± ${number(line.error, 3)}`;
}

function latencySection(report: Report, workloads: Workload[]): string[] {
  if (workloads.length === 0) return [];
  const rows = workloads.map(({ id, title }) => [
    title,
    ...report.servers.map((server) =>
      latencyCell(findResult(report, id, server))
    ),
  ]);
  const title = "A round trip in microseconds: the median, and what 99 % and " +
    "99.9 % do not exceed.";
  return [title, formatTable(["", ...report.servers], rows)];
}

function latencyCell(result: Result | undefined): string {
  if (result === undefined || result.samples.length === 0) return NOTHING;
  const { p50, p99, p999 } = latency(result);
  return [p50, p99, p999].map((one) => one.toFixed(0)).join(" / ");
}

function cpuSection(report: Report, workloads: Workload[]): string[] {
  if (workloads.length === 0) return [];
  const rows = workloads.map(({ id, title }) => [
    title,
    ...report.servers.map((server) => cpuCell(findResult(report, id, server))),
  ]);
  const title = "Processor time of the server for an operation: own code + " +
    "system, in microseconds.";
  return [title, formatTable(["", ...report.servers], rows)];
}

function memorySection(report: Report, idle: Workload[]): string[] {
  const rows = idle.flatMap((workload) => idleRows(report, workload));
  const peaks = report.servers.map((server) =>
    mebibytes(peakMemory(report, server))
  );
  const all = [...rows, ["most in the other workloads, MiB", ...peaks]];
  return [
    "Resident memory of the server.",
    formatTable(["", ...report.servers], all),
  ];
}

function idleRows(report: Report, workload: Workload): string[][] {
  const { id, title, connections } = workload;
  const results = report.servers.map((server) =>
    findResult(report, id, server)
  );
  return [
    [`${title}, MiB`, ...results.map((one) => residentCell(one))],
    [
      `${title}, KiB for each`,
      ...results.map((one) => growthCell(one, connections)),
    ],
  ];
}

function listOf(title: string, lines: string[]): string[] {
  if (lines.length === 0) return [];
  return [title, lines.map((line) => `- ${line}`).join("\n")];
}

function failures(report: Report): string[] {
  return report.results.flatMap(({ workload, server, error }) =>
    error === undefined ? [] : [`${server}, ${workload}: ${error}`]
  );
}

function rateCell(result: Result | undefined): string {
  if (result === undefined) return NOTHING;
  return number(rate(result), 0);
}

function ratioCell(
  result: Result | undefined,
  base: Result | undefined,
): string {
  if (result === undefined || base === undefined) return NOTHING;
  return result.error === undefined ? number(ratio(result, base), 2) : "fails";
}

function cpuCell(result: Result | undefined): string {
  if (result === undefined || result.samples.length === 0) return NOTHING;
  const { user, system } = cpuTime(result);
  return `${number(user, 1)} + ${number(system, 1)}`;
}

function residentCell(result: Result | undefined): string {
  const sample = result?.samples.at(-1);
  if (sample !== undefined) return mebibytes(sample.resident);
  return result?.error === undefined ? NOTHING : "fails";
}

function growthCell(result: Result | undefined, connections: number): string {
  const sample = result?.samples.at(-1);
  if (sample === undefined) return NOTHING;
  const growth = sample.resident - sample.residentBefore;
  return number(growth / connections / 1024, 1);
}

function mebibytes(bytes: number): string {
  return bytes === 0 ? NOTHING : number(bytes / MEBIBYTE, 0);
}

function number(value: number, digits: number): string {
  if (!Number.isFinite(value)) return NOTHING;
  return value.toLocaleString("en", {
    minimumFractionDigits: digits,
    maximumFractionDigits: digits,
  });
}

function formatTable(head: string[], rows: string[][]): string {
  const line = ["---", ...head.slice(1).map(() => "---:")];
  return [head, line, ...rows]
    .map((cells) => `| ${cells.join(" | ")} |`)
    .join("\n");
}
