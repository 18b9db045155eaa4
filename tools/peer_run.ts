import type { WindowsHost } from "./host.ts";
import type { CProgram } from "./mingw.ts";
import { WINDOWS_BUN, WINDOWS_NODE } from "./packages.ts";
import { pinToOneCore } from "./pin.ts";
import { run } from "./process.ts";

const FOLDER = "bench/peers";

const LOAD: CProgram = {
  name: "bench-load",
  sources: [`${FOLDER}/load.c`, `${FOLDER}/iocp.h`],
};

const SERVER: CProgram = {
  name: "bench-server",
  sources: [`${FOLDER}/server.c`, `${FOLDER}/iocp.h`],
};

/** Compares this library with other runtimes and with C. */
export async function runPeers(
  host: WindowsHost,
  words: readonly string[],
): Promise<number> {
  await pinToOneCore();
  const env = await environment(host);
  const args = ["run", "-A", "--no-lock", `${FOLDER}/main.ts`, ...words];
  return (await run(await host.deno(args, env))).code;
}

/** Where the programs are; what is missing is left out. */
async function environment(host: WindowsHost): Promise<Record<string, string>> {
  const [node, bun] = await host.install([WINDOWS_NODE, WINDOWS_BUN]);
  const [load, server] = await host.compile([LOAD, SERVER]);
  const all = {
    PROACTOR_SYSTEM: host.label,
    PROACTOR_NODE: node,
    PROACTOR_BUN: bun,
    PROACTOR_BENCH_LOAD: load,
    PROACTOR_BENCH_SERVER: server,
  };
  const known = Object.entries(all).filter((entry): entry is [string, string] =>
    entry[1] !== undefined
  );
  return Object.fromEntries(known);
}
