/**
 * The loaded functions that every room needs.
 *
 * @module
 */

import { advapi32 } from "./advapi32.ts";
import { kernel32 } from "./kernel32.ts";
import { symbolLoader } from "./load.ts";
import { ntdll } from "./ntdll.ts";

/** Loads the symbols that pipes need. The libraries are never closed: a pending
 * wait may still run in them when everything else has ended. */
export const loadSymbols = symbolLoader({
  kernel32,
  ntdll,
  advapi32,
});

/** What {@linkcode loadSymbols} gives. */
export type Symbols = ReturnType<typeof loadSymbols>;
