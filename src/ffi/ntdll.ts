/**
 * The symbol table of ntdll.dll, with the C signature beside each line.
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

/** Functions of ntdll.dll. */
export const ntdll = {
  /** VOID RtlMoveMemory(Destination, Source, Length), into native memory */
  CopyIn: {
    name: "RtlMoveMemory",
    parameters: [
      "usize", // VOID *Destination
      "buffer", // const VOID *Source
      "usize", // SIZE_T Length
    ],
    result: "void",
  },

  /** VOID RtlMoveMemory(Destination, Source, Length), out of native memory */
  CopyOut: {
    name: "RtlMoveMemory",
    parameters: [
      "buffer", // VOID *Destination
      "usize", // const VOID *Source
      "usize", // SIZE_T Length
    ],
    result: "void",
  },

  /** NTSTATUS NtCreateFile(...) */
  NtCreateFile: {
    parameters: [
      "buffer", // PHANDLE FileHandle
      ...ntCreateFileRest,
    ],
    result: "u32", // NTSTATUS
  },

  /** NTSTATUS NtDeviceIoControlFile(...) */
  NtDeviceIoControlFile: {
    parameters: [
      ...ntOverlapped,
      "u32", // ULONG IoControlCode
      "usize", // PVOID InputBuffer
      "u32", // ULONG InputBufferLength
      "usize", // PVOID OutputBuffer
      "u32", // ULONG OutputBufferLength
    ],
    result: "u32", // NTSTATUS
  },

  /**
   * NTSTATUS NtReadFile(...): what ReadFile calls. It returns the status, so
   * there is no last error that somebody could overwrite
   */
  NtReadFile: ntdllFunctions.NtReadWriteFile,

  /** NTSTATUS NtWriteFile(...): what WriteFile calls */
  NtWriteFile: ntdllFunctions.NtReadWriteFile,

  /** NTSTATUS NtFsControlFile(...): what ConnectNamedPipe calls */
  NtFsControlFile: {
    parameters: [
      ...ntOverlapped,
      "u32", // ULONG FsControlCode
      "buffer", // PVOID InputBuffer
      "u32", // ULONG InputBufferLength
      "usize", // PVOID OutputBuffer
      "u32", // ULONG OutputBufferLength
    ],
    result: "u32", // NTSTATUS
  },

  /** NTSTATUS NtFsControlFile(...): what TransactNamedPipe calls */
  NtFsControlFileInMemory: {
    name: "NtFsControlFile",
    parameters: [
      ...ntOverlapped,
      "u32", // ULONG FsControlCode
      "usize", // PVOID InputBuffer
      "u32", // ULONG InputBufferLength
      "usize", // PVOID OutputBuffer
      "u32", // ULONG OutputBufferLength
    ],
    result: "u32", // NTSTATUS
  },

  /** ULONG RtlNtStatusToDosError(Status) */
  RtlNtStatusToDosError: {
    parameters: ["u32"], // NTSTATUS Status
    result: "u32", // ULONG
  },
} as const satisfies Deno.ForeignLibraryInterface;
