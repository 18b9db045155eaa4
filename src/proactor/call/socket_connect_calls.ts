/**
 * The overlapped calls that connect sockets: `AcceptEx` and `ConnectEx`.
 *
 * @module
 */

import { viewOf } from "../../ffi/bytes.ts";
import { admitMapped } from "../../ffi/socket/destination.ts";
import {
  decodeSocketAddress,
  SOCKADDR_UN_SIZE,
  type SocketAddress,
} from "../../ffi/socket/sockaddr.ts";
import type {
  AcceptBuffer,
  Bytes,
  Socket,
  SocketParameters,
} from "../../ffi/socket/api.ts";
import {
  SO_UPDATE_ACCEPT_CONTEXT,
  SO_UPDATE_CONNECT_CONTEXT,
  SOL_SOCKET,
  WSAEINVAL,
} from "../../ffi/socket/constants.ts";
import { ACCEPT_EXTRA, encodeHandle } from "../../ffi/socket/structs.ts";
import { type Handle, INVALID_HANDLE_VALUE } from "../../ffi/win32_api.ts";
import { Future, type FutureContext } from "../future/future.ts";
import type {
  OverlappedCall,
  OverlappedEnd,
} from "../future/overlapped_future.ts";
import { checkSocket, type SocketTarget } from "./socket_calls.ts";

/** A client of a listening socket. */
export interface AcceptedSocket {
  /** The connected SOCKET, which the receiver must close. */
  socket: Handle;
  /** The address of this end. */
  localAddr: SocketAddress;
  /** The address of the client. */
  remoteAddr: SocketAddress;
}

/** Room for the longest address, aligned, and what `AcceptEx` wants beyond. */
const ADDRESS_SIZE = SOCKADDR_UN_SIZE + 2 + ACCEPT_EXTRA;

/** Bytes of the family that a `sockaddr` begins with. */
const FAMILY_SIZE = 2;

const NOTHING = new Uint8Array(0);

/**
 * `AcceptEx`. When the call fails or is cancelled, the new socket is closed.
 *
 * @param target The listening socket.
 * @returns The call.
 */
export function acceptSocketCall(
  target: SocketTarget,
): OverlappedCall<AcceptedSocket> {
  const accept = new Accept(target);
  return {
    size: 2 * ADDRESS_SIZE,
    transferred: () => 0,
    start: ({ buffer, address }) => accept.start(buffer!.address, address),
    finish: (end) => accept.finish(end),
    cancelled: () => accept.close(),
  };
}

class Accept {
  readonly #target: SocketTarget;
  #socket: Socket = INVALID_HANDLE_VALUE;
  #syscall = "AcceptEx";

  constructor(target: SocketTarget) {
    this.#target = target;
  }

  start(buffer: bigint, overlapped: bigint): number {
    const { sockets, socket, parameters } = this.#target;
    const code = this.#create(parameters!);
    if (code !== 0) return code;
    const room = { address: buffer, addressSize: ADDRESS_SIZE };
    return sockets.acceptEx(socket, this.#socket, room, overlapped);
  }

  finish(end: OverlappedEnd): AcceptedSocket {
    try {
      this.#check(end.code);
      const address = end.buffer!.address;
      return this.#accepted({ address, addressSize: ADDRESS_SIZE });
    } catch (error) {
      this.close();
      throw error;
    }
  }

  close(): void {
    if (this.#socket === INVALID_HANDLE_VALUE) return;
    this.#target.sockets.closeSocket(this.#socket);
    this.#socket = INVALID_HANDLE_VALUE;
  }

  /** A socket of the listener's kind. */
  #create(parameters: SocketParameters): number {
    const { sockets } = this.#target;
    this.#syscall = "WSASocketW";
    this.#socket = sockets.createSocket(parameters);
    if (this.#socket === INVALID_HANDLE_VALUE) return sockets.lastError;
    this.#syscall = "AcceptEx";
    return 0;
  }

  #accepted(buffer: AcceptBuffer): AcceptedSocket {
    const { sockets, socket, api } = this.#target;
    const { local, remote } = sockets.getAcceptExAddresses(buffer);
    const option = { level: SOL_SOCKET, name: SO_UPDATE_ACCEPT_CONTEXT };
    const listener = encodeHandle(socket);
    this.#syscall = "setsockopt";
    this.#check(sockets.setSocketOption(this.#socket, option, listener));
    // The caller closes it, by whatever means.
    api.threadHandles?.remove(this.#socket);
    return {
      socket: this.#socket,
      localAddr: decodeEnd(local),
      remoteAddr: decodeEnd(remote),
    };
  }

  #check(code: number): void {
    const call = { syscall: this.#syscall, action: "Cannot accept" };
    checkSocket(this.#target, { code, partial: false }, call);
  }
}

/** The address of an unnamed end has no bytes. */
function decodeEnd(bytes: Bytes): SocketAddress {
  if (bytes.byteLength === 0) return { family: "Unix", path: "" };
  return decodeSocketAddress(bytes);
}

/**
 * `ConnectEx`, which needs a bound socket: one that is not is bound first.
 *
 * @param target A stream socket.
 * @param to Where to connect to: a `sockaddr`.
 * @returns The call.
 */
export function connectSocketCall(
  target: SocketTarget,
  to: Bytes,
): OverlappedCall<void> {
  const { sockets, socket } = target;
  const any = wildcard(to);
  let syscall = "bind";
  const check = (code: number) => {
    const call = { syscall, action: "Cannot connect" };
    checkSocket(target, { code, partial: false }, call);
  };
  return {
    size: 0,
    transferred: () => 0,
    start: (operation) => {
      admitMapped(sockets, socket, to);
      const bound = sockets.bind(socket, any);
      // Or it was bound already.
      if (bound !== 0 && bound !== WSAEINVAL) return bound;
      syscall = "ConnectEx";
      return sockets.connectEx(socket, to, operation.address);
    },
    finish: ({ code }) => {
      check(code);
      // Else shutdown and getpeername do not work.
      const option = { level: SOL_SOCKET, name: SO_UPDATE_CONNECT_CONTEXT };
      syscall = "setsockopt";
      check(sockets.setSocketOption(socket, option, NOTHING));
    },
  };
}

/**
 * Connects a datagram socket, which takes no time.
 *
 * @param target The socket.
 * @param to The encoded address.
 * @param context How callbacks of the future run.
 * @returns A future that is done.
 */
export function connectDatagrams(
  target: SocketTarget,
  to: Bytes,
  context: FutureContext | undefined,
): Future<void> {
  const { sockets, socket } = target;
  const future = new Future<void>(context);
  try {
    admitMapped(sockets, socket, to);
    const code = sockets.connect(socket, to);
    const call = { syscall: "connect", action: "Cannot connect" };
    checkSocket(target, { code, partial: false }, call);
    future.setResult();
  } catch (error) {
    future.setException(error);
  }
  return future;
}

/** The unspecified address of the same family, and port 0. */
function wildcard(to: Bytes): Bytes {
  const any = new Uint8Array(to.byteLength);
  any.set(viewOf(to, 0, FAMILY_SIZE));
  return any;
}
