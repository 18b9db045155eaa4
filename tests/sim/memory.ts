/**
 * Simulated native memory: `VirtualAlloc` ranges at 64-bit addresses.
 *
 * @module
 */

import {
  MEM_COMMIT,
  MEM_DECOMMIT,
  MEM_RELEASE,
  MEM_RESERVE,
} from "../../src/ffi/constants.ts";
import type { Address } from "../../src/ffi/win32_api.ts";
import { ERROR_INVALID_ADDRESS, ERROR_INVALID_PARAMETER } from "./status.ts";

const PAGE = 4096;
const GRANULARITY = 0x1_0000n;
const FIRST_ADDRESS = 0x1f3_8a50_0000n;

interface MemoryRange {
  readonly base: Address;
  /** The same, as a number: addresses are below 2 ** 53. */
  readonly start: number;
  /** One past its last byte. */
  readonly end: number;
  readonly pageCount: number;
  /** One flag a page. */
  readonly committed: Uint8Array;
  /** The pages written to; others read as zeros. */
  readonly pages: Map<number, Uint8Array>;
}

/** A part of a range, in whole pages. */
interface PageSpan {
  range: MemoryRange;
  first: number;
  end: number;
}

/** What a memory call gives back: an address, or 0n and an error code. */
export interface AllocationResult {
  /** The address, or `0n`. */
  address: Address;
  /** 0, or the Win32 code. */
  error: number;
}

/** The address space of the simulated process. */
export class SimulatedMemory {
  readonly #straddle: boolean;
  #ranges: MemoryRange[] = [];
  /** The one that was touched last. */
  #last: MemoryRange | undefined;
  #next = FIRST_ADDRESS;

  /** @param straddle Whether ranges begin 64 KiB below a multiple of 4 GiB. */
  constructor(straddle: boolean) {
    this.#straddle = straddle;
  }

  /** The bytes committed now, in whole pages. */
  get committedBytes(): number {
    let pages = 0;
    for (const range of this.#ranges) {
      for (const flag of range.committed) pages += flag;
    }
    return pages * PAGE;
  }

  /** The ranges reserved and not released. */
  get reservedRanges(): number {
    return this.#ranges.length;
  }

  /**
   * `VirtualAlloc`.
   *
   * @param address The address, or `0n`.
   * @param size The size in bytes.
   * @param type `MEM_RESERVE`, `MEM_COMMIT` or both.
   * @returns The address of the region, or the error.
   */
  allocate(address: Address, size: number, type: number): AllocationResult {
    const known = MEM_RESERVE | MEM_COMMIT;
    if (size <= 0 || (type & ~known) !== 0 || (type & known) === 0) {
      return { address: 0n, error: ERROR_INVALID_PARAMETER };
    }
    if (address !== 0n && (type & MEM_RESERVE) === 0) {
      return this.#commitIn(address, size);
    }
    return this.#reserve(address, size, (type & MEM_COMMIT) !== 0);
  }

  /**
   * `VirtualFree`.
   *
   * @param address The address.
   * @param size The size in bytes; 0 is the whole range.
   * @param type `MEM_DECOMMIT` or `MEM_RELEASE`.
   * @returns 0, or the Win32 code.
   */
  free(address: Address, size: number, type: number): number {
    const span = this.#freedBy(address, size, type);
    if (typeof span === "number") return span;
    if (type === MEM_RELEASE) {
      this.#ranges = this.#ranges.filter((each) => each !== span.range);
      this.#last = undefined;
      return 0;
    }
    for (let page = span.first; page < span.end; page++) {
      span.range.committed[page] = 0;
      span.range.pages.delete(page);
    }
    return 0;
  }

  /**
   * Tells what a `VirtualFree` would give up, without doing it.
   *
   * @param address The address.
   * @param size The size in bytes; 0 is the whole range.
   * @param type `MEM_DECOMMIT` or `MEM_RELEASE`.
   * @returns The first and the past-the-end address, or the Win32 code.
   */
  regionFreedBy(
    address: Address,
    size: number,
    type: number,
  ): { start: Address; end: Address } | number {
    const span = this.#freedBy(address, size, type);
    if (typeof span === "number") return span;
    const { base } = span.range;
    const start = base + BigInt(span.first * PAGE);
    return { start, end: base + BigInt(span.end * PAGE) };
  }

  /**
   * Tells whether all of a region is committed.
   *
   * @param address The address.
   * @param size The size in bytes.
   * @returns True when every byte may be touched.
   */
  accessible(address: Address, size: number): boolean {
    const range = this.#find(address);
    return range !== undefined && isCommitted(range, Number(address), size);
  }

  /**
   * Copies into memory.
   *
   * @param target The address.
   * @param source The bytes.
   * @throws {Error} when a byte of the target is not committed.
   */
  write(target: Address, source: Uint8Array): void {
    const range = this.#check("writing", target, source.length);
    const start = Number(target) - range.start;
    for (let at = 0; at < source.length;) {
      const offset = start + at;
      const count = Math.min(source.length - at, PAGE - offset % PAGE);
      const page = pageOf(range, Math.floor(offset / PAGE));
      const all = count === source.length;
      page.set(all ? source : source.subarray(at, at + count), offset % PAGE);
      at += count;
    }
  }

  /**
   * Copies out of memory.
   *
   * @param target Where to; all of it is filled.
   * @param source The address.
   * @throws {Error} when a byte of the source is not committed.
   */
  read(target: Uint8Array, source: Address): void {
    const range = this.#check("reading", source, target.length);
    const start = Number(source) - range.start;
    for (let at = 0; at < target.length;) {
      const offset = start + at;
      const from = offset % PAGE;
      const count = Math.min(target.length - at, PAGE - from);
      const page = range.pages.get(Math.floor(offset / PAGE));
      if (page === undefined) target.fill(0, at, at + count);
      else copy(page, from, { target, at, count });
      at += count;
    }
  }

  #freedBy(address: Address, size: number, type: number): PageSpan | number {
    const range = this.#find(address);
    if (range === undefined) return ERROR_INVALID_ADDRESS;
    const whole = { range, first: 0, end: range.pageCount };
    if (type === MEM_RELEASE) {
      if (size !== 0) return ERROR_INVALID_PARAMETER;
      return address === range.base ? whole : ERROR_INVALID_ADDRESS;
    }
    if (type !== MEM_DECOMMIT) return ERROR_INVALID_PARAMETER;
    if (size === 0) {
      return address === range.base ? whole : ERROR_INVALID_ADDRESS;
    }
    return spanOf(range, address, size) ?? ERROR_INVALID_ADDRESS;
  }

  #check(action: string, address: Address, size: number): MemoryRange {
    const range = this.#find(address);
    const committed = range !== undefined &&
      isCommitted(range, Number(address), size);
    if (committed) return range;
    throw new Error(
      `Simulated access violation ${action} ${size} bytes at ${hex(address)}`,
    );
  }

  #find(address: Address): MemoryRange | undefined {
    const at = Number(address);
    if (this.#last !== undefined && holds(this.#last, at)) return this.#last;
    const range = this.#ranges.find((each) => holds(each, at));
    return this.#last = range;
  }

  #commitIn(address: Address, size: number): AllocationResult {
    const range = this.#find(address);
    const span = range && spanOf(range, address, size);
    if (span === undefined) {
      return { address: 0n, error: ERROR_INVALID_ADDRESS };
    }
    span.range.committed.fill(1, span.first, span.end);
    return { address: span.range.base + BigInt(span.first * PAGE), error: 0 };
  }

  #reserve(wanted: Address, size: number, commit: boolean): AllocationResult {
    const pageCount = Math.ceil(size / PAGE);
    const base = wanted === 0n
      ? this.#place(BigInt(pageCount * PAGE))
      : wanted - wanted % GRANULARITY;
    const start = Number(base);
    const range: MemoryRange = {
      base,
      start,
      end: start + pageCount * PAGE,
      pageCount,
      committed: new Uint8Array(pageCount),
      pages: new Map(),
    };
    if (this.#ranges.some((each) => overlap(each, range))) {
      return { address: 0n, error: ERROR_INVALID_ADDRESS };
    }
    if (commit) range.committed.fill(1);
    this.#ranges.push(range);
    return { address: base, error: 0 };
  }

  #place(size: bigint): Address {
    let base = this.#next;
    if (this.#straddle) {
      const below = this.#next + GRANULARITY;
      base = ((below >> 32n) + 1n) * (1n << 32n) - GRANULARITY;
    }
    const end = base + size;
    // One granule between ranges stays unmapped, to catch overruns.
    this.#next = end + 2n * GRANULARITY - (end % GRANULARITY);
    return base;
  }
}

/**
 * Writes an address as Windows tools do.
 *
 * @param address The address.
 * @returns Hexadecimal text with `0x`.
 */
export function hex(address: Address): string {
  return `0x${address.toString(16)}`;
}

function holds(range: MemoryRange, at: number): boolean {
  return at >= range.start && at < range.end;
}

function overlap(one: MemoryRange, other: MemoryRange): boolean {
  return one.start < other.end && other.start < one.end;
}

function isCommitted(range: MemoryRange, at: number, size: number): boolean {
  if (at + size > range.end) return false;
  const { committed, start } = range;
  const last = Math.floor((at + size - 1 - start) / PAGE);
  for (let page = Math.floor((at - start) / PAGE); page <= last; page++) {
    if (committed[page] === 0) return false;
  }
  return true;
}

function spanOf(
  range: MemoryRange,
  address: Address,
  size: number,
): PageSpan | undefined {
  const start = Number(address) - range.start;
  const first = Math.floor(start / PAGE);
  const end = Math.ceil((start + size) / PAGE);
  return end > range.pageCount ? undefined : { range, first, end };
}

/** A few bytes are not worth an array. */
function copy(
  page: Uint8Array,
  from: number,
  to: { target: Uint8Array; at: number; count: number },
): void {
  const { target, at, count } = to;
  if (count > 64) return target.set(page.subarray(from, from + count), at);
  for (let i = 0; i < count; i++) target[at + i] = page[from + i]!;
}

function pageOf(range: MemoryRange, index: number): Uint8Array {
  let page = range.pages.get(index);
  if (page === undefined) {
    page = new Uint8Array(PAGE);
    range.pages.set(index, page);
  }
  return page;
}
