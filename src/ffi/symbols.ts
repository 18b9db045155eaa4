/**
 * The loaded functions that every room needs.
 *
 * @module
 */

import { advapi32 } from "./advapi32.ts";
import { kernel32 } from "./kernel32.ts";
import { type Loaded, openLibrary } from "./load.ts";
import { ntdll } from "./ntdll.ts";

/** The loaded functions of the three DLLs that pipes need. */
export interface Symbols {
  /** kernel32.dll */
  kernel32: Loaded<typeof kernel32>;
  /** ntdll.dll */
  ntdll: Loaded<typeof ntdll>;
  /** advapi32.dll */
  advapi32: Loaded<typeof advapi32>;
}

let loaded: Symbols | undefined;

/**
 * Loads the symbols once a process. The libraries are never closed: a pending
 * wait may still run in them when everything else has ended.
 *
 * @returns The functions of kernel32, ntdll and advapi32.
 * @throws {Deno.errors.NotSupported} when the system is not Windows.
 * @throws {Deno.errors.NotCapable} when `--allow-ffi` was not granted.
 */
export function loadSymbols(): Symbols {
  return loaded ??= {
    kernel32: openLibrary("kernel32.dll", kernel32),
    ntdll: openLibrary("ntdll.dll", ntdll),
    advapi32: openLibrary("advapi32.dll", advapi32),
  };
}
