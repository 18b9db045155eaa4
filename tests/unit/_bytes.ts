/**
 * Bytes and text.
 *
 * @module
 */

/**
 * Encodes text.
 *
 * @param text The text.
 * @returns Its bytes.
 */
export function bytes(text: string): Uint8Array<ArrayBuffer> {
  return new TextEncoder().encode(text);
}

/**
 * Decodes text.
 *
 * @param data Its bytes.
 * @returns The text.
 */
export function text(data: Uint8Array | null | undefined): string {
  return data ? new TextDecoder().decode(data) : "";
}

/**
 * Bytes that tell where they stand.
 *
 * @param length How many.
 * @returns The bytes.
 */
export function pattern(length: number): Uint8Array<ArrayBuffer> {
  const data = new Uint8Array(length);
  for (let i = 0; i < length; i++) data[i] = (i * 31 + (i >> 8)) & 0xff;
  return data;
}
