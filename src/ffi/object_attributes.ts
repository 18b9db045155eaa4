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
const QUALITY_OF_SERVICE = 88;
const CREATE_NAME = 104;

const OBJ_CASE_INSENSITIVE = 0x40;

/** `sizeof(SECURITY_QUALITY_OF_SERVICE)`. */
const QUALITY_OF_SERVICE_SIZE = 12;
const SECURITY_IDENTIFICATION = 1;

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
 * for the status and the handle, SECURITY_QUALITY_OF_SERVICE and the name.
 *
 * Without a quality of service, the server of a pipe that the name leads to may
 * act as the user of this process.
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
  view.setBigUint64(40, address + BigInt(QUALITY_OF_SERVICE), true);
  view.setUint16(OBJECT_NAME, name.length * 2, true);
  view.setUint16(OBJECT_NAME + 2, text.byteLength, true);
  view.setBigUint64(OBJECT_NAME + 8, address + BigInt(CREATE_NAME), true);
  view.setUint32(QUALITY_OF_SERVICE, QUALITY_OF_SERVICE_SIZE, true);
  view.setUint32(QUALITY_OF_SERVICE + 4, SECURITY_IDENTIFICATION, true);
  bytes.set(text, CREATE_NAME);
  return bytes;
}
