/**
 * Several arrays as one piece of native memory.
 *
 * @module
 */

import type { NativeBuffer } from "../ffi/memory.ts";
import type { Bytes } from "../ffi/socket_api.ts";

/**
 * Adds lengths up.
 *
 * @param data The arrays.
 * @returns Bytes.
 */
export function totalLength(data: readonly Uint8Array[]): number {
  return data.reduce((sum, { byteLength }) => sum + byteLength, 0);
}

/**
 * Copies arrays to a buffer, one behind the other.
 *
 * @param buffer Where to; `null` when there are no bytes.
 * @param data The arrays.
 */
export function gather(
  buffer: NativeBuffer | null,
  data: readonly Bytes[],
): void {
  let offset = 0;
  for (const part of data) {
    buffer?.write(part, offset);
    offset += part.byteLength;
  }
}
