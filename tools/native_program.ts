import type { Piece } from "./cache.ts";
import { type Interruption, runProgram } from "./setup_process.ts";

/** A program for Windows that is built from sources of this repository. */
export interface NativeProgram {
  /** Its name, and that of its folder in the cache. */
  name: string;
  /** Its source files, relative to the repository. */
  sources: readonly string[];
  /** Looks for what builds it; `undefined` if this machine has none. */
  findToolchain(): Promise<Toolchain | undefined>;
}

/** What builds a program. */
export interface Toolchain {
  /** Its name, such as "gcc". */
  label: string;
  /** What changes when the program has to be built anew. */
  version: string;
  /** Puts the program, and nothing else, into a folder. */
  build(folder: string, runStep: RunStep): Promise<void>;
}

/** Runs a command of a build. */
export type RunStep = (
  argv: readonly string[],
  options?: StepOptions,
) => Promise<unknown>;

/** How a command of a build is run. */
export interface StepOptions {
  /** Variables besides this process's. */
  env?: Record<string, string>;
  /** The folder to start in; without it, this process's. */
  cwd?: string;
}

/** The file name of a program. */
export function executable({ name }: { name: string }): string {
  return `${name}.exe`;
}

/** Builds a program into a folder. */
export async function buildProgram(
  toolchain: Toolchain,
  folder: string,
  interruption: Interruption,
): Promise<void> {
  await toolchain.build(folder, (argv, { env, cwd } = {}) =>
    runProgram(argv, {
      interruption,
      env: { ...Deno.env.toObject(), ...env },
      ...(cwd === undefined ? {} : { cwd }),
    }));
}

/**
 * A program as a piece of the cache, `undefined` if nothing here builds it. Its
 * version is that of its sources.
 */
export async function builtPiece(
  program: NativeProgram,
  interruption: Interruption,
): Promise<Piece | undefined> {
  const toolchain = await program.findToolchain();
  if (toolchain === undefined) return undefined;
  return {
    name: program.name,
    title: `${executable(program)} by ${toolchain.label}`,
    note: "seconds",
    version: await digest([toolchain.version, ...readAll(program.sources)]),
    build: (folder) => buildProgram(toolchain, folder, interruption),
  };
}

/** Copies sources to a folder, by their names alone. */
export async function copySources(
  sources: readonly string[],
  folder: string,
): Promise<void> {
  await Deno.mkdir(folder);
  for (const source of sources) {
    await Deno.copyFile(source, `${folder}/${source.split("/").at(-1)}`);
  }
}

function readAll(files: readonly string[]): string[] {
  return files.map((file) => Deno.readTextFileSync(file));
}

async function digest(texts: readonly string[]): Promise<string> {
  const bytes = new TextEncoder().encode(texts.join("\0"));
  const hash = await crypto.subtle.digest("SHA-256", bytes);
  return new Uint8Array(hash).toHex().slice(0, 16);
}
