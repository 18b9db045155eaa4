/**
 * The functions of kernel32.dll that tell the kinds of handles, with the C
 * signature beside each line.
 *
 * @module
 */

import { getFileType } from "./kernel32_functions.ts";

/** Functions of kernel32.dll. */
export const kernel32ThreadIo = {
  /** DWORD GetFileType(hFile) */
  GetFileType: getFileType,
} as const satisfies Deno.ForeignLibraryInterface;
