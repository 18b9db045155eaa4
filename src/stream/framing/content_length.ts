/**
 * Frames with a header that tells their length, as the base protocol of the
 * Language Server Protocol and the Debug Adapter Protocol have them.
 *
 * @module
 */

import { byteLengthOf, setBytes } from "../../ffi/bytes.ts";
import { stableBytes } from "../../proactor/arguments.ts";
import type { ByteQueue } from "./byte_queue.ts";
import {
  assertFrameLength,
  type FrameOptions,
  type FrameReader,
  frameTransformer,
  maxLengthOf,
} from "./frame_stream.ts";

/** Bytes of a header, of all its lines. */
const MAX_HEADER = 4096;

const FIELD = /^([!#$%&'*+.^_`|~0-9A-Za-z-]+)[ \t]*:[ \t]*(.*?)[ \t]*$/;
const LENGTH = /^\d{1,15}$/;
/** UTF-8 by both of the names that clients give it; none is UTF-8 too. */
const CHARSET = /;\s*charset\s*=\s*"?([^\s;"]+)/i;

/**
 * Makes frames of bytes: each has a header with its `Content-Length`. However
 * the bytes were cut on their way, each chunk that comes out is the content of
 * a frame, which is JSON in UTF-8 there.
 *
 * @example Usage
 * ```ts
 * import { ContentLengthDecoderStream } from "@iocp/proactor/stream";
 *
 * const text = 'Content-Length: 17\r\n\r\n{"jsonrpc":"2.0"}';
 * const frames = new Blob([text]).stream()
 *   .pipeThrough(new ContentLengthDecoderStream());
 * for await (const frame of frames) {
 *   console.log(JSON.parse(new TextDecoder().decode(frame)).jsonrpc); // 2.0
 * }
 * ```
 */
export class ContentLengthDecoderStream
  extends TransformStream<Uint8Array, Uint8Array<ArrayBuffer>> {
  /**
   * Makes the stream. It fails with a `SyntaxError` when a header is malformed,
   * has no length, two, or another charset than UTF-8; with a `RangeError` when
   * a frame or a header is too long; and with `Deno.errors.UnexpectedEof` when
   * the bytes end within a frame.
   *
   * @param options The most bytes of a frame; a header has 4096 at most.
   * @throws {RangeError} when `maxLength` is not an integer from 0 to 2^32 - 1.
   */
  constructor(options: FrameOptions = {}) {
    const maxLength = maxLengthOf(options);
    super(frameTransformer(new HeaderReader(maxLength)));
  }
}

/**
 * Puts a header with the `Content-Length` before each chunk, in the same chunk.
 *
 * @example Usage
 * ```ts
 * import { ContentLengthEncoderStream } from "@iocp/proactor/stream";
 *
 * const json = JSON.stringify({ jsonrpc: "2.0" });
 * const frames = ReadableStream.from([new TextEncoder().encode(json)])
 *   .pipeThrough(new ContentLengthEncoderStream())
 *   .pipeThrough(new TextDecoderStream());
 * console.log((await Array.fromAsync(frames)).join("").length); // 39
 * ```
 */
export class ContentLengthEncoderStream
  extends TransformStream<Uint8Array, Uint8Array<ArrayBuffer>> {
  /** Makes the stream. */
  constructor() {
    super({
      transform: (chunk, controller) => controller.enqueue(encodeFrame(chunk)),
    });
  }
}

class HeaderReader implements FrameReader {
  readonly #maxLength: number;
  /** Of the frame that is on its way; -1 while its header is. */
  #length = -1;
  /** What its header has said; -1 when nothing. */
  #told = -1;
  #headerLength = 0;
  /** Bytes of the line that were looked through. */
  #searched = 0;

  constructor(maxLength: number) {
    this.#maxLength = maxLength;
  }

  get idle(): boolean {
    return this.#length === -1 && this.#headerLength === 0;
  }

  take(queue: ByteQueue): Uint8Array<ArrayBuffer> | null {
    while (this.#length === -1) {
      if (!this.#takeLine(queue)) return null;
    }
    if (queue.length < this.#length) return null;
    const frame = queue.take(this.#length);
    this.#length = this.#told = -1;
    return frame;
  }

  #takeLine(queue: ByteQueue): boolean {
    const end = queue.indexOfLineFeed(this.#searched);
    const seen = end === -1 ? queue.length : end + 1;
    if (this.#headerLength + seen > MAX_HEADER) {
      throw new RangeError(
        `Cannot read frame: its header has more than ${MAX_HEADER} bytes`,
      );
    }
    this.#searched = end === -1 ? seen : 0;
    if (end === -1) return false;
    this.#headerLength += seen;
    const line = new TextDecoder().decode(queue.take(seen));
    if (!line.endsWith("\r\n")) throw malformed(line.trimEnd());
    if (line === "\r\n") this.#endHeader();
    else this.#readField(line.trimEnd());
    return true;
  }

  #endHeader(): void {
    if (this.#told === -1) {
      throw new SyntaxError(
        "Cannot read frame: its header has no Content-Length",
      );
    }
    assertFrameLength(this.#told, this.#maxLength);
    this.#length = this.#told;
    this.#headerLength = 0;
  }

  #readField(line: string): void {
    const [, name, value] = FIELD.exec(line) ?? [];
    if (name === undefined) throw malformed(line);
    const field = name.toLowerCase();
    if (field === "content-type") assertCharset(value!);
    if (field !== "content-length") return;
    if (this.#told !== -1 || !LENGTH.test(value!)) throw malformed(line);
    this.#told = Number(value);
  }
}

function assertCharset(type: string): void {
  const charset = CHARSET.exec(type)?.[1]?.toLowerCase() ?? "utf-8";
  if (charset === "utf-8" || charset === "utf8") return;
  throw new SyntaxError(`Cannot read frame: its charset is "${charset}"`);
}

function malformed(line: string): SyntaxError {
  const shown = JSON.stringify(line.substring(0, 80));
  return new SyntaxError(
    `Cannot read frame: the line ${shown} of its header is malformed`,
  );
}

function encodeFrame(chunk: Uint8Array): Uint8Array<ArrayBuffer> {
  const data = stableBytes("frame", chunk);
  const length = byteLengthOf(data);
  const header = new TextEncoder().encode(`Content-Length: ${length}\r\n\r\n`);
  const frame = new Uint8Array(header.byteLength + length);
  setBytes(frame, header, 0);
  setBytes(frame, data, header.byteLength);
  return frame;
}
