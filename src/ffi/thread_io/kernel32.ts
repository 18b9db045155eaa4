/**
 * The functions of kernel32.dll that tell the kinds of handles and use its pool
 * of threads, with the C signature beside each line.
 *
 * @module
 */

import { kernel32Functions } from "../kernel32_functions.ts";

/** Functions of kernel32.dll. */
export const kernel32ThreadIo = {
  /** DWORD GetFileType(hFile) */
  GetFileType: kernel32Functions.GetFileType,

  /** BOOL QueueUserWorkItem(Function, Context, Flags) */
  QueueUserWorkItem: {
    parameters: [
      "usize", // LPTHREAD_START_ROUTINE Function
      "usize", // PVOID Context
      "u32", // ULONG Flags
    ],
    result: "i32", // BOOL
  },
} as const satisfies Deno.ForeignLibraryInterface;
