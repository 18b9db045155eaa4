/**
 * The functions of kernel32.dll about files that are sent, with the C
 * signature beside each line. The conventions are those of `kernel32.ts`.
 *
 * @module
 */

import { kernel32Functions } from "../kernel32.ts";

/** Functions of kernel32.dll. */
export const kernel32SendFile = {
  /** DWORD GetFileType(hFile) */
  GetFileType: kernel32Functions.GetFileType,

  /** BOOL GetFileSizeEx(hFile, lpFileSize) */
  GetFileSizeEx: {
    parameters: [
      "usize", // HANDLE hFile
      "buffer", // PLARGE_INTEGER lpFileSize
    ],
    result: "i32", // BOOL
  },

  /** HANDLE ReOpenFile(hOriginalFile, dwDesiredAccess, dwShareMode, dwFlags) */
  ReOpenFile: {
    parameters: [
      "usize", // HANDLE hOriginalFile
      "u32", // DWORD dwDesiredAccess
      "u32", // DWORD dwShareMode
      "u32", // DWORD dwFlagsAndAttributes
    ],
    result: "usize", // HANDLE
  },
} as const satisfies Deno.ForeignLibraryInterface;
