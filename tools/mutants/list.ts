/**
 * Small wrong changes to `src/`, each of which a test must catch.
 *
 * @module
 */

import { LISTENERS } from "./listeners.ts";
import type { Mutant } from "./mutant.ts";
import { PORT } from "./port.ts";
import { STREAMS } from "./streams.ts";
import { OTHERS } from "./others.ts";

/** All mutants, room by room. */
export const MUTANTS: readonly Mutant[] = [
  ...PORT,
  ...STREAMS,
  ...LISTENERS,
  ...OTHERS,
];
