/**
 * The seam between the library and Winsock.
 *
 * Conventions, as those of `Win32Api`:
 * - a call returns 0 or the Winsock or Win32 code; 997 (ERROR_IO_PENDING, which
 *   is WSA_IO_PENDING) says that a packet follows;
 * - a call that returns a SOCKET returns it, or `INVALID_HANDLE_VALUE` with the
 *   code in `lastError`;
 * - addresses are native memory that the kernel may keep. Winsock captures
 *   arrays of WSABUF and addresses to send to before a call returns, so they
 *   are `Uint8Array`s.
 *
 * @module
 */

import type { Address, Handle } from "../win32_api.ts";

/** A Windows SOCKET, which is a HANDLE, as an integer. */
export type Socket = Handle;

/** Bytes in JavaScript memory, only used until the call returns. */
export type Bytes = Uint8Array<ArrayBuffer>;

/** What `WSASocketW` makes. */
export interface SocketParameters {
  /** `AF_INET`, `AF_INET6` or `AF_UNIX`. */
  family: number;
  /** `SOCK_STREAM` or `SOCK_DGRAM`. */
  type: number;
  /** `IPPROTO_TCP`, `IPPROTO_UDP`, or 0 for the family's own. */
  protocol: number;
}

/** Which option of a socket. */
export interface SocketOption {
  /** `SOL_SOCKET`, `IPPROTO_TCP`, ... */
  level: number;
  /** The option's number on that level. */
  name: number;
}

/** What `AcceptEx` writes to, in native memory. */
export interface AcceptBuffer {
  /** Room for two addresses of `addressSize` bytes. */
  address: Address;
  /** Bytes for each: the largest address of the family and 16 more. */
  addressSize: number;
}

/** The two ends of a connection, as `sockaddr`s. */
export interface AddressPair {
  /** This end. */
  local: Bytes;
  /** The other end. */
  remote: Bytes;
}

/** What `TransmitFile` sends. */
export interface TransmitParameters {
  /** The file; the offset stands in the OVERLAPPED. */
  file: Handle;
  /** Bytes to send; 0 is the whole file. */
  length: number;
  /** Bytes of each send; 0 leaves it to Windows. */
  perSend: number;
  /** A TRANSMIT_FILE_BUFFERS in native memory, or `0n`. */
  buffers: Address;
  /** `TF_*`. */
  flags: number;
}

/** Every call to Winsock. */
export interface SocketApi {
  /** The error code of the last call on this object that failed. */
  readonly lastError: number;
  /** Bytes moved by the last call that returned 0. */
  readonly transferred: number;
  /** The flags of the last receive that returned 0, such as `MSG_PARTIAL`. */
  readonly receivedFlags: number;
  /** True when `connectEx`, `disconnectEx` and `wsaRecvMsg` can be called. */
  readonly extensions: boolean;

  // --- sockets ---------------------------------------------------------------

  /** `WSASocketW`: overlapped and not inherited. */
  createSocket(parameters: SocketParameters): Socket;
  /** `closesocket`. */
  closeSocket(socket: Socket): number;
  /** `bind`. */
  bind(socket: Socket, address: Bytes): number;
  /** `listen`. */
  listen(socket: Socket, backlog: number): number;
  /** `connect`: at once for datagrams, 10035 for a nonblocking stream. */
  connect(socket: Socket, address: Bytes): number;
  /** `shutdown`. */
  shutdown(socket: Socket, how: number): number;
  /** `getsockname`; `null` on failure. */
  getSocketName(socket: Socket): Bytes | null;
  /** `getpeername`; `null` on failure. */
  getPeerName(socket: Socket): Bytes | null;
  /** `setsockopt`. */
  setSocketOption(socket: Socket, option: SocketOption, value: Bytes): number;
  /** `getsockopt` over the whole of `value`. */
  getSocketOption(socket: Socket, option: SocketOption, value: Bytes): number;
  /** `ioctlsocket` with an argument that goes in. */
  ioctlSocket(socket: Socket, command: number, argument: number): number;
  /** `WSAIoctl`, not overlapped; `transferred` counts the output. */
  wsaIoctl(socket: Socket, code: number, input: Bytes, output: Bytes): number;
  /**
   * Tells whether the socket is a file of the kernel. Where another layer
   * stands between, skip mode is not to be trusted.
   */
  isIfsSocket(socket: Socket): boolean;

  // --- overlapped calls ------------------------------------------------------

  /** `AcceptEx` without data. */
  acceptEx(
    listener: Socket,
    socket: Socket,
    buffer: AcceptBuffer,
    overlapped: Address,
  ): number;
  /** `GetAcceptExSockaddrs`, after `acceptEx` has completed. */
  getAcceptExAddresses(buffer: AcceptBuffer): AddressPair;
  /**
   * `ConnectEx` without data. Needs the full `--allow-ffi`: Winsock gives out
   * the function by its address only.
   *
   * @throws {Deno.errors.NotCapable} when the grant is scoped.
   */
  connectEx(socket: Socket, address: Bytes, overlapped: Address): number;
  /**
   * `DisconnectEx`. Needs the full `--allow-ffi`.
   *
   * @throws {Deno.errors.NotCapable} when the grant is scoped.
   */
  disconnectEx(socket: Socket, flags: number, overlapped: Address): number;
  /** `TransmitFile`. */
  transmitFile(
    socket: Socket,
    parameters: TransmitParameters,
    overlapped: Address,
  ): number;
  /** `WSARecv` to an array of WSABUF. */
  wsaRecv(
    socket: Socket,
    buffers: Bytes,
    flags: number,
    overlapped: Address,
  ): number;
  /** `WSASend` from an array of WSABUF. */
  wsaSend(
    socket: Socket,
    buffers: Bytes,
    flags: number,
    overlapped: Address,
  ): number;
  /**
   * `WSARecvFrom`. `from` is an address area in native memory: 28 bytes, and
   * an INT that must hold 28.
   */
  wsaRecvFrom(
    socket: Socket,
    buffers: Bytes,
    flags: number,
    from: Address,
    overlapped: Address,
  ): number;
  /** `WSASendTo`. */
  wsaSendTo(
    socket: Socket,
    buffers: Bytes,
    flags: number,
    to: Bytes,
    overlapped: Address,
  ): number;
  /**
   * `WSARecvMsg`; the WSAMSG and all it points to are native memory. Needs the
   * full `--allow-ffi`.
   *
   * @throws {Deno.errors.NotCapable} when the grant is scoped.
   */
  wsaRecvMsg(socket: Socket, message: Address, overlapped: Address): number;
  /** `WSASendMsg`; the WSAMSG and all it points to are native memory. */
  wsaSendMsg(
    socket: Socket,
    message: Address,
    flags: number,
    overlapped: Address,
  ): number;
}
