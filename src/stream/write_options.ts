/**
 * How a stream writes, and who is told.
 *
 * @module
 */

import { MAX_DWORD } from "../proactor/arguments.ts";
import type { StreamIo } from "./stream_io.ts";

/** Who wants to know how writing goes on. */
export interface WriteConsumer {
  /** Less is queued than before, but not nothing. */
  onWritten(): void;
  /** Nothing is queued or in flight any more. */
  onDrained(): void;
  /**
   * Writing has failed; what was queued is dropped.
   *
   * @param code The Win32 code.
   */
  onWriteError(code: number): void;
  /** The slot was given back: the last call after `dispose`. */
  onWriteReleased(): void;
}

/** How a stream writes. */
export interface WriteOptions {
  /** How bytes move. */
  io: StreamIo;
  /** One write is one message, whatever its length. */
  messages: boolean;
}

/** Keeps back what is written behind it. */
export interface WriteHold {
  /**
   * Lets what was kept back go on.
   *
   * @param code 0, or a Win32 code: writing has failed, and what was kept back
   * is dropped.
   */
  release(code: number): void;
}

/**
 * Refuses a message that one call cannot write, whose length is a DWORD.
 *
 * @param length Its bytes.
 * @throws {RangeError} when it has 4 GiB or more.
 */
export function assertMessage(length: number): void {
  if (length <= MAX_DWORD) return;
  throw new RangeError(
    `Cannot write ${length} bytes: a message has ${MAX_DWORD} at most`,
  );
}
