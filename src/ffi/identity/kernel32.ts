/**
 * The functions of kernel32.dll that tell who is at the other end, with the C
 * signature beside each line.
 *
 * @module
 */

import { kernel32Functions } from "../kernel32.ts";

/** Functions of kernel32.dll. */
export const kernel32Identity = {
  /** BOOL GetNamedPipeClientSessionId(Pipe, ClientSessionId) */
  GetNamedPipeClientSessionId: {
    parameters: [
      "usize", // HANDLE Pipe
      "buffer", // PULONG ClientSessionId
    ],
    result: "i32", // BOOL
  },

  /** BOOL GetNamedPipeServerSessionId(Pipe, ServerSessionId) */
  GetNamedPipeServerSessionId: {
    parameters: [
      "usize", // HANDLE Pipe
      "buffer", // PULONG ServerSessionId
    ],
    result: "i32", // BOOL
  },

  /** BOOL GetNamedPipeClientComputerNameW(...); Wine has none */
  GetNamedPipeClientComputerNameW: {
    parameters: [
      "usize", // HANDLE Pipe
      "buffer", // LPWSTR ClientComputerName
      "u32", // ULONG ClientComputerNameLength, in bytes
    ],
    result: "i32", // BOOL
    optional: true,
  },

  /** HANDLE OpenProcess(dwDesiredAccess, bInheritHandle, dwProcessId) */
  OpenProcess: {
    parameters: [
      "u32", // DWORD dwDesiredAccess
      "i32", // BOOL bInheritHandle
      "u32", // DWORD dwProcessId
    ],
    result: "usize", // HANDLE
  },

  /** BOOL TerminateProcess(hProcess, uExitCode) */
  TerminateProcess: {
    parameters: [
      "usize", // HANDLE hProcess
      "u32", // UINT uExitCode
    ],
    result: "i32", // BOOL
  },

  DuplicateHandle: kernel32Functions.DuplicateHandle,
} as const satisfies Deno.ForeignLibraryInterface;
