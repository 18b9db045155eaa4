/**
 * From samples to figures.
 *
 * @module
 */

import { fitLine, type Line, median, sum } from "../_statistics.ts";
import type { Sample } from "./measure.ts";
import { kindOf, type Scale, type Workload } from "./workloads.ts";

/** What a server has shown in a workload. */
export interface Result {
  /** The workload's name. */
  workload: string;
  /** The server's name. */
  server: string;
  /** One sample for each round. */
  samples: Sample[];
  /** Why there are no more of them. */
  error?: string;
}

/** A run of the benchmark. */
export interface Report {
  /** What ran it, such as "Windows" or "Wine (Debian trixie)". */
  system: string;
  /** The language of the load generator. */
  load: "C" | "TypeScript";
  /** 2 when the clients had a core of their own; all when nothing was pinned. */
  cores: 1 | 2 | "all";
  /** When it began, as in ISO 8601. */
  date: string;
  /** Rounds that were counted. */
  rounds: number;
  /** The servers, in the order of the tables. */
  servers: string[];
  /** The workloads, in the order of the tables. */
  workloads: Workload[];
  /** What grows from one workload to the next. */
  scale?: Scale | undefined;
  /** The servers that could not be measured, and why. */
  skipped: string[];
  /** The results. */
  results: Result[];
}

/**
 * Finds a result.
 *
 * @param report The report.
 * @param workload The workload's name.
 * @param server The server's name.
 * @returns The result, if it was measured.
 */
export function findResult(
  report: Report,
  workload: string,
  server: string,
): Result | undefined {
  return report.results.find((one) =>
    one.workload === workload && one.server === server
  );
}

/**
 * Operations a second.
 *
 * @param result A result.
 * @returns The median of its rounds.
 */
export function rate(result: Result): number {
  return median(result.samples.map(rateOf));
}

/**
 * Compares two servers round by round, so that what slows the machine down for
 * a while slows both.
 *
 * @param result A result.
 * @param base The result that counts as 1.
 * @returns The median of the quotients of the rounds.
 */
export function ratio(result: Result, base: Result): number {
  return median(
    result.samples.flatMap((sample, round) => {
      const other = base.samples[round];
      return other === undefined ? [] : [rateOf(sample) / rateOf(other)];
    }),
  );
}

/**
 * Processor time of the server for an operation, over all rounds: the clock of
 * processes is too coarse for one.
 *
 * @param result A result.
 * @returns Microseconds in its own code, and in the system.
 */
export function cpuTime(result: Result): { user: number; system: number } {
  const { samples } = result;
  const operations = sum(samples.map((one) => one.operations));
  return {
    user: 1e6 * sum(samples.map((one) => one.userSeconds)) / operations,
    system: 1e6 * sum(samples.map((one) => one.systemSeconds)) / operations,
  };
}

/**
 * How long a round trip takes.
 *
 * @param result A result.
 * @returns Microseconds: medians over the rounds.
 */
export function latency({ samples }: Result): Latency {
  return {
    p50: median(samples.map(({ p50 }) => p50)),
    p99: median(samples.map(({ p99 }) => p99)),
    p999: median(samples.map(({ p999 }) => p999)),
  };
}

/** Microseconds that a share of the round trips did not exceed. */
export type Latency = Pick<Sample, "p50" | "p99" | "p999">;

/**
 * What more of something costs: the slope of a line through all rounds.
 *
 * @param report A report of a scale.
 * @param server The server's name.
 * @param workloads Those in which one thing grows.
 * @returns For connections and sizes the microseconds that an operation takes
 * longer, for 1,000 connections and for a KiB; for workers what each adds to
 * the speed of one. `undefined` when there are too few rounds.
 */
export function slope(
  report: Report,
  server: string,
  workloads: readonly Workload[],
): Line | undefined {
  const results = workloads.flatMap((workload) => {
    const result = findResult(report, workload.id, server);
    return result === undefined ? [] : [{ workload, result }];
  });
  const alone = results[0] === undefined ? NaN : rate(results[0].result);
  const points = results.flatMap(({ workload, result }) =>
    result.samples.map((sample) =>
      pointOf(sample, { workload, scale: report.scale, alone })
    )
  );
  const different = new Set(points.map(([x]) => x)).size;
  return different < 3 ? undefined : fitLine(points);
}

interface Scaled {
  workload: Workload;
  scale: Scale | undefined;
  alone: number;
}

function pointOf(
  sample: Sample,
  { workload, scale, alone }: Scaled,
): [number, number] {
  const { connections, size, workers } = workload;
  if (scale === "workers") return [workers, rateOf(sample) / alone];
  const microseconds = 1e6 / rateOf(sample);
  if (scale === "sizes") return [size / 1024, microseconds];
  return [connections / 1000, microseconds];
}

/**
 * The most memory that a server has needed in any workload of speed.
 *
 * @param report The report.
 * @param server The server's name.
 * @returns Bytes; 0 if nothing was measured.
 */
export function peakMemory(report: Report, server: string): number {
  const busy = report.workloads.filter((one) => kindOf(one) === "speed");
  const samples = busy.flatMap(({ id }) =>
    findResult(report, id, server)?.samples ?? []
  );
  return Math.max(0, ...samples.map(({ peak }) => peak));
}

function rateOf(sample: Sample): number {
  return sample.operations / sample.seconds;
}
