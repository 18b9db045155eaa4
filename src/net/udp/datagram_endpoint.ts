/**
 * Opens datagram sockets in protocol style.
 *
 * @module
 */

import { portFor } from "../../proactor/default_port.ts";
import { type AddressFamily, familyNumber } from "../names/resolve.ts";
import type { Socket } from "../socket/socket.ts";
import { adoptDatagrams } from "./adopt_datagrams.ts";
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
  /** The family of its addresses; by default that of the first one. */
  family?: AddressFamily | undefined;
  /**
   * A bound socket of datagrams, which is the transport's from now on. No
   * address and no option that makes a socket goes with it.
   */
  sock?: Socket | undefined;
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
  const given = { ...options }; // the caller may change them meanwhile
  assertUdpOptions(given);
  given.signal?.throwIfAborted();
  const { sock } = given;
  if (sock !== undefined) return adopt(protocolFactory, sock, given);
  const ends = await endsOf(given);
  const protocol = protocolFactory();
  const socket = openDatagramSocket(ends, given);
  return [new DatagramChannelTransport(socket, protocol), protocol];
}

/** What a socket that is there has already. */
const SETTLED = [
  "localAddr",
  "remoteAddr",
  "family",
  "reuseAddress",
  "broadcast",
  "ipv6Only",
  "multicastTtl",
  "multicastLoopback",
  "multicastInterface",
] as const;

function adopt<P extends DatagramProtocol>(
  protocolFactory: () => P,
  sock: Socket,
  options: DatagramEndpointOptions,
): [DatagramTransport, P] {
  const other = SETTLED.find((name) => options[name] !== undefined);
  if (other !== undefined) {
    throw new TypeError(
      `Cannot open datagram endpoint: there are both a socket and ${other}`,
    );
  }
  const port = portFor(options.proactor);
  port.assertOpen("open datagram endpoint");
  const socket = adoptDatagrams(port, sock, options);
  try {
    const protocol = protocolFactory();
    return [new DatagramChannelTransport(socket, protocol), protocol];
  } catch (error) {
    port.closeHandle(socket.handle);
    throw error;
  }
}

async function endsOf(options: DatagramEndpointOptions): Promise<DatagramEnds> {
  const { localAddr, remoteAddr, broadcast = false, ipv6Only, signal } =
    options;
  const action = "open datagram endpoint";
  const wanted = wantedFamily(options.family);
  const own = wanted && { family: wanted, dualStack: false };
  const asked = localAddr &&
    await addressOf(localAddr, { action, rules: own, signal });
  const rules = asked
    ? {
      family: asked.family,
      dualStack: isDualStack(asked, undefined, ipv6Only),
    }
    : own;
  const remote = remoteAddr &&
    await addressOf(remoteAddr, { action, rules, signal });
  const local = asked ?? anyAddress(wanted ?? remote?.family ?? "IPv4");
  for (const { family } of wanted ? [local, remote ?? local] : []) {
    if (family !== wanted) throw otherFamily(action, wanted!);
  }
  if (remote === undefined) return { action, local };
  return { action, local, remote, connect: !broadcast };
}

function wantedFamily(
  family: AddressFamily | undefined,
): InternetAddress["family"] | undefined {
  familyNumber(family);
  if (family === undefined) return undefined;
  return family === "ipv4" ? "IPv4" : "IPv6";
}

function otherFamily(action: string, wanted: string): TypeError {
  return new TypeError(`Cannot ${action}: an address is not of ${wanted}`);
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
