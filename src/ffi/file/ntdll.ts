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

import { ntCreateFileRest, ntdllFunctions, ntOverlapped } from "../ntdll.ts";

/** Functions of ntdll.dll that only files need. */
export const ntdllFiles = {
  /** NTSTATUS NtCreateFile(...): what CreateFileW calls */
  NtCreateFile: {
    parameters: [
      "usize", // PHANDLE FileHandle
      ...ntCreateFileRest,
    ],
    result: "u32", // NTSTATUS
    nonblocking: true,
  },

  /** NTSTATUS NtQueryInformationFile(...) */
  NtQueryInformationFile: ntdllFunctions.NtInformationOnThread,

  /** NTSTATUS NtSetInformationFile(...): what SetEndOfFile calls */
  NtSetInformationFile: ntdllFunctions.NtInformationOnThread,

  /** NTSTATUS NtWriteFile(...) on another thread */
  NtWriteFileOnThread: {
    ...ntdllFunctions.NtReadWriteFile,
    name: "NtWriteFile",
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
      ...ntOverlapped,
      "usize", // PVOID Buffer
      "u32", // ULONG Length
      "u32", // ULONG CompletionFilter
      "u8", // BOOLEAN WatchTree
    ],
    result: "u32", // NTSTATUS
  },
} as const satisfies Deno.ForeignLibraryInterface;
