/**
 * The function of ntdll.dll that lists pipes, with the C signature.
 *
 * @module
 */

/** Functions of ntdll.dll. */
export const ntdllIdentity = {
  /** NTSTATUS NtQueryDirectoryFile(...), into JavaScript memory */
  NtQueryDirectoryFile: {
    parameters: [
      "usize", // HANDLE FileHandle
      "usize", // HANDLE Event
      "usize", // PIO_APC_ROUTINE ApcRoutine
      "usize", // PVOID ApcContext
      "buffer", // PIO_STATUS_BLOCK IoStatusBlock
      "buffer", // PVOID FileInformation
      "u32", // ULONG Length
      "u32", // FILE_INFORMATION_CLASS FileInformationClass
      "u8", // BOOLEAN ReturnSingleEntry
      "usize", // PUNICODE_STRING FileName
      "u8", // BOOLEAN RestartScan
    ],
    result: "u32", // NTSTATUS
  },
} as const satisfies Deno.ForeignLibraryInterface;
