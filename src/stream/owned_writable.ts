/**
 * Writable streams whose chunks are the caller's again at once.
 *
 * @module
 */

import {
  byteLengthOf,
  copyBytes,
  isBytes,
  isDetached,
  isShared,
  setBytes,
  viewOf,
} from "../ffi/bytes.ts";
import { Fifo } from "../proactor/port/fifo.ts";

/** The most bytes that are kept for the next copy. */
const MAX_SPARE = 65_536;

const NOTHING = new Uint8Array(0);

/** Where the chunks go. */
export interface ChunkSink {
  /**
   * Writes a chunk; the next comes when it has ended.
   *
   * @param chunk The bytes, which are not there any more when this returns.
   */
  write(chunk: Uint8Array): Promise<void>;
  /** Everything was written. */
  close(): Promise<void>;
  /** Nothing more comes; what is queued is dropped. */
  abort(): void | Promise<void>;
}

/**
 * Makes a stream that copies a chunk when it is queued. A `WritableStream`
 * queues the chunks themselves, but asks for their size before `write` of its
 * writer returns.
 *
 * @param sink Where the chunks go.
 * @returns The stream.
 */
export function ownedWritable(
  sink: ChunkSink,
): WritableStream<Uint8Array<ArrayBufferLike>> {
  const copies = new Copies();
  return new WritableStream<Uint8Array<ArrayBufferLike>>({
    write: (chunk) => copies.take(chunk, (copy) => sink.write(copy)),
    close: () => sink.close(),
    abort: () => {
      copies.clear();
      return sink.abort();
    },
  }, { highWaterMark: 1, size: (chunk) => copies.add(chunk) });
}

/** Copies of the chunks that are queued, in their order. */
class Copies {
  readonly #queue = new Fifo<Uint8Array>();
  #spare = NOTHING;

  /** What is no array is for the sink to refuse. Returns the size: 1. */
  add(chunk: unknown): number {
    const bytes = bytesOf(chunk);
    const whole = isBytes(bytes) && !isDetached(bytes);
    this.#queue.push(whole ? this.#copy(bytes) : bytes);
    return 1;
  }

  /** Hands the first over; its memory serves for the next. */
  take<T>(chunk: Uint8Array, write: (copy: Uint8Array) => T): T {
    const copy = this.#queue.shift() ?? chunk;
    const result = write(copy);
    if (copy !== chunk) this.#keep(copy as Uint8Array<ArrayBuffer>);
    return result;
  }

  clear(): void {
    this.#queue.clear();
  }

  #copy(chunk: Uint8Array): Uint8Array {
    const length = byteLengthOf(chunk);
    const spare = this.#spare;
    if (length > spare.length || isShared(chunk)) return copyBytes(chunk);
    this.#spare = NOTHING;
    setBytes(spare, chunk, 0);
    return viewOf(spare, 0, length);
  }

  #keep({ buffer }: Uint8Array<ArrayBuffer>): void {
    const size = buffer.byteLength;
    if (size > MAX_SPARE || size <= this.#spare.length) return;
    this.#spare = new Uint8Array(buffer);
  }
}

/**
 * What the streams of Deno take as bytes.
 *
 * @param chunk What was written to a stream.
 * @returns The bytes, not copied; what has none comes back as it is.
 */
function bytesOf(chunk: unknown): Uint8Array {
  if (chunk instanceof Uint8Array) return chunk;
  if (ArrayBuffer.isView(chunk)) {
    return new Uint8Array(chunk.buffer, chunk.byteOffset, chunk.byteLength);
  }
  const buffer = chunk instanceof ArrayBuffer ||
    chunk instanceof SharedArrayBuffer;
  return buffer ? new Uint8Array(chunk) : chunk as Uint8Array;
}
