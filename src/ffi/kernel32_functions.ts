/**
 * The definitions of functions of kernel32.dll that several symbol tables
 * share, with the C signature beside each line. The conventions are those of
 * `kernel32.ts`.
 *
 * @module
 */

/** What RegisterWaitForSingleObject(...) takes behind its PHANDLE. */
export const registerWaitRest = [
  "usize", // HANDLE hObject
  "usize", // WAITORTIMERCALLBACK Callback
  "usize", // PVOID Context
  "u32", // ULONG dwMilliseconds
  "u32", // ULONG dwFlags
] as const;

/** Functions of kernel32.dll. */
export const kernel32Functions = {
  /** DWORD GetFileType(hFile) */
  GetFileType: {
    parameters: ["usize"], // HANDLE hFile
    result: "u32", // DWORD
  },

  /** DWORD GetFullPathNameW(...): text only, it touches no disk */
  GetFullPathNameW: {
    parameters: [
      "buffer", // LPCWSTR lpFileName
      "u32", // DWORD nBufferLength
      "buffer", // LPWSTR lpBuffer
      "buffer", // LPWSTR *lpFilePart
    ],
    result: "u32", // DWORD, characters
  },

  /** DWORD WaitForSingleObject(hHandle, dwMilliseconds) */
  WaitForSingleObject: {
    parameters: [
      "usize", // HANDLE hHandle
      "u32", // DWORD dwMilliseconds
    ],
    result: "u32", // DWORD
  },

  /** BOOL DuplicateHandle(...) */
  DuplicateHandle: {
    parameters: [
      "usize", // HANDLE hSourceProcessHandle
      "usize", // HANDLE hSourceHandle
      "usize", // HANDLE hTargetProcessHandle
      "buffer", // LPHANDLE lpTargetHandle
      "u32", // DWORD dwDesiredAccess
      "i32", // BOOL bInheritHandle
      "u32", // DWORD dwOptions
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
