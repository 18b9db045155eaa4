/**
 * The definitions of functions of kernel32.dll that several symbol tables
 * share, with the C signature beside each line. The conventions are those of
 * `kernel32.ts`.
 *
 * @module
 */

/** DWORD GetFileType(hFile) */
export const getFileType = {
  parameters: ["usize"], // HANDLE hFile
  result: "u32", // DWORD
} as const satisfies Deno.ForeignFunction;

/** DWORD GetFullPathNameW(...): text only, it touches no disk */
export const getFullPathName = {
  parameters: [
    "buffer", // LPCWSTR lpFileName
    "u32", // DWORD nBufferLength
    "buffer", // LPWSTR lpBuffer
    "buffer", // LPWSTR *lpFilePart
  ],
  result: "u32", // DWORD, characters
} as const satisfies Deno.ForeignFunction;

/** DWORD WaitForSingleObject(hHandle, dwMilliseconds) */
export const waitForSingleObject = {
  parameters: [
    "usize", // HANDLE hHandle
    "u32", // DWORD dwMilliseconds
  ],
  result: "u32", // DWORD
} as const satisfies Deno.ForeignFunction;

/** BOOL DuplicateHandle(...) */
export const duplicateHandle = {
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
} as const satisfies Deno.ForeignFunction;
