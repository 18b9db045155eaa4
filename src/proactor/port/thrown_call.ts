/**
 * System calls that throw instead of returning a code.
 *
 * @module
 */

import { ERROR_INVALID_PARAMETER } from "../../ffi/constants.ts";
import type { CompletionPort } from "./completion_port.ts";

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
