import type { WindowsHost } from "./host.ts";
import {
  compileCommand,
  type CProgram,
  executable,
  findCompiler,
} from "./mingw.ts";
import type { NpmProgram } from "./packages.ts";
import { ask, type CommandLine } from "./process.ts";
import { Interruption, runProgram } from "./setup_process.ts";

/** Where compiled programs are, relative to the repository. */
const COMPILED = ".cache/compiled";

/** Windows itself: its Deno is the running one, its programs are on PATH. */
export class RealWindows implements WindowsHost {
  /** Its name. */
  readonly label = "Windows";
  /** The Windows folder. */
  readonly systemRoot: string = Deno.env.get("SystemRoot") ?? "C:\\Windows";
  /** What to tell about it. */
  readonly notes: string[] = [`Deno: ${Deno.execPath()}`];

  /** Looks programs up. */
  install(programs: readonly NpmProgram[]): Promise<(string | undefined)[]> {
    return Promise.all(programs.map(({ name }) => findOnPath(name)));
  }

  /**
   * Compiles programs; sources are relative to this folder. Gives the path of
   * each; `undefined` if there is no compiler on PATH.
   */
  async compile(
    programs: readonly CProgram[],
  ): Promise<(string | undefined)[]> {
    const compiler = await findCompiler();
    if (compiler === undefined) return programs.map(() => undefined);
    using interruption = new Interruption();
    await Deno.mkdir(COMPILED, { recursive: true });
    for (const program of programs) {
      const argv = compileCommand(compiler, program, COMPILED);
      await runProgram(argv, { interruption });
    }
    const folder = await Deno.realPath(COMPILED);
    return programs.map((program) => `${folder}\\${executable(program)}`);
  }

  /** The command line of the running Deno. */
  deno(
    args: readonly string[],
    env: Record<string, string> = {},
  ): Promise<CommandLine> {
    const argv = [Deno.execPath(), ...args];
    return Promise.resolve({ argv, env: { ...Deno.env.toObject(), ...env } });
  }
}

async function findOnPath(name: string): Promise<string | undefined> {
  return (await ask(["where.exe", `${name}.exe`]))?.split(/\r?\n/)[0];
}
