/**
 * The symbol table of kernel32.dll for files, with the C signature beside each
 * line.
 *
 * @module
 */

/** Functions of kernel32.dll that only files need. */
export const kernel32Files = {
  /** DWORD GetFullPathNameW(...): text only, it touches no disk */
  GetFullPathNameW: {
    parameters: [
      "buffer", // LPCWSTR lpFileName
      "u32", // DWORD nBufferLength
      "buffer", // LPWSTR lpBuffer
      "buffer", // LPWSTR *lpFilePart
    ],
    result: "u32", // DWORD
  },

  /** DWORD GetFileType(hFile) */
  GetFileType: {
    parameters: ["usize"], // HANDLE hFile
    result: "u32", // DWORD
  },
} as const satisfies Deno.ForeignLibraryInterface;
