/**
 * Sockets as streams of the completion port.
 *
 * @module
 */

import type { Socket, SocketApi } from "../../ffi/socket/api.ts";
import {
  SD_SEND,
  SO_LINGER,
  SOCK_STREAM,
  SOL_SOCKET,
} from "../../ffi/socket/constants.ts";
import { encodeLinger, WSABUF_SIZE } from "../../ffi/socket/structs.ts";
import type { Address, Win32Api } from "../../ffi/win32_api.ts";
import type { CompletionPort } from "../../proactor/port/completion_port.ts";
import type { FileRange } from "../../proactor/call/file_to_send.ts";
import type { OverlappedCall } from "../../proactor/future/overlapped_future.ts";
import type { PortHandle } from "../../proactor/port/port_handle.ts";
import { transmitCall } from "../../proactor/call/transmit_call.ts";
import { CallGate } from "./call_gate.ts";
import type { SocketKind, SocketTraits } from "./socket_kind.ts";
import type { StreamIo } from "../../stream/stream_io.ts";
import type {
  StreamSyscalls,
  StreamTraits,
} from "../../stream/stream_traits.ts";

/** How the addresses of a connected socket are asked for. */
export interface ConnectedQuery<A> {
  /** Winsock. */
  sockets: SocketApi;
  /** Decodes the addresses. */
  kind: SocketKind<A>;
  /** What errors begin with. */
  action: string;
}

/**
 * Asks for both addresses of a socket that was just connected.
 *
 * @typeParam A Its addresses.
 * @param port The completion port.
 * @param handle The socket, which is closed when Windows does not tell.
 * @param query Whom to ask.
 * @returns What is known of the socket.
 * @throws {Deno.errors.NotConnected} when the connection is gone already.
 */
export function connectedTraits<A>(
  port: CompletionPort,
  handle: PortHandle,
  query: ConnectedQuery<A>,
): SocketTraits<A> {
  const { sockets, kind, action } = query;
  const local = sockets.getSocketName(handle.handle);
  const remote = local && sockets.getPeerName(handle.handle);
  if (local && remote) {
    return { sockets, local: kind.decode(local), remote: kind.decode(remote) };
  }
  const code = sockets.lastError;
  port.closeHandle(handle);
  const syscall = local ? "getpeername" : "getsockname";
  throw new CallGate(port.api, action, kind.errors).error(syscall, code);
}

/**
 * What streams must know of a connected stream socket.
 *
 * @param handle The socket on its port.
 * @param traits What is known of it.
 * @param name What messages call it.
 * @returns The traits.
 */
export function socketStream(
  handle: PortHandle,
  { sockets, deadline }: Pick<SocketTraits<unknown>, "sockets" | "deadline">,
  name: string,
): StreamTraits {
  return {
    deadline,
    io: new SocketIo(sockets, handle.handle),
    emptyIsEnd: true,
    probe: true,
    name,
    readable: true,
    writable: true,
    messages: false,
    syscalls: SOCKET_SYSCALLS,
  };
}

const SOCKET_SYSCALLS: StreamSyscalls = { read: "WSARecv", write: "WSASend" };

/** Winsock takes a copy before a call returns: one is enough for all sockets. */
const BUFFERS = new Uint8Array(WSABUF_SIZE);
const VIEW = new DataView(BUFFERS.buffer);

/** `WSARecv` and `WSASend` of a connected stream socket. */
export class SocketIo implements StreamIo {
  readonly bulk = true;
  readonly #sockets: SocketApi;
  readonly #socket: Socket;

  /**
   * @param sockets Winsock.
   * @param socket The socket.
   */
  constructor(sockets: SocketApi, socket: Socket) {
    this.#sockets = sockets;
    this.#socket = socket;
  }

  /** Bytes moved by the last call that returned 0. */
  get transferred(): number {
    return this.#sockets.transferred;
  }

  read(buffer: Address, length: number, overlapped: Address): number {
    point(buffer, length);
    return this.#sockets.wsaRecv(this.#socket, BUFFERS, 0, overlapped);
  }

  write(buffer: Address, length: number, overlapped: Address): number {
    point(buffer, length);
    return this.#sockets.wsaSend(this.#socket, BUFFERS, 0, overlapped);
  }

  /** Sends a FIN behind what was written. */
  endWrites(): number {
    return this.#sockets.shutdown(this.#socket, SD_SEND);
  }

  /** A reset instead of a FIN. */
  dropOnClose(): void {
    const option = { level: SOL_SOCKET, name: SO_LINGER };
    this.#sockets.setSocketOption(this.#socket, option, encodeLinger(0));
  }

  /** Sends a part of a file, which Windows reads. */
  transmit(api: Win32Api, piece: FileRange): OverlappedCall<number> {
    const [sockets, socket] = [this.#sockets, this.#socket];
    return transmitCall({ api, sockets, socket, type: SOCK_STREAM }, piece);
  }
}

function point(buffer: Address, length: number): void {
  VIEW.setUint32(0, length, true);
  VIEW.setBigUint64(8, buffer, true);
}
