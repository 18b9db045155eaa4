/**
 * Bytes as people read them: `hexdump -C`.
 *
 * @module
 */

import { viewOf } from "../ffi/bytes.ts";

const WIDTH = 16;
const HALF = WIDTH / 2;

/**
 * Writes bytes as lines of an offset, their numbers and their ASCII.
 *
 * @param data The bytes.
 * @param offset The number of the first.
 * @returns Lines, each with its end.
 */
export function hexDump(data: Uint8Array, offset = 0): string {
  let text = "";
  for (let at = 0; at < data.length; at += WIDTH) {
    text += dumpLine(
      viewOf(data, at, Math.min(at + WIDTH, data.length)),
      offset + at,
    );
  }
  return text;
}

function dumpLine(part: Uint8Array, offset: number): string {
  const address = offset.toString(16).padStart(8, "0");
  let numbers = "";
  let shown = "";
  for (let i = 0; i < WIDTH; i++) {
    const byte = part[i];
    const number = byte?.toString(16).padStart(2, "0") ?? "  ";
    numbers += `${i === HALF ? " " : ""} ${number}`;
    if (byte !== undefined) shown += asciiOf(byte);
  }
  return `${address} ${numbers}  |${shown}|\n`;
}

function asciiOf(byte: number): string {
  return byte >= 0x20 && byte < 0x7f ? String.fromCharCode(byte) : ".";
}
