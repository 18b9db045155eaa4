/**
 * Codecs of `ADDRINFOEXW` and of the native memory that a lookup works on.
 *
 * @module
 */

import type { Bytes } from "../socket/api.ts";
import { encodeWideString } from "../structs.ts";
import type { Address } from "../win32_api.ts";

/** `sizeof(ADDRINFOEXW)`. */
export const ADDRINFO_SIZE = 72;

/** Offset of the OVERLAPPED in a lookup's memory. */
export const LOOKUP_OVERLAPPED = 0;
/** Offset of the pointer to the first result. */
export const LOOKUP_RESULT = 32;
/** Offset of the handle that cancels. */
export const LOOKUP_CANCEL = 40;
/** Offset of the hints, an ADDRINFOEXW. */
export const LOOKUP_HINTS = 48;
/** Offset of the host name. */
export const LOOKUP_HOSTNAME = 128;
/** Offset of the service name. */
export const LOOKUP_SERVICE = 640;
/** Bytes of a lookup's memory. */
export const LOOKUP_SIZE = 1024;

/** A DNS name has no more; a service's name is shorter. */
const MAX_NAME = 254;
const MAX_SERVICE = 190;

/** `sizeof(SOCKADDR_STORAGE)`: no address is longer. */
const MAX_ADDRESS = 128;
/** More answers than any name has. A list that bites its tail has more. */
const MAX_RECORDS = 1024;

/** What to look up. */
export interface NameQuery {
  /** A name or numeric text; `""` is this computer, or any of its addresses. */
  hostname: string;
  /** A service's name or a port's number; `""` leaves the port 0. */
  service: string;
  /** `AF_UNSPEC`, `AF_INET` or `AF_INET6`. */
  family: number;
  /** `SOCK_STREAM`, `SOCK_DGRAM` or 0. */
  socketType: number;
  /** `AI_*`. */
  flags: number;
}

/** One record of an answer. */
export interface AddressRecord {
  /** `SOCK_*`, or 0. */
  socketType: number;
  /** `IPPROTO_*`, or 0. */
  protocol: number;
  /** A `sockaddr`. */
  address: Bytes;
  /** What the host is called properly, where the query has asked for it. */
  canonicalName?: string | undefined;
}

/** Reads native memory. */
export type ReadMemory = (address: Address, length: number) => Bytes;

/**
 * Refuses a query that Windows would misread.
 *
 * @param query What to look up.
 * @throws {TypeError} when both names are empty, or one holds a NUL.
 * @throws {RangeError} when a name is too long.
 */
export function assertNameQuery(query: NameQuery): void {
  const { hostname, service } = query;
  if (hostname === "" && service === "") {
    throw new TypeError("Cannot look up name: host and service are empty");
  }
  assertName(hostname, MAX_NAME);
  assertName(service, MAX_SERVICE);
}

function assertName(name: string, limit: number): void {
  if (name.includes("\0")) {
    throw new TypeError("Cannot look up name: it holds a NUL");
  }
  if (name.length <= limit) return;
  throw new RangeError(
    `Cannot look up name: it has ${name.length} characters, more than ${limit}`,
  );
}

/**
 * Encodes the memory of a lookup.
 *
 * @param query What to look up.
 * @param event A manual-reset event, or `0n`.
 * @returns `LOOKUP_SIZE` bytes.
 */
export function encodeLookup(query: NameQuery, event: bigint): Bytes {
  const bytes = new Uint8Array(LOOKUP_SIZE);
  const view = new DataView(bytes.buffer);
  view.setBigUint64(LOOKUP_OVERLAPPED + 24, event, true);
  view.setInt32(LOOKUP_HINTS, query.flags, true);
  view.setInt32(LOOKUP_HINTS + 4, query.family, true);
  view.setInt32(LOOKUP_HINTS + 8, query.socketType, true);
  bytes.set(encodeWideString(query.hostname), LOOKUP_HOSTNAME);
  bytes.set(encodeWideString(query.service), LOOKUP_SERVICE);
  return bytes;
}

/**
 * Walks a list of ADDRINFOEXW. No length is trusted, and no end.
 *
 * @param first The address of the first; `0n` is an empty list.
 * @param read Reads native memory.
 * @returns The records, in the order in which to try them.
 * @throws {TypeError} when an address is missing or longer than any may be, or
 * the list has no end.
 */
export function decodeAddrInfo(
  first: Address,
  read: ReadMemory,
): AddressRecord[] {
  const records: AddressRecord[] = [];
  let next = first;
  while (next !== 0n) {
    if (records.length === MAX_RECORDS) throw malformed("they have no end");
    const view = new DataView(read(next, ADDRINFO_SIZE).buffer);
    records.push(decodeRecord(view, read));
    next = view.getBigUint64(64, true);
  }
  return records;
}

function decodeRecord(view: DataView, read: ReadMemory): AddressRecord {
  const length = Number(view.getBigUint64(16, true));
  const name = view.getBigUint64(24, true);
  const address = view.getBigUint64(32, true);
  if (address === 0n || length > MAX_ADDRESS) {
    throw malformed(`one of ${length} bytes stands at ${address}`);
  }
  return {
    socketType: view.getInt32(8, true),
    protocol: view.getInt32(12, true),
    address: read(address, length),
    ...(name === 0n ? {} : { canonicalName: readText(name, read) }),
  };
}

function malformed(state: string): TypeError {
  return new TypeError(`Cannot decode addresses: ${state}`);
}

/** One code unit at a time: nobody says how far the memory goes. */
function readText(start: Address, read: ReadMemory): string {
  const units: number[] = [];
  while (units.length < MAX_NAME) {
    const bytes = read(start + BigInt(units.length * 2), 2);
    const unit = bytes[0]! | bytes[1]! << 8;
    if (unit === 0) break;
    units.push(unit);
  }
  return String.fromCharCode(...units);
}
