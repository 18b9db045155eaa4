/**
 * Native memory that is an array of JavaScript: for benchmarks on any system,
 * without the FFI.
 *
 * @module
 */

import type { Address } from "../src/ffi/win32_api.ts";

/** Ranges begin at multiples of this. */
const GRANULARITY = 0x1_0000;

interface Range {
  readonly start: number;
  readonly size: number;
  /** Made when somebody touches it: slots are reserved by 64 MiB. */
  bytes: Uint8Array<ArrayBuffer> | undefined;
}

/** An address space below 4 GiB: half of each address is 0. */
export class NullMemory {
  readonly #ranges: Range[] = [];
  #next = GRANULARITY;

  /**
   * Reserves memory.
   *
   * @param size Bytes.
   * @returns Where it starts.
   */
  allocate(size: number): Address {
    const start = this.#next;
    this.#next += Math.ceil(size / GRANULARITY) * GRANULARITY;
    this.#ranges.push({ start, size, bytes: undefined });
    return BigInt(start);
  }

  /**
   * Makes an array over memory.
   *
   * @param address Where it starts.
   * @param size Bytes.
   * @returns The array.
   * @throws {RangeError} when nothing was reserved there.
   */
  map(address: Address, size: number): Uint8Array<ArrayBuffer> {
    const from = Number(address);
    const range = this.#ranges.find(({ start, size: length }) =>
      from >= start && from + size <= start + length
    );
    if (range === undefined) throw new RangeError(`No memory at ${address}`);
    range.bytes ??= new Uint8Array(range.size);
    return range.bytes.subarray(from - range.start, from - range.start + size);
  }
}
