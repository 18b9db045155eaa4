/**
 * How a handle was opened.
 *
 * @module
 */

import { FILE_MODE_INFORMATION } from "./file/constants.ts";
import type { SendFileSymbols } from "./sendfile/native.ts";
import type { OutU32 } from "./out_parameters.ts";
import type { Handle } from "./win32_api.ts";

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
  ntdll: Pick<SendFileSymbols["ntdll"], "NtQueryInformationFile">,
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
