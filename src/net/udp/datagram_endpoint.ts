/**
 * Opens datagram sockets in protocol style.
 *
 * @module
 */

import { DatagramChannelTransport } from "./datagram_channel_transport.ts";
import type {
  DatagramProtocol,
  DatagramTransport,
} from "./datagram_protocol.ts";
import {
  type DatagramEnds,
  openDatagramSocket,
} from "./open_datagram_socket.ts";
import { resolveTarget } from "./target_encoder.ts";
import {
  type AddressRules,
  type InternetAddress,
  isDualStack,
  parseTarget,
  type UdpTarget,
} from "./udp_address.ts";
import { anyAddress } from "./udp_ends.ts";
import { assertUdpOptions, type UdpOptions } from "./udp_options.ts";

/** Options of {@linkcode openDatagramEndpoint}. */
export interface DatagramEndpointOptions extends UdpOptions {
  /** Where to receive; any free port of all addresses by default. */
  localAddr?: UdpTarget | undefined;
  /**
   * The peer. The socket is connected to it and receives from nobody else,
   * unless `broadcast` is set: then it is only where datagrams go.
   */
  remoteAddr?: UdpTarget | undefined;
  /** Ends the wait for the addresses of names. */
  signal?: AbortSignal | undefined;
}

/**
 * Opens a datagram socket for a protocol. The counterpart of
 * `loop.create_datagram_endpoint`.
 *
 * @example Answer every datagram
 * ```ts
 * import {
 *   type DatagramTransport,
 *   openDatagramEndpoint,
 * } from "@iocp/proactor/net";
 *
 * class Echo {
 *   #transport!: DatagramTransport;
 *   connectionMade(transport: DatagramTransport) {
 *     this.#transport = transport;
 *   }
 *   datagramReceived(data: Uint8Array, addr: Deno.NetAddr) {
 *     this.#transport.sendTo(data, addr);
 *   }
 * }
 *
 * const localAddr = { hostname: "127.0.0.1", port: 5353 };
 * const [transport] = await openDatagramEndpoint(() => new Echo(), { localAddr });
 * transport.close();
 * ```
 *
 * @typeParam P The protocol.
 * @param protocolFactory Called once the socket is there.
 * @param options Its ends, and how to send.
 * @returns The transport and the protocol, whose `connectionMade` was called.
 * @throws {TypeError} when the factory is no function, or an option is of the
 * wrong type or family.
 * @throws {RangeError} when a port is none.
 * @throws {Deno.errors.AddrInUse} when another socket has the local address, or
 * Windows has reserved the port.
 * @throws {Deno.errors.NotFound} when there is no such host.
 */
export async function openDatagramEndpoint<P extends DatagramProtocol>(
  protocolFactory: () => P,
  options: DatagramEndpointOptions = {},
): Promise<[DatagramTransport, P]> {
  if (typeof protocolFactory !== "function") {
    throw new TypeError(
      "Cannot use the protocol factory: it is not a function",
    );
  }
  assertUdpOptions(options);
  options.signal?.throwIfAborted();
  const ends = await endsOf(options);
  const protocol = protocolFactory();
  const socket = openDatagramSocket(ends, options);
  return [new DatagramChannelTransport(socket, protocol), protocol];
}

async function endsOf(options: DatagramEndpointOptions): Promise<DatagramEnds> {
  const { localAddr, remoteAddr, broadcast = false, ipv6Only, signal } =
    options;
  const action = "open datagram endpoint";
  const asked = localAddr && await addressOf(localAddr, { action, signal });
  const rules = asked && {
    family: asked.family,
    dualStack: isDualStack(asked, undefined, ipv6Only),
  };
  const remote = remoteAddr &&
    await addressOf(remoteAddr, { action, rules, signal });
  const local = asked ?? anyAddress(remote?.family ?? "IPv4");
  if (remote === undefined) return { action, local };
  return { action, local, remote, connect: !broadcast };
}

interface Lookup {
  action: string;
  rules?: AddressRules | undefined;
  signal: AbortSignal | undefined;
}

async function addressOf(
  target: UdpTarget,
  { action, rules, signal }: Lookup,
): Promise<InternetAddress> {
  return parseTarget(action, target) ??
    await resolveTarget(target, rules, signal);
}
