/**
 * The functions of kernel32.dll for the files of sockets, with the C signature
 * beside each line.
 *
 * @module
 */

/** Functions of kernel32.dll. */
export const kernel32SocketFile = {
  /** DWORD GetFullPathNameW(lpFileName, nBufferLength, lpBuffer, lpFilePart) */
  GetFullPathNameW: {
    parameters: [
      "buffer", // LPCWSTR lpFileName
      "u32", // DWORD nBufferLength
      "buffer", // LPWSTR lpBuffer
      "usize", // LPWSTR *lpFilePart
    ],
    result: "u32", // DWORD
  },

  /** BOOL DeleteFileW(lpFileName) */
  DeleteFileW: {
    parameters: ["buffer"], // LPCWSTR lpFileName
    result: "i32", // BOOL
  },
} as const satisfies Deno.ForeignLibraryInterface;
