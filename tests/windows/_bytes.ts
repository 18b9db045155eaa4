/**
 * Bytes, and reading them.
 *
 * @module
 */

import type { PipeConnection } from "../../mod.ts";
import { soon } from "./_turns.ts";

/**
 * Text as bytes.
 *
 * @param text The text.
 * @returns UTF-8.
 */
export function encode(text: string): Uint8Array<ArrayBuffer> {
  return new TextEncoder().encode(text);
}

/**
 * Bytes as text.
 *
 * @param bytes UTF-8.
 * @returns The text.
 */
export function decode(bytes: Uint8Array): string {
  return new TextDecoder().decode(bytes);
}

/**
 * Bytes that look random and are the same each time.
 *
 * @param size How many.
 * @param seed Which ones.
 * @returns The bytes.
 */
export function pattern(size: number, seed = 1): Uint8Array<ArrayBuffer> {
  const words = new Uint32Array(Math.ceil(size / 4));
  let state = seed * 2654435761 >>> 0 || 1;
  for (let i = 0; i < words.length; i++) {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    words[i] = state;
  }
  return new Uint8Array(words.buffer, 0, size);
}

/**
 * Reads until so many bytes have come, or the end.
 *
 * @param connection Where from.
 * @param size The most bytes to read; all by default.
 * @returns The bytes.
 */
export async function readBytes(
  connection: Pick<PipeConnection, "read">,
  size = Infinity,
): Promise<Uint8Array<ArrayBuffer>> {
  const parts: Uint8Array<ArrayBuffer>[] = [];
  const chunk = new Uint8Array(65536);
  for (let rest = size; rest > 0;) {
    const target = chunk.subarray(0, Math.min(rest, chunk.length));
    const count = await soon(connection.read(target));
    if (count === null) break;
    parts.push(chunk.slice(0, count));
    rest -= count;
  }
  return new Uint8Array(await new Blob(parts).arrayBuffer());
}

/**
 * Reads text.
 *
 * @param connection Where from.
 * @param size The most bytes to read; all by default.
 * @returns The text.
 */
export async function readText(
  connection: Pick<PipeConnection, "read">,
  size = Infinity,
): Promise<string> {
  return decode(await readBytes(connection, size));
}

/**
 * Hashes bytes.
 *
 * @param data The bytes.
 * @returns SHA-256 in hexadecimal digits.
 */
export async function sha256(data: Uint8Array<ArrayBuffer>): Promise<string> {
  const hash = await crypto.subtle.digest("SHA-256", data);
  return new Uint8Array(hash).toHex();
}
