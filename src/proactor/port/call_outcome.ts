/**
 * What a call has done whose return or packet does not say it.
 *
 * @module
 */

import { ERROR_INVALID_PARAMETER } from "../../ffi/constants.ts";
import type { Win32Api } from "../../ffi/win32_api.ts";
import type { CompletionPort } from "./completion_port.ts";
import type { Operation } from "./operation.ts";

/**
 * The outcome of a call that has thrown between `begin` and `settle`: it did
 * not reach Windows, so slot and buffer are ours. The exception is reported,
 * because the stream that it ends knows codes only.
 *
 * @param port The completion port.
 * @param error What was thrown.
 * @returns The code for `settle`.
 */
export function thrownCall(
  port: Pick<CompletionPort, "report">,
  error: unknown,
): number {
  port.report(error, "Exception in a system call");
  return ERROR_INVALID_PARAMETER;
}

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
