/**
 * Bytes for protocols that say where to put them.
 *
 * @module
 */

import { assertBytes } from "../proactor/arguments.ts";
import type { Protocol } from "./protocol.ts";
import type { ReadHalf } from "./read_half.ts";

/**
 * Fills the protocol's room once; bytes that did not fit are still there.
 *
 * @param protocol Has `getBuffer`.
 * @param reader Has bytes.
 * @throws {TypeError} when there is no room in what the protocol gives.
 */
export function fillBuffer(
  protocol: Protocol,
  reader: Pick<ReadHalf, "available" | "takeInto">,
): void {
  const target = protocol.getBuffer!(reader.available);
  assertBytes("fill", target);
  protocol.bufferUpdated?.(reader.takeInto(target));
}
