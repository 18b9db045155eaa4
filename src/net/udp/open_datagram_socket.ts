/**
 * Makes datagram sockets.
 *
 * @module
 */

import { portFor } from "../../proactor/default_port.ts";
import { windowsError } from "../../ffi/errors.ts";
import { encodeSocketAddress } from "../../ffi/socket/sockaddr.ts";
import type {
  Bytes,
  Socket,
  SocketApi,
  SocketOption,
} from "../../ffi/socket/api.ts";
import {
  AF_INET,
  AF_INET6,
  IP_MULTICAST_IF,
  IP_MULTICAST_LOOP,
  IP_MULTICAST_TTL,
  IPPROTO_IP,
  IPPROTO_IPV6,
  IPPROTO_UDP,
  IPV6_V6ONLY,
  SIO_UDP_CONNRESET,
  SIO_UDP_NETRESET,
  SO_BROADCAST,
  SOCK_DGRAM,
  SOL_SOCKET,
} from "../../ffi/socket/constants.ts";
import { encodeDword } from "../../ffi/socket/structs.ts";
import { INVALID_HANDLE_VALUE } from "../../ffi/win32_api.ts";
import type { CompletionPort } from "../../proactor/port/completion_port.ts";
import type { DatagramHandle } from "./datagram_channel.ts";
import { encodeInterface } from "./multicast.ts";
import { associateSocket } from "../../proactor/call/socket_association.ts";
import { defaultSockets } from "../../ffi/socket/default.ts";
import {
  type AddressRules,
  encodeTarget,
  type InternetAddress,
  isDualStack,
  toNetAddr,
} from "./udp_address.ts";
import { sharingOf, type UdpOptions } from "./udp_options.ts";

/** Where a datagram socket is, and whom it talks to. */
export interface DatagramEnds {
  /** The beginning of messages. */
  action: string;
  /** Where it is bound. */
  local: InternetAddress;
  /** Where datagrams go that have no address. */
  remote?: InternetAddress | undefined;
  /** True: nobody but `remote` is sent to or received from. */
  connect?: boolean | undefined;
}

interface Setup {
  port: CompletionPort;
  sockets: SocketApi;
  socket: Socket;
  action: string;
}

/**
 * Makes a socket, binds it and puts it on a port.
 *
 * @param ends Its addresses.
 * @param options Options that were checked.
 * @returns The socket.
 * @throws {Deno.errors.AddrInUse} when another socket has the address.
 * @throws {Deno.errors.AddrNotAvailable} when the address is not this
 * computer's.
 * @throws {Deno.errors.BadResource} when the proactor is closed.
 */
export function openDatagramSocket(
  ends: DatagramEnds,
  options: UdpOptions,
): DatagramHandle {
  const { action, local, remote } = ends;
  const port = portFor(options.proactor);
  port.assertOpen(action);
  const dualStack = isDualStack(local, remote, options.ipv6Only);
  const rules = { family: local.family, dualStack };
  const to = remote ? encodeTarget(action, remote, rules) : null;
  const outgoing = outgoingInterface(local, options);
  const sockets = options.sockets ?? defaultSockets();
  const setup = createSocket(port, sockets, { action, family: local.family });
  try {
    configure(setup, rules, options);
    if (outgoing) setInterface(setup, local, outgoing);
    check(
      setup,
      "bind",
      sockets.bind(setup.socket, encodeSocketAddress(local)),
    );
    if (to && ends.connect) {
      check(setup, "connect", sockets.connect(setup.socket, to));
    }
    return {
      port,
      sockets,
      handle: associateSocket(port, sockets, setup.socket),
      rules,
      local: localName(setup),
      remote: to && toNetAddr(to),
      remoteName: ends.connect ? null : to,
      reportUnreachable: options.reportUnreachable === true,
      deadline: options.deadline,
    };
  } catch (error) {
    sockets.closeSocket(setup.socket);
    throw error;
  }
}

function createSocket(
  port: CompletionPort,
  sockets: SocketApi,
  options: { action: string; family: InternetAddress["family"] },
): Setup {
  const { action } = options;
  const family = options.family === "IPv4" ? AF_INET : AF_INET6;
  const socket = sockets.createSocket({
    family,
    type: SOCK_DGRAM,
    protocol: IPPROTO_UDP,
  });
  const setup = { port, sockets, socket, action };
  if (socket === INVALID_HANDLE_VALUE) {
    check(setup, "WSASocketW", sockets.lastError);
  }
  return setup;
}

function configure(
  setup: Setup,
  { family, dualStack }: AddressRules,
  options: UdpOptions,
): void {
  const { broadcast = false } = options;
  for (const { option, value } of sharingOf(options)) set(setup, option, value);
  if (broadcast) set(setup, { level: SOL_SOCKET, name: SO_BROADCAST }, true);
  if (family === "IPv6") {
    set(setup, { level: IPPROTO_IPV6, name: IPV6_V6ONLY }, !dualStack);
  }
  configureMulticast(setup, family, options);
  configureUnreachable(setup, options.reportUnreachable ?? false);
}

/** Both families use the same numbers, on levels of their own. */
function configureMulticast(
  setup: Setup,
  family: InternetAddress["family"],
  { multicastTtl, multicastLoopback }: UdpOptions,
): void {
  const level = family === "IPv4" ? IPPROTO_IP : IPPROTO_IPV6;
  if (multicastTtl !== undefined) {
    set(setup, { level, name: IP_MULTICAST_TTL }, multicastTtl);
  }
  if (multicastLoopback !== undefined) {
    set(setup, { level, name: IP_MULTICAST_LOOP }, multicastLoopback);
  }
}

function outgoingInterface(
  { family }: InternetAddress,
  { multicastInterface }: UdpOptions,
): Bytes | undefined {
  if (multicastInterface === undefined) return undefined;
  return encodeInterface(multicastInterface, family);
}

function setInterface(
  setup: Setup,
  { family }: InternetAddress,
  value: Bytes,
): void {
  const level = family === "IPv4" ? IPPROTO_IP : IPPROTO_IPV6;
  const option = { level, name: IP_MULTICAST_IF };
  const code = setup.sockets.setSocketOption(setup.socket, option, value);
  check(setup, "setsockopt", code);
}

/** Not every layer knows these: receives look at their codes anyway. */
function configureUnreachable(setup: Setup, report: boolean): void {
  const { sockets, socket } = setup;
  const none = new Uint8Array(0);
  const input = encodeDword(report);
  sockets.wsaIoctl(socket, SIO_UDP_CONNRESET, input, none);
  sockets.wsaIoctl(socket, SIO_UDP_NETRESET, input, none);
}

function set(
  setup: Setup,
  option: SocketOption,
  value: number | boolean,
): void {
  const { sockets, socket } = setup;
  const code = sockets.setSocketOption(socket, option, encodeDword(value));
  check(setup, "setsockopt", code);
}

function localName(setup: Setup): Deno.NetAddr {
  const name = setup.sockets.getSocketName(setup.socket);
  if (name === null) check(setup, "getsockname", setup.sockets.lastError);
  return toNetAddr(name!);
}

function check(setup: Setup, syscall: string, code: number): void {
  if (code === 0) return;
  const action = `Cannot ${setup.action}`;
  throw windowsError(setup.port.api, code, { syscall, action });
}
