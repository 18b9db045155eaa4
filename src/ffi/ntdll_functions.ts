/**
 * The definitions of functions of ntdll.dll that several symbol tables share,
 * with the C signature beside each line. The conventions are those of
 * `ntdll.ts`.
 *
 * @module
 */

/** What the functions begin with that may pend. */
export const ntOverlapped = [
  "usize", // HANDLE FileHandle
  "usize", // HANDLE Event
  "usize", // PIO_APC_ROUTINE ApcRoutine
  "usize", // PVOID ApcContext
  "usize", // PIO_STATUS_BLOCK IoStatusBlock
] as const;

/** What NtCreateFile(...) takes behind its PHANDLE FileHandle. */
export const ntCreateFileRest = [
  "u32", // ACCESS_MASK DesiredAccess
  "usize", // POBJECT_ATTRIBUTES ObjectAttributes
  "usize", // PIO_STATUS_BLOCK IoStatusBlock
  "usize", // PLARGE_INTEGER AllocationSize
  "u32", // ULONG FileAttributes
  "u32", // ULONG ShareAccess
  "u32", // ULONG CreateDisposition
  "u32", // ULONG CreateOptions
  "usize", // PVOID EaBuffer
  "u32", // ULONG EaLength
] as const;

/** Functions of ntdll.dll. */
export const ntdllFunctions = {
  /** NTSTATUS NtReadFile(...), and NtWriteFile(...) */
  NtReadWriteFile: {
    parameters: [
      ...ntOverlapped,
      "usize", // PVOID Buffer
      "u32", // ULONG Length
      "usize", // PLARGE_INTEGER ByteOffset
      "usize", // PULONG Key
    ],
    result: "u32", // NTSTATUS
  },

  /** NTSTATUS NtQueryInformationFile(...), into JavaScript memory */
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

  /**
   * NTSTATUS NtQueryInformationFile(...), and NtSetInformationFile(...), on
   * another thread, with native memory
   */
  NtInformationOnThread: {
    parameters: [
      "usize", // HANDLE FileHandle
      "usize", // PIO_STATUS_BLOCK IoStatusBlock
      "usize", // PVOID FileInformation
      "u32", // ULONG Length
      "u32", // FILE_INFORMATION_CLASS FileInformationClass
    ],
    result: "u32", // NTSTATUS
    nonblocking: true,
  },
} as const satisfies Deno.ForeignLibraryInterface;
