/**
 * The supervisor of a soak: a child does the work (`tests/soak/main.ts`), and
 * is started again when it crashes or hangs; what it tells is shown, and kept
 * in a state file, from which another run goes on.
 *
 * @module
 */
import { parseArgs } from "node:util";
import type { WindowsHost } from "./host.ts";
import { importMapFlags } from "./jsr.ts";
import { run } from "./process.ts";
import { liveTable, writeReport } from "./soak_report.ts";
import type { SoakState } from "./soak_state.ts";

const USAGE = `Usage: deno task soak --hours N | --minutes N [OPTIONS]

  --out FOLDER      where the state and the report go (.cache/soak)
  --interval N      seconds between samples (10)
  --only KINDS      kinds of work, with commas between
  --fresh           forget what an earlier run has left`;

const PROGRAM = "tests/soak/main.ts";

/** Seconds that a child may take longer than it was given. */
const GRACE = 120;

/** Crashes after which a soak gives up. */
const MAX_CRASHES = 100;

/** What the command line says. */
interface SoakOptions {
  seconds: number;
  folder: string;
  interval: number;
  only: string;
  fresh: boolean;
}

/**
 * Runs a soak to its end, or goes on with one that was interrupted.
 *
 * @param host What runs Windows programs.
 * @param words The options.
 * @returns The exit code: 0 when nothing was violated and nothing crashed.
 */
export async function runSoak(
  host: WindowsHost,
  words: readonly string[],
): Promise<number> {
  const options = parseSoakOptions(words);
  if (options === undefined) {
    console.error(USAGE);
    return 2;
  }
  await Deno.mkdir(options.folder, { recursive: true });
  const state = await loadState(options, host.label);
  while (secondsLeft(state) >= 1 && state.crashes.length < MAX_CRASHES) {
    if (!await runChild(host, state, options)) break;
  }
  const report = await writeReport(state, options.folder);
  console.log(`The report is in ${report}`);
  return state.violations.length + state.crashes.length === 0 ? 0 : 1;
}

/**
 * Reads the options.
 *
 * @param words The words after the subcommand.
 * @returns The options; `undefined` when they make no sense.
 */
export function parseSoakOptions(
  words: readonly string[],
): SoakOptions | undefined {
  const { values } = parseArgs({
    args: [...words],
    strict: false,
    options: {
      hours: { type: "string", default: "0" },
      minutes: { type: "string", default: "0" },
      out: { type: "string", default: ".cache/soak" },
      interval: { type: "string", default: "10" },
      only: { type: "string", default: "" },
      fresh: { type: "boolean", default: false },
    },
  });
  const seconds = Number(values.hours) * 3600 + Number(values.minutes) * 60;
  const interval = Number(values.interval);
  if (!(seconds > 0) || !(interval > 0)) return undefined;
  const { out, only, fresh } = values;
  return {
    seconds,
    interval,
    folder: String(out),
    only: String(only),
    fresh: fresh === true,
  };
}

/** Goes on with what an earlier run has left, unless that had ended. */
async function loadState(
  { folder, seconds, fresh }: SoakOptions,
  label: string,
): Promise<SoakState> {
  const empty = { label, samples: [], violations: [], crashes: [] };
  if (fresh) return { ...empty, wanted: seconds };
  try {
    const text = await Deno.readTextFile(`${folder}/state.json`);
    const state: SoakState = JSON.parse(text);
    if (secondsLeft({ ...state, wanted: seconds }) < 1) throw undefined;
    console.log(`Going on after ${Math.round(secondsDone(state))} s`);
    return { ...state, wanted: seconds };
  } catch {
    return { ...empty, wanted: seconds }; // there is none, or it has ended
  }
}

function secondsDone({ samples }: SoakState): number {
  return samples.reduce((sum, { seconds }) => sum + seconds, 0);
}

function secondsLeft(state: SoakState): number {
  return state.wanted - secondsDone(state);
}

/** Runs a child for the rest of the time; false when we were asked to stop. */
async function runChild(
  host: WindowsHost,
  state: SoakState,
  { folder, interval, only }: SoakOptions,
): Promise<boolean> {
  const seconds = Math.ceil(secondsLeft(state));
  const map = await importMapFlags();
  const flags = ["run", "-A", "--no-check", "--no-lock", ...map, PROGRAM];
  const args = [...flags, String(seconds), String(interval), only];
  const reader = new LineReader((line) => take(line, state, folder));
  const { code, interrupted } = await run(await host.deno(args), {
    onOutput: (text) => reader.push(text),
    timeout: (seconds + GRACE) * 1000,
    quiet: true,
  });
  if (interrupted) return false;
  if (!reader.ended) state.crashes.push(code);
  saveState(state, folder);
  return true;
}

/** Takes a line of the child; returns true when it is its last. */
function take(line: string, state: SoakState, folder: string): boolean {
  let message;
  try {
    message = JSON.parse(line);
  } catch {
    return false; // a warning of the runtime
  }
  if (message.violation !== undefined) state.violations.push(message.violation);
  if (message.sample === undefined) return message.ended === true;
  state.samples.push(message.sample);
  saveState(state, folder);
  const left = Math.max(0, Math.round(secondsLeft(state)));
  console.log(liveTable(message.sample, state, left));
  return false;
}

/** In one step, so that a crash of ours leaves the last one. */
function saveState(state: SoakState, folder: string): void {
  const path = `${folder}/state.json`;
  Deno.writeTextFileSync(`${path}.new`, JSON.stringify(state));
  Deno.renameSync(`${path}.new`, path);
}

/** Cuts output into lines. */
class LineReader {
  /** True when a line was the last of a child that came to its end. */
  ended = false;
  readonly #onLine: (line: string) => boolean;
  #rest = "";

  constructor(onLine: (line: string) => boolean) {
    this.#onLine = onLine;
  }

  push(text: string): void {
    const lines = (this.#rest + text).split(/\r?\n/);
    this.#rest = lines.pop()!;
    for (const line of lines) this.ended ||= this.#onLine(line);
  }
}
