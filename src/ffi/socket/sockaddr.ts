/**
 * Codecs of `sockaddr_in`, `sockaddr_in6` and `sockaddr_un`.
 *
 * @module
 */

import { formatIpv4, formatIpv6, parseIpv4, parseIpv6 } from "./ip_address.ts";
import type { Bytes } from "./api.ts";
import { AF_INET, AF_INET6, AF_UNIX } from "./constants.ts";

/** `sizeof(sockaddr_in)`. */
export const SOCKADDR_IN_SIZE = 16;
/** `sizeof(sockaddr_in6)`. */
export const SOCKADDR_IN6_SIZE = 28;
/** `sizeof(sockaddr_un)`. */
export const SOCKADDR_UN_SIZE = 110;

const UNIX_PATH = 2;
const MAX_UNIX_PATH = SOCKADDR_UN_SIZE - UNIX_PATH - 1;

/** An end of a connection over IPv4. */
export interface Ipv4Address {
  /** `"IPv4"`. */
  family: "IPv4";
  /** Four decimal numbers with dots. */
  hostname: string;
  /** 0 to 65535. */
  port: number;
}

/** An end of a connection over IPv6. */
export interface Ipv6Address {
  /** `"IPv6"`. */
  family: "IPv6";
  /** RFC 5952 text, without brackets and zone. */
  hostname: string;
  /** 0 to 65535. */
  port: number;
  /** The flow label; 0 for none. */
  flowInfo: number;
  /** The number of the interface that a link-local address holds on. */
  scopeId: number;
}

/** An end of a connection on this computer. */
export interface UnixAddress {
  /** `"Unix"`. */
  family: "Unix";
  /** The path of the socket; `""` for one without a name. */
  path: string;
}

/** What a socket can be bound or connected to. */
export type SocketAddress = Ipv4Address | Ipv6Address | UnixAddress;

/**
 * Makes an internet address of numeric text.
 *
 * @param hostname IPv4, or IPv6 without brackets, where `%3` is a zone.
 * @param port 0 to 65535.
 * @returns The address, or `null` when `hostname` is a name.
 * @throws {RangeError} when `port` is no port.
 */
export function parseSocketAddress(
  hostname: string,
  port: number,
): Ipv4Address | Ipv6Address | null {
  assertPort(port);
  const v4 = parseIpv4(hostname);
  if (v4 !== null) return { family: "IPv4", hostname, port };
  const v6 = parseIpv6(hostname);
  if (v6 === null) return null;
  const { scopeId } = v6;
  const text = formatIpv6(v6.bytes);
  return { family: "IPv6", hostname: text, port, flowInfo: 0, scopeId };
}

/**
 * Encodes an address.
 *
 * @param address The address.
 * @returns A `sockaddr` of the size that its family has.
 * @throws {TypeError} when `hostname` is no numeric address, or `path` is
 * empty, holds a NUL or half a surrogate pair.
 * @throws {RangeError} when a number is out of range, or `path` has more than
 * 107 bytes.
 */
export function encodeSocketAddress(address: SocketAddress): Bytes {
  switch (address.family) {
    case "IPv4":
      return encodeIpv4(address);
    case "IPv6":
      return encodeIpv6(address);
    case "Unix":
      return encodeUnix(address.path);
  }
}

function encodeIpv4({ hostname, port }: Ipv4Address): Bytes {
  assertPort(port);
  const ip = parseIpv4(hostname);
  if (ip === null) throw notNumeric(hostname, "IPv4");
  const bytes = new Uint8Array(SOCKADDR_IN_SIZE);
  const view = new DataView(bytes.buffer);
  view.setUint16(0, AF_INET, true);
  view.setUint16(2, port);
  bytes.set(ip, 4);
  return bytes;
}

function encodeIpv6(address: Ipv6Address): Bytes {
  assertPort(address.port);
  const ip = parseIpv6(address.hostname);
  if (ip === null) throw notNumeric(address.hostname, "IPv6");
  const bytes = new Uint8Array(SOCKADDR_IN6_SIZE);
  const view = new DataView(bytes.buffer);
  view.setUint16(0, AF_INET6, true);
  view.setUint16(2, address.port);
  view.setUint32(4, dword(address.flowInfo, "flowInfo"));
  bytes.set(ip.bytes, 8);
  const scopeId = dword(address.scopeId, "scopeId") || ip.scopeId;
  view.setUint32(24, scopeId, true);
  return bytes;
}

function encodeUnix(path: string): Bytes {
  if (path === "") throw new TypeError("Cannot use path: it is empty");
  if (path.includes("\0")) {
    throw new TypeError("Cannot use path: it holds a NUL");
  }
  // UTF-8 has none: the path would be another one.
  if (!path.isWellFormed()) {
    throw new TypeError("Cannot use path: it holds half a surrogate pair");
  }
  const text = new TextEncoder().encode(path);
  if (text.length > MAX_UNIX_PATH) {
    throw new RangeError(
      `Cannot use path "${path}": it has ${text.length} bytes, ` +
        `more than ${MAX_UNIX_PATH}`,
    );
  }
  const bytes = new Uint8Array(SOCKADDR_UN_SIZE);
  new DataView(bytes.buffer).setUint16(0, AF_UNIX, true);
  bytes.set(text, UNIX_PATH);
  return bytes;
}

/**
 * Decodes an address.
 *
 * @param bytes A `sockaddr`, as long as it is known to be valid.
 * @returns The address.
 * @throws {TypeError} when the family is another one, or bytes are missing.
 */
export function decodeSocketAddress(bytes: Bytes): SocketAddress {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const family = bytes.byteLength < 2 ? -1 : view.getUint16(0, true);
  if (family === AF_INET && bytes.byteLength >= SOCKADDR_IN_SIZE) {
    const hostname = formatIpv4(bytes.subarray(4, 8));
    return { family: "IPv4", hostname, port: view.getUint16(2) };
  }
  if (family === AF_INET6 && bytes.byteLength >= SOCKADDR_IN6_SIZE) {
    return decodeIpv6(bytes, view);
  }
  if (family === AF_UNIX) return { family: "Unix", path: decodePath(bytes) };
  throw new TypeError(
    `Cannot decode address: family ${family} in ${bytes.byteLength} bytes`,
  );
}

function decodeIpv6(bytes: Bytes, view: DataView<ArrayBuffer>): Ipv6Address {
  return {
    family: "IPv6",
    hostname: formatIpv6(bytes.subarray(8, 24)),
    port: view.getUint16(2),
    flowInfo: view.getUint32(4),
    scopeId: view.getUint32(24, true),
  };
}

function decodePath(bytes: Bytes): string {
  const path = bytes.subarray(UNIX_PATH);
  const end = path.indexOf(0);
  const decoder = new TextDecoder("utf-8", { ignoreBOM: true });
  return decoder.decode(end === -1 ? path : path.subarray(0, end));
}

function assertPort(port: number): void {
  if (Number.isInteger(port) && port >= 0 && port <= 0xffff) return;
  throw new RangeError(`Cannot use port ${port}: it is not 0 to 65535`);
}

function dword(value: number, name: string): number {
  if (Number.isInteger(value) && value >= 0 && value <= 0xffff_ffff) {
    return value;
  }
  throw new RangeError(`Cannot use ${name} ${value}: it is not 0 to 2^32 - 1`);
}

function notNumeric(hostname: string, family: string): TypeError {
  return new TypeError(
    `Cannot use host name "${hostname}": it is not a numeric ${family} address`,
  );
}
