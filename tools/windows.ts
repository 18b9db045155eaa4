/**
 * Runs the Windows build of Deno: on Windows the running one, elsewhere under
 * Wine, which is prepared in a cache when it is first needed.
 *
 * @module
 */
import {
  parseArguments,
  type ParsedArguments,
  partWords,
  USAGE,
} from "./arguments.ts";
import { exists } from "./files.ts";
import { runConformance } from "./conformance.ts";
import type { WindowsHost } from "./host.ts";
import { runInterop } from "./interop.ts";
import { importMapFlags } from "./jsr.ts";
import { runPeers } from "./peer_run.ts";
import { pinToOneCore } from "./pin.ts";
import { run } from "./process.ts";
import { print } from "./progress.ts";
import { InterruptedError, SetupError } from "./setup_process.ts";
import { runFaults } from "./faults.ts";
import { runSoak } from "./soak.ts";
import { runTests } from "./test_run.ts";
import { WineHost } from "./wine_host.ts";
import { RealWindows } from "./windows_host.ts";

const REPOSITORY = `${import.meta.dirname}/..`;
const DEMO = ["run", "--allow-all", "examples/demo.ts"];

async function main(args: readonly string[]): Promise<number> {
  const parsed = parseArguments(args);
  if (parsed === undefined) {
    print(`${USAGE}\n`);
    return 2;
  }
  const host = await openHost();
  if (parsed.subcommand !== "exec") Deno.chdir(REPOSITORY);
  return await carryOut(host, parsed);
}

function openHost(): Promise<WindowsHost> {
  return Deno.build.os === "windows"
    ? Promise.resolve(new RealWindows())
    : WineHost.open();
}

async function carryOut(
  host: WindowsHost,
  { subcommand, words }: ParsedArguments,
): Promise<number> {
  switch (subcommand) {
    case "exec":
      return await runDeno(host, words);
    case "demo":
      await pinToOneCore();
      return await runDeno(host, [...DEMO, ...words]);
    case "bench":
      return await runBenchmarks(host, words);
    case "peers":
      return await runPeers(host, words);
    case "test":
      return await runTests(host, words);
    case "interop":
      return await runInterop(host, words);
    case "faults":
      return await runFaults(host, words);
    case "soak":
      return await runSoak(host, words);
    case "conformance":
      return await runConformance(host, words);
    case "setup":
      console.log(host.notes.join("\n"));
      return 0;
  }
}

async function runDeno(
  host: WindowsHost,
  args: readonly string[],
): Promise<number> {
  return (await run(await host.deno(args))).code;
}

async function runBenchmarks(
  host: WindowsHost,
  words: readonly string[],
): Promise<number> {
  await pinToOneCore();
  const { paths, flags } = partWords(words, exists);
  const files = paths.length > 0 ? paths : ["bench"];
  const given = ["-A", ...await importMapFlags(), ...flags];
  return await runDeno(host, ["bench", ...given, ...files]);
}

function report(error: unknown): number {
  if (error instanceof InterruptedError) return error.exitCode;
  if (!(error instanceof SetupError)) throw error;
  print(`${error.message}\n`);
  return 1;
}

if (import.meta.main) Deno.exit(await main(Deno.args).catch(report));
