import type { Sample } from "../tests/soak/recorder.ts";

/** What is known of a soak, from its beginning. */
export interface SoakState {
  /** Seconds that it shall last. */
  wanted: number;
  /** What runs Windows programs. */
  label: string;
  /** Every interval of work. */
  samples: Sample[];
  /** What must never happen. */
  violations: string[];
  /** Exit codes of children that did not come to their end. */
  crashes: number[];
}
