/**
 * Gathers several arrays in one piece of native memory.
 *
 * @module
 */

import { byteLengthOf } from "../../ffi/bytes.ts";
import type { NativeBuffer } from "../../ffi/memory.ts";
import type { Bytes } from "../../ffi/socket/api.ts";

/**
 * Adds lengths up.
 *
 * @param data The arrays.
 * @returns Bytes.
 */
export function totalLength(data: readonly Uint8Array[]): number {
  let length = 0;
  for (const part of data) length += byteLengthOf(part);
  return length;
}

/**
 * Copies arrays to a buffer, one after the other.
 *
 * @param buffer Where to; `null` when there are no bytes.
 * @param data The arrays.
 * @param size Their total length when the buffer was allocated.
 * @throws {TypeError} when it has changed since.
 */
export function gather(
  buffer: NativeBuffer | null,
  data: readonly Bytes[],
  size: number,
): void {
  if (totalLength(data) !== size) {
    throw new TypeError("Cannot write: an array was resized meanwhile");
  }
  let offset = 0;
  for (const part of data) {
    buffer?.write(part, offset);
    offset += byteLengthOf(part);
  }
}

/** What becomes of the bytes of a read. */
interface Delivery<T> {
  deliver: (received: Bytes) => T;
  target?: Uint8Array | undefined;
}

/**
 * Makes the result of a read.
 *
 * @typeParam T The result.
 * @param delivery What becomes of the bytes: as in a `ReceiveRequest`.
 * @param buffer Where they are; `null` when there are none.
 * @param count Their number.
 * @returns The result.
 */
export function deliverBytes<T>(
  { target, deliver }: Delivery<T>,
  buffer: NativeBuffer | null,
  count: number,
): T {
  if (target === undefined || byteLengthOf(target) < count) {
    return deliver(buffer?.copy(0, count) ?? new Uint8Array(0));
  }
  buffer?.read(target, 0, count);
  return count as T;
}
