/**
 * Addresses to send or connect to: Windows refuses some that other systems
 * take.
 *
 * @module
 */

import {
  encodeSocketAddress,
  SOCKADDR_IN6_SIZE,
  SOCKADDR_IN_SIZE,
  type SocketAddress,
} from "./sockaddr.ts";
import type { Bytes, Socket, SocketApi } from "./api.ts";
import { AF_INET, AF_INET6, IPPROTO_IPV6, IPV6_V6ONLY } from "./constants.ts";
import { encodeDword } from "./structs.ts";

// Where the parts of a `sockaddr` begin
const PORT = 2;
const IN4_ADDRESS = 4;
const IN6_ADDRESS = 8;
/** The address of IPv4 in a mapped one. */
const IN6_MAPPED = 20;

/** `::ffff:0:0/96` */
const MAPPED_PREFIX = Uint8Array.of(0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff);

const LOOPBACK = Uint8Array.of(127, 0, 0, 1);

/**
 * Encodes an address to send or connect to. An unspecified one, as a listener
 * on all interfaces has it, is this computer.
 *
 * @param address The address.
 * @returns A `sockaddr`.
 * @throws {TypeError} when `hostname` is no numeric address, or `path` is
 * empty or holds a NUL.
 * @throws {RangeError} when a number is out of range.
 */
export function encodeDestination(address: SocketAddress): Bytes {
  const bytes = encodeSocketAddress(address);
  const start = ipv4Offset(bytes);
  if (start !== -1) {
    if (isZero(bytes, start, start + 4)) bytes.set(LOOPBACK, start);
  } else if (bytes.length === SOCKADDR_IN6_SIZE && isUnspecified(bytes)) {
    bytes[IN6_ADDRESS + 15] = 1;
    bytes.fill(0, IN6_ADDRESS + 16); // a loopback address has no zone
  }
  return bytes;
}

/**
 * Tells whether an address is one of IPv4 in the form of IPv6, as a socket for
 * both families names it.
 *
 * @param address A `sockaddr`.
 * @returns True for `::ffff:a.b.c.d`.
 */
export function isMappedAddress(address: Bytes): boolean {
  return address.length === SOCKADDR_IN6_SIZE &&
    MAPPED_PREFIX.every((byte, i) => address[IN6_ADDRESS + i] === byte);
}

/**
 * Makes a mapped address of one of IPv4.
 *
 * @param address A `sockaddr_in`.
 * @returns A `sockaddr_in6`.
 */
export function mapAddress(address: Bytes): Bytes {
  const mapped = new Uint8Array(SOCKADDR_IN6_SIZE);
  new DataView(mapped.buffer).setUint16(0, AF_INET6, true);
  mapped.set(address.subarray(PORT, IN4_ADDRESS), PORT);
  mapped.set(MAPPED_PREFIX, IN6_ADDRESS);
  mapped.set(address.subarray(IN4_ADDRESS, IN4_ADDRESS + 4), IN6_MAPPED);
  return mapped;
}

/**
 * Makes an address of IPv4 of a mapped one.
 *
 * @param mapped A `sockaddr_in6`.
 * @returns A `sockaddr_in`.
 */
export function unmapAddress(mapped: Bytes): Bytes {
  const address = new Uint8Array(SOCKADDR_IN_SIZE);
  new DataView(address.buffer).setUint16(0, AF_INET, true);
  address.set(mapped.subarray(PORT, IN4_ADDRESS), PORT);
  address.set(mapped.subarray(IN6_MAPPED, IN6_MAPPED + 4), IN4_ADDRESS);
  return address;
}

/**
 * Tells whether an address is of this computer alone.
 *
 * @param address A `sockaddr`.
 * @returns True for 127.0.0.0/8, also mapped, and `::1`.
 */
export function isLoopbackAddress(address: Bytes): boolean {
  const start = ipv4Offset(address);
  if (start !== -1) return address[start] === 127;
  return address.length === SOCKADDR_IN6_SIZE && address[23] === 1 &&
    isZero(address, IN6_ADDRESS, IN6_ADDRESS + 15);
}

/**
 * Lets a socket for IPv6 reach a mapped address. One that is bound stays as it
 * is: then the next call fails.
 *
 * @param sockets Winsock.
 * @param socket A socket for IPv6.
 * @param address Where it is to be bound, connected or sent to.
 */
export function admitMapped(
  sockets: SocketApi,
  socket: Socket,
  address: Bytes,
): void {
  if (!isMappedAddress(address)) return;
  const option = { level: IPPROTO_IPV6, name: IPV6_V6ONLY };
  sockets.setSocketOption(socket, option, encodeDword(false));
}

/** Where the address of IPv4 stands; -1 when there is none. */
function ipv4Offset(address: Bytes): number {
  if (address.length === SOCKADDR_IN_SIZE) return IN4_ADDRESS;
  return isMappedAddress(address) ? IN6_MAPPED : -1;
}

function isUnspecified(address: Bytes): boolean {
  return isZero(address, IN6_ADDRESS, IN6_ADDRESS + 16);
}

function isZero(bytes: Bytes, start: number, end: number): boolean {
  for (let i = start; i < end; i++) {
    if (bytes[i] !== 0) return false;
  }
  return true;
}
