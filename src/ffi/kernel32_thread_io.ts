/**
 * The functions of kernel32.dll that tell the kinds of handles, with the C
 * signature beside each line.
 *
 * @module
 */

/** Functions of kernel32.dll. */
export const kernel32ThreadIo = {
  /** DWORD GetFileType(hFile) */
  GetFileType: {
    parameters: ["usize"], // HANDLE hFile
    result: "u32", // DWORD
  },
} as const satisfies Deno.ForeignLibraryInterface;
