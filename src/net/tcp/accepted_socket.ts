/**
 * Sockets that others have connected, in protocol style.
 *
 * @module
 */

import { portOf } from "../../proactor/default_port.ts";
import { windowsError } from "../../ffi/errors.ts";
import type { IocpProactor } from "../../proactor/iocp_proactor.ts";
import { ownerOf } from "../../proactor/proactor_parts.ts";
import {
  assertDeadline,
  type DeadlineOptions,
} from "../../stream/close_deadline.ts";
import type {
  Protocol,
  ProtocolFactory,
  Transport,
} from "../../stream/protocol.ts";
import type { Socket } from "../socket/socket.ts";
import { defaultSockets } from "../../ffi/socket/default.ts";
import { assertFactory, openTransport } from "../socket/socket_transport.ts";
import { typeOf } from "../socket/socket_options.ts";
import { tcpName } from "./tcp_connection.ts";
import { tcpAddr } from "./tcp_socket.ts";

/**
 * Gives a connected TCP socket to a protocol.
 *
 * @typeParam P The protocol.
 * @param protocolFactory Called once.
 * @param socket The socket, which is the transport's from now on.
 * @param options Its proactor, and the deadline of its close.
 * @returns The transport and the protocol, whose `connectionMade` was called.
 * @throws {TypeError} when the factory is not a function, or the socket is no
 * stream.
 * @throws {Deno.errors.NotConnected} when the socket is not connected.
 * @throws {Deno.errors.BadResource} when it is closed.
 */
export function adoptSocket<P extends Protocol>(
  protocolFactory: ProtocolFactory<P>,
  socket: Socket,
  { proactor, deadline }: DeadlineOptions & { proactor: IocpProactor },
): [Transport, P] {
  assertFactory(protocolFactory);
  assertDeadline(deadline);
  const port = portOf(proactor);
  const sockets = defaultSockets();
  const handle = ownerOf(port, socket, "connect protocol");
  if (typeOf(sockets, handle.handle) !== "stream") {
    throw new TypeError("Cannot connect protocol: the socket is not a stream");
  }
  const local = sockets.getSocketName(handle.handle);
  const remote = local && sockets.getPeerName(handle.handle);
  if (!local || !remote) {
    throw windowsError(port.api, sockets.lastError, {
      syscall: local ? "getpeername" : "getsockname",
      action: "Cannot connect protocol",
    });
  }
  const ends = { local: tcpAddr(local), remote: tcpAddr(remote) };
  const traits = { sockets, deadline, ...ends };
  const kept = socket.detach();
  port.api.threadHandles?.add(kept, "closesocket");
  return openTransport(
    { port, handle, traits },
    protocolFactory,
    tcpName(traits),
  );
}
