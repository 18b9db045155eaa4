import type { NativeProgram } from "./native_program.ts";
import type { NpmProgram } from "./packages.ts";
import type { CommandLine } from "./process.ts";

/** What runs Windows programs on this machine. */
export interface WindowsHost {
  /** Its name, such as "Windows" or "Wine 10.0". */
  readonly label: string;
  /** The Windows folder, such as `C:\Windows`. */
  readonly systemRoot: string;
  /** What to tell about it, a line each. */
  readonly notes: string[];

  /**
   * Makes programs ready. Gives the Windows path of each; `undefined` where one
   * is not to be had.
   */
  install(programs: readonly NpmProgram[]): Promise<(string | undefined)[]>;

  /**
   * Compiles a program, unless that was done; sources are relative to the
   * repository. Gives its Windows path; `undefined` if nothing here compiles
   * it. Fails with a `SetupError` that has the compiler's words.
   */
  compile(program: NativeProgram): Promise<string | undefined>;

  /** The command line of the Windows build of Deno. */
  deno(
    args: readonly string[],
    env?: Record<string, string>,
  ): Promise<CommandLine>;
}
