import type { Piece } from "./cache.ts";
import type { CommandLine } from "./process.ts";
import type { Interruption } from "./setup_process.ts";

/** The oldest Wine that runs Deno: older ones lack bcryptprimitives.dll. */
export const OLDEST_WINE = 10;

/** What a machine offers for running Windows programs. */
export interface Machine {
  /** What `wine --version` prints; `undefined` if there is no Wine. */
  wine?: string | undefined;
  /** Whether this is Linux. */
  linux: boolean;
  /** Whether this process is root. */
  root: boolean;
}

/**
 * The version, such as `10.0`, in what `wine --version` prints, such as
 * `wine-10.0 (Debian 10.0)`.
 */
export function parseWineVersion(text: string): string | undefined {
  return /^wine-(\d+\.\d+(?:\.\d+)?)/m.exec(text)?.[1];
}

/** Whether a Wine is new enough. */
export function isWineUsable(version: string | undefined): boolean {
  return Number.parseInt(version ?? "0", 10) >= OLDEST_WINE;
}

/** Where Wine comes from: the machine, the cache, or nowhere. */
export type WineSource = "system" | "debian" | "none";

/**
 * Decides which Wine to use: the machine's if it is new enough, otherwise one
 * from Debian in the cache, which takes root on Linux.
 */
export function chooseWine(machine: Machine): WineSource {
  if (isWineUsable(parseWineVersion(machine.wine ?? ""))) return "system";
  return machine.linux && machine.root ? "debian" : "none";
}

/** Says what to do on a machine that cannot run Windows programs. */
export function missingWineMessage(machine: Machine): string {
  const version = parseWineVersion(machine.wine ?? "");
  const found = version === undefined
    ? "there is no wine on PATH"
    : `the wine on PATH is ${version}`;
  const ways = machine.linux
    ? `Install wine ${OLDEST_WINE} or newer, or run this as root: ` +
      "the set-up then makes a Debian with Wine in the cache by debootstrap."
    : `Install wine ${OLDEST_WINE} or newer.`;
  return `Cannot run the Windows build of Deno: ${found}\n${ways}`;
}

/** The path of a file as Wine shows it. */
export function winePath(path: string): string {
  return `Z:${path.replaceAll("/", "\\")}`;
}

/** The environment of a program under Wine. */
export function wineEnvironment(
  base: Record<string, string>,
  own: Record<string, string>,
): Record<string, string> {
  const env: Record<string, string> = {
    WINEDEBUG: "-all",
    DENO_NO_UPDATE_CHECK: "1",
    ...base,
    // No debugger, no desktop menus, no questions about Mono and Gecko
    WINEDLLOVERRIDES: "winedbg.exe,winemenubuilder.exe=d;mscoree=;mshtml=",
    ...own,
  };
  // Debian's Wine aborts with the first; the others open windows
  for (const name of ["TMPDIR", "DISPLAY", "WAYLAND_DISPLAY"]) delete env[name];
  return env;
}

/** A Wine: where it is and how a program is run in it. */
export interface Wine {
  /** Its name, such as "Wine 10.0". */
  readonly label: string;
  /** Where its Wine prefix is. */
  readonly prefix: string;

  /**
   * What the cache must hold before a program can run, in the order in which it
   * is made.
   */
  pieces(interruption: Interruption): Piece[];

  /**
   * The command line, to be run at once, of a Windows program, with variables
   * besides this process's environment.
   */
  command(
    argv: readonly string[],
    env: Record<string, string>,
  ): Promise<CommandLine>;
}
