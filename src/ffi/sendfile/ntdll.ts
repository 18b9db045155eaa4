/**
 * The function of ntdll.dll about files that are sent, with the C signature
 * beside each line. The conventions are those of `ntdll.ts`.
 *
 * @module
 */

import { ntdllFunctions } from "../ntdll.ts";

/** Functions of ntdll.dll. */
export const ntdllSendFile = {
  /** NTSTATUS NtQueryInformationFile(...) */
  NtQueryInformationFile: ntdllFunctions.NtQueryInformationFile,
} as const satisfies Deno.ForeignLibraryInterface;
