import type { Cache, Piece } from "./cache.ts";
import type { CommandLine } from "./process.ts";
import { type Interruption, runProgram } from "./setup_process.ts";
import { parseWineVersion, type Wine, wineEnvironment } from "./wine.ts";
import { prefixPiece } from "./wine_prefix.ts";

/** Wineserver outlasts its last program by so many seconds. */
const PERSISTENCE_S = 10;
const BOOT = `
trap 'wineserver -k; wineserver -w' EXIT
trap 'kill "$!"; exit 1' HUP INT TERM
wine wineboot -i & wait "$!"
`;

/** The Wine of the machine, with a Wine prefix in the cache. */
export function systemWine(cache: Cache, version: string): Wine {
  const prefix = cache.path("prefix-system");
  return {
    label: `Wine ${parseWineVersion(version)}`,
    prefix,
    pieces: (interruption) => [
      systemPrefix(cache, version.trim(), interruption),
    ],
    command: (argv, env) => systemCommand(cache, prefix, argv, env),
  };
}

function systemPrefix(
  cache: Cache,
  version: string,
  interruption: Interruption,
): Piece {
  return prefixPiece("prefix-system", version, async (prefix) => {
    const env = await systemEnvironment(cache, prefix);
    const options = { interruption, end: "SIGTERM", env } as const;
    await runProgram(["sh", "-c", BOOT], options);
  });
}

async function systemCommand(
  cache: Cache,
  prefix: string,
  argv: readonly string[],
  env: Record<string, string>,
): Promise<CommandLine> {
  const all = { ...await systemEnvironment(cache, prefix), ...env };
  await keepWineserver(all);
  return { argv: ["wine", ...argv], env: all };
}

/** A program that starts while its wineserver ends would die. */
async function keepWineserver(env: Record<string, string>): Promise<void> {
  const args = ["-c", `wineserver -p${PERSISTENCE_S} || true`];
  const server = new Deno.Command("sh", {
    args,
    env,
    clearEnv: true,
    stdin: "null",
    stdout: "null",
    stderr: "null",
  });
  await server.spawn().status;
}

async function systemEnvironment(
  cache: Cache,
  prefix: string,
): Promise<Record<string, string>> {
  const runtime = cache.path("runtime");
  await Deno.mkdir(runtime, { recursive: true, mode: 0o700 });
  return wineEnvironment(Deno.env.toObject(), {
    WINEPREFIX: prefix,
    XDG_RUNTIME_DIR: runtime,
  });
}
