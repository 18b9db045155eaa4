/**
 * Multicast groups.
 *
 * @module
 */

import { windowsError } from "../../ffi/errors.ts";
import { parseIpv4, parseIpv6 } from "../../ffi/socket/ip_address.ts";
import type { Bytes, SocketOption } from "../../ffi/socket/api.ts";
import {
  IP_ADD_MEMBERSHIP,
  IP_DROP_MEMBERSHIP,
  IP_MULTICAST_LOOP,
  IP_MULTICAST_TTL,
  IPPROTO_IP,
  IPPROTO_IPV6,
  IPV6_JOIN_GROUP,
  IPV6_LEAVE_GROUP,
} from "../../ffi/socket/constants.ts";
import { encodeDword } from "../../ffi/socket/structs.ts";
import { assertInteger, MAX_DWORD } from "../../proactor/arguments.ts";
import type { DatagramHandle } from "./datagram_channel.ts";
import type { AddressRules } from "./udp_address.ts";

/** A socket's place in a multicast group, as `joinMulticastV6` gives it. */
export interface MulticastV6Membership {
  /** Leaves the group; nothing when it was left or the socket is closed. */
  leave(): Promise<void>;
  /**
   * Says whether this computer gets what the socket sends to groups.
   *
   * @param loopback True at first.
   */
  setLoopback(loopback: boolean): Promise<void>;
}

/** A socket's place in a multicast group, as `joinMulticastV4` gives it. */
export interface MulticastV4Membership extends MulticastV6Membership {
  /**
   * Says how many routers may pass on what the socket sends to groups.
   *
   * @param ttl 0 to 255.
   */
  setTTL(ttl: number): Promise<void>;
}

/**
 * Sets an option.
 *
 * @param socket The socket.
 * @param option Which one.
 * @param value Its bytes, with the beginning of the message.
 * @throws {Deno.errors.BadResource} when the socket is closed.
 * @throws {WindowsError} when Windows refuses.
 */
export function setOption(
  socket: DatagramHandle,
  option: SocketOption,
  { value, action }: { value: Bytes; action: string },
): void {
  const { handle, sockets, port } = socket;
  if (handle.closed) {
    throw new Deno.errors.BadResource(`${action}: the socket is closed`);
  }
  const code = sockets.setSocketOption(handle.handle, option, value);
  if (code !== 0) {
    throw windowsError(port.api, code, { syscall: "setsockopt", action });
  }
}

/**
 * Encodes an IP_MREQ.
 *
 * @param group A multicast address of IPv4.
 * @param networkInterface An address of the interface.
 * @returns The 8 bytes.
 * @throws {TypeError} when one of them is none.
 */
export function encodeGroupV4(group: string, networkInterface: string): Bytes {
  const address = parseIpv4(String(group));
  if (address === null || address[0]! >> 4 !== 0xe) throw notGroup(group);
  return Uint8Array.of(...address, ...parseInterface(networkInterface));
}

/**
 * Encodes an IPV6_MREQ.
 *
 * @param group A multicast address of IPv6.
 * @param networkInterface The number of the interface, 0 for any.
 * @returns The 20 bytes.
 * @throws {TypeError} when the group is none.
 * @throws {RangeError} when the number is not a DWORD.
 */
export function encodeGroupV6(group: string, networkInterface: number): Bytes {
  assertInteger("network interface", networkInterface, [0, MAX_DWORD]);
  const address = parseIpv6(String(group));
  if (address === null || address.bytes[0] !== 0xff) throw notGroup(group);
  return Uint8Array.of(...address.bytes, ...encodeDword(networkInterface));
}

/**
 * Encodes the interface that multicast datagrams go out by.
 *
 * @param networkInterface An address of it for IPv4, its number for IPv6.
 * @param family The family of the socket.
 * @returns The value of IP_MULTICAST_IF or IPV6_MULTICAST_IF.
 * @throws {TypeError} when it is no address of IPv4.
 * @throws {RangeError} when it is no number of an interface of IPv6.
 */
export function encodeInterface(
  networkInterface: string | number,
  family: AddressRules["family"],
): Bytes {
  if (family === "IPv4") return parseInterface(networkInterface);
  const number = networkInterface as number;
  assertInteger("network interface", number, [0, MAX_DWORD]);
  return encodeDword(number);
}

function parseInterface(networkInterface: string | number): Bytes {
  const address = parseIpv4(String(networkInterface));
  if (address !== null) return address;
  throw new TypeError(
    `Cannot use network interface "${networkInterface}": ` +
      "it is not an IPv4 address",
  );
}

/** A membership of either family. */
export class Membership implements MulticastV4Membership {
  readonly #socket: DatagramHandle;
  readonly #request: Bytes;
  #left = false;

  /**
   * Joins.
   *
   * @param socket The socket.
   * @param family The family of the group.
   * @param request An IP_MREQ or IPV6_MREQ, as the family wants it.
   * @throws {TypeError} when the socket is for the other family.
   * @throws {Deno.errors.BadResource} when the socket is closed.
   */
  constructor(
    socket: DatagramHandle,
    family: AddressRules["family"],
    request: Bytes,
  ) {
    if (socket.rules.family !== family) {
      throw new TypeError(
        `Cannot join multicast group: the socket is not for ${family}`,
      );
    }
    this.#socket = socket;
    this.#request = request;
    const action = "Cannot join multicast group";
    const name = this.#v4 ? IP_ADD_MEMBERSHIP : IPV6_JOIN_GROUP;
    this.#set(name, { value: request, action });
  }

  // deno-lint-ignore require-await -- an error becomes a rejection
  async leave(): Promise<void> {
    if (this.#left || this.#socket.handle.closed) return;
    this.#left = true;
    const action = "Cannot leave multicast group";
    const name = this.#v4 ? IP_DROP_MEMBERSHIP : IPV6_LEAVE_GROUP;
    this.#set(name, { value: this.#request, action });
  }

  // deno-lint-ignore require-await -- an error becomes a rejection
  async setLoopback(loopback: boolean): Promise<void> {
    const action = "Cannot set multicast loopback";
    this.#set(IP_MULTICAST_LOOP, { value: encodeDword(loopback), action });
  }

  // deno-lint-ignore require-await -- an error becomes a rejection
  async setTTL(ttl: number): Promise<void> {
    assertInteger("ttl", ttl, [0, 255]);
    const action = "Cannot set multicast TTL";
    this.#set(IP_MULTICAST_TTL, { value: encodeDword(ttl), action });
  }

  get #v4(): boolean {
    return this.#socket.rules.family === "IPv4";
  }

  #set(name: number, change: { value: Bytes; action: string }): void {
    const level = this.#v4 ? IPPROTO_IP : IPPROTO_IPV6;
    setOption(this.#socket, { level, name }, change);
  }
}

function notGroup(group: string): TypeError {
  return new TypeError(
    `Cannot join multicast group "${group}": it is not a multicast address`,
  );
}
