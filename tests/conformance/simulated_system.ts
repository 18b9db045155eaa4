/**
 * The simulated kernel, as a system to replay traces against.
 *
 * @module
 */

import { SimulatedFiles } from "../sim/simulated_files.ts";
import type { System } from "./system.ts";

/**
 * Makes a fresh kernel by Windows' rules.
 *
 * @returns The system.
 */
export function simulatedSystem(): System {
  const sim = new SimulatedFiles({ throwOnViolation: true });
  const folder = "C:\\conformance\\";
  sim.makeDirectory("C:\\conformance");
  return {
    win32: sim,
    sockets: sim.sockets,
    waits: sim.waits,
    files: sim.files,
    patience: 1000,
    folder,
    createEvent: (manualReset) => sim.waits.createEvent(manualReset),
    setEvent: (event) => sim.waits.setEvent(event),
    createMutex: () => sim.waits.createMutex(false),
  };
}
