/**
 * The symbol table of ntdll.dll for files, with the C signature beside each
 * line.
 *
 * What may wait for a disk or another computer runs on another thread. These
 * functions return the NTSTATUS, so nothing is lost of why they failed; of
 * their Win32 counterparts the error code would stay on that thread.
 *
 * @module
 */

/** Functions of ntdll.dll that only files need. */
export const ntdllFiles = {
  /** NTSTATUS NtCreateFile(...): what CreateFileW calls */
  NtCreateFile: {
    parameters: [
      "usize", // PHANDLE FileHandle
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
    ],
    result: "u32", // NTSTATUS
    nonblocking: true,
  },

  /** NTSTATUS NtQueryInformationFile(...) */
  NtQueryInformationFile: {
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

  /** NTSTATUS NtSetInformationFile(...): what SetEndOfFile calls */
  NtSetInformationFile: {
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

  /** NTSTATUS NtFlushBuffersFile(...): what FlushFileBuffers calls */
  NtFlushBuffersFile: {
    parameters: [
      "usize", // HANDLE FileHandle
      "usize", // PIO_STATUS_BLOCK IoStatusBlock
    ],
    result: "u32", // NTSTATUS
    nonblocking: true,
  },

  /** NTSTATUS NtNotifyChangeDirectoryFile(...): ReadDirectoryChangesW */
  NtNotifyChangeDirectoryFile: {
    parameters: [
      "usize", // HANDLE FileHandle
      "usize", // HANDLE Event
      "usize", // PIO_APC_ROUTINE ApcRoutine
      "usize", // PVOID ApcContext
      "usize", // PIO_STATUS_BLOCK IoStatusBlock
      "usize", // PVOID Buffer
      "u32", // ULONG Length
      "u32", // ULONG CompletionFilter
      "u8", // BOOLEAN WatchTree
    ],
    result: "u32", // NTSTATUS
  },
} as const satisfies Deno.ForeignLibraryInterface;
