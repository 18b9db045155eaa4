import { executable, type NativeProgram } from "./native_program.ts";
import { ask } from "./process.ts";

/** Compilers for Windows programs, the best first. */
const COMPILERS = Deno.build.os === "windows"
  ? ["x86_64-w64-mingw32-gcc.exe", "gcc.exe"]
  : ["x86_64-w64-mingw32-gcc"];

const FLAGS = ["-O2", "-Wall", "-Wextra", "-D_WIN32_WINNT=0x0602"];
const LIBRARIES = ["-lws2_32", "-lmswsock", "-lpsapi"];

let compiler: Promise<string | undefined> | undefined;

/**
 * A program in C.
 *
 * @param name Its name.
 * @param sources The first one is compiled, the others are included.
 */
export function cProgram(
  name: string,
  sources: readonly string[],
): NativeProgram {
  return {
    name,
    sources,
    async findToolchain() {
      compiler ??= askCompilers();
      const found = await compiler;
      if (found === undefined) return undefined;
      return {
        label: found,
        version: compileCommand(found, { name, sources }, "").join(" "),
        async build(folder, runStep) {
          await runStep(compileCommand(found, { name, sources }, folder));
        },
      };
    },
  };
}

/** The command line that compiles a program. */
export function compileCommand(
  compiler: string,
  program: Pick<NativeProgram, "name" | "sources">,
  folder: string,
): string[] {
  const output = `${folder}/${executable(program)}`;
  const source = program.sources[0] ?? "";
  return [compiler, ...FLAGS, "-o", output, source, ...LIBRARIES];
}

async function askCompilers(): Promise<string | undefined> {
  for (const name of COMPILERS) {
    if (await ask([name, "--version"]) !== undefined) return name;
  }
  return undefined;
}
