/**
 * Connections as web streams.
 *
 * @module
 */

/** Bytes that a `readable` without a BYOB reader reads at a time. */
const CHUNK_SIZE = 65536;

/** What can be made a `ReadableStream`. */
export interface ReadableSource {
  /**
   * @param target Where the bytes go.
   * @returns Their number, or `null` at the end.
   */
  read(target: Uint8Array): Promise<number | null>;
}

/** What can be made a `WritableStream`. */
export interface WritableTarget {
  /** True when the write side can be closed by itself. */
  readonly messageType: boolean;
  /**
   * @param data The bytes.
   * @returns Their number.
   */
  write(data: Uint8Array): Promise<number>;
  /** Ends the write side. */
  closeWrite(): Promise<void>;
  /** Closes gracefully. */
  shutdown(): Promise<void>;
  /** Closes at once. */
  abort(): void;
}

/**
 * Makes a byte stream.
 *
 * @param source Where the bytes come from.
 * @returns A stream that can be read with a BYOB reader.
 */
export function toReadable(
  source: ReadableSource,
): ReadableStream<Uint8Array<ArrayBuffer>> {
  return new ReadableStream({
    type: "bytes",
    autoAllocateChunkSize: CHUNK_SIZE,
    async pull(controller) {
      const request = controller.byobRequest!;
      const count = await source.read(request.view as Uint8Array);
      if (count === null) controller.close();
      request.respond(count ?? 0);
    },
  });
}

/**
 * Makes a stream to write to.
 *
 * @param target Where the bytes go.
 * @returns A stream whose end closes the write side, or the connection where
 * there is no such thing.
 */
export function toWritable(
  target: WritableTarget,
): WritableStream<Uint8Array<ArrayBufferLike>> {
  return new WritableStream({
    async write(chunk) {
      await target.write(chunk);
    },
    close: () => target.messageType ? target.closeWrite() : target.shutdown(),
    abort: () => target.abort(),
  });
}
