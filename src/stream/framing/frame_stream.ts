/**
 * Streams of frames: what all kinds of them have in common.
 *
 * @module
 */

import {
  assertInteger,
  assertOptions,
  MAX_DWORD,
} from "../../proactor/arguments.ts";
import { ByteQueue } from "./byte_queue.ts";

/** Options of streams that read frames. */
export interface FrameOptions {
  /**
   * The most bytes of a frame. A longer one fails the stream before a byte of
   * it is kept: who sends it decides on the memory of who reads it otherwise.
   *
   * @default {16777216}
   */
  maxLength?: number | undefined;
}

/** The most bytes of a frame where the caller does not say. */
const DEFAULT_MAX_FRAME = 16 * 1024 * 1024;

/**
 * Checks the options of a stream that reads frames.
 *
 * @param options The options.
 * @returns The most bytes of a frame.
 * @throws {TypeError} when they are no object.
 * @throws {RangeError} when `maxLength` is not an integer from 0 to 2^32 - 1.
 */
export function maxLengthOf(options: FrameOptions): number {
  assertOptions(options, {});
  const { maxLength = DEFAULT_MAX_FRAME } = options;
  assertInteger("maxLength", maxLength, [0, MAX_DWORD]);
  return maxLength;
}

/** Reads frames from bytes. */
export interface FrameReader {
  /**
   * Takes the next frame.
   *
   * @param queue What has come.
   * @returns The frame, or `null` when it has not come whole.
   * @throws {RangeError} when it is too long.
   */
  take(queue: ByteQueue): Uint8Array<ArrayBuffer> | null;
  /** True between frames. */
  readonly idle: boolean;
}

/**
 * Makes a transformer of a reader.
 *
 * @param reader Reads the frames.
 * @returns What a `TransformStream` is made with.
 */
export function frameTransformer(
  reader: FrameReader,
): Transformer<Uint8Array, Uint8Array<ArrayBuffer>> {
  const queue = new ByteQueue();
  return {
    transform(chunk, controller) {
      queue.push(chunk);
      for (;;) {
        const frame = reader.take(queue);
        if (frame === null) return;
        controller.enqueue(frame);
      }
    },
    flush() {
      if (queue.length === 0 && reader.idle) return;
      throw new Deno.errors.UnexpectedEof(
        "Cannot read frame: the stream ends within it",
      );
    },
  };
}

/**
 * Refuses a frame that is too long.
 *
 * @param length Its length.
 * @param maxLength The limit.
 * @throws {RangeError} when it is above it.
 */
export function assertFrameLength(length: number, maxLength: number): void {
  if (length <= maxLength) return;
  throw new RangeError(
    `Cannot read frame: it has ${length} bytes, more than ${maxLength}`,
  );
}
