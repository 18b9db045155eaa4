/**
 * Options of datagram sockets.
 *
 * @module
 */

import type { SocketApi } from "../../ffi/socket/api.ts";
import { assertInteger, assertOptions } from "../../proactor/arguments.ts";
import type { IocpProactor } from "../../proactor/iocp_proactor.ts";
import { sharingFlags } from "../socket/address_sharing.ts";
import type { SocketFlag } from "../socket/socket_kind.ts";
import {
  assertDeadline,
  type DeadlineOptions,
} from "../../stream/close_deadline.ts";

/** Options of every UDP socket. */
export interface UdpOptions extends DeadlineOptions {
  /**
   * True lets other sockets bind the same address, as receivers of a
   * multicast group do. Windows then gives a datagram to any one of them.
   *
   * @default {false}
   */
  reuseAddress?: boolean | undefined;
  /**
   * True lets nobody else bind the port (`SO_EXCLUSIVEADDRUSE`). False leaves
   * the address in Windows' hands: a process of the same account that asks for
   * `SO_REUSEADDR` may get our datagrams. No connection outlives a socket for
   * datagrams, so its port is free at once when it is closed.
   *
   * @default {!reuseAddress}
   */
  exclusive?: boolean | undefined;
  /**
   * Lets datagrams go to broadcast addresses.
   *
   * @default {false}
   */
  broadcast?: boolean | undefined;
  /**
   * How many routers a multicast datagram may pass: 0 to 255.
   *
   * @default {1}
   */
  multicastTtl?: number | undefined;
  /**
   * Lets this computer get the multicast datagrams it sends.
   *
   * @default {true}
   */
  multicastLoopback?: boolean | undefined;
  /**
   * Where multicast datagrams go out: an address of the interface for IPv4,
   * its number for IPv6. Windows chooses by default.
   */
  multicastInterface?: string | number | undefined;
  /**
   * False makes a socket of IPv6 take IPv4 too. False by default when it is
   * bound or connected to an address such as `::ffff:127.0.0.1`.
   *
   * @default {true}
   */
  ipv6Only?: boolean | undefined;
  /**
   * True makes a receive fail with `Deno.errors.ConnectionReset` when an
   * earlier datagram has found no one at its port. Receiving goes on with the
   * next call.
   *
   * @default {false}
   */
  reportUnreachable?: boolean | undefined;
  /** The proactor to use; the shared one by default. */
  proactor?: IocpProactor | undefined;
  /**
   * Replaces Winsock, for tests.
   *
   * @ignore
   */
  sockets?: SocketApi | undefined;
}

/** Options of {@linkcode UdpSocket.listen}. */
export interface UdpListenOptions extends UdpOptions {
  /**
   * The address to receive at: numeric, or `"localhost"`.
   *
   * @default {"127.0.0.1"}
   */
  hostname?: string | undefined;
  /** The port; 0 lets Windows choose one. */
  port: number;
}

/** Options of {@linkcode UdpSocket.connect}. */
export interface UdpConnectOptions extends UdpOptions {
  /** The peer: a numeric address or a name. */
  hostname: string;
  /** The peer's port. */
  port: number;
  /** Ends the wait for the addresses of a name. */
  signal?: AbortSignal | undefined;
}

/** What {@linkcode UdpSocket.receiveInto} tells of a datagram. */
export interface ReceivedDatagram {
  /** Bytes that were copied. */
  byteLength: number;
  /** Bytes that the datagram had. */
  datagramLength: number;
  /** True when the array was too short; the rest is lost. */
  truncated: boolean;
  /** Who has sent it. */
  addr: Deno.NetAddr;
}

/**
 * The flags that say who else may bind the address.
 *
 * @param options The options.
 * @returns One flag or none.
 * @throws {TypeError} when both `reuseAddress` and `exclusive` are true.
 */
export function sharingOf(
  { reuseAddress = false, exclusive = !reuseAddress }: UdpOptions,
): SocketFlag[] {
  return sharingFlags({ reuseAddress, exclusive });
}

const UDP_OPTIONS = {
  reuseAddress: "boolean",
  exclusive: "boolean",
  broadcast: "boolean",
  multicastLoopback: "boolean",
  ipv6Only: "boolean",
  reportUnreachable: "boolean",
  signal: "signal",
} as const;

/**
 * Refuses options that are none.
 *
 * @param options The options.
 * @throws {TypeError} when one is of the wrong type, or both `reuseAddress` and
 * `exclusive` are true.
 * @throws {RangeError} when `multicastTtl` is not 0 to 255.
 */
export function assertUdpOptions(options: UdpOptions): void {
  assertOptions(options, UDP_OPTIONS);
  sharingOf(options);
  const { multicastTtl = 1, deadline } = options;
  assertDeadline(deadline);
  assertInteger("multicastTtl", multicastTtl, [0, 255]);
}
