/**
 * Batch files: `CreateProcessW` hands them to `cmd.exe`, which reads a command
 * line by rules of its own and runs what it finds in there.
 *
 * An argument that is quoted for a program can therefore run commands
 * (CVE-2024-24576). So the command line of `cmd.exe` is made here, by the rules
 * of Rust's standard library: whatever is not known to be harmless is in
 * quotation marks, a quotation mark is doubled, `%` cannot begin the name of a
 * variable, and a line break, which would end the command, is refused.
 *
 * @module
 */

import { assertLength, type CommandLineOptions } from "./command_line.ts";

/** Extensions on, delayed expansion and AutoRun off, then one command. */
const SHELL_FLAGS = "/e:ON /v:OFF /d /c";

/** Expands to nothing, and what follows it is no name of a variable. */
const EMPTY_EXPANSION = "%%cd:~,";

/** What needs no quotation marks. */
const HARMLESS = /^[\w#$*+\-./:?@\\]+$/;

/**
 * Tells whether a path is that of a batch file. Windows ignores spaces and
 * periods at the end of a name, and so does this.
 *
 * @param path The path.
 * @returns True for `.bat` and `.cmd`.
 */
export function isBatchFile(path: string): boolean {
  return /\.(?:bat|cmd)[ .]*$/i.test(path);
}

/**
 * Makes the command line with which `cmd.exe` runs a batch file.
 *
 * @param script The path of the batch file.
 * @param args Its arguments.
 * @param options Whether they are quoted already.
 * @returns The command line.
 * @throws {TypeError} when the path or an argument cannot be given to a batch
 * file.
 * @throws {RangeError} when the command line is too long for Windows.
 */
export function batchCommandLine(
  script: string,
  args: readonly string[],
  options: CommandLineOptions,
): string {
  const command = [
    quoteScript(script),
    ...options.raw ? args : args.map(quoteBatchArgument),
  ].join(" ");
  const line = `cmd.exe ${SHELL_FLAGS} "${command}"`;
  assertLength(line);
  return line;
}

/**
 * Quotes an argument of a batch file.
 *
 * @param argument The argument.
 * @returns What `%1` of the batch file will be.
 * @throws {TypeError} when it holds a line break.
 */
export function quoteBatchArgument(argument: string): string {
  if (/[\r\n]/.test(argument)) {
    throw new TypeError(
      "Cannot start batch file: an argument holds a line break",
    );
  }
  const escaped = argument
    .replace(/(\\*)"/g, '$1$1""')
    .replaceAll("%", `${EMPTY_EXPANSION}%`);
  if (HARMLESS.test(argument) && !argument.endsWith("\\")) return escaped;
  return `"${escaped.replace(/(\\+)$/, "$1$1")}"`;
}

function quoteScript(script: string): string {
  if (/["\r\n]|\\$/.test(script)) {
    throw new TypeError(
      `Cannot start batch file "${script}": no file has such a name`,
    );
  }
  return `"${script.replaceAll("%", `${EMPTY_EXPANSION}%`)}"`;
}
