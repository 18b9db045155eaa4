/**
 * What the calls of sockets refuse of an address.
 *
 * @module
 */

import type { Bytes } from "../ffi/socket/api.ts";
import { encodeDestination } from "../ffi/socket/destination.ts";
import type { SocketAddress } from "../ffi/socket/sockaddr.ts";
import { assertInteger, MAX_DWORD } from "./arguments.ts";
import type { ReceiveOptions } from "./proactor_options.ts";

const FAMILIES: readonly unknown[] = ["IPv4", "IPv6", "Unix"];

/**
 * Refuses what is no address of a socket.
 *
 * @param action The beginning of the message.
 * @param address The value.
 * @throws {TypeError} when it has no family that is known.
 */
export function assertAddress(action: string, address: SocketAddress): void {
  if (FAMILIES.includes(Object(address).family)) return;
  throw new TypeError(`Cannot ${action}: the address has no known family`);
}

/**
 * Encodes an address to send or connect to.
 *
 * @param action The beginning of the message.
 * @param address The address.
 * @returns A `sockaddr`.
 * @throws {TypeError} when it is no numeric address.
 * @throws {RangeError} when a number of it is out of range.
 */
export function encodeAddress(action: string, address: SocketAddress): Bytes {
  assertAddress(action, address);
  return encodeDestination(address);
}

/**
 * Encodes an address of IPv4 or IPv6 to connect to.
 *
 * @param action The beginning of the message.
 * @param address The address.
 * @returns A `sockaddr`.
 * @throws {TypeError} when it is a path, or no numeric address.
 * @throws {RangeError} when a number of it is out of range.
 */
export function encodeInternetAddress(
  action: string,
  address: SocketAddress,
): Bytes {
  const bytes = encodeAddress(action, address);
  if (address.family !== "Unix") return bytes;
  throw new TypeError(
    `Cannot ${action} to address: its family is "Unix", not IPv4 or IPv6`,
  );
}

/**
 * The flags of a receive.
 *
 * @param options What the caller gave.
 * @returns `MSG_*`.
 * @throws {RangeError} when they are not a DWORD.
 */
export function receiveFlags({ flags = 0 }: ReceiveOptions): number {
  if (flags !== 0) assertInteger("flags", flags, [0, MAX_DWORD]);
  return flags;
}
