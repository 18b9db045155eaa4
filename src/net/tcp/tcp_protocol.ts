/**
 * TCP in protocol style.
 *
 * @module
 */

import type {
  Protocol,
  ProtocolFactory,
  Transport,
} from "../../stream/protocol.ts";
import { type ConnectTcpOptions, openTcp } from "./connect_tcp.ts";
import type { ServeOptions, SocketServer } from "../socket/socket_server.ts";
import {
  connectSocket,
  serveSockets,
  type SocketFamily,
} from "../socket/socket_transport.ts";
import { tcpName } from "./tcp_connection.ts";
import { listenTcp, type TcpListenOptions } from "./tcp_listener.ts";
import type { TcpAddr } from "./tcp_socket.ts";

const TCP: SocketFamily<TcpAddr, TcpListenOptions, ConnectTcpOptions> = {
  listen: listenTcp,
  open: openTcp,
  name: tcpName,
};

/**
 * Serves a port with a protocol for each client.
 *
 * @param protocolFactory Called for each client. If it throws, the client is
 * disconnected and the error goes to `onError`.
 * @param options As for {@linkcode TcpListener.listen}.
 * @returns What listens; clients can connect from now on.
 * @throws {TypeError} when the factory is no function, or the host name not
 * numeric.
 * @throws {Deno.errors.AddrInUse} when the address is taken, or Windows has
 * reserved the port.
 */
export function serveTcp(
  protocolFactory: ProtocolFactory,
  options: TcpListenOptions & ServeOptions<TcpAddr>,
): SocketServer<TcpAddr> {
  return serveSockets(TCP, protocolFactory, options);
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
export function openTcpTransport<P extends Protocol>(
  protocolFactory: ProtocolFactory<P>,
  options: ConnectTcpOptions,
): Promise<[Transport, P]> {
  return connectSocket(TCP, protocolFactory, options);
}
