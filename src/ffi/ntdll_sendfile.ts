/**
 * The function of ntdll.dll about files that are sent, with the C signature
 * beside each line. The conventions are those of `ntdll.ts`.
 *
 * @module
 */

/** Functions of ntdll.dll. */
export const ntdllSendFile = {
  /** NTSTATUS NtQueryInformationFile(...) */
  NtQueryInformationFile: {
    parameters: [
      "usize", // HANDLE FileHandle
      "buffer", // PIO_STATUS_BLOCK IoStatusBlock
      "buffer", // PVOID FileInformation
      "u32", // ULONG Length
      "u32", // FILE_INFORMATION_CLASS FileInformationClass
    ],
    result: "u32", // NTSTATUS
  },
} as const satisfies Deno.ForeignLibraryInterface;
