/**
 * The functions of kernel32.dll about the end of a thread, with the C signature
 * beside each line. The conventions are those of `kernel32.ts`.
 *
 * @module
 */

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
      "usize", // HANDLE hObject
      "usize", // WAITORTIMERCALLBACK Callback
      "usize", // PVOID Context
      "u32", // ULONG dwMilliseconds
      "u32", // ULONG dwFlags
    ],
    result: "i32", // BOOL
  },

  /** BOOL UnregisterWaitEx(WaitHandle, CompletionEvent) */
  UnregisterWaitEx: {
    parameters: [
      "usize", // HANDLE WaitHandle
      "usize", // HANDLE CompletionEvent
    ],
    result: "i32", // BOOL
  },
} as const satisfies Deno.ForeignLibraryInterface;
