/**
 * Bytes that come in pieces and are taken in others.
 *
 * @module
 */

import { byteLengthOf, setBytes, viewOf } from "../../ffi/bytes.ts";

/** First in, first out; each byte is copied once. */
export class ByteQueue {
  #chunks: Uint8Array[] = [];
  /** Where the first chunk goes on. */
  #offset = 0;
  #length = 0;

  /** Bytes that are there. */
  get length(): number {
    return this.#length;
  }

  /** @param chunk Appended, without a copy. */
  push(chunk: Uint8Array): void {
    if (byteLengthOf(chunk) === 0) return;
    this.#chunks.push(viewOf(chunk));
    this.#length += byteLengthOf(chunk);
  }

  /**
   * Takes bytes.
   *
   * @param length How many; as many must be there.
   * @returns A copy of them.
   */
  take(length: number): Uint8Array<ArrayBuffer> {
    const bytes = new Uint8Array(length);
    let at = 0;
    while (at < length) at += this.#takeInto(bytes, at);
    return bytes;
  }

  /**
   * Looks for the end of a line.
   *
   * @param from Where to begin: what is before it has none.
   * @returns The number of bytes before the first line feed, or -1.
   */
  indexOfLineFeed(from: number): number {
    let before = -this.#offset;
    for (const chunk of this.#chunks) {
      const start = Math.max(from - before, before < 0 ? -before : 0);
      const found = chunk.indexOf(10, start);
      if (found !== -1) return before + found;
      before += byteLengthOf(chunk);
    }
    return -1;
  }

  #takeInto(target: Uint8Array, at: number): number {
    const chunk = this.#chunks[0]!;
    const end = Math.min(
      byteLengthOf(chunk),
      this.#offset + byteLengthOf(target) - at,
    );
    const count = end - this.#offset;
    setBytes(target, viewOf(chunk, this.#offset, end), at);
    this.#length -= count;
    this.#offset = end;
    if (end === byteLengthOf(chunk)) this.#dropFirst();
    return count;
  }

  #dropFirst(): void {
    this.#chunks.shift();
    this.#offset = 0;
  }
}
