/**
 * The symbol table of ntdll.dll, with the C signature beside each line.
 *
 * @module
 */

import {
  ntCreateFileRest,
  ntdllFunctions,
  ntOverlapped,
} from "./ntdll_functions.ts";

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
