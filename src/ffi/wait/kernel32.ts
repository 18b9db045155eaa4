/**
 * The functions of kernel32.dll for waits, with the C signature beside each
 * line. A function pointer is a `usize`, so that no `Deno.UnsafePointer` is
 * needed, which a scoped grant refuses.
 *
 * @module
 */

import { duplicateHandle, waitForSingleObject } from "../kernel32_functions.ts";

/** BOOL UnregisterWaitEx(WaitHandle, CompletionEvent) */
const unregisterWait = {
  parameters: [
    "usize", // HANDLE WaitHandle
    "usize", // HANDLE CompletionEvent
  ],
  result: "i32", // BOOL
} as const satisfies Deno.ForeignFunction;

/** Functions of kernel32.dll that only waits need. */
export const kernel32Waits = {
  /** DWORD WaitForSingleObject(hHandle, dwMilliseconds) */
  WaitForSingleObject: waitForSingleObject,

  /** BOOL DuplicateHandle(...) */
  DuplicateHandle: duplicateHandle,

  /** BOOL RegisterWaitForSingleObject(...) */
  RegisterWaitForSingleObject: {
    parameters: [
      "buffer", // PHANDLE phNewWaitObject
      "usize", // HANDLE hObject
      "usize", // WAITORTIMERCALLBACK Callback
      "usize", // PVOID Context
      "u32", // ULONG dwMilliseconds
      "u32", // ULONG dwFlags
    ],
    result: "i32", // BOOL
  },

  /** BOOL UnregisterWaitEx(WaitHandle, CompletionEvent) */
  UnregisterWaitEx: unregisterWait,

  /** The same on another thread */
  UnregisterWaitAndJoin: {
    ...unregisterWait,
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
