/**
 * The command line: lists pipes, connects to them, serves them, forwards them,
 * measures and records them, and tries what a machine supports.
 *
 * ```sh
 * deno run --allow-ffi jsr:@iocp/proactor/cli --help
 * ```
 *
 * @example Run a command in a program
 * ```ts
 * import { runCommandLine } from "@iocp/proactor/cli";
 *
 * console.log(await runCommandLine(["--version"])); // 0
 * ```
 *
 * @module
 */

import { runProgram } from "./program.ts";
import { SystemTerminal, type Terminal } from "./terminal.ts";

export type { ByteSource, Terminal, TerminalColors } from "./terminal.ts";

/**
 * Runs a command as the command line does.
 *
 * @example Usage
 * ```ts
 * import { runCommandLine } from "@iocp/proactor/cli";
 *
 * console.log(await runCommandLine(["listen"])); // 2
 * ```
 *
 * @param args The name of the command, and its arguments.
 * @param terminal What it talks to, instead of the streams of this process.
 * @returns The exit code: 0 when it is done or was stopped by Ctrl+C, 1 when it
 * has failed, 2 when the arguments were wrong.
 */
export async function runCommandLine(
  args: readonly string[],
  terminal?: Terminal,
): Promise<number> {
  if (terminal !== undefined) return await runProgram(terminal, args);
  using system = new SystemTerminal();
  return await runProgram(system, args);
}

if (import.meta.main) Deno.exit(await runCommandLine(Deno.args));
