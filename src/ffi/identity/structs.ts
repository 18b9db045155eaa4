/**
 * Codecs of SIDs, security descriptors and entries of the directory of pipes.
 *
 * @module
 */

import type { Bytes } from "./api.ts";
import { decodeUnits, formatSid } from "../structs.ts";

/** SECURITY_MAX_SID_SIZE */
export const MAX_SID = 68;

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
 */
export function decodeOwner(descriptor: Bytes): string {
  const view = new DataView(descriptor.buffer, descriptor.byteOffset);
  const offset = view.getUint32(DESCRIPTOR_OWNER, true);
  return offset === 0 ? "" : formatSid(descriptor.subarray(offset));
}

/**
 * Reads the entries that `NtQueryDirectoryFile` has written. For pipes, the end
 * of the file is the number of instances, and the size their limit: ReactOS,
 * npfs/fileobsup.c.
 *
 * @param buffer The buffer, with one entry at least.
 * @returns The entries.
 */
export function decodePipeEntries(buffer: Bytes): PipeEntry[] {
  const view = new DataView(buffer.buffer, buffer.byteOffset);
  const entries: PipeEntry[] = [];
  for (let at = 0;;) {
    entries.push(decodeEntry(view, buffer, at));
    const next = view.getUint32(at, true);
    if (next === 0) return entries;
    at += next;
  }
}

function decodeEntry(view: DataView, buffer: Bytes, at: number): PipeEntry {
  const start = at + ENTRY_NAME;
  const length = view.getUint32(at + ENTRY_NAME_LENGTH, true);
  const limit = view.getUint32(at + ENTRY_MAX_INSTANCES, true);
  return {
    name: decodeUnits(buffer.subarray(start, start + length)),
    instances: view.getUint32(at + ENTRY_INSTANCES, true),
    maxInstances: limit === 0xffff_ffff ? Infinity : limit,
  };
}
