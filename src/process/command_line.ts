/**
 * Command lines: one string, which the child takes apart again.
 *
 * @module
 */

import { MAX_COMMAND_LINE } from "../ffi/process/structs.ts";

/**
 * Quotes an argument so that `CommandLineToArgvW` and the C run-time of
 * Microsoft make the same of it again.
 *
 * Backslashes only count before a quotation mark: there each is doubled, and
 * the mark gets one more.
 *
 * @param argument The argument.
 * @returns The argument, in quotation marks where it needs them.
 */
export function quoteArgument(argument: string): string {
  if (argument !== "" && !/[\s"]/.test(argument)) return argument;
  const escaped = argument
    .replace(/(\\*)"/g, '$1$1\\"')
    .replace(/(\\+)$/, "$1$1");
  return `"${escaped}"`;
}

/** How a command line is made. */
export interface CommandLineOptions {
  /** True takes the arguments as they are. */
  raw: boolean;
}

/**
 * Makes the command line of a program.
 *
 * @param program The program's name, which becomes its first argument.
 * @param args The other arguments.
 * @param options Whether they are quoted already.
 * @returns The command line.
 * @throws {RangeError} when it is too long for Windows.
 */
export function commandLine(
  program: string,
  args: readonly string[],
  options: CommandLineOptions,
): string {
  const rest = options.raw ? args : args.map(quoteArgument);
  const line = [`"${program}"`, ...rest].join(" ");
  assertLength(line);
  return line;
}

/**
 * Refuses a command line that Windows would refuse.
 *
 * @param line The command line.
 * @throws {RangeError} when it has more than 32766 characters.
 */
export function assertLength(line: string): void {
  if (line.length < MAX_COMMAND_LINE) return;
  throw new RangeError(
    `Cannot start process: the command line has ${line.length} characters, ` +
      `more than ${MAX_COMMAND_LINE - 1}`,
  );
}
