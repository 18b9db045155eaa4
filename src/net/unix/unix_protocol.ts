/**
 * Sockets with a path in protocol style.
 *
 * @module
 */

import type {
  Protocol,
  ProtocolFactory,
  Transport,
} from "../../stream/protocol.ts";
import { type ConnectUnixOptions, openUnix } from "./connect_unix.ts";
import {
  connectSocket,
  serveSockets,
  type SocketFamily,
} from "../socket/socket_transport.ts";
import type { ServeOptions, SocketServer } from "../socket/socket_server.ts";
import { unixName } from "./unix_connection.ts";
import { listenUnix, type UnixListenOptions } from "./unix_listener.ts";
import type { UnixAddr } from "./unix_socket.ts";

const UNIX: SocketFamily<UnixAddr, UnixListenOptions, ConnectUnixOptions> = {
  listen: listenUnix,
  open: openUnix,
  name: unixName,
};

/**
 * Serves a path with a protocol for each client.
 *
 * @param protocolFactory Called for each client. If it throws, the client is
 * disconnected and the error goes to `onError`.
 * @param options As for {@linkcode UnixListener.listen}.
 * @returns What listens; clients can connect from now on.
 * @throws {TypeError} when the factory is no function, or the path malformed.
 * @throws {Deno.errors.AddrInUse} when there is a file already.
 */
export function serveUnix(
  protocolFactory: ProtocolFactory,
  options: UnixListenOptions & ServeOptions<UnixAddr>,
): SocketServer<UnixAddr> {
  return serveSockets(UNIX, protocolFactory, options);
}

/**
 * Connects a protocol to a path.
 *
 * @typeParam P The protocol.
 * @param protocolFactory Called once the connection is there.
 * @param options As for {@linkcode connectUnix}.
 * @returns The transport and the protocol, whose `connectionMade` was called.
 * @throws {TypeError} when the factory is no function, or the path malformed.
 * @throws {Deno.errors.ConnectionRefused} when nobody listens there.
 */
export function openUnixTransport<P extends Protocol>(
  protocolFactory: ProtocolFactory<P>,
  options: ConnectUnixOptions,
): Promise<[Transport, P]> {
  return connectSocket(UNIX, protocolFactory, options);
}
