/**
 * How a completion port is made, and what it counts.
 *
 * @module
 */

import { logError } from "../../ffi/thrown.ts";
import type { CloseFunction } from "./port_handle.ts";

/** Takes errors that have no caller. */
export type ErrorReporter = (error: unknown, message: string) => void;

/** How a port is made. */
export interface CompletionPortOptions {
  /** Threads that may run completions at once. */
  concurrency: number;
  /** False forces a packet for every operation. */
  skipOnSuccess: boolean;
  /** Takes errors that have no caller. */
  report: ErrorReporter;
}

/** How a handle is put on a port. */
export interface HandleOptions {
  /** Whether its reads may end with ERROR_MORE_DATA. */
  warnings: boolean;
  /** False leaves skip mode off: the handle cannot be trusted with it. */
  skip?: boolean | undefined;
  /** What closes it: `CloseHandle` by default. */
  close?: CloseFunction | undefined;
  /** The key with which it is on the port already. */
  key?: number | undefined;
  /** False when somebody else closes it. Default true. */
  owned?: boolean | undefined;
}

/** Counters of a port. */
export interface PortMetrics {
  /** Operations that the kernel owns now. */
  pending: number;
  /** Slots that are handed out now, pending or not. */
  slotsInUse: number;
  /** Bytes of native buffers that are handed out now. */
  bufferBytes: number;
  /** Packets dispatched so far. */
  packets: number;
  /** Calls that dequeued packets so far. */
  batches: number;
  /** Waits on another thread so far. */
  waits: number;
  /** Packets that belonged to no pending operation. */
  unknownPackets: number;
  /** Operations whose packet never came before the close. */
  quarantined: number;
}

/**
 * Tells a reporter; what it throws itself goes to the console.
 *
 * @param reporter The reporter.
 * @param error What has gone wrong.
 * @param message Where.
 */
export function tell(
  reporter: ErrorReporter,
  error: unknown,
  message: string,
): void {
  try {
    reporter(error, message);
  } catch (thrown) {
    logError("Exception in an error handler:", thrown, message, error);
  }
}
