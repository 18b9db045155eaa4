/**
 * What the command line of the benchmark asks for.
 *
 * @module
 */

import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import type { Durations } from "./measure.ts";
import {
  allServers,
  lacksOf,
  loadGenerator,
  type Programs,
  type Server,
} from "./servers.ts";
import {
  chooseWorkloads,
  type Scale,
  scaledWorkloads,
  type Workload,
} from "./workloads.ts";

/** The text that explains the options. */
export const USAGE = `Usage: deno task bench:peers [OPTIONS]

  --quick           fewer workloads, fewer and shorter rounds
  --rounds N        rounds that count, 9 by default, 3 with --quick
  --only A,B        workloads whose names contain A or B
  --servers A,B     servers whose names have a word that begins with A or B
  --scale WHAT      what more of it costs: connections, sizes or workers; of C
                    and this library, unless --servers names others (workers:
                    of this library)
  --client-core     the clients on a second core, the rest on the first
  --all-cores       pin nothing: for workers
  --ms N            milliseconds of a round, 500 by default, 300 with --quick
  --json            print JSON instead of Markdown
  --chart FILE      draw the chart there; a run of everything draws it to
                    bench/peers/chart.svg`;

const CHART = fileURLToPath(new URL("chart.svg", import.meta.url));
const WARM = 100;
const SCALES = ["connections", "sizes", "workers"] as const;

/** Who is compared when one thing grows, unless others are named. */
const SCALED = ["C", "proactor"];

/** What is to be done. */
export interface Plan {
  /** Who is measured, or was to be. */
  servers: Server[];
  /** What those that are measured cannot do here, and why. */
  lacks: string[];
  /** What is measured. */
  workloads: Workload[];
  /** What grows from one workload to the next. */
  scale: Scale | undefined;
  /** Rounds that count. */
  rounds: number;
  /** How long a round takes. */
  durations: Durations;
  /** The load generator's program and first arguments. */
  load: string[];
  /** Its last arguments. */
  tail: string[];
  /** True puts the clients on a core of their own. */
  clientCore: boolean;
  /** True pins nothing. */
  allCores: boolean;
  /** True prints JSON. */
  json: boolean;
  /** Where the chart goes, if it is drawn. */
  chart: string | undefined;
}

/**
 * Reads the command line.
 *
 * @param args The options.
 * @param programs What this machine has.
 * @returns The plan.
 * @throws {TypeError} when there is no such option.
 * @throws {RangeError} when a number is not a positive integer, or there is
 * no such scale.
 */
export function parsePlan(args: string[], programs: Programs): Plan {
  const { values } = parseArgs({
    args,
    options: {
      quick: { type: "boolean", default: false },
      rounds: { type: "string" },
      only: { type: "string", default: "" },
      servers: { type: "string", default: "" },
      ms: { type: "string" },
      scale: { type: "string" },
      "client-core": { type: "boolean", default: false },
      "all-cores": { type: "boolean", default: false },
      json: { type: "boolean", default: false },
      chart: { type: "string" },
    },
  });
  const { quick, json } = values;
  const clientCore = values["client-core"];
  const allCores = values["all-cores"];
  const only = words(values.only);
  const scale = parseScale(values.scale);
  const part = quick || clientCore || allCores || scale !== undefined ||
    values.only !== "" || values.servers !== "";
  const [rounds, ms] = quick ? ["3", "300"] : ["9", "500"];
  const servers = chooseServers(programs, words(values.servers), scale);
  return {
    servers,
    lacks: servers.flatMap((server) => lacksOf(server, programs)),
    workloads: scale === undefined
      ? chooseWorkloads(only, quick)
      : scaledWorkloads(scale, only),
    scale,
    rounds: positive(values.rounds ?? rounds, "rounds"),
    durations: { warm: WARM, run: positive(values.ms ?? ms, "ms") },
    load: loadGenerator(programs),
    tail: [],
    clientCore,
    allCores,
    json,
    chart: values.chart ?? (part ? undefined : CHART),
  };
}

function parseScale(text: string | undefined): Scale | undefined {
  const scale = SCALES.find((one) => one === text);
  if (text === undefined || scale !== undefined) return scale;
  throw new RangeError(
    `Cannot use --scale: "${text}" is none of ${SCALES.join(", ")}`,
  );
}

function positive(text: string, option: string): number {
  const value = Number(text);
  if (Number.isSafeInteger(value) && value > 0) return value;
  throw new RangeError(
    `Cannot use --${option}: "${text}" is not a positive integer`,
  );
}

function words(text: string): string[] {
  return text.split(",").filter((word) => word !== "");
}

function chooseServers(
  programs: Programs,
  starts: readonly string[],
  scale: Scale | undefined,
): Server[] {
  const servers = allServers(programs)
    .filter(({ workers }) => workers || scale !== "workers");
  if (starts.length === 0 && scale !== undefined) starts = SCALED;
  if (starts.length === 0) return servers;
  return servers.filter(({ name }) =>
    name.toLowerCase().split(" ").some((word) =>
      starts.some((start) => word.startsWith(start.toLowerCase()))
    )
  );
}
