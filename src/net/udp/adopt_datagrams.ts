/**
 * Bound sockets of datagrams that become endpoints.
 *
 * @module
 */

import { encodeSocketAddress } from "../../ffi/socket/sockaddr.ts";
import type { CompletionPort } from "../../proactor/port/completion_port.ts";
import { ownerOf, socketsOf } from "../../proactor/proactor_parts.ts";
import type { Socket } from "../socket/socket.ts";
import { takesIpv4, typeOf } from "../socket/socket_options.ts";
import type { DatagramHandle } from "./datagram_channel.ts";
import { toNetAddr } from "./udp_address.ts";
import type { UdpOptions } from "./udp_options.ts";

/**
 * Takes a bound socket of datagrams over.
 *
 * @param port Its port.
 * @param socket The socket, which is closed for its owner from now on.
 * @param options What the endpoint is told besides.
 * @returns The socket as endpoints take it.
 * @throws {TypeError} when it carries no datagrams, or is not bound.
 * @throws {Deno.errors.BadResource} when it is closed.
 */
export function adoptDatagrams(
  port: CompletionPort,
  socket: Socket,
  { reportUnreachable = false, deadline }: UdpOptions,
): DatagramHandle {
  const local = socket.localAddr;
  if (local === null) throw refusal("it is not bound");
  const sockets = socketsOf(port);
  const type = typeOf(sockets, socket.handle!);
  if (local.family === "Unix" || type !== "datagram") {
    throw refusal("it carries no datagrams");
  }
  const handle = ownerOf(port, socket, "open datagram endpoint");
  const peer = sockets.getPeerName(handle.handle);
  const dualStack = local.family === "IPv6" &&
    takesIpv4(sockets, handle.handle);
  const kept = socket.detach();
  port.api.threadHandles?.add(kept, "closesocket");
  return {
    port,
    sockets,
    handle,
    rules: { family: local.family, dualStack },
    local: toNetAddr(encodeSocketAddress(local)),
    remote: peer && toNetAddr(peer),
    remoteName: null,
    reportUnreachable,
    deadline,
  };
}

function refusal(state: string): TypeError {
  return new TypeError(`Cannot open datagram endpoint on socket: ${state}`);
}
