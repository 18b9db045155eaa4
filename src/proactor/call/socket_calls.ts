/**
 * The overlapped calls of sockets: how each starts, and what its end means.
 *
 * @module
 */

import { viewOf } from "../../ffi/bytes.ts";
import { windowsError } from "../../ffi/errors.ts";
import { LARGE_BUFFER } from "../../ffi/memory.ts";
import {
  decodeSocketAddress,
  type SocketAddress,
} from "../../ffi/socket/sockaddr.ts";
import type {
  Bytes,
  Socket,
  SocketApi,
  SocketParameters,
} from "../../ffi/socket/api.ts";
import {
  ERROR_NETNAME_DELETED,
  SOCK_DGRAM,
} from "../../ffi/socket/constants.ts";
import {
  ADDRESS_AREA_LENGTH,
  ADDRESS_AREA_SIZE,
  encodeBuffers,
} from "../../ffi/socket/structs.ts";
import { OVERLAPPED_SIZE } from "../../ffi/structs.ts";
import { isUnreachable } from "../../ffi/socket/unreachable.ts";
import type { Address, Win32Api } from "../../ffi/win32_api.ts";
import { deliverBytes, gather, totalLength } from "./gather.ts";
import type { Operation } from "../port/operation.ts";
import type { ReceivedFrom } from "../proactor_options.ts";
import type {
  OverlappedCall,
  OverlappedEnd,
} from "../future/overlapped_future.ts";

/** The socket that a call works on. */
export interface SocketTarget {
  /** Copies native memory, and gives the text of errors. */
  api: Win32Api;
  /** Winsock. */
  sockets: SocketApi;
  /** The socket. */
  socket: Socket;
  /** `SOCK_STREAM`, `SOCK_DGRAM`, ... */
  type: number;
  /** What makes another socket of its kind, where an accept needs it. */
  parameters?: SocketParameters | undefined;
}

/** What is received, and what becomes of it. */
export interface ReceiveRequest<R, T> {
  /** The most bytes. */
  size: number;
  /** Makes the result. */
  deliver: (received: R) => T;
  /**
   * Where bytes are copied to instead, if there is room for them when they
   * come; their number is the result.
   */
  target?: Uint8Array | undefined;
  /** `MSG_*`: none by default. */
  flags?: number | undefined;
}

const AREA = BigInt(OVERLAPPED_SIZE);

/**
 * `WSARecv`. On a stream, no bytes are its end.
 *
 * @typeParam T The result.
 * @param target The socket.
 * @param request How much, and what becomes of it.
 * @returns The call.
 */
export function receiveCall<T>(
  target: SocketTarget,
  request: ReceiveRequest<Bytes, T>,
): OverlappedCall<T> {
  const { sockets, socket } = target;
  const { flags = 0 } = request;
  const size = bufferSize(target, request.size);
  return {
    size,
    order: "reads",
    transferred: () => sockets.transferred,
    start: (operation) => {
      const buffers = buffersOf(operation, size);
      return sockets.wsaRecv(socket, buffers, flags, operation.address);
    },
    finish: (end) => {
      checkSocket(target, end, { syscall: "WSARecv", action: RECEIVE });
      return deliverBytes(request, end.buffer, countOf(end, request.size));
    },
  };
}

/**
 * `WSARecvFrom`.
 *
 * @typeParam T The result.
 * @param target The socket.
 * @param request How much, and what becomes of it.
 * @returns The call.
 */
export function receiveFromCall<T>(
  target: SocketTarget,
  request: ReceiveRequest<ReceivedFrom, T>,
): OverlappedCall<T> {
  const { api, sockets, socket } = target;
  const { flags = 0 } = request;
  const size = bufferSize(target, request.size);
  return {
    size,
    order: "reads",
    transferred: () => sockets.transferred,
    start: (operation) => {
      const from = operation.address + AREA;
      api.copyIn(from, emptyArea());
      const buffers = buffersOf(operation, size);
      const { address } = operation;
      return sockets.wsaRecvFrom(socket, buffers, flags, from, address);
    },
    finish: (end) => {
      checkSocket(target, end, { syscall: "WSARecvFrom", action: RECEIVE });
      const address = senderOf(api, end.address + AREA);
      const data = take(end, request.size);
      return request.deliver({ data, address, partial: end.partial });
    },
  };
}

/**
 * `WSASend`. Several arrays go out as one: one datagram, or one piece of a
 * stream without bytes of other sends in between.
 *
 * @param target The socket.
 * @param data Copied when the call starts.
 * @returns The call; its result is the number of bytes.
 */
export function sendCall(
  target: SocketTarget,
  data: readonly Bytes[],
): OverlappedCall<number> {
  const { sockets, socket } = target;
  return gatherCall(target, data, {
    syscall: "WSASend",
    write: (buffers, overlapped) =>
      sockets.wsaSend(socket, buffers, 0, overlapped),
  });
}

/**
 * `WSASendTo`.
 *
 * @param target The socket.
 * @param data Copied when the call starts.
 * @param to A `sockaddr`.
 * @returns The call; its result is the number of bytes.
 */
export function sendToCall(
  target: SocketTarget,
  data: Bytes,
  to: Bytes,
): OverlappedCall<number> {
  const { sockets, socket } = target;
  return gatherCall(target, [data], {
    syscall: "WSASendTo",
    write: (buffers, overlapped) =>
      sockets.wsaSendTo(socket, buffers, 0, to, overlapped),
  });
}

/** The call of a socket's write function. */
interface WriteFunction {
  /** Its name. */
  syscall: string;
  /** Calls it with the encoded buffers and the OVERLAPPED. */
  write: (buffers: Bytes, overlapped: Address) => number;
}

function gatherCall(
  target: SocketTarget,
  data: readonly Bytes[],
  { syscall, write }: WriteFunction,
): OverlappedCall<number> {
  const size = totalLength(data);
  return {
    size,
    order: "writes",
    transferred: () => target.sockets.transferred,
    start: (operation) => {
      gather(operation.buffer, data, size);
      return write(buffersOf(operation, size), operation.address);
    },
    finish: (end) => {
      checkSocket(target, end, { syscall, action: SEND });
      return end.bytes;
    },
  };
}

/**
 * `DisconnectEx`.
 *
 * @param target A connected stream socket.
 * @param flags 0, or `TF_REUSE_SOCKET`.
 * @returns The call.
 */
export function disconnectCall(
  target: SocketTarget,
  flags: number,
): OverlappedCall<void> {
  const { sockets, socket } = target;
  const call = { syscall: "DisconnectEx", action: "Cannot disconnect" };
  return {
    size: 0,
    transferred: () => 0,
    start: ({ address }) => sockets.disconnectEx(socket, flags, address),
    finish: (end) => checkSocket(target, end, call),
  };
}

/**
 * Throws the error of a call that has failed on a socket.
 *
 * @param target The socket.
 * @param end The end of the call.
 * @param call What was tried.
 * @throws {Deno.errors.ConnectionReset} when the peer has reset the
 * connection, or an earlier datagram has reached no receiver.
 * @throws {WindowsError} or another class of `Deno.errors` for other codes.
 */
export function checkSocket(
  target: Pick<SocketTarget, "api" | "type">,
  { code, partial }: Pick<OverlappedEnd, "code" | "partial">,
  call: { syscall: string; action: string },
): void {
  if (code === 0 || partial) return;
  const receiving = call.syscall.startsWith("WSARecv");
  const known = meaning(target, code, receiving);
  throw windowsError(target.api, code, { ...call, ...known });
}

const RECEIVE = "Cannot receive";
const SEND = "Cannot send";

/** What these codes mean on a socket, as opposed to a file. */
function meaning(
  { type }: Pick<SocketTarget, "type">,
  code: number,
  receiving: boolean,
) {
  const errorClass = Deno.errors.ConnectionReset;
  if (type === SOCK_DGRAM && isUnreachable(code, receiving)) {
    const state = "an earlier datagram has found no one at its port";
    return { errorClass, state };
  }
  if (code !== ERROR_NETNAME_DELETED) return {};
  return { errorClass, state: "the peer reset the connection" };
}

/**
 * The size of a buffer into which any datagram fits: whether a packet follows
 * when one is truncated synchronously is not documented. The rest is dropped
 * here.
 */
function bufferSize({ type }: SocketTarget, size: number): number {
  return type === SOCK_DGRAM ? Math.max(size, LARGE_BUFFER) : size;
}

/** Winsock captures the array when the call is made. */
function buffersOf({ buffer, address }: Operation, length: number): Bytes {
  return encodeBuffers([{ address: buffer?.address ?? address, length }]);
}

function take(end: OverlappedEnd, size: number): Bytes {
  return end.buffer?.copy(0, countOf(end, size)) ?? new Uint8Array(0);
}

function countOf(end: OverlappedEnd, size: number): number {
  end.partial ||= end.bytes > size;
  return Math.min(end.bytes, size);
}

function emptyArea(): Bytes {
  const area = new Uint8Array(ADDRESS_AREA_SIZE);
  area[ADDRESS_AREA_LENGTH] = ADDRESS_AREA_LENGTH;
  return area;
}

function senderOf(api: Win32Api, from: Address): SocketAddress | null {
  const area = new Uint8Array(ADDRESS_AREA_SIZE);
  api.copyOut(area, from);
  const family = area[0]!;
  if (family === 0) return null;
  return decodeSocketAddress(viewOf(area, 0, ADDRESS_AREA_LENGTH));
}
