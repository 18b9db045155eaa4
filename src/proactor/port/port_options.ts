/**
 * How a completion port is made, and what it counts.
 *
 * @module
 */

import { logError } from "../../ffi/thrown.ts";
import type { CloseName, Handle } from "../../ffi/win32_api.ts";
import type { OperationKind } from "./operation.ts";

/** Takes errors that have no caller. */
export type ErrorReporter = (error: unknown, message: string) => void;

/** How a port is made. */
export interface CompletionPortOptions {
  /** Threads that may process packets at the same time. */
  concurrency: number;
  /** False forces a packet for every operation. */
  skipOnSuccess: boolean;
  /** Takes errors that have no caller. */
  report: ErrorReporter;
}

/** What closes a handle that `CloseHandle` does not close. */
export interface HandleCloser {
  /** The name of the function. */
  readonly name: CloseName;
  /**
   * Closes it.
   *
   * @param handle The handle.
   * @returns 0 or a Win32 code.
   */
  close(handle: Handle): number;
}

/** How a handle is put on a port. */
export interface HandleOptions {
  /** Whether its reads may end with ERROR_MORE_DATA. */
  warnings: boolean;
  /** False leaves skip mode off, where it is not reliable. */
  skip?: boolean | undefined;
  /** What closes it: `CloseHandle` by default. */
  closer?: HandleCloser | undefined;
  /** The key with which it is on the port already. */
  key?: number | undefined;
  /** False when the caller closes it. Default true. */
  owned?: boolean | undefined;
}

/** Counters of a port. Reading them costs a look at each slot. */
export interface PortMetrics {
  /** Operations that the kernel owns now. */
  pending: number;
  /** The same by kind; kinds of which there are none are missing. */
  pendingByKind: { readonly [K in OperationKind]?: number };
  /** Instances of pipes and sockets that wait for clients now. */
  armedAccepts: number;
  /** Slots in use now, pending or not. */
  slotsInUse: number;
  /** Slots that exist. */
  slots: number;
  /** Bytes of native buffers in use now. */
  bufferBytes: number;
  /** Bytes of native memory that Windows has given: buffers and slots. */
  nativeBytes: number;
  /** Packets dispatched so far. */
  packets: number;
  /** Calls that dequeued packets so far. */
  batches: number;
  /** Those of them that brought as many as a turn takes: 32. */
  fullBatches: number;
  /** Packets for each call that dequeued some, on average. */
  packetsPerBatch: number;
  /**
   * Milliseconds of the longest batch, with the callbacks of its packets, since
   * metrics were read for the first time, or a recorder was made: before, the
   * clock is not read for it.
   */
  longestBatch: number;
  /** Milliseconds of the longest callback while it was recorded, else 0. */
  longestCallback: number;
  /** Operations so far that completed synchronously and queued no packet. */
  synchronous: number;
  /** Turns so far that ended early, so that others have theirs. */
  starvedTurns: number;
  /** Rests so far, in which Deno polls its own I/O. */
  rests: number;
  /** Waits on another thread so far. */
  waits: number;
  /**
   * Those of them that no thread has begun within 5 ms, or 40 ms where those
   * before had begun.
   */
  queuedWaits: number;
  /** Packets so far that came after their operation was given up. */
  latePackets: number;
  /** Packets that belonged to no pending operation. */
  unknownPackets: number;
  /** Operations whose packet never came before the close. */
  quarantined: number;
}

/**
 * Calls a reporter; what it throws itself goes to the console.
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
