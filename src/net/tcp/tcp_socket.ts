/**
 * TCP sockets below the level of connections.
 *
 * @module
 */

import {
  decodeSocketAddress,
  type Ipv4Address,
  type Ipv6Address,
  parseSocketAddress,
  SOCKADDR_IN6_SIZE,
} from "../../ffi/socket/sockaddr.ts";
import type {
  Bytes,
  Socket,
  SocketApi,
  SocketOption,
} from "../../ffi/socket/api.ts";
import {
  AF_INET,
  AF_INET6,
  IPPROTO_TCP,
  SO_KEEPALIVE,
  SOCK_STREAM,
  SOL_SOCKET,
  TCP_NODELAY,
} from "../../ffi/socket/constants.ts";
import { encodeDword } from "../../ffi/socket/structs.ts";
import { assertInteger, shownValue } from "../../proactor/arguments.ts";
import type { DeadlineOptions } from "../../stream/close_deadline.ts";
import type { SocketKind } from "../socket/socket_kind.ts";

/** The address of one end of a TCP connection, as Deno has it. */
export interface TcpAddr {
  /** Always `"tcp"`. */
  transport: "tcp";
  /** The numeric address, with `%` and the zone where it has one. */
  hostname: string;
  /** The port. */
  port: number;
}

/** An internet address. */
export type IpAddress = Ipv4Address | Ipv6Address;

/** What both ends may be set to. */
export interface TcpOptions extends DeadlineOptions {
  /**
   * True sends small writes at once; false lets TCP gather them.
   *
   * @default {true}
   */
  noDelay?: boolean | undefined;
  /**
   * True has idle connections probed by TCP.
   *
   * @default {false}
   */
  keepAlive?: boolean | undefined;
}

/** What the options of both ends must be. */
export const TCP_OPTIONS = {
  noDelay: "boolean",
  keepAlive: "boolean",
  signal: "signal",
} as const;

const NO_DELAY: SocketOption = { level: IPPROTO_TCP, name: TCP_NODELAY };
const KEEP_ALIVE: SocketOption = { level: SOL_SOCKET, name: SO_KEEPALIVE };

/** The flags of a TCP socket that can be set at any time. */
export const TCP_FLAGS = { noDelay: NO_DELAY, keepAlive: KEEP_ALIVE } as const;

/**
 * Makes an address of numeric text; `localhost` stands for 127.0.0.1.
 *
 * @param hostname The text.
 * @param port 0 to 65535.
 * @returns The address, or `null` when it is another name.
 * @throws {TypeError} when `hostname` is not a text.
 * @throws {RangeError} when `port` is no port.
 */
export function parseHost(hostname: string, port: number): IpAddress | null {
  if (typeof hostname !== "string" || hostname === "") {
    throw new TypeError(
      `Cannot use hostname ${shownValue(hostname)}: it is not a name`,
    );
  }
  assertInteger("port", port, [0, 0xffff]);
  const host = hostname.toLowerCase() === "localhost" ? "127.0.0.1" : hostname;
  return parseSocketAddress(withoutBrackets(host), port);
}

/**
 * The public form of an address.
 *
 * @param bytes A `sockaddr_in` or `sockaddr_in6`.
 * @returns The address.
 */
export function tcpAddr(bytes: Bytes): TcpAddr {
  return publicAddr(decodeSocketAddress(bytes) as IpAddress);
}

/**
 * The public form of an address.
 *
 * @param address The address.
 * @returns The same, as Deno has it.
 */
export function publicAddr(address: IpAddress): TcpAddr {
  const zone = address.family === "IPv6" && address.scopeId !== 0
    ? `%${address.scopeId}`
    : "";
  const { hostname, port } = address;
  return { transport: "tcp", hostname: hostname + zone, port };
}

/**
 * An address as messages have it.
 *
 * @param address The address.
 * @returns `127.0.0.1:80` or `[::1]:80`.
 */
export function addressText(
  address: Pick<TcpAddr, "hostname" | "port">,
): string {
  const hostname = withoutBrackets(address.hostname);
  const host = hostname.includes(":") ? `[${hostname}]` : hostname;
  return `${host}:${address.port}`;
}

function withoutBrackets(hostname: string): string {
  return hostname.replace(/^\[(.*)\]$/, "$1");
}

/** TCP over IPv4. */
const TCP_V4: SocketKind<TcpAddr> = {
  parameters: { family: AF_INET, type: SOCK_STREAM, protocol: IPPROTO_TCP },
  addressLength: SOCKADDR_IN6_SIZE,
  errors: {},
  decode: tcpAddr,
  text: addressText,
};

/** TCP over IPv6. */
const TCP_V6: SocketKind<TcpAddr> = {
  ...TCP_V4,
  parameters: { ...TCP_V4.parameters, family: AF_INET6 },
};

/**
 * TCP over one of the families.
 *
 * @param family Of the addresses it is for.
 * @returns The kind of its sockets.
 */
export function tcpKind(family: IpAddress["family"]): SocketKind<TcpAddr> {
  return family === "IPv4" ? TCP_V4 : TCP_V6;
}

/**
 * Sets what the caller wants to differ from Winsock's defaults.
 *
 * @param sockets Winsock.
 * @param socket A connected socket.
 * @param options The flags.
 */
export function applyTcpOptions(
  sockets: SocketApi,
  socket: Socket,
  options: TcpOptions,
): void {
  const { noDelay = true, keepAlive = false } = options;
  // They fail where the peer has reset already, which the first read tells.
  if (noDelay) sockets.setSocketOption(socket, NO_DELAY, encodeDword(true));
  if (keepAlive) sockets.setSocketOption(socket, KEEP_ALIVE, encodeDword(true));
}
