/**
 * Sockets as streams of the completion port.
 *
 * @module
 */

import { NativeSockets } from "../ffi/native_sockets.ts";
import { NativeWin32 } from "../ffi/native_win32.ts";
import type { Socket, SocketApi } from "../ffi/socket_api.ts";
import { SD_SEND } from "../ffi/socket_constants.ts";
import { WSABUF_SIZE } from "../ffi/socket_structs.ts";
import type { Address } from "../ffi/win32_api.ts";
import type { CompletionPort } from "../proactor/completion_port.ts";
import type { PortHandle } from "../proactor/port_handle.ts";
import type { StreamIo } from "../stream/stream_io.ts";

let shared: SocketApi | undefined;

/**
 * Winsock, as all sockets of this isolate share it; started on first use.
 *
 * @returns The functions of Winsock.
 * @throws {Deno.errors.NotSupported} when the system is not Windows.
 * @throws {Deno.errors.NotCapable} when `--allow-ffi` was not granted.
 * @throws {WindowsError} when Winsock does not start.
 */
export function defaultSockets(): SocketApi {
  return shared ??= new NativeSockets(new NativeWin32());
}

/**
 * Puts a socket on a port. Where another layer stands between the socket and
 * the kernel, every operation queues a packet.
 *
 * @param port The completion port.
 * @param sockets Winsock.
 * @param socket The socket; the port's to close from now on.
 * @returns What the port knows of it.
 * @throws {Deno.errors.BadResource} when the port is closed.
 * @throws {WindowsError} when Windows refuses.
 */
export function associateSocket(
  port: CompletionPort,
  sockets: SocketApi,
  socket: Socket,
): PortHandle {
  return port.associate(socket, {
    warnings: false,
    skip: sockets.isIfsSocket(socket),
    close: (handle) => sockets.closeSocket(handle),
  });
}

/** `WSARecv` and `WSASend` of a connected stream socket. */
export class SocketIo implements StreamIo {
  readonly #sockets: SocketApi;
  readonly #socket: Socket;
  // Winsock takes a copy before a call returns: one array is enough.
  readonly #buffers = new Uint8Array(WSABUF_SIZE);
  readonly #view = new DataView(this.#buffers.buffer);

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
    this.#point(buffer, length);
    return this.#sockets.wsaRecv(this.#socket, this.#buffers, 0, overlapped);
  }

  write(buffer: Address, length: number, overlapped: Address): number {
    this.#point(buffer, length);
    return this.#sockets.wsaSend(this.#socket, this.#buffers, 0, overlapped);
  }

  /** Sends a FIN behind what was written. */
  endWrites(): number {
    return this.#sockets.shutdown(this.#socket, SD_SEND);
  }

  #point(buffer: Address, length: number): void {
    this.#view.setUint32(0, length, true);
    this.#view.setBigUint64(8, buffer, true);
  }
}
