import type { Cache, Piece } from "./cache.ts";
import type { CommandLine } from "./process.ts";
import type { Step } from "./progress.ts";
import {
  type Interruption,
  runProgram,
  SetupError,
} from "./setup_process.ts";
import { isWineUsable, parseWineVersion, wineEnvironment } from "./wine.ts";
import type { Wine } from "./wine_host.ts";
import { prefixPiece } from "./wine_prefix.ts";

/** The Debian that is put in the cache where Wine is missing or too old. */
export const DEBIAN = "trixie";

/** The programs of Debian's Wine; its wrapper scripts add noise. */
export const DEBIAN_WINE = "/usr/lib/wine/wine64";
const DEBIAN_WINESERVER = "/usr/lib/wine/wineserver64";

const LAUNCHER = `${import.meta.dirname}/wine_launch.sh`;
const PACKAGES = "wine64,wine,ca-certificates";
const HOSTS = "127.0.0.1 localhost\n::1 localhost ip6-localhost ip6-loopback\n";

/** A Wine prefix in the Debian of the cache. */
export interface DebianWine {
  /** The cache. */
  cache: Cache;
  /** The folder of the Debian. */
  root: string;
  /** The Wine prefix. */
  prefix: string;
}

/**
 * The command line of a program in the Debian of the cache. It ends with this
 * process, however this process ends.
 *
 * @param wine The Debian and its Wine prefix.
 * @param mode "run" keeps changes of the prefix in memory, "build" writes them.
 * @param argv The program and its arguments.
 * @returns The command line; the program is its grandchild.
 */
export function debianCommand(
  wine: DebianWine,
  mode: "run" | "build",
  argv: readonly string[],
): string[] {
  const { cache, root, prefix } = wine;
  const cwd = mode === "run" ? Deno.cwd() : "/";
  const launch = [LAUNCHER, mode, cache.folder, root, prefix, cwd];
  return [...sealed(), "sh", ...launch, ...argv];
}

/** Own namespaces, which are gone with all in them when this process is. */
function sealed(): string[] {
  const death = ["setpriv", "--pdeathsig", "KILL"];
  const namespaces = ["--mount", "--pid", "--propagation", "slave"];
  return [...death, "unshare", ...namespaces, "--fork", "--kill-child=KILL"];
}

/**
 * The environment of a program in the Debian of the cache.
 *
 * @param base The environment of this process.
 * @param prefix The Wine prefix.
 * @returns The whole environment.
 */
export function debianEnvironment(
  base: Record<string, string>,
  prefix: string,
): Record<string, string> {
  const env = wineEnvironment(base, {
    WINEPREFIX: prefix,
    WINELOADER: DEBIAN_WINE,
    WINESERVER: DEBIAN_WINESERVER,
    XDG_RUNTIME_DIR: "/run/user/0",
  });
  delete env["LD_PRELOAD"];
  delete env["LD_LIBRARY_PATH"];
  return env;
}

/**
 * The Debian with Wine as a piece of the cache.
 *
 * @param interruption Ends the work when this process is asked to stop.
 * @returns The piece.
 */
export function debianPiece(interruption: Interruption): Piece {
  return {
    name: `debian-${DEBIAN}`,
    title: `Debian ${DEBIAN} with Wine`,
    note: "about a minute, 1.1 GB",
    version: DEBIAN,
    build: (folder, step) => buildDebian(folder, step, interruption),
  };
}

async function buildDebian(
  folder: string,
  step: Step,
  interruption: Interruption,
): Promise<void> {
  await ensureDebootstrap(step, interruption);
  const make = ["debootstrap", "--variant=minbase", `--include=${PACKAGES}`];
  await runProgram([...sealed(), ...make, DEBIAN, folder], {
    interruption,
    onLine: (line) => step.detail(line.replace(/^I: /, "")),
  });
  await finishDebian(folder);
  await checkWine(folder, interruption);
}

/** Installs the one program that may be missing, through the system's apt. */
async function ensureDebootstrap(
  step: Step,
  interruption: Interruption,
): Promise<void> {
  if (await isOnPath("debootstrap")) return;
  if (!await isOnPath("apt-get")) {
    throw new SetupError(
      "Cannot install Wine in the cache: there is no debootstrap on PATH",
    );
  }
  const env = { ...Deno.env.toObject(), DEBIAN_FRONTEND: "noninteractive" };
  for (const words of [["update"], ["install", "-y", "debootstrap"]]) {
    step.detail(`apt-get ${words.join(" ")}`);
    // Killed outright, it would leave the system's packages half installed
    await runProgram(["apt-get", ...words], {
      interruption,
      end: "SIGINT",
      env,
    });
  }
}

async function isOnPath(program: string): Promise<boolean> {
  const args = ["-c", 'command -v "$1"', "sh", program];
  const { success } = await new Deno.Command("sh", { args }).output();
  return success;
}

async function finishDebian(folder: string): Promise<void> {
  for (const used of ["cache/apt/archives", "lib/apt/lists"]) {
    await Deno.remove(`${folder}/var/${used}`, { recursive: true });
  }
  await Deno.writeTextFile(`${folder}/etc/hosts`, HOSTS);
  const resolver = `${folder}/etc/resolv.conf`;
  await Deno.remove(resolver).catch(() => {}); // It may be a dangling link
  await Deno.writeTextFile(resolver, "");
}

async function checkWine(
  folder: string,
  interruption: Interruption,
): Promise<void> {
  const argv = ["chroot", folder, DEBIAN_WINE, "--version"];
  const version = parseWineVersion(await runProgram(argv, { interruption }));
  if (!isWineUsable(version)) {
    throw new SetupError(`Cannot use the Wine of Debian ${DEBIAN}: ${version}`);
  }
}

/**
 * The Wine prefix of the Debian in the cache.
 *
 * @param cache The cache.
 * @param root The folder of the Debian.
 * @param interruption Ends the work when this process is asked to stop.
 * @returns The piece.
 */
export function debianPrefixPiece(
  cache: Cache,
  root: string,
  interruption: Interruption,
): Piece {
  const boot =
    `${DEBIAN_WINE} wineboot -i && ${DEBIAN_WINESERVER} -k && ${DEBIAN_WINESERVER} -w`;
  return prefixPiece(`prefix-${DEBIAN}`, DEBIAN, async (prefix) => {
    const wine = { cache, root, prefix };
    await runProgram(debianCommand(wine, "build", ["sh", "-c", boot]), {
      interruption,
      env: debianEnvironment(Deno.env.toObject(), prefix),
    });
  });
}
