/**
 * How a handle was opened.
 *
 * @module
 */

import type { Loaded } from "./load.ts";
import type { ntdllFunctions } from "./ntdll.ts";
import type { OutU32 } from "./out_parameters.ts";
import type { Handle } from "./win32_api.ts";

/** The table with the function. */
interface QueryTable extends Deno.ForeignLibraryInterface {
  NtQueryInformationFile: (typeof ntdllFunctions)["NtQueryInformationFile"];
}

/** A FILE_INFORMATION_CLASS. */
export const FILE_MODE_INFORMATION = 16;
const IO_STATUS_SIZE = 16;

/**
 * Asks for the mode of a handle: create options, as far as they still hold.
 *
 * @param ntdll Functions of ntdll.dll.
 * @param file The handle.
 * @param mode Where the mode is written.
 * @returns The NTSTATUS.
 */
export function queryFileMode(
  ntdll: Loaded<QueryTable>,
  file: Handle,
  mode: OutU32,
): number {
  return ntdll.NtQueryInformationFile(
    file,
    new Uint8Array(IO_STATUS_SIZE),
    mode.bytes,
    mode.bytes.byteLength,
    FILE_MODE_INFORMATION,
  );
}
