/**
 * What is refused before a file is opened.
 *
 * @module
 */

import { assertInteger } from "../arguments.ts";
import type { TransmitFileOptions } from "./file_to_send.ts";

/**
 * Refuses what are no options.
 *
 * @param options The options.
 * @throws {RangeError} when a number is not 0 or more, or not whole.
 */
export function assertTransmitOptions(options: TransmitFileOptions): void {
  const { offset = 0, count = 0 } = options;
  assertInteger("offset", offset, [0, Number.MAX_SAFE_INTEGER]);
  assertInteger("count", count, [0, Number.MAX_SAFE_INTEGER]);
}
