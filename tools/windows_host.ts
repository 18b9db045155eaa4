import type { WindowsHost } from "./host.ts";
import {
  buildProgram,
  executable,
  type NativeProgram,
} from "./native_program.ts";
import type { NpmProgram } from "./packages.ts";
import { ask, type CommandLine } from "./process.ts";
import { Interruption } from "./setup_process.ts";

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
   * Compiles a program; sources are relative to this folder. Gives its path;
   * `undefined` if what compiles it is not on PATH.
   */
  async compile(program: NativeProgram): Promise<string | undefined> {
    const toolchain = await program.findToolchain();
    if (toolchain === undefined) return undefined;
    using interruption = new Interruption();
    const folder = `${COMPILED}/${program.name}`;
    await Deno.remove(folder, { recursive: true }).catch(() => {});
    await Deno.mkdir(folder, { recursive: true });
    const full = await Deno.realPath(folder);
    await buildProgram(toolchain, full, interruption);
    return `${full}\\${executable(program)}`;
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
