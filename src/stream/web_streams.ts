/**
 * Connections as web streams.
 *
 * @module
 */

import type { DeadlineOptions } from "./close_deadline.ts";
import { ownedWritable } from "./owned_writable.ts";

/** Bytes that a `readable` without a BYOB reader reads at a time. */
const CHUNK_SIZE = 65536;

const BOTH = { readable: true, writable: true };

/** What can be made a pair of streams. */
export interface StreamTarget {
  /** True when the write side can be closed by itself. */
  readonly canCloseWrite: boolean;
  /**
   * Reads what is there, or waits for it.
   *
   * @param target Where the bytes go.
   * @returns Their number, or `null` at the end.
   */
  read(target: Uint8Array): Promise<number | null>;
  /**
   * Writes all bytes.
   *
   * @param data The bytes.
   * @returns Their number.
   */
  write(data: Uint8Array): Promise<number>;
  /** Ends the write side. */
  closeWrite(): Promise<void>;
  /**
   * Closes gracefully.
   *
   * @param options How long to wait for the peer.
   */
  close(options?: DeadlineOptions): void;
  /**
   * Closes gracefully, and waits for it.
   *
   * @param options How long to wait for the peer.
   */
  shutdown(options?: DeadlineOptions): Promise<void>;
  /** Closes at once. */
  abort(): void;
}

/**
 * The streams of a connection. When both have come to their ends, or one is
 * given up, the connection is closed: nobody else would.
 */
export class WebStreams {
  readonly #target: StreamTarget;
  #readable: ReadableStream<Uint8Array<ArrayBuffer>> | undefined;
  #writable: WritableStream<Uint8Array<ArrayBufferLike>> | undefined;
  #readEnded: boolean;
  #writeEnded: boolean;

  /**
   * @param target The connection.
   * @param directions What it can do: the other side is at its end already.
   */
  constructor(
    target: StreamTarget,
    directions: { readable: boolean; writable: boolean } = BOTH,
  ) {
    this.#target = target;
    this.#readEnded = !directions.readable;
    this.#writeEnded = !directions.writable;
  }

  /** A byte stream, which can be read with a BYOB reader. */
  get readable(): ReadableStream<Uint8Array<ArrayBuffer>> {
    return this.#readable ??= new ReadableStream({
      type: "bytes",
      autoAllocateChunkSize: CHUNK_SIZE,
      pull: (controller) => this.#pull(controller),
      cancel: () => this.#target.close(),
    });
  }

  /** A stream whose close ends the write side, or the connection. */
  get writable(): WritableStream<Uint8Array<ArrayBufferLike>> {
    return this.#writable ??= ownedWritable({
      write: async (chunk) => void await this.#target.write(chunk),
      close: () => this.#endWrites(),
      abort: () => this.#target.abort(),
    });
  }

  async #pull(controller: ReadableByteStreamController): Promise<void> {
    const request = controller.byobRequest!;
    const count = await this.#target.read(request.view as Uint8Array);
    if (count === null) {
      controller.close();
      this.#readEnded = true;
      if (this.#writeEnded) this.#target.close();
    }
    request.respond(count ?? 0);
  }

  async #endWrites(): Promise<void> {
    this.#writeEnded = true;
    const half = this.#target.canCloseWrite && !this.#readEnded;
    await (half ? this.#target.closeWrite() : this.#target.shutdown());
  }
}
