import type { Piece } from "./cache.ts";
import { ask } from "./process.ts";
import { type Interruption, runProgram } from "./setup_process.ts";

/** A program in C for Windows. */
export interface CProgram {
  /** Its name, and that of its folder in the cache. */
  name: string;
  /** Its source files; the first one is compiled, the others are included. */
  sources: readonly string[];
}

/** Compilers for Windows programs, the best first. */
const COMPILERS = Deno.build.os === "windows"
  ? ["x86_64-w64-mingw32-gcc.exe", "gcc.exe"]
  : ["x86_64-w64-mingw32-gcc"];

const FLAGS = ["-O2", "-Wall", "-Wextra", "-D_WIN32_WINNT=0x0602"];
const LIBRARIES = ["-lws2_32", "-lmswsock", "-lpsapi"];

let compiler: Promise<string | undefined> | undefined;

/** Looks for a compiler. Asked once. */
export function findCompiler(): Promise<string | undefined> {
  compiler ??= askCompilers();
  return compiler;
}

/** The file name of a program. */
export function executable(program: CProgram): string {
  return `${program.name}.exe`;
}

/** The command line that compiles a program. */
export function compileCommand(
  compiler: string,
  program: CProgram,
  folder: string,
): string[] {
  const output = `${folder}/${executable(program)}`;
  const source = program.sources[0] ?? "";
  return [compiler, ...FLAGS, "-o", output, source, ...LIBRARIES];
}

/**
 * A compiled program as a piece of the cache. Its version is that of its
 * sources.
 */
export async function compiledPiece(
  compiler: string,
  program: CProgram,
  interruption: Interruption,
): Promise<Piece> {
  const command = compileCommand(compiler, program, "");
  return {
    name: program.name,
    title: `${executable(program)} by ${compiler}`,
    note: "a second",
    version: await digest([command.join(" "), ...readAll(program.sources)]),
    async build(folder) {
      const argv = compileCommand(compiler, program, folder);
      await runProgram(argv, { interruption });
    },
  };
}

function readAll(files: readonly string[]): string[] {
  return files.map((file) => Deno.readTextFileSync(file));
}

async function digest(texts: readonly string[]): Promise<string> {
  const bytes = new TextEncoder().encode(texts.join("\0"));
  const hash = await crypto.subtle.digest("SHA-256", bytes);
  return new Uint8Array(hash).toHex().slice(0, 16);
}

async function askCompilers(): Promise<string | undefined> {
  for (const name of COMPILERS) {
    if (await ask([name, "--version"]) !== undefined) return name;
  }
  return undefined;
}
