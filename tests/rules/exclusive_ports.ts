/**
 * What a socket that was bound with SO_EXCLUSIVEADDRUSE keeps from others.
 *
 * - Its port is taken while a connection lives that it has accepted, also when
 *   it is closed itself.
 * - Behind one on all addresses, a bind to one of them is denied, not refused
 *   as in use.
 *
 * Source: Microsoft, Using SO_REUSEADDR and SO_EXCLUSIVEADDRUSE. Sockets of this
 * process are known, not those of others.
 *
 * @module
 */

import type { Bytes, Socket } from "../../src/ffi/socket/api.ts";
import {
  SO_EXCLUSIVEADDRUSE,
  SO_UPDATE_ACCEPT_CONTEXT,
  SOCK_STREAM,
  WSAEACCES,
  WSAEADDRINUSE,
} from "../../src/ffi/socket/constants.ts";
import type { NativeSockets } from "../../src/ffi/socket/native.ts";
import {
  decodeSocketAddress,
  type SocketAddress,
} from "../../src/ffi/socket/sockaddr.ts";
import { INVALID_HANDLE_VALUE } from "../../src/ffi/win32_api.ts";
import { isWildcard, portOf } from "../sim/socket_rules.ts";
import type { Rules } from "./overlay.ts";

/** Sockets for streams. */
const streams = new Set<Socket>();
/** Sockets with SO_EXCLUSIVEADDRUSE, and where they are bound. */
const exclusive = new Map<Socket, SocketAddress | null>();
/** Connections of exclusive listeners, and their ports. */
const connections = new Map<Socket, number>();

/** The rules, on what binds ports and frees them. */
export const exclusivePorts: Rules<NativeSockets> = {
  createSocket(next, parameters) {
    const socket = next(parameters);
    const made = socket !== INVALID_HANDLE_VALUE;
    if (made && parameters.type === SOCK_STREAM) streams.add(socket);
    return socket;
  },

  setSocketOption(next, socket, option, value) {
    const code = next(socket, option, value);
    if (code !== 0) return code;
    if (option.name === SO_EXCLUSIVEADDRUSE) exclusive.set(socket, null);
    if (option.name === SO_UPDATE_ACCEPT_CONTEXT) accepted(socket, value);
    return code;
  },

  bind(next, socket, address) {
    const port = portOf(decodeSocketAddress(address));
    if (streams.has(socket) && [...connections.values()].includes(port)) {
      return this.lastError = WSAEADDRINUSE;
    }
    const code = next(socket, address);
    if (code === WSAEADDRINUSE && isDenied(socket, address)) {
      return this.lastError = WSAEACCES;
    }
    if (code === 0 && exclusive.has(socket)) {
      const name = this.getSocketName(socket);
      if (name !== null) exclusive.set(socket, decodeSocketAddress(name));
    }
    return code;
  },

  closeSocket(next, socket) {
    streams.delete(socket);
    exclusive.delete(socket);
    connections.delete(socket);
    return next(socket);
  },
};

function accepted(socket: Socket, value: Bytes): void {
  const listener = new DataView(value.buffer, value.byteOffset)
    .getBigUint64(0, true);
  const address = exclusive.get(listener);
  if (address) connections.set(socket, portOf(address));
}

/** Behind an exclusive socket on all addresses. */
function isDenied(socket: Socket, bytes: Bytes): boolean {
  const address = decodeSocketAddress(bytes);
  if (isWildcard(address)) return false;
  for (const [other, first] of exclusive) {
    if (first === null || streams.has(other) !== streams.has(socket)) continue;
    const same = first.family === address.family &&
      portOf(first) === portOf(address);
    if (same && isWildcard(first)) return true;
  }
  return false;
}
