/**
 * Ends of datagrams: what users write, and what Winsock reads.
 *
 * @module
 */

import { copyBytes, viewOf } from "../../ffi/bytes.ts";
import {
  encodeDestination,
  isMappedAddress,
  mapAddress,
  unmapAddress,
} from "../../ffi/socket/destination.ts";
import {
  decodeSocketAddress,
  encodeSocketAddress,
  type Ipv4Address,
  type Ipv6Address,
  parseSocketAddress,
} from "../../ffi/socket/sockaddr.ts";
import type { Bytes } from "../../ffi/socket/api.ts";
import { ADDRESS_AREA_LENGTH } from "../../ffi/socket/structs.ts";

/** Where datagrams go to or come from. */
export interface UdpTarget {
  /**
   * A numeric address, `%3` behind it is a zone; or a name where allowed. To
   * send to, an unspecified address such as `0.0.0.0` is this computer.
   */
  hostname: string;
  /** 0 to 65535. */
  port: number;
}

/** An address of IPv4 or IPv6. */
export type InternetAddress = Ipv4Address | Ipv6Address;

/**
 * Tells whether a socket has to take both families.
 *
 * @param local Where it is bound.
 * @param remote Where it sends to, if that is known.
 * @param ipv6Only What the user wants, if anything: by default an address of
 * IPv4 in the form of IPv6 takes both.
 * @returns True for a socket of IPv6 that takes IPv4.
 */
export function isDualStack(
  local: InternetAddress,
  remote: InternetAddress | undefined,
  ipv6Only: boolean | undefined,
): boolean {
  if (local.family === "IPv4") return false;
  return !(ipv6Only ?? ![local, remote].some(isMapped));
}

function isMapped(address: InternetAddress | undefined): boolean {
  return address !== undefined && isMappedAddress(encodeSocketAddress(address));
}

/** What a socket can send to. */
export interface AddressRules {
  /** The family of the socket. */
  family: InternetAddress["family"];
  /** It is for IPv6, and also takes IPv4. */
  dualStack: boolean;
}

/**
 * Refuses what is no host and port.
 *
 * @param action The beginning of the message.
 * @param target The value.
 * @throws {TypeError} when it is no object with a host name, which is not
 * empty, and a port, or is of another transport.
 */
export function assertTarget(action: string, target: UdpTarget): void {
  const { hostname, port, transport = "udp" } = Object(target);
  if (typeof hostname !== "string" || hostname === "") {
    throw new TypeError(`Cannot ${action}: hostname is not a string`);
  }
  if (typeof port !== "number") {
    throw new TypeError(`Cannot ${action}: the port is not a number`);
  }
  if (transport === "udp") return;
  throw new TypeError(`Cannot ${action}: the transport is not "udp"`);
}

/**
 * Reads a numeric address.
 *
 * @param action The beginning of the message.
 * @param target Its host and port.
 * @returns The address, or `null` when the host is a name.
 * @throws {TypeError} when it is no host and port.
 * @throws {RangeError} when the port is none.
 */
export function parseTarget(
  action: string,
  target: UdpTarget,
): InternetAddress | null {
  assertTarget(action, target);
  return parseSocketAddress(target.hostname, target.port);
}

/**
 * Encodes an address that a socket can send to.
 *
 * @param action The beginning of the message.
 * @param address The address.
 * @param rules The family of the socket.
 * @returns A `sockaddr`.
 * @throws {TypeError} when it is of another family.
 * @throws {RangeError} when the port is 0.
 */
export function encodeTarget(
  action: string,
  address: InternetAddress,
  { family, dualStack }: AddressRules,
): Bytes {
  if (address.port === 0) {
    throw new RangeError(`Cannot ${action}: nobody can be at port 0`);
  }
  const bytes = encodeDestination(address);
  const mapped = isMappedAddress(bytes);
  if (address.family === family && (!mapped || dualStack)) return bytes;
  if (mapped && family === "IPv4") return unmapAddress(bytes);
  if (!dualStack || address.family !== "IPv4") {
    throw new TypeError(
      `Cannot ${action}: "${address.hostname}" is not of ${family}`,
    );
  }
  return mapAddress(bytes);
}

/**
 * Makes what users see of an address.
 *
 * @param bytes A `sockaddr` of IPv4 or IPv6.
 * @returns The address; a link-local one with its zone.
 */
export function toNetAddr(bytes: Bytes): Deno.NetAddr {
  const address = decodeSocketAddress(bytes) as InternetAddress;
  const { hostname, port } = address;
  const zone = address.family === "IPv6" && address.scopeId !== 0
    ? `%${address.scopeId}`
    : "";
  return { transport: "udp", hostname: hostname + zone, port };
}

/** Decodes addresses of senders: mostly the same one again and again. */
export class SenderCache {
  #last = new Uint8Array(0);
  #addr: Deno.NetAddr = { transport: "udp", hostname: "", port: 0 };

  /**
   * Decodes an address area.
   *
   * @param area 28 bytes, and the length that counts.
   * @returns A new object each time.
   */
  decode(area: Bytes): Deno.NetAddr {
    const bytes = viewOf(area, 0, area[ADDRESS_AREA_LENGTH]);
    if (bytes.byteLength > 0 && !equals(bytes, this.#last)) {
      this.#addr = toNetAddr(bytes);
      this.#last = copyBytes(bytes);
    }
    return { ...this.#addr };
  }
}

function equals(a: Bytes, b: Bytes): boolean {
  if (a.byteLength !== b.byteLength) return false;
  for (let i = 0; i < a.byteLength; i++) {
    if (a[i] !== b[i]) return false;
  }
  return true;
}
