/**
 * TCP sockets below the level of connections.
 *
 * @module
 */

import { windowsError } from "../ffi/errors.ts";
import {
  decodeSocketAddress,
  type Ipv4Address,
  type Ipv6Address,
  parseSocketAddress,
} from "../ffi/sockaddr.ts";
import type {
  Bytes,
  Socket,
  SocketApi,
  SocketOption,
} from "../ffi/socket_api.ts";
import {
  AF_INET,
  AF_INET6,
  IPPROTO_TCP,
  SO_KEEPALIVE,
  SOCK_STREAM,
  SOL_SOCKET,
  TCP_NODELAY,
} from "../ffi/socket_constants.ts";
import { encodeDword } from "../ffi/socket_structs.ts";
import { INVALID_HANDLE_VALUE, type Win32Api } from "../ffi/win32_api.ts";
import { assertInteger } from "../proactor/arguments.ts";

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
export interface TcpOptions {
  /**
   * True sends small writes at once; false lets TCP gather them.
   *
   * @default {true}
   */
  noDelay?: boolean;
  /**
   * True has idle connections probed by TCP.
   *
   * @default {false}
   */
  keepAlive?: boolean;
}

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
      `Cannot use hostname ${JSON.stringify(hostname)}: it is not a name`,
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

/**
 * Makes a TCP socket.
 *
 * @param sockets Winsock.
 * @param family Of the addresses it is for.
 * @returns The socket, or `INVALID_HANDLE_VALUE`.
 */
export function createTcpSocket(
  sockets: SocketApi,
  family: IpAddress["family"],
): Socket {
  return sockets.createSocket({
    family: family === "IPv4" ? AF_INET : AF_INET6,
    type: SOCK_STREAM,
    protocol: IPPROTO_TCP,
  });
}

/** Throws what a call returns, in the name of what was tried. */
export class CallGate {
  readonly #api: Pick<Win32Api, "formatMessage">;
  readonly #action: string;

  /**
   * @param api Gives the text of errors.
   * @param action What is tried: `Cannot listen on 127.0.0.1:80`.
   */
  constructor(api: Pick<Win32Api, "formatMessage">, action: string) {
    this.#api = api;
    this.#action = action;
  }

  /**
   * Throws for a code.
   *
   * @param syscall The function.
   * @param code What it returned.
   * @throws {WindowsError} or a class of `Deno.errors`, unless it is 0.
   */
  check(syscall: string, code: number): void {
    if (code !== 0) throw this.error(syscall, code);
  }

  /**
   * Throws for a handle that is none.
   *
   * @param syscall The function.
   * @param sockets Has the code.
   * @param socket What it returned.
   * @returns The socket.
   */
  socket(syscall: string, sockets: SocketApi, socket: Socket): Socket {
    if (socket !== INVALID_HANDLE_VALUE) return socket;
    throw this.error(syscall, sockets.lastError);
  }

  /**
   * Makes the error for a code.
   *
   * @param syscall The function.
   * @param code The code.
   * @returns The error.
   */
  error(syscall: string, code: number): Error {
    return windowsError(this.#api, code, { syscall, action: this.#action });
  }
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
