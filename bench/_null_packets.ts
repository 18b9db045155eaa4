/**
 * The packets of a kernel that costs nothing.
 *
 * @module
 */

import { STATUS_CANCELLED } from "../src/ffi/constants.ts";
import {
  ENTRY_BYTES,
  ENTRY_KEY,
  ENTRY_OVERLAPPED,
  ENTRY_SIZE,
  ENTRY_STATUS,
} from "../src/ffi/structs.ts";

/** Packets that wait at most, a power of two. */
const CAPACITY = 8192;

/** Numbers of a packet: key, OVERLAPPED, status, bytes. */
const FIELDS = 4;

const WORD = 4;

/** A ring of numbers: nothing is allocated for a packet. */
export class NullPackets {
  readonly #ring = new Uint32Array(CAPACITY * FIELDS);
  #head = 0;
  #length = 0;
  #entries: Uint8Array<ArrayBuffer> | undefined;
  #words = new Uint32Array(0);

  /** How many wait. */
  get length(): number {
    return this.#length;
  }

  /**
   * Queues a packet.
   *
   * @param key The completion key.
   * @param overlapped The address of the slot, below 4 GiB.
   * @param bytes Bytes moved.
   */
  push(key: number, overlapped: number, bytes: number): void {
    const index = this.#reserve(key, overlapped);
    this.#ring[index + 2] = 0;
    this.#ring[index + 3] = bytes;
  }

  /**
   * Queues the packet of an operation that was cancelled.
   *
   * @param key The completion key.
   * @param overlapped The address of the slot, below 4 GiB.
   */
  cancel(key: number, overlapped: number): void {
    const index = this.#reserve(key, overlapped);
    this.#ring[index + 2] = STATUS_CANCELLED;
    this.#ring[index + 3] = 0;
  }

  #reserve(key: number, overlapped: number): number {
    if (this.#length === CAPACITY) throw new RangeError("Too many packets");
    const index = (this.#head + this.#length++) % CAPACITY * FIELDS;
    this.#ring[index] = key;
    this.#ring[index + 1] = overlapped;
    return index;
  }

  /**
   * Dequeues packets.
   *
   * @param entries Filled with an OVERLAPPED_ENTRY for each.
   * @returns Their number.
   */
  take(entries: Uint8Array<ArrayBuffer>): number {
    if (entries !== this.#entries) {
      this.#entries = entries;
      this.#words = new Uint32Array(entries.buffer);
    }
    const count = Math.min(this.#length, entries.length / ENTRY_SIZE);
    for (let i = 0; i < count; i++) this.#write(i * ENTRY_SIZE / WORD);
    return count;
  }

  /** Addresses and keys are below 4 GiB: the high halves stay 0. */
  #write(at: number): void {
    const [words, ring] = [this.#words, this.#ring];
    const index = this.#head * FIELDS;
    words[at + ENTRY_KEY / WORD] = ring[index]!;
    words[at + ENTRY_OVERLAPPED / WORD] = ring[index + 1]!;
    words[at + ENTRY_STATUS / WORD] = ring[index + 2]!;
    words[at + ENTRY_BYTES / WORD] = ring[index + 3]!;
    this.#head = (this.#head + 1) % CAPACITY;
    this.#length--;
  }
}
