/**
 * The functions of kernel32.dll that tell the kinds of handles and use its pool
 * of threads, with the C signature beside each line.
 *
 * @module
 */

import { kernel32Functions } from "../kernel32.ts";

/** Functions of kernel32.dll. */
export const kernel32ThreadIo = {
  /** DWORD GetFileType(hFile), on another thread */
  GetFileTypeOnThread: {
    ...kernel32Functions.GetFileType,
    name: "GetFileType",
    nonblocking: true,
  },

  /** BOOL GetNamedPipeInfo(...), on another thread, with native memory */
  GetNamedPipeInfoOnThread: {
    name: "GetNamedPipeInfo",
    parameters: [
      "usize", // HANDLE hNamedPipe
      "usize", // LPDWORD lpFlags
      "usize", // LPDWORD lpOutBufferSize
      "usize", // LPDWORD lpInBufferSize
      "usize", // LPDWORD lpMaxInstances
    ],
    result: "i32", // BOOL
    nonblocking: true,
  },

  /** BOOL GetConsoleMode(...), on another thread, with native memory */
  GetConsoleModeOnThread: {
    name: "GetConsoleMode",
    parameters: [
      "usize", // HANDLE hConsoleHandle
      "usize", // LPDWORD lpMode
    ],
    result: "i32", // BOOL
    nonblocking: true,
  },

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
