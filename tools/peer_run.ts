import { goProgram } from "./go.ts";
import type { WindowsHost } from "./host.ts";
import { cProgram } from "./mingw.ts";
import type { NativeProgram } from "./native_program.ts";
import { WINDOWS_BUN, WINDOWS_NODE } from "./packages.ts";
import { pinToOneCore } from "./pin.ts";
import { run } from "./process.ts";
import { print } from "./progress.ts";
import { rustProgram } from "./rust.ts";
import { SetupError } from "./setup_process.ts";

const FOLDER = "bench/peers";
const ALL_CORES = "--all-cores";

const LOAD = cProgram("bench-load", [`${FOLDER}/load.c`, `${FOLDER}/iocp.h`]);

const SERVER = cProgram("bench-server", [
  `${FOLDER}/server.c`,
  `${FOLDER}/iocp.h`,
]);

const TOKIO = rustProgram({
  name: "bench-tokio",
  sources: [
    `${FOLDER}/tokio/Cargo.toml`,
    `${FOLDER}/tokio/tokio_server.rs`,
  ],
  crate: "tokio",
  windowsSys: `${FOLDER}/tokio/windows_sys.rs`,
});

const GO_SOURCES = ["go.mod", "go_server.go", "pipes.go", "no_pipes.go"]
  .map((name) => `${FOLDER}/go/${name}`);

const GO = goProgram({
  name: "bench-go",
  sources: GO_SOURCES,
  module: { path: "github.com/Microsoft/go-winio", tag: "winio" },
});

/** What Go can do by itself. */
const GO_TCP = goProgram({ name: "bench-go-tcp", sources: GO_SOURCES });

/** Compares this library with other runtimes and with C. */
export async function runPeers(
  host: WindowsHost,
  words: readonly string[],
): Promise<number> {
  if (!words.includes(ALL_CORES)) await pinToOneCore();
  const env = words.includes("--help") ? {} : await environment(host);
  const args = ["run", "-A", "--no-lock", `${FOLDER}/main.ts`, ...words];
  return (await run(await host.deno(args, env))).code;
}

/** Where the programs are; what is missing is left out. */
async function environment(host: WindowsHost): Promise<Record<string, string>> {
  const [node, bun] = await host.install([WINDOWS_NODE, WINDOWS_BUN]);
  const go = await compileIfPossible(host, GO);
  const all = {
    PROACTOR_SYSTEM: host.label,
    PROACTOR_NODE: node,
    PROACTOR_BUN: bun,
    PROACTOR_BENCH_LOAD: await host.compile(LOAD),
    PROACTOR_BENCH_SERVER: await host.compile(SERVER),
    PROACTOR_BENCH_TOKIO: await compileIfPossible(host, TOKIO),
    PROACTOR_BENCH_GO: go,
    PROACTOR_BENCH_GO_TCP: go ?? await compileIfPossible(host, GO_TCP),
  };
  const known = Object.entries(all).filter((entry): entry is [string, string] =>
    entry[1] !== undefined
  );
  return Object.fromEntries(known);
}

/** A compiler may be there, and not all that the program depends on. */
async function compileIfPossible(
  host: WindowsHost,
  program: NativeProgram,
): Promise<string | undefined> {
  try {
    return await host.compile(program);
  } catch (error) {
    if (!(error instanceof SetupError)) throw error;
    print(`Without ${program.name}: ${error.message}\n`);
    return undefined;
  }
}
