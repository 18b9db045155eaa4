/**
 * The functions of ntdll.dll that tell the kinds of handles, with the C
 * signature beside each line.
 *
 * @module
 */

import { ntdllFunctions } from "../ntdll.ts";

/** Functions of ntdll.dll. */
export const ntdllThreadIo = {
  /** NTSTATUS NtQueryInformationFile(...), on another thread */
  NtQueryInformationFile: ntdllFunctions.NtInformationOnThread,
} as const satisfies Deno.ForeignLibraryInterface;
