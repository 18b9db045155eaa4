/**
 * The current directory of a child.
 *
 * @module
 */

import { windowsError } from "../ffi/errors.ts";
import { assertFilePath, tooLong } from "../ffi/file_path.ts";
import type { ProcessApi } from "../ffi/process_api.ts";
import type { Win32Api } from "../ffi/win32_api.ts";

/** `CreateProcessW` does not find the current directory. */
const ERROR_DIRECTORY = 267;

/** A process keeps it in 260 characters, with a backslash and a zero. */
const MAX_DIRECTORY = 258;

const ACTION = "start process in";

/** The seams that it takes. */
export interface DirectoryApis {
  /** Gives the text of errors. */
  win32: Pick<Win32Api, "formatMessage">;
  /** Asks for names. */
  processes: Pick<ProcessApi, "fullPath" | "shortPath">;
}

/**
 * Makes a path such that a process can have it as its current directory: a long
 * one is replaced by its short name (`C:\PROGRA~1`), where the disk keeps them.
 *
 * @param apis Windows.
 * @param path What the caller gave.
 * @returns A full path, of 258 characters at most.
 * @throws {RangeError} when it is longer, and has no shorter name.
 * @throws {Deno.errors.NotSupported} when it names a pipe or a device.
 * @throws {Deno.errors.NotADirectory} when it is longer, and not there.
 */
export async function workingDirectory(
  { win32, processes }: DirectoryApis,
  path: string,
): Promise<string> {
  const full = processes.fullPath(path);
  if (full === "") throw tooLong(path, ACTION);
  assertFilePath(full, ACTION);
  if (fits(full)) return full;
  const short = fromLiteral(await processes.shortPath(toLiteral(full)));
  if (short !== "" && fits(short)) return short;
  if (short !== "") throw tooLong(full, ACTION);
  throw windowsError(win32, ERROR_DIRECTORY, {
    syscall: "GetShortPathNameW",
    action: `Cannot ${ACTION} "${path}"`,
  });
}

function fits(path: string): boolean {
  return path.replace(/\\$/, "").length <= MAX_DIRECTORY;
}

/** Windows takes long names only so. */
function toLiteral(path: string): string {
  if (/^\\\\[.?]\\/.test(path)) return path;
  if (path.startsWith("\\\\")) return `\\\\?\\UNC\\${path.slice(2)}`;
  return `\\\\?\\${path}`;
}

function fromLiteral(path: string): string {
  return path
    .replace(/^\\\\\?\\UNC\\/i, "\\\\")
    .replace(/^\\\\\?\\(?=[a-z]:)/i, "");
}
