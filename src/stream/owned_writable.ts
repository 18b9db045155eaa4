/**
 * Writable streams whose chunks are the caller's again at once.
 *
 * @module
 */

import { copyBytes, isBytes, isDetached } from "../ffi/bytes.ts";
import { Fifo } from "../proactor/fifo.ts";

/** Where the chunks go. */
export interface ChunkSink {
  /**
   * Writes a chunk; the next comes when it has ended.
   *
   * @param chunk The bytes.
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
  const copies = new Fifo<Uint8Array>();
  const size = (chunk: Uint8Array): number => {
    copies.push(
      isBytes(chunk) && !isDetached(chunk) ? copyBytes(chunk) : chunk,
    );
    return 1;
  };
  return new WritableStream<Uint8Array<ArrayBufferLike>>({
    write: (chunk) => sink.write(copies.shift() ?? chunk),
    close: () => sink.close(),
    abort: () => {
      copies.clear();
      return sink.abort();
    },
  }, { highWaterMark: 1, size });
}
