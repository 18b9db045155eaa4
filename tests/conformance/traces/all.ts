/**
 * All traces.
 *
 * @module
 */

import type { Trace } from "../trace.ts";
import { FILES, WAITS } from "./files_and_waits.ts";
import { PIPES } from "./pipes.ts";
import { RULES } from "./rules.ts";
import { SOCKETS } from "./sockets.ts";

/** All traces, by what they are about. */
export const TRACES: readonly Trace[] = [
  ...PIPES,
  ...SOCKETS,
  ...FILES,
  ...WAITS,
  ...RULES,
];
