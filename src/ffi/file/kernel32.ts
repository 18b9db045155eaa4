/**
 * The symbol table of kernel32.dll for files, with the C signature beside each
 * line.
 *
 * @module
 */

import { kernel32Functions } from "../kernel32.ts";

/** Functions of kernel32.dll that only files need. */
export const kernel32Files = {
  /** DWORD GetFullPathNameW(...): text only, it touches no disk */
  GetFullPathNameW: kernel32Functions.GetFullPathNameW,

  /** DWORD GetFileType(hFile) */
  GetFileType: kernel32Functions.GetFileType,
} as const satisfies Deno.ForeignLibraryInterface;
