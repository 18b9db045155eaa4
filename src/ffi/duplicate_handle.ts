/**
 * Another handle for the same object, in this process.
 *
 * @module
 */

import { CURRENT_PROCESS, DUPLICATE_SAME_ACCESS } from "./constants.ts";
import type { kernel32Functions } from "./kernel32.ts";
import type { Loaded } from "./load.ts";
import { OutU64 } from "./out_parameters.ts";
import type { Handle } from "./win32_api.ts";

/** The table with the function. */
interface Table extends Deno.ForeignLibraryInterface {
  DuplicateHandle: (typeof kernel32Functions)["DuplicateHandle"];
}

/** What came of it. */
export interface Duplicate {
  /** The handle; 0 on failure. */
  handle: Handle;
  /** 0 or a Win32 code. */
  code: number;
}

/**
 * `DuplicateHandle` with the same access.
 *
 * @param kernel32 The table with the function.
 * @param getLastError Called next when it fails.
 * @param source The handle, and whether children inherit the new one.
 * @returns The new handle, or the code.
 */
export function duplicateHandle(
  kernel32: Loaded<Table>,
  getLastError: () => number,
  source: { handle: Handle; inheritable: boolean },
): Duplicate {
  const duplicate = new OutU64();
  const ok = kernel32.DuplicateHandle(
    CURRENT_PROCESS,
    source.handle,
    CURRENT_PROCESS,
    duplicate.bytes,
    0,
    source.inheritable ? 1 : 0,
    DUPLICATE_SAME_ACCESS,
  );
  const code = ok === 0 ? getLastError() : 0;
  return { handle: duplicate.value, code };
}
