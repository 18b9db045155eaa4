/**
 * Codecs of SIDs, security descriptors and entries of the directory of pipes.
 *
 * @module
 */

import { copyBytes, viewOf } from "../bytes.ts";
import { decodeUnits, formatSid } from "../structs.ts";
import type { Bytes } from "./api.ts";

/** SECURITY_MAX_SID_SIZE */
export const MAX_SID = 68;

/** Bytes of a SID before its sub-authorities. */
const SID_HEADER = 8;

/** Offset of the SID behind a `TOKEN_OWNER`, which is a pointer. */
export const TOKEN_OWNER_SID = 8;

/** Offset of the owner's offset in a self-relative SECURITY_DESCRIPTOR. */
const DESCRIPTOR_OWNER = 4;

/** Where things stand in a FILE_DIRECTORY_INFORMATION. */
const ENTRY_INSTANCES = 40; // EndOfFile
const ENTRY_MAX_INSTANCES = 48; // AllocationSize
const ENTRY_NAME_LENGTH = 60;
const ENTRY_NAME = 64;

/** What the directory of pipes says of a pipe. */
export interface PipeEntry {
  /** Its name below `\\.\pipe\`. */
  name: string;
  /** Instances that exist now, with clients or waiting. */
  instances: number;
  /** The limit of instances; `Infinity` where there is none. */
  maxInstances: number;
}

/**
 * Encodes a SID.
 *
 * @param text A well-formed SID, such as `S-1-5-18`.
 * @returns The bytes of a `SID`.
 */
export function encodeSid(text: string): Bytes {
  const [, revision, authority, ...rest] = text.split("-").map(Number);
  const bytes = new Uint8Array(8 + rest.length * 4);
  const view = new DataView(bytes.buffer);
  view.setUint8(0, revision!);
  view.setUint8(1, rest.length);
  view.setUint16(2, Math.floor(authority! / 2 ** 32));
  view.setUint32(4, authority! % 2 ** 32);
  rest.forEach((part, index) => view.setUint32(8 + index * 4, part, true));
  return bytes;
}

/**
 * Reads the owner of a self-relative security descriptor.
 *
 * @param descriptor Its bytes.
 * @returns The SID, or `""` when it has none.
 * @throws {TypeError} when the owner is not within the bytes.
 */
export function decodeOwner(descriptor: Bytes): string {
  assertWithin(descriptor, DESCRIPTOR_OWNER, 4);
  const offset = viewAt(descriptor, DESCRIPTOR_OWNER).getUint32(0, true);
  if (offset === 0) return "";
  assertWithin(descriptor, offset, SID_HEADER);
  return formatSid(viewOf(descriptor, offset));
}

/**
 * Reads the entries that `NtQueryDirectoryFile` has written. For pipes, the end
 * of the file is the number of instances, and the size their limit: ReactOS,
 * npfs/fileobsup.c. No length is trusted.
 *
 * @param buffer The buffer, with one entry at least.
 * @returns The entries.
 * @throws {TypeError} when one is not within the buffer.
 */
export function decodePipeEntries(buffer: Bytes): PipeEntry[] {
  const entries: PipeEntry[] = [];
  for (let at = 0;;) {
    assertWithin(buffer, at, ENTRY_NAME);
    const view = viewAt(buffer, at);
    entries.push(decodeEntry(view, buffer, at + ENTRY_NAME));
    const next = view.getUint32(0, true);
    if (next === 0) return entries;
    at += next;
  }
}

function decodeEntry(view: DataView, buffer: Bytes, start: number): PipeEntry {
  const length = view.getUint32(ENTRY_NAME_LENGTH, true);
  assertWithin(buffer, start, length);
  const limit = view.getUint32(ENTRY_MAX_INSTANCES, true);
  const units = length - length % 2;
  return {
    name: decodeUnits(copyBytes(buffer, start, start + units)),
    instances: view.getUint32(ENTRY_INSTANCES, true),
    maxInstances: limit === 0xffff_ffff ? Infinity : limit,
  };
}

function viewAt(bytes: Bytes, offset: number): DataView {
  const { buffer, byteOffset, byteLength } = viewOf(bytes, offset);
  return new DataView(buffer, byteOffset, byteLength);
}

function assertWithin(bytes: Bytes, start: number, length: number): void {
  if (start + length <= bytes.byteLength) return;
  throw new TypeError(
    `Cannot decode structure: ${length} bytes at ${start} of ${bytes.byteLength}`,
  );
}
