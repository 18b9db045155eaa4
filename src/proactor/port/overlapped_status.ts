/**
 * What an OVERLAPPED says before its packet has come.
 *
 * @module
 */

import type { Win32Api } from "../../ffi/win32_api.ts";
import type { Operation } from "./operation.ts";

/**
 * Tells how much an operation has moved whose packet may not have been
 * dequeued.
 *
 * @param api Reads native memory.
 * @param operation An operation that was started.
 * @returns Bytes; -1 when it is still pending, or has failed.
 */
export function bytesMoved(
  api: Pick<Win32Api, "copyOut">,
  { address }: Operation,
): number {
  const fields = new BigUint64Array(2); // Internal, InternalHigh
  api.copyOut(new Uint8Array(fields.buffer), address);
  return Number(fields[0]! & 0xffff_ffffn) === 0
    ? Number(fields[1]! & 0xffff_ffffn)
    : -1;
}
