/**
 * The functions of kernel32.dll for waits, with the C signature beside each
 * line. A function pointer is a `usize`, so that no `Deno.UnsafePointer` is
 * needed, which a scoped grant refuses.
 *
 * @module
 */

import { kernel32Functions, registerWaitRest } from "../kernel32.ts";

/** Functions of kernel32.dll that only waits need. */
export const kernel32Waits = {
  /** DWORD WaitForSingleObject(hHandle, dwMilliseconds) */
  WaitForSingleObject: kernel32Functions.WaitForSingleObject,

  /** BOOL DuplicateHandle(...) */
  DuplicateHandle: kernel32Functions.DuplicateHandle,

  /** BOOL RegisterWaitForSingleObject(...) */
  RegisterWaitForSingleObject: {
    parameters: [
      "buffer", // PHANDLE phNewWaitObject
      ...registerWaitRest,
    ],
    result: "i32", // BOOL
  },

  /** BOOL UnregisterWaitEx(WaitHandle, CompletionEvent) */
  UnregisterWaitEx: kernel32Functions.UnregisterWaitEx,

  /** The same on another thread */
  UnregisterWaitAndJoin: {
    ...kernel32Functions.UnregisterWaitEx,
    name: "UnregisterWaitEx",
    nonblocking: true,
  },

  /** HANDLE CreateThread(...) */
  CreateThread: {
    parameters: [
      "usize", // LPSECURITY_ATTRIBUTES lpThreadAttributes
      "usize", // SIZE_T dwStackSize
      "usize", // LPTHREAD_START_ROUTINE lpStartAddress
      "usize", // LPVOID lpParameter
      "u32", // DWORD dwCreationFlags
      "usize", // LPDWORD lpThreadId
    ],
    result: "usize", // HANDLE
  },

  /** BOOL CancelSynchronousIo(hThread) */
  CancelSynchronousIo: {
    parameters: ["usize"], // HANDLE hThread
    result: "i32", // BOOL
  },
} as const satisfies Deno.ForeignLibraryInterface;
