/**
 * Native memory as arrays of JavaScript.
 *
 * @module
 */

import { hasFullGrant } from "./system_folder.ts";
import type { Address } from "./win32_api.ts";

/**
 * Makes an array over native memory. It must not be touched once the memory is
 * freed.
 *
 * @param address Where the memory starts.
 * @param size Its length in bytes.
 * @returns The array, or `null` where it is not permitted: a grant that names
 * its libraries allows no pointers, and asking for one would prompt.
 */
export function mapMemory(
  address: Address,
  size: number,
): Uint8Array<ArrayBuffer> | null {
  if (!hasFullGrant()) return null;
  const pointer = Deno.UnsafePointer.create(address)!;
  return new Uint8Array(Deno.UnsafePointerView.getArrayBuffer(pointer, size));
}
