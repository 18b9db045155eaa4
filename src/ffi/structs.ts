/**
 * Sizes, offsets and codecs of the structures that cross the FFI (x64 and
 * ARM64: 8-byte pointers, little endian).
 *
 * @module
 */

import type { Address } from "./win32_api.ts";

/** `sizeof(OVERLAPPED)`. */
export const OVERLAPPED_SIZE = 32;
/** Offset of `OVERLAPPED.Internal`, the NTSTATUS. */
export const OVERLAPPED_INTERNAL = 0;
/** Offset of `OVERLAPPED.InternalHigh`, the byte count. */
export const OVERLAPPED_INTERNAL_HIGH = 8;

/** Offset of `OVERLAPPED.Offset`, where a file is read or written. */
export const OVERLAPPED_OFFSET = 16;

/** `sizeof(OVERLAPPED_ENTRY)`. */
export const ENTRY_SIZE = 32;
/** Offset of `OVERLAPPED_ENTRY.lpCompletionKey`. */
export const ENTRY_KEY = 0;
/** Offset of `OVERLAPPED_ENTRY.lpOverlapped`. */
export const ENTRY_OVERLAPPED = 8;
/** Offset of `OVERLAPPED_ENTRY.Internal`: the NTSTATUS on 64-bit Windows. */
export const ENTRY_STATUS = 16;
/** Offset of `OVERLAPPED_ENTRY.dwNumberOfBytesTransferred`. */
export const ENTRY_BYTES = 24;

/** `sizeof(SECURITY_ATTRIBUTES)`. */
export const SECURITY_ATTRIBUTES_SIZE = 24;

/** Offset of the SID behind a `TOKEN_USER` (a pointer, a DWORD, padding). */
export const TOKEN_USER_SID = 16;

/** Offset of the name in `FILE_PIPE_WAIT_FOR_BUFFER`. */
const PIPE_WAIT_NAME = 14;

/** Bytes of a SID before its sub-authorities. */
const SID_HEADER = 8;
/** SID_MAX_SUB_AUTHORITIES */
const MAX_SUB_AUTHORITIES = 15;

/** Code units of one call; each is an argument. */
const UNITS_PER_CALL = 4096;

/**
 * Encodes text as a zero-terminated UTF-16 string.
 *
 * @param text The text; an embedded NUL would cut it short.
 * @returns The bytes of an LPCWSTR.
 */
export function encodeWideString(text: string): Uint8Array<ArrayBuffer> {
  const units = new Uint16Array(text.length + 1);
  for (let i = 0; i < text.length; i++) units[i] = text.charCodeAt(i);
  return new Uint8Array(units.buffer);
}

/**
 * Decodes UTF-16 text.
 *
 * @param bytes Little-endian code units.
 * @param units How many code units to take.
 * @returns The text.
 */
export function decodeWideString(
  bytes: Uint8Array<ArrayBuffer>,
  units: number,
): string {
  const decoder = new TextDecoder("utf-16le", { ignoreBOM: true });
  return decoder.decode(bytes.subarray(0, units * 2));
}

/**
 * Decodes a name, such as that of a file. Names are code units of any kind, not
 * text: a decoder of text would lose surrogates without their other half.
 *
 * @param bytes Little-endian code units, aligned to 2 bytes.
 * @returns The name.
 */
export function decodeUnits(bytes: Uint8Array<ArrayBuffer>): string {
  const units = new Uint16Array(
    bytes.buffer,
    bytes.byteOffset,
    bytes.byteLength / 2,
  );
  let name = "";
  for (let i = 0; i < units.length; i += UNITS_PER_CALL) {
    name += String.fromCharCode(...units.subarray(i, i + UNITS_PER_CALL));
  }
  return name;
}

/**
 * Encodes a `SECURITY_ATTRIBUTES` whose handle is not inherited.
 *
 * @param descriptor Address of the security descriptor.
 * @returns The 24 bytes of the structure.
 */
export function encodeSecurityAttributes(
  descriptor: Address,
): Uint8Array<ArrayBuffer> {
  const view = new DataView(new ArrayBuffer(SECURITY_ATTRIBUTES_SIZE));
  view.setUint32(0, SECURITY_ATTRIBUTES_SIZE, true);
  view.setBigUint64(8, descriptor, true);
  return new Uint8Array(view.buffer);
}

/**
 * Encodes a `FILE_PIPE_WAIT_FOR_BUFFER`, the input of `FSCTL_PIPE_WAIT`.
 *
 * @param name The pipe's name without `\\.\pipe\`.
 * @param timeout Milliseconds, or `Infinity`.
 * @returns The bytes of the structure.
 */
export function encodePipeWait(
  name: string,
  timeout: number,
): Uint8Array<ArrayBuffer> {
  const view = new DataView(new ArrayBuffer(PIPE_WAIT_NAME + name.length * 2));
  view.setBigInt64(0, pipeWaitTimeout(timeout), true);
  view.setUint32(8, name.length * 2, true);
  view.setUint8(12, 1); // TimeoutSpecified
  for (let i = 0; i < name.length; i++) {
    view.setUint16(PIPE_WAIT_NAME + i * 2, name.charCodeAt(i), true);
  }
  return new Uint8Array(view.buffer);
}

/** Negative 100 ns units are relative; the least value waits for ever. */
function pipeWaitTimeout(timeout: number): bigint {
  if (timeout === Infinity) return -0x8000_0000_0000_0000n;
  return -BigInt(Math.ceil(timeout)) * 10_000n;
}

/**
 * Formats a binary SID as text.
 *
 * @param bytes The bytes of a `SID`, from its revision on, and any behind it.
 * @returns `S-1-...`
 * @throws {TypeError} when it has more sub-authorities than a SID may have, or
 * than there are bytes for.
 */
export function formatSid(bytes: Uint8Array<ArrayBuffer>): string {
  const count = subAuthorities(bytes);
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const authority = view.getUint16(2) * 2 ** 32 + view.getUint32(4);
  const parts = [`S-${view.getUint8(0)}-${authority}`];
  for (let i = 0; i < count; i++) {
    parts.push(String(view.getUint32(SID_HEADER + i * 4, true)));
  }
  return parts.join("-");
}

function subAuthorities(bytes: Uint8Array<ArrayBuffer>): number {
  const count = bytes[1] ?? 0;
  const size = SID_HEADER + count * 4;
  if (count <= MAX_SUB_AUTHORITIES && size <= bytes.byteLength) return count;
  throw new TypeError(
    `Cannot decode SID: ${count} sub-authorities in ${bytes.byteLength} bytes`,
  );
}
