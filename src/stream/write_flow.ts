/**
 * Limits of a write buffer.
 *
 * @module
 */

import type { WriteBufferLimits, WriteBufferOptions } from "./protocol.ts";

const DEFAULT_HIGH_WATER = 65536;

/**
 * asyncio's rules for what was not given.
 *
 * @param limits Bytes.
 * @returns Both limits.
 * @throws {RangeError} when they are not integers with high >= low >= 0.
 */
export function writeBufferLimits(
  limits: WriteBufferOptions,
): WriteBufferLimits {
  const high = limits.high ??
    (limits.low === undefined ? DEFAULT_HIGH_WATER : 4 * limits.low);
  const low = limits.low ?? Math.floor(high / 4);
  if (
    Number.isInteger(high) && Number.isInteger(low) && high >= low && low >= 0
  ) {
    return { high, low };
  }
  throw new RangeError(
    `Cannot set write buffer limits high ${high}, low ${low}: ` +
      "they are not integers with high >= low >= 0",
  );
}
