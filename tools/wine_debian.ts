import type { Cache, Piece } from "./cache.ts";
import { DEBIAN, debianPiece } from "./debootstrap.ts";
import type { CommandLine } from "./process.ts";
import { type Interruption, runProgram, sealed } from "./setup_process.ts";
import { type Wine, wineEnvironment } from "./wine.ts";
import { prefixPiece } from "./wine_prefix.ts";

// The programs themselves: Debian's scripts around them add noise
const WINE = "/usr/lib/wine/wine64";
const WINESERVER = "/usr/lib/wine/wineserver64";

const LAUNCHER = `${import.meta.dirname}/wine_launch.sh`;
const BOOT = `${WINE} wineboot -i && { ${WINESERVER} -k; ${WINESERVER} -w; }`;

/** From this process to the program: `unshare`, then the launcher. */
const DEPTH = 2;

/** A command in the Debian of the cache. */
interface DebianCommand {
  /** "run" keeps changes of the Wine prefix in memory, "build" writes them. */
  mode: "run" | "build";
  /** The Wine prefix. */
  prefix: string;
  /** The folder to start in. */
  cwd: string;
  /** The program and its arguments. */
  argv: readonly string[];
}

/**
 * The Wine of a Debian in the cache. Each program runs in namespaces of its
 * own, with its own wineserver and its own copy of the Wine prefix.
 */
export function debianWine(cache: Cache): Wine {
  const prefix = cache.path(`prefix-${DEBIAN}`);
  return {
    label: `Wine (Debian ${DEBIAN})`,
    prefix,
    pieces: (interruption) => [
      debianPiece(interruption, WINE),
      debianPrefix(cache, interruption),
    ],
    command(argv, env): Promise<CommandLine> {
      const words = [WINE, ...argv];
      const cwd = Deno.cwd();
      return Promise.resolve({
        argv: launch(cache, { mode: "run", prefix, cwd, argv: words }),
        env: { ...debianEnvironment(prefix), ...env },
        depth: DEPTH,
      });
    },
  };
}

function debianPrefix(cache: Cache, interruption: Interruption): Piece {
  return prefixPiece(`prefix-${DEBIAN}`, DEBIAN, async (prefix) => {
    const argv = ["sh", "-c", BOOT];
    const command = launch(cache, { mode: "build", prefix, cwd: "/", argv });
    const env = debianEnvironment(prefix);
    await runProgram(command, { interruption, env });
  });
}

function launch(cache: Cache, command: DebianCommand): string[] {
  const { mode, prefix, cwd, argv } = command;
  const root = cache.path(`debian-${DEBIAN}`);
  const words = [LAUNCHER, mode, cache.folder, root, prefix, cwd, ...argv];
  return sealed(["sh", ...words]);
}

function debianEnvironment(prefix: string): Record<string, string> {
  const env = wineEnvironment(Deno.env.toObject(), {
    WINEPREFIX: prefix,
    WINELOADER: WINE,
    WINESERVER: WINESERVER,
    XDG_RUNTIME_DIR: "/run/user/0",
  });
  // They name libraries that this Debian does not have
  for (const name of ["LD_PRELOAD", "LD_LIBRARY_PATH"]) delete env[name];
  return env;
}
