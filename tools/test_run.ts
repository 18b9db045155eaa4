import { partWords } from "./arguments.ts";
import { exists, hasTests } from "./files.ts";
import type { WindowsHost } from "./host.ts";
import { importMapFlags } from "./jsr.ts";
import { makeOwnPackage } from "./package.ts";
import { WINDOWS_BUN, WINDOWS_NODE } from "./packages.ts";
import { type CommandLine, run, type RunResult } from "./process.ts";
import {
  addCounts,
  closingLine,
  couldNotStart,
  type Counts,
  judgeStage,
  type Summary,
  SummaryReader,
  testExitCode,
} from "./results.ts";
import {
  narrowStages,
  SCALE_VARIABLE,
  type Stage,
  testStages,
} from "./stages.ts";

const STAGE_TIMEOUT_MS = 30 * 60_000;
const INTERRUPTED = 130;

/** Types are checked by `deno task check`: under Wine it takes minutes. */
const FLAGS = ["--no-check"];

/** How often a stage is started that never gets to run. */
const STARTS = 3;

/** Characters of stderr that are looked at. */
const STDERR_KEPT = 10_000;

/** How one run of a stage ended. */
interface StageRun extends RunResult {
  summary: Summary | undefined;
  /** The end of its stderr. */
  stderr: string;
  /** What failed, and why. */
  failures: string;
}

/** What became of a stage. */
interface StageResult {
  counts: Counts;
  failures: string;
}

/**
 * Runs all tests, or those in files and folders among the words, and prints the
 * closing line last. The exit code is 0 if tests ran and none failed.
 */
export async function runTests(
  host: WindowsHost,
  words: readonly string[],
): Promise<number> {
  const { paths, flags } = partWords(words, exists);
  const all: Counts[] = [];
  const failed: string[] = [];
  for (const stage of plannedStages(host, paths)) {
    const result = await runStage(host, stage, flags);
    if (result === undefined) return INTERRUPTED;
    all.push(result.counts);
    if (result.failures !== "") {
      failed.push(`\n== Failed: ${stage.title}\n${result.failures}`);
    }
  }
  const total = addCounts(all);
  // Once more, where a reader of thousands of lines looks first
  for (const text of failed) console.log(text);
  console.log(closingLine(total));
  return testExitCode(total);
}

function plannedStages(host: WindowsHost, paths: string[]): Stage[] {
  const windows = Deno.build.os === "windows";
  const { label, systemRoot } = host;
  const stages = testStages({ windows, label, systemRoot })
    .map((stage) => ({ ...stage, paths: stage.paths.filter(hasTests) }))
    .filter((stage) => stage.paths.length > 0);
  return narrowStages(stages, paths);
}

async function runStage(
  host: WindowsHost,
  stage: Stage,
  flags: readonly string[],
): Promise<StageResult | undefined> {
  console.log(`\n== ${stage.title}`);
  if (stage.package) await makeOwnPackage();
  for (let tries = 1;; tries++) {
    const { code, interrupted, summary, stderr, failures } = await runOnce(
      await stageCommand(host, stage, flags),
    );
    if (interrupted) return undefined;
    if (tries < STARTS && couldNotStart(stderr, summary)) continue;
    const { counts, problem } = judgeStage(code, summary);
    if (problem !== undefined) console.log(`Stage failed: ${problem}`);
    const told = [failures, problem ?? ""].filter((text) => text !== "");
    return { counts, failures: told.join("\n") };
  }
}

async function runOnce(line: CommandLine): Promise<StageRun> {
  const reader = new SummaryReader();
  let stderr = "";
  const result = await run(line, {
    onOutput: (text) => reader.push(text),
    onErrors: (text) => stderr = (stderr + text).slice(-STDERR_KEPT),
    timeout: STAGE_TIMEOUT_MS,
  });
  const failures = reader.errors();
  return { ...result, summary: reader.summary(), stderr, failures };
}

async function stageCommand(
  host: WindowsHost,
  stage: Stage,
  flags: readonly string[],
): Promise<CommandLine> {
  const { permissions, paths } = stage;
  const map = await importMapFlags();
  const given = [...FLAGS, ...permissions, ...map, ...flags];
  const args = ["test", ...given, ...paths];
  const env = {
    ...colors(),
    ...faultScale(),
    ...(stage.peers ? await peers(host) : {}),
  };
  if (stage.deno === "windows") return host.deno(args, env);
  const argv = [Deno.execPath(), ...args];
  return { argv, env: { ...Deno.env.toObject(), ...env } };
}

async function peers(host: WindowsHost): Promise<Record<string, string>> {
  const [node, bun] = await host.install([WINDOWS_NODE, WINDOWS_BUN]);
  return {
    ...(node === undefined ? {} : { PROACTOR_NODE: node }),
    ...(bun === undefined ? {} : { PROACTOR_BUN: bun }),
  };
}

/** Wine's programs get no environment but what they are given. */
function faultScale(): Record<string, string> {
  const scale = Deno.env.get(SCALE_VARIABLE);
  return scale === undefined ? {} : { [SCALE_VARIABLE]: scale };
}

/** The tests write to a pipe, and cannot see what it leads to. */
function colors(): Record<string, string> {
  return Deno.stdout.isTerminal() ? {} : { NO_COLOR: "1" };
}
