/**
 * The symbol table of kernel32.dll for files, with the C signature beside each
 * line.
 *
 * @module
 */

import { getFileType, getFullPathName } from "../kernel32_functions.ts";

/** Functions of kernel32.dll that only files need. */
export const kernel32Files = {
  /** DWORD GetFullPathNameW(...): text only, it touches no disk */
  GetFullPathNameW: getFullPathName,

  /** DWORD GetFileType(hFile) */
  GetFileType: getFileType,
} as const satisfies Deno.ForeignLibraryInterface;
