/**
 * The bytes that both sides of a test know without sharing them.
 *
 * @module
 */

import { createHash } from "node:crypto";

const CHUNK_SIZE = 65_536;

/**
 * Makes pseudo-random bytes, always the same ones (xorshift).
 *
 * @param {number} size How many; a multiple of 65,536.
 * @returns {Generator<Uint8Array<ArrayBuffer>>} New chunks of 65,536 bytes.
 */
export function* payload(size) {
  let state = 0x2545f491;
  for (let sent = 0; sent < size; sent += CHUNK_SIZE) {
    const words = new Uint32Array(CHUNK_SIZE / 4);
    for (let i = 0; i < words.length; i++) {
      state ^= state << 13;
      state ^= state >>> 17;
      state ^= state << 5;
      words[i] = state;
    }
    yield new Uint8Array(words.buffer);
  }
}

/**
 * Hashes the payload.
 *
 * @param {number} size Its bytes.
 * @returns {string} SHA-256 in hexadecimal digits.
 */
export function payloadDigest(size) {
  const hash = createHash("sha256");
  for (const chunk of payload(size)) hash.update(chunk);
  return hash.digest("hex");
}
