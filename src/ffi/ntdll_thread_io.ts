/**
 * The functions of ntdll.dll that read and write on other threads, with the C
 * signature beside each line.
 *
 * @module
 */

/** Functions of ntdll.dll. */
export const ntdllThreadIo = {
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

  /** NTSTATUS NtReadFile(...) on another thread */
  ReadOnThread: {
    name: "NtReadFile",
    parameters: [
      "usize", // HANDLE FileHandle
      "usize", // HANDLE Event
      "usize", // PIO_APC_ROUTINE ApcRoutine
      "usize", // PVOID ApcContext
      "usize", // PIO_STATUS_BLOCK IoStatusBlock
      "usize", // PVOID Buffer
      "u32", // ULONG Length
      "usize", // PLARGE_INTEGER ByteOffset
      "usize", // PULONG Key
    ],
    result: "u32", // NTSTATUS
    nonblocking: true,
  },

  /** NTSTATUS NtWriteFile(...) on another thread */
  WriteOnThread: {
    name: "NtWriteFile",
    parameters: [
      "usize", // HANDLE FileHandle
      "usize", // HANDLE Event
      "usize", // PIO_APC_ROUTINE ApcRoutine
      "usize", // PVOID ApcContext
      "usize", // PIO_STATUS_BLOCK IoStatusBlock
      "usize", // PVOID Buffer
      "u32", // ULONG Length
      "usize", // PLARGE_INTEGER ByteOffset
      "usize", // PULONG Key
    ],
    result: "u32", // NTSTATUS
    nonblocking: true,
  },

  /** NTSTATUS NtSetIoCompletion(...): a packet with a status of our choice */
  NtSetIoCompletion: {
    parameters: [
      "usize", // HANDLE IoCompletionHandle
      "usize", // PVOID KeyContext
      "usize", // PVOID ApcContext
      "u32", // NTSTATUS IoStatus
      "usize", // ULONG_PTR IoStatusInformation
    ],
    result: "u32", // NTSTATUS
  },
} as const satisfies Deno.ForeignLibraryInterface;
