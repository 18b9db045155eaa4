/**
 * From samples to figures.
 *
 * @module
 */

import { median, sum } from "../_statistics.ts";
import type { Sample } from "./measure.ts";
import type { Workload } from "./workloads.ts";

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
  /** 2 when the clients had a core of their own. */
  cores: 1 | 2;
  /** When it began, as in ISO 8601. */
  date: string;
  /** Rounds that were counted. */
  rounds: number;
  /** The servers, in the order of the tables. */
  servers: string[];
  /** The workloads, in the order of the tables. */
  workloads: Workload[];
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
export function latency({ samples }: Result): { p50: number; p99: number } {
  return {
    p50: median(samples.map(({ p50 }) => p50)),
    p99: median(samples.map(({ p99 }) => p99)),
  };
}

/**
 * The most memory that a server has needed in any workload but the idle ones.
 *
 * @param report The report.
 * @param server The server's name.
 * @returns Bytes; 0 if nothing was measured.
 */
export function peakMemory(report: Report, server: string): number {
  const busy = report.workloads.filter(({ load }) => load !== "idle");
  const samples = busy.flatMap(({ id }) =>
    findResult(report, id, server)?.samples ?? []
  );
  return Math.max(0, ...samples.map(({ peak }) => peak));
}

function rateOf(sample: Sample): number {
  return sample.operations / sample.seconds;
}
