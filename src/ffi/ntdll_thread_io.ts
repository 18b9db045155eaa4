/**
 * The functions of ntdll.dll that read and write on other threads, with the C
 * signature beside each line.
 *
 * @module
 */

import { ntQueryInformationFile, ntReadWriteFile } from "./ntdll_functions.ts";

/** Functions of ntdll.dll. */
export const ntdllThreadIo = {
  /** NTSTATUS NtQueryInformationFile(...) */
  NtQueryInformationFile: ntQueryInformationFile,

  /** NTSTATUS NtReadFile(...) on another thread */
  ReadOnThread: {
    ...ntReadWriteFile,
    name: "NtReadFile",
    nonblocking: true,
  },

  /** NTSTATUS NtWriteFile(...) on another thread */
  WriteOnThread: {
    ...ntReadWriteFile,
    name: "NtWriteFile",
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
