/**
 * Bound sockets that become listeners.
 *
 * @module
 */

import { portOf } from "../../proactor/default_port.ts";
import type { IocpProactor } from "../../proactor/iocp_proactor.ts";
import { ownerOf } from "../../proactor/proactor_parts.ts";
import type { PortHandle } from "../../proactor/port/port_handle.ts";
import type { Socket } from "../socket/socket.ts";
import { defaultSockets } from "../../ffi/socket/default.ts";
import { typeOf } from "../socket/socket_options.ts";
import type { IpAddress } from "./tcp_socket.ts";

/** A bound socket that somebody else has made. */
export interface AdoptedSocket {
  /** The socket on the port; the receiver must close it. */
  handle: PortHandle;
  /** Where it is bound. */
  address: IpAddress;
}

/**
 * Takes a bound TCP socket over.
 *
 * @param socket The socket, which is closed for its owner from now on.
 * @param proactor Its proactor.
 * @returns The socket, and where it is bound.
 * @throws {TypeError} when it is no TCP socket, or not bound.
 * @throws {Deno.errors.BadResource} when it is closed.
 */
export function adoptListener(
  socket: Socket,
  proactor: IocpProactor,
): AdoptedSocket {
  const address = socket.localAddr;
  if (address === null) throw refusal("it is not bound");
  if (
    address.family === "Unix" ||
    typeOf(defaultSockets(), socket.handle!) !== "stream"
  ) {
    throw refusal("it is no TCP socket");
  }
  const handle = ownerOf(portOf(proactor), socket, "listen on socket");
  const kept = socket.detach();
  portOf(proactor).api.threadHandles?.add(kept, "closesocket");
  return { handle, address };
}

function refusal(state: string): TypeError {
  return new TypeError(`Cannot listen on socket: ${state}`);
}
