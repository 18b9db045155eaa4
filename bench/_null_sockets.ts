/**
 * Winsock on a kernel that costs nothing.
 *
 * @module
 */

import type {
  AddressPair,
  Bytes,
  Socket,
  SocketApi,
} from "../src/ffi/socket/api.ts";
import {
  AF_INET,
  SOCK_STREAM,
  XP1_IFS_HANDLES,
} from "../src/ffi/socket/constants.ts";
import type { Address } from "../src/ffi/win32_api.ts";
import type { NullKernel } from "./_null_kernel.ts";

const WSAEOPNOTSUPP = 10045;

/** Offsets of WSAPROTOCOL_INFOW. */
const FAMILY = 76;
const TYPE = 88;

/** {@linkcode SocketApi} without Winsock: connected sockets only. */
export class NullSockets implements SocketApi {
  readonly lastError = WSAEOPNOTSUPP;
  readonly receivedFlags = 0;
  readonly extensions = false;
  readonly #kernel: NullKernel;

  /** @param kernel Where the bytes come from. */
  constructor(kernel: NullKernel) {
    this.#kernel = kernel;
  }

  get transferred(): number {
    return this.#kernel.transferred;
  }

  // --- sockets ---------------------------------------------------------------

  createSocket(): Socket {
    return this.#kernel.open("socket");
  }

  closeSocket(socket: Socket): number {
    return this.#kernel.cancelIoEx(socket);
  }

  bind(): number {
    return WSAEOPNOTSUPP;
  }

  listen(): number {
    return WSAEOPNOTSUPP;
  }

  connect(): number {
    return WSAEOPNOTSUPP;
  }

  shutdown(): number {
    return 0;
  }

  getSocketName(): Bytes | null {
    return null;
  }

  getPeerName(): Bytes | null {
    return null;
  }

  setSocketOption(): number {
    return 0;
  }

  /** Says that the socket is a stream, and a file of the kernel. */
  getSocketOption(_socket: Socket, _option: unknown, value: Bytes): number {
    const view = new DataView(value.buffer);
    view.setUint32(0, XP1_IFS_HANDLES, true);
    view.setInt32(FAMILY, AF_INET, true);
    view.setInt32(TYPE, SOCK_STREAM, true);
    return 0;
  }

  ioctlSocket(): number {
    return 0;
  }

  wsaIoctl(): number {
    return WSAEOPNOTSUPP;
  }

  isIfsSocket(): boolean {
    return true;
  }

  // --- overlapped calls ------------------------------------------------------

  acceptEx(): number {
    return WSAEOPNOTSUPP;
  }

  getAcceptExAddresses(): AddressPair {
    return { local: new Uint8Array(0), remote: new Uint8Array(0) };
  }

  connectEx(): number {
    return WSAEOPNOTSUPP;
  }

  disconnectEx(): number {
    return WSAEOPNOTSUPP;
  }

  transmitFile(): number {
    return WSAEOPNOTSUPP;
  }

  wsaRecv(
    socket: Socket,
    buffers: Bytes,
    _flags: number,
    overlapped: Address,
  ): number {
    return this.#kernel.receive(socket, lengthOf(buffers), overlapped);
  }

  wsaSend(
    socket: Socket,
    buffers: Bytes,
    _flags: number,
    overlapped: Address,
  ): number {
    return this.#kernel.move(socket, lengthOf(buffers), overlapped);
  }

  wsaRecvFrom(): number {
    return WSAEOPNOTSUPP;
  }

  wsaSendTo(): number {
    return WSAEOPNOTSUPP;
  }

  wsaRecvMsg(): number {
    return WSAEOPNOTSUPP;
  }

  wsaSendMsg(): number {
    return WSAEOPNOTSUPP;
  }
}

/** The length of the only WSABUF: nothing here has 16 MiB. */
function lengthOf(buffers: Bytes): number {
  return buffers[0]! | buffers[1]! << 8 | buffers[2]! << 16;
}
