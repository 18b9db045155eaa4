/**
 * Codecs of the structures that only files need (x64 and ARM64: 8-byte
 * pointers, little endian).
 *
 * @module
 */

import type { FileInformation } from "./api.ts";
import { decodeUnits } from "../structs.ts";

type Bytes = Uint8Array<ArrayBuffer>;

/** `sizeof(FILE_NETWORK_OPEN_INFORMATION)`. */
export const NETWORK_OPEN_INFORMATION_SIZE = 56;

/** Milliseconds from 1601, where FILETIME begins, to 1970. */
const FILETIME_EPOCH = 11_644_473_600_000;
const FILETIME_PER_MILLISECOND = 10_000n;

/** A byte offset that means the end of the file. */
export const END_OF_FILE = -1;

const RECORD_HEADER = 12;

/** One FILE_NOTIFY_INFORMATION. */
export interface ChangeRecord {
  /** `FILE_ACTION_*`. */
  action: number;
  /** The path from the directory that is watched. */
  name: string;
}

/** What a buffer of FILE_NOTIFY_INFORMATION holds. */
export interface ChangeRecords {
  /** The records, oldest first. */
  records: ChangeRecord[];
  /** False when the buffer is malformed; then some are missing. */
  complete: boolean;
}

/**
 * Encodes `OVERLAPPED.Offset` and `OffsetHigh`.
 *
 * @param position Bytes from the start, or {@linkcode END_OF_FILE}.
 * @returns The 8 bytes of both.
 */
export function encodeOffset(position: number): Bytes {
  const words = new Uint32Array(2);
  words[0] = position;
  words[1] = Math.floor(position / 2 ** 32);
  return new Uint8Array(words.buffer);
}

/**
 * Encodes a LARGE_INTEGER, such as a FILE_END_OF_FILE_INFORMATION.
 *
 * @param value 0 to 2 ** 53 - 1.
 * @returns The 8 bytes.
 */
export function encodeLargeInteger(value: number): Bytes {
  return new Uint8Array(BigInt64Array.of(BigInt(value)).buffer);
}

/**
 * Decodes a FILE_NETWORK_OPEN_INFORMATION.
 *
 * @param bytes The 56 bytes of the structure.
 * @returns What it says.
 */
export function decodeFileInformation(bytes: Bytes): FileInformation {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  return {
    creationTime: fileTime(view.getBigInt64(0, true)),
    lastAccessTime: fileTime(view.getBigInt64(8, true)),
    lastWriteTime: fileTime(view.getBigInt64(16, true)),
    changeTime: fileTime(view.getBigInt64(24, true)),
    allocationSize: Number(view.getBigInt64(32, true)),
    endOfFile: Number(view.getBigInt64(40, true)),
    attributes: view.getUint32(48, true),
  };
}

function fileTime(time: bigint): number | null {
  if (time <= 0n) return null;
  return Number(time / FILETIME_PER_MILLISECOND) - FILETIME_EPOCH;
}

/**
 * Decodes FILE_NOTIFY_INFORMATION records. No offset or length is trusted.
 *
 * @param bytes What Windows has written.
 * @returns The records.
 */
export function decodeChangeRecords(bytes: Bytes): ChangeRecords {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const records: ChangeRecord[] = [];
  for (let at = 0;;) {
    const record = recordAt(bytes, view, at);
    if (record === null) return { records, complete: false };
    records.push(record);
    const next = view.getUint32(at, true);
    if (next === 0) return { records, complete: true };
    // Windows aligns records to 4 bytes, Wine 10 to 2.
    const least = RECORD_HEADER + record.name.length * 2;
    if (next < least || next % 2 !== 0) return { records, complete: false };
    at += next;
  }
}

function recordAt(
  bytes: Bytes,
  view: DataView,
  at: number,
): ChangeRecord | null {
  if (at + RECORD_HEADER > bytes.byteLength) return null;
  const length = view.getUint32(at + 8, true);
  const start = at + RECORD_HEADER;
  if (length % 2 !== 0 || start + length > bytes.byteLength) return null;
  return {
    action: view.getUint32(at + 4, true),
    name: decodeUnits(bytes.slice(start, start + length)),
  };
}
