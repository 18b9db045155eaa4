/**
 * Paths for `CreateProcessW`, which has room for 260 characters: in a child's
 * current directory by design, elsewhere as far as the version goes.
 *
 * @module
 */

import { windowsError } from "../ffi/errors.ts";
import { assertFilePath, tooLong } from "../ffi/file/file_path.ts";
import type { ProcessApi } from "../ffi/process/api.ts";
import type { Win32Api } from "../ffi/win32_api.ts";

/** A backslash and a zero follow in a current directory. */
const MAX_UNITS = 258;

/** The seams that it takes. */
export interface ShortPathApis {
  /** Gives the text of errors. */
  win32: Pick<Win32Api, "formatMessage">;
  /** Asks for names. */
  processes: Pick<ProcessApi, "fullPath" | "shortPath">;
}

/** What a path is for. */
export interface PathUse {
  /** The beginning of an error's message: `"start process in"`. */
  action: string;
  /** The Win32 code when there is no such path. */
  missing: number;
}

/**
 * Makes a path full. A long one is replaced by its short name (`C:\PROGRA~1`),
 * where the disk keeps them.
 *
 * @param apis Windows.
 * @param path What the caller gave.
 * @param use What it is for.
 * @returns A full path, of 258 characters at most.
 * @throws {RangeError} when it is longer, and has no shorter name.
 * @throws {Deno.errors.NotSupported} when it names a pipe or a device.
 * @throws {WindowsError} when it is longer, and not there.
 */
export async function shortFullPath(
  { win32, processes }: ShortPathApis,
  path: string,
  { action, missing }: PathUse,
): Promise<string> {
  const full = processes.fullPath(path);
  if (full === "") throw tooLong(path, action);
  assertFilePath(full, action);
  if (fits(full)) return full;
  const short = fromLiteral(await processes.shortPath(toLiteral(full)));
  if (short !== "" && fits(short)) return short;
  if (short !== "") throw tooLong(full, action);
  throw windowsError(win32, missing, {
    syscall: "GetShortPathNameW",
    action: `Cannot ${action} "${path}"`,
  });
}

function fits(path: string): boolean {
  return path.replace(/\\$/, "").length <= MAX_UNITS;
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
