/**
 * The functions of kernel32.dll about the end of a thread, with the C signature
 * beside each line. The conventions are those of `kernel32.ts`.
 *
 * @module
 */

import { kernel32Functions, registerWaitRest } from "../kernel32.ts";

/** Functions of kernel32.dll about the end of a thread. */
export const kernel32Threads = {
  /** DWORD GetCurrentThreadId() */
  GetCurrentThreadId: {
    parameters: [],
    result: "u32", // DWORD
  },

  /** HANDLE OpenThread(dwDesiredAccess, bInheritHandle, dwThreadId) */
  OpenThread: {
    parameters: [
      "u32", // DWORD dwDesiredAccess
      "i32", // BOOL bInheritHandle
      "u32", // DWORD dwThreadId
    ],
    result: "usize", // HANDLE
  },

  /** BOOL RegisterWaitForSingleObject(...), the result in native memory */
  RegisterWaitForSingleObject: {
    parameters: [
      "usize", // PHANDLE phNewWaitObject
      ...registerWaitRest,
    ],
    result: "i32", // BOOL
  },

  /** BOOL UnregisterWaitEx(WaitHandle, CompletionEvent) */
  UnregisterWaitEx: kernel32Functions.UnregisterWaitEx,
} as const satisfies Deno.ForeignLibraryInterface;
