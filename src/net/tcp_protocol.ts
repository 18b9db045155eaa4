/**
 * TCP in protocol style.
 *
 * @module
 */

import type { CompletionPort } from "../proactor/completion_port.ts";
import type { PortHandle } from "../proactor/port_handle.ts";
import { ChannelTransport } from "../stream/channel_transport.ts";
import type {
  Protocol,
  ProtocolFactory,
  Transport,
} from "../stream/protocol.ts";
import { type ConnectTcpOptions, openTcp } from "./connect_tcp.ts";
import { SocketIo } from "./socket_io.ts";
import { tcpName, type TcpTraits } from "./tcp_connection.ts";
import { TcpListener, type TcpListenOptions } from "./tcp_listener.ts";

/**
 * Serves a port with a protocol for each client.
 *
 * @param protocolFactory Called for each client. If it throws, the client is
 * disconnected and the error goes to `onError`.
 * @param options As for {@linkcode TcpListener.listen}.
 * @returns The listener; clients can connect from now on.
 * @throws {TypeError} when the factory is no function, or the host name not
 * numeric.
 * @throws {Deno.errors.AddrInUse} when the address is taken.
 */
export function serveTcp(
  protocolFactory: ProtocolFactory,
  options: TcpListenOptions,
): TcpListener {
  assertFactory(protocolFactory);
  const serve = (port: CompletionPort, handle: PortHandle, traits: TcpTraits) =>
    makeTransport(port, handle, { ...traits, protocol: protocolFactory() });
  return new TcpListener(options, serve);
}

/**
 * Connects a protocol to a port.
 *
 * @typeParam P The protocol.
 * @param protocolFactory Called once the connection is there.
 * @param options As for {@linkcode connectTcp}.
 * @returns The transport and the protocol, whose `connectionMade` was called.
 * @throws {TypeError} when the factory is no function, or an address malformed.
 * @throws {Deno.errors.ConnectionRefused} when nobody listens there.
 */
export async function openTcpTransport<P extends Protocol>(
  protocolFactory: ProtocolFactory<P>,
  options: ConnectTcpOptions,
): Promise<[Transport, P]> {
  assertFactory(protocolFactory);
  const { port, handle, traits } = await openTcp(options);
  try {
    const protocol = protocolFactory();
    const transport = makeTransport(port, handle, { ...traits, protocol });
    return [transport, protocol];
  } catch (error) {
    port.closeHandle(handle);
    throw error;
  }
}

function makeTransport(
  port: CompletionPort,
  handle: PortHandle,
  options: TcpTraits & { protocol: Protocol },
): ChannelTransport {
  const { protocol, sockets, local, remote } = options;
  return new ChannelTransport(port, handle, {
    protocol,
    name: tcpName(options),
    readable: true,
    writable: true,
    messages: false,
    io: new SocketIo(sockets, handle.handle),
    emptyIsEnd: true,
    probe: true,
    syscalls: { read: "WSARecv", write: "WSASend" },
    extra: { sockname: local, peername: remote, socket: handle.handle },
  });
}

function assertFactory(protocolFactory: unknown): void {
  if (typeof protocolFactory === "function") return;
  throw new TypeError(
    "Cannot use the protocol factory: it is not a function",
  );
}
