/**
 * From the name of a program to its path.
 *
 * @module
 */

import { windowsError } from "../ffi/errors.ts";
import { ERROR_FILE_NOT_FOUND } from "../ffi/constants.ts";
import type { ProcessApi } from "../ffi/process/api.ts";
import type { Win32Api } from "../ffi/win32_api.ts";
import { variable } from "./environment.ts";
import { shortFullPath } from "./short_path.ts";

/** What Windows appends to a name without a period. */
const EXTENSION = ".exe";

const ACTION = "start process";

/** Where a program is looked for. */
export interface SearchPlace {
  /** `PATH` of the child, where it is another one; searched first. */
  childPath: string | undefined;
  /** `NAME=value` strings of this process. */
  environment: readonly string[];
}

/** The seams that a search uses. */
export interface SearchApis {
  /** Gives the text of errors. */
  win32: Pick<Win32Api, "formatMessage">;
  /** Searches. */
  processes: Pick<
    ProcessApi,
    | "fullPath"
    | "programPath"
    | "searchPath"
    | "shortPath"
    | "systemDirectory"
    | "windowsDirectory"
  >;
}

/**
 * Finds a program. A name with a directory in it is taken as it is, relative
 * to the current directory of this process. A bare name is looked for as
 * Rust's standard library does it, in this order: the `PATH` of the child if
 * it is another one, the directory of the running program, the system's
 * directories, the `PATH` of this process. The current directory is none of
 * them, and neither are entries of `PATH` that are not absolute.
 *
 * A name without a period stands for that name and `.exe`; one with a period
 * at its end for the name without it.
 *
 * @param apis Windows.
 * @param command The name or path.
 * @param place Where to look.
 * @returns The absolute path of the program; the short name of a long one.
 * @throws {Deno.errors.NotFound} when a bare name is nowhere.
 * @throws {Deno.errors.NotSupported} when it names a pipe or a device.
 * @throws {RangeError} when it is too long.
 */
export async function findProgram(
  apis: SearchApis,
  command: string,
  place: SearchPlace,
): Promise<string> {
  const path = /[\\/:]/.test(command)
    ? withExtension(command)
    : await search(apis, command, place);
  const missing = ERROR_FILE_NOT_FOUND;
  return await shortFullPath(apis, path, { action: ACTION, missing });
}

async function search(
  apis: SearchApis,
  command: string,
  place: SearchPlace,
): Promise<string> {
  const path = await apis.processes.searchPath({
    directories: searchDirectories(apis.processes, place),
    name: command,
    extension: EXTENSION,
  });
  if (path !== "") return path;
  throw windowsError(apis.win32, ERROR_FILE_NOT_FOUND, {
    syscall: "SearchPathW",
    action: `Cannot ${ACTION} "${command}"`,
    state: "no such program",
  });
}

function withExtension(path: string): string {
  const name = path.slice(path.search(/[^\\/:]*$/));
  return name.includes(".") ? path : path + EXTENSION;
}

function searchDirectories(
  processes: SearchApis["processes"],
  { childPath, environment }: SearchPlace,
): string[] {
  const program = processes.programPath();
  return [
    ...splitPath(childPath ?? ""),
    program.slice(0, program.lastIndexOf("\\")),
    processes.systemDirectory(),
    processes.windowsDirectory(),
    ...splitPath(variable(environment, "PATH") ?? ""),
  ];
}

/**
 * Splits a `PATH`. Quotation marks protect semicolons, but a directory with
 * one cannot be searched.
 *
 * @param path Directories, separated by semicolons.
 * @returns Those that are absolute.
 */
export function splitPath(path: string): string[] {
  const entries = path.match(/(?:"[^"]*"?|[^";])+/g) ?? [];
  return entries
    .map((entry) => entry.replaceAll('"', "").trim())
    .filter((entry) => /^(?:[a-z]:[\\/]|[\\/]{2})/i.test(entry))
    .filter((entry) => !entry.includes(";"));
}
