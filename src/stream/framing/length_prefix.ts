/**
 * Frames whose length stands before them.
 *
 * @module
 */

import { byteLengthOf, setBytes } from "../../ffi/bytes.ts";
import {
  assertOptions,
  shownValue,
  stableBytes,
} from "../../proactor/arguments.ts";
import type { ByteQueue } from "./byte_queue.ts";
import {
  assertFrameLength,
  type FrameOptions,
  type FrameReader,
  frameTransformer,
  maxLengthOf,
} from "./frame_stream.ts";

/** How a length is written: its bits, and its order of bytes. */
export type LengthPrefix =
  | "u8"
  | "u16le"
  | "u16be"
  | "u24le"
  | "u24be"
  | "u32le"
  | "u32be";

/** Options of {@linkcode LengthPrefixDecoderStream}. */
export interface LengthPrefixDecoderOptions extends FrameOptions {
  /**
   * How the length is written, which is that of what follows it.
   *
   * @default {"u32le"}
   */
  prefix?: LengthPrefix | undefined;
}

/** Options of {@linkcode LengthPrefixEncoderStream}. */
export interface LengthPrefixEncoderOptions {
  /**
   * How the length is written.
   *
   * @default {"u32le"}
   */
  prefix?: LengthPrefix | undefined;
}

/** Bytes of the length, and whether the first is the least. */
const PREFIXES: Record<LengthPrefix, [width: number, little: boolean]> = {
  u8: [1, true],
  u16le: [2, true],
  u16be: [2, false],
  u24le: [3, true],
  u24be: [3, false],
  u32le: [4, true],
  u32be: [4, false],
};

/**
 * Makes frames of bytes: each is preceded by its length. However the bytes were
 * cut on their way, each chunk that comes out is a frame, an empty one too.
 *
 * @example Usage
 * ```ts
 * import { LengthPrefixDecoderStream } from "@iocp/proactor/stream";
 *
 * const bytes = Uint8Array.of(0, 2, 104, 105, 0, 1, 33);
 * const frames = new Blob([bytes]).stream()
 *   .pipeThrough(new LengthPrefixDecoderStream({ prefix: "u16be" }));
 * for await (const frame of frames) {
 *   console.log(new TextDecoder().decode(frame));
 * }
 * ```
 */
export class LengthPrefixDecoderStream
  extends TransformStream<Uint8Array, Uint8Array<ArrayBuffer>> {
  /**
   * Makes the stream. It fails with a `RangeError` when a frame is too long,
   * and with `Deno.errors.UnexpectedEof` when the bytes end within one.
   *
   * @param options How the length is written, and the most bytes of a frame.
   * @throws {TypeError} when there is no such prefix.
   * @throws {RangeError} when `maxLength` is not an integer from 0 to 2^32 - 1.
   */
  constructor(options: LengthPrefixDecoderOptions = {}) {
    const maxLength = maxLengthOf(options);
    const [width, little] = prefixOf(options.prefix);
    super(frameTransformer(new PrefixReader(maxLength, width, little)));
  }
}

/**
 * Puts the length of each chunk before it, in the same chunk.
 *
 * @example Usage
 * ```ts
 * import { LengthPrefixEncoderStream } from "@iocp/proactor/stream";
 *
 * const frames = ReadableStream.from([new TextEncoder().encode("hi")])
 *   .pipeThrough(new LengthPrefixEncoderStream({ prefix: "u16be" }));
 * console.log((await Array.fromAsync(frames))[0]); // Uint8Array(4) [ 0, 2, 104, 105 ]
 * ```
 */
export class LengthPrefixEncoderStream
  extends TransformStream<Uint8Array, Uint8Array<ArrayBuffer>> {
  /**
   * Makes the stream. It fails with a `RangeError` when a chunk is longer than
   * the prefix can say.
   *
   * @param options How the length is written.
   * @throws {TypeError} when there is no such prefix.
   */
  constructor(options: LengthPrefixEncoderOptions = {}) {
    assertOptions(options, {});
    const [width, little] = prefixOf(options.prefix);
    super({
      transform: (chunk, controller) =>
        controller.enqueue(encodeFrame(chunk, width, little)),
    });
  }
}

class PrefixReader implements FrameReader {
  readonly #maxLength: number;
  readonly #width: number;
  readonly #little: boolean;
  /** Of the frame that is on its way; -1 while its prefix is. */
  #length = -1;

  constructor(maxLength: number, width: number, little: boolean) {
    this.#maxLength = maxLength;
    this.#width = width;
    this.#little = little;
  }

  get idle(): boolean {
    return this.#length === -1;
  }

  take(queue: ByteQueue): Uint8Array<ArrayBuffer> | null {
    if (this.#length === -1) {
      if (queue.length < this.#width) return null;
      this.#length = decodeLength(queue.take(this.#width), this.#little);
      assertFrameLength(this.#length, this.#maxLength);
    }
    if (queue.length < this.#length) return null;
    const frame = queue.take(this.#length);
    this.#length = -1;
    return frame;
  }
}

function prefixOf(prefix: LengthPrefix = "u32le"): [number, boolean] {
  if (Object.hasOwn(PREFIXES, prefix)) return PREFIXES[prefix];
  throw new TypeError(
    `Cannot use prefix ${shownValue(prefix)}: it is not one of ` +
      Object.keys(PREFIXES).join(", "),
  );
}

function decodeLength(bytes: Uint8Array, little: boolean): number {
  let length = 0;
  for (const byte of little ? bytes.reverse() : bytes) {
    length = length * 256 + byte;
  }
  return length;
}

function encodeFrame(
  chunk: Uint8Array,
  width: number,
  little: boolean,
): Uint8Array<ArrayBuffer> {
  const data = stableBytes("frame", chunk);
  const length = byteLengthOf(data);
  if (length >= 256 ** width) {
    const most = 256 ** width - 1;
    throw new RangeError(
      `Cannot write frame: it has ${length} bytes, more than ${most}`,
    );
  }
  const frame = new Uint8Array(width + length);
  for (let i = 0; i < width; i++) {
    const power = little ? i : width - 1 - i;
    frame[i] = Math.floor(length / 256 ** power) % 256;
  }
  setBytes(frame, data, width);
  return frame;
}
