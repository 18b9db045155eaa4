/**
 * How many bytes the next read of a stream asks for.
 *
 * @module
 */

import { LARGE_BUFFER, MAX_POOLED_BUFFER, MIN_BUFFER } from "../ffi/memory.ts";

/** Bytes of native buffers in use from which on no read gets more than 64 KiB. */
const BULK_LIMIT = 1 << 25;

/** Filled reads between two tries with a larger buffer, where those fail. */
const MOST_PATIENCE = 1024;

/**
 * The size of the next read: 4 KiB to 64 KiB, by what the last one brought; and
 * where larger reads pay, 512 KiB while more than 64 KiB are there. Messages of
 * 64 KiB look like bulk, so each try that finds no more makes the next one rarer.
 */
export class ReadSize {
  /** Bytes. */
  bytes = MIN_BUFFER;
  readonly #bulk: boolean;
  #filled = 0;
  #patience = 1;

  /** @param bulk Whether reads of more than 64 KiB pay. */
  constructor(bulk: boolean) {
    this.#bulk = bulk;
  }

  /** After a silence. */
  reset(): void {
    this.bytes = MIN_BUFFER;
  }

  /**
   * Takes in what a read of this size has brought.
   *
   * @param bytes Their number.
   * @param atOnce True when they were there already.
   * @param bytesInUse Bytes of native buffers in use on the port.
   */
  adapt(bytes: number, atOnce: boolean, bytesInUse: number): void {
    if (this.bytes > LARGE_BUFFER) this.#judge(bytes);
    if (bytes >= this.bytes) this.#grow(atOnce && bytesInUse < BULK_LIMIT);
    else if (bytes * 16 <= this.bytes) {
      this.bytes = Math.max(this.bytes / 2, MIN_BUFFER);
    }
  }

  /** Whether the larger buffer was of use. */
  #judge(bytes: number): void {
    const useful = bytes > LARGE_BUFFER;
    this.#patience = useful ? 1 : Math.min(4 * this.#patience, MOST_PATIENCE);
    this.#filled = 0;
    if (!useful) this.bytes = LARGE_BUFFER;
  }

  /** @param more Whether there may be more, and room for it. */
  #grow(more: boolean): void {
    const bulk = this.#bulk && more && this.bytes >= LARGE_BUFFER;
    const due = bulk && ++this.#filled >= this.#patience;
    this.bytes = due ? MAX_POOLED_BUFFER : LARGE_BUFFER;
  }
}
