/**
 * The memory of `NtCreateFile` (x64 and ARM64: 8-byte pointers, little endian).
 *
 * @module
 */

import { allocate } from "./memory.ts";
import { encodeWideString } from "./structs.ts";
import type { Address, Win32Api } from "./win32_api.ts";

/** Where things stand in it. */
const OBJECT_NAME = 48;
/** Offset of the IO_STATUS_BLOCK. */
export const CREATE_STATUS = 64;
/** Offset of the HANDLE, where a call on another thread writes it. */
export const CREATE_HANDLE = 80;
const CREATE_NAME = 88;

const OBJ_CASE_INSENSITIVE = 0x40;

/**
 * Allocates and fills the memory of `NtCreateFile`.
 *
 * @param win32 Allocates and copies native memory.
 * @param name A path of the object manager, of 32,766 code units at most.
 * @returns The address of the OBJECT_ATTRIBUTES, and of all the memory; it is
 * the caller's, to free once the call has returned.
 * @throws {WindowsError} when Windows has no memory left.
 */
export function allocateObjectAttributes(
  win32: Win32Api,
  name: string,
): Address {
  const memory = allocate(win32, CREATE_NAME + (name.length + 1) * 2);
  win32.copyIn(memory, encodeObjectAttributes(memory, name));
  return memory;
}

/**
 * Encodes the memory of `NtCreateFile`: OBJECT_ATTRIBUTES, UNICODE_STRING, room
 * for the status and the handle, and the name.
 *
 * @param address Where the bytes will stand.
 * @param name A path of the object manager, of 32,766 code units at most.
 * @returns The bytes.
 */
export function encodeObjectAttributes(
  address: Address,
  name: string,
): Uint8Array<ArrayBuffer> {
  const text = encodeWideString(name);
  const bytes = new Uint8Array(CREATE_NAME + text.byteLength);
  const view = new DataView(bytes.buffer);
  view.setUint32(0, OBJECT_NAME, true); // Length, that of the structure
  view.setBigUint64(16, address + BigInt(OBJECT_NAME), true);
  view.setUint32(24, OBJ_CASE_INSENSITIVE, true);
  view.setUint16(OBJECT_NAME, name.length * 2, true);
  view.setUint16(OBJECT_NAME + 2, text.byteLength, true);
  view.setBigUint64(OBJECT_NAME + 8, address + BigInt(CREATE_NAME), true);
  bytes.set(text, CREATE_NAME);
  return bytes;
}
