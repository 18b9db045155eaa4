/**
 * What a file needs of the stream that it is sent over.
 *
 * @module
 */

import type { Channel } from "./channel.ts";
import type { StreamIo } from "./stream_io.ts";

/** A stream that files are sent over. */
export interface FileStream {
  /** Its handle and its writes. */
  channel: Channel;
  /** How its bytes move. */
  io: StreamIo;
  /** A write is a message. */
  messages: boolean;
  /**
   * Makes the error of a write.
   *
   * @param code The Win32 code.
   * @returns The error.
   */
  toError(code: number): Error;
  /**
   * Tells what has ended the stream, where it may end by itself.
   *
   * @returns `null` when nothing has.
   */
  lost?(): Error | null;
}
