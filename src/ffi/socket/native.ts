/**
 * {@linkcode SocketApi} over `Deno.dlopen`.
 *
 * `GetLastError` is always the very next call after the one that failed, in
 * the same function: when a function is entered, V8 may compile or collect,
 * and what it calls of Windows then replaces the code.
 *
 * @module
 */

import { loadSymbols } from "../symbols.ts";
import type { SocketSymbols } from "./winsock.ts";
import { OutU32 } from "../out_parameters.ts";
import { SOCKADDR_UN_SIZE } from "./sockaddr.ts";
import type {
  AcceptBuffer,
  AddressPair,
  Bytes,
  Socket,
  SocketApi,
  SocketOption,
  SocketParameters,
  TransmitParameters,
} from "./api.ts";
import {
  SO_PROTOCOL_INFOW,
  SOL_SOCKET,
  WSA_FLAG_NO_HANDLE_INHERIT,
  WSA_FLAG_OVERLAPPED,
} from "./constants.ts";
import { SocketExtensions } from "./socket_extensions.ts";
import {
  ADDRESS_AREA_LENGTH,
  decodeAcceptedEnds,
  encodeDword,
  hasIfsHandles,
  type NativeRange,
  PROTOCOL_INFO_SIZE,
  WSABUF_SIZE,
} from "./structs.ts";
import {
  type Address,
  INVALID_HANDLE_VALUE,
  type Win32Api,
} from "../win32_api.ts";
import { startWinsock } from "./winsock.ts";

/** The real Winsock. */
export class NativeSockets implements SocketApi {
  lastError = 0;
  readonly #win32: Win32Api;
  readonly #ws2_32: SocketSymbols["ws2_32"];
  readonly #getLastError: () => number;
  readonly #extensions: SocketExtensions;
  readonly #transferred = new OutU32();
  readonly #flags = new OutU32();

  /**
   * Loads the DLLs and starts Winsock.
   *
   * @param win32 Copies native memory and gives the text of errors.
   * @throws {Deno.errors.NotSupported} when the system is not Windows.
   * @throws {Deno.errors.NotCapable} when `--allow-ffi` was not granted.
   * @throws {WindowsError} when Winsock does not start.
   */
  constructor(win32: Win32Api) {
    const { ws2_32 } = startWinsock(win32);
    this.#win32 = win32;
    this.#ws2_32 = ws2_32;
    this.#getLastError = loadSymbols().kernel32.GetLastError;
    this.#extensions = new SocketExtensions(win32, this);
  }

  get transferred(): number {
    return this.#transferred.value;
  }

  get receivedFlags(): number {
    return this.#flags.value;
  }

  get extensions(): boolean {
    return this.#extensions.available;
  }

  createSocket({ family, type, protocol }: SocketParameters): Socket {
    const socket = this.#ws2_32.WSASocketW(
      family,
      type,
      protocol,
      0n,
      0,
      WSA_FLAG_OVERLAPPED | WSA_FLAG_NO_HANDLE_INHERIT,
    );
    if (socket === INVALID_HANDLE_VALUE) {
      this.lastError = this.#getLastError();
    } else this.#win32.threadHandles?.add(socket, "closesocket");
    return socket;
  }

  closeSocket(socket: Socket): number {
    this.#win32.threadHandles?.remove(socket);
    const result = this.#ws2_32.closesocket(socket);
    return result === 0 ? 0 : (this.lastError = this.#getLastError());
  }

  bind(socket: Socket, address: Bytes): number {
    const result = this.#ws2_32.bind(socket, address, address.byteLength);
    return result === 0 ? 0 : (this.lastError = this.#getLastError());
  }

  listen(socket: Socket, backlog: number): number {
    const result = this.#ws2_32.listen(socket, backlog);
    return result === 0 ? 0 : (this.lastError = this.#getLastError());
  }

  connect(socket: Socket, address: Bytes): number {
    const result = this.#ws2_32.connect(socket, address, address.byteLength);
    return result === 0 ? 0 : (this.lastError = this.#getLastError());
  }

  shutdown(socket: Socket, how: number): number {
    const result = this.#ws2_32.shutdown(socket, how);
    return result === 0 ? 0 : (this.lastError = this.#getLastError());
  }

  getSocketName(socket: Socket): Bytes | null {
    const [name, length] = addressOut();
    const result = this.#ws2_32.getsockname(socket, name, length.bytes);
    if (result === 0) return name.slice(0, length.value);
    this.lastError = this.#getLastError();
    return null;
  }

  getPeerName(socket: Socket): Bytes | null {
    const [name, length] = addressOut();
    const result = this.#ws2_32.getpeername(socket, name, length.bytes);
    if (result === 0) return name.slice(0, length.value);
    this.lastError = this.#getLastError();
    return null;
  }

  setSocketOption(socket: Socket, option: SocketOption, value: Bytes): number {
    const result = this.#ws2_32.setsockopt(
      socket,
      option.level,
      option.name,
      value,
      value.byteLength,
    );
    return result === 0 ? 0 : (this.lastError = this.#getLastError());
  }

  getSocketOption(socket: Socket, option: SocketOption, value: Bytes): number {
    const length = encodeDword(value.byteLength);
    const result = this.#ws2_32.getsockopt(
      socket,
      option.level,
      option.name,
      value,
      length,
    );
    return result === 0 ? 0 : (this.lastError = this.#getLastError());
  }

  ioctlSocket(socket: Socket, command: number, argument: number): number {
    const result = this.#ws2_32.ioctlsocket(
      socket,
      command,
      encodeDword(argument),
    );
    return result === 0 ? 0 : (this.lastError = this.#getLastError());
  }

  wsaIoctl(socket: Socket, code: number, input: Bytes, output: Bytes): number {
    const result = this.#ws2_32.WSAIoctl(
      socket,
      code,
      input,
      input.byteLength,
      output,
      output.byteLength,
      this.#transferred.bytes,
      0n,
      0n,
    );
    return result === 0 ? 0 : (this.lastError = this.#getLastError());
  }

  isIfsSocket(socket: Socket): boolean {
    const info = new Uint8Array(PROTOCOL_INFO_SIZE);
    const option = { level: SOL_SOCKET, name: SO_PROTOCOL_INFOW };
    if (this.getSocketOption(socket, option, info) !== 0) return false;
    return hasIfsHandles(info);
  }

  acceptEx(
    listener: Socket,
    socket: Socket,
    buffer: AcceptBuffer,
    overlapped: Address,
  ): number {
    const to = { buffer, overlapped };
    return this.#code(this.#extensions.acceptEx(listener, socket, to));
  }

  getAcceptExAddresses({ address, addressSize }: AcceptBuffer): AddressPair {
    const out = this.#extensions.getAcceptExAddresses({ address, addressSize });
    const ends = decodeAcceptedEnds(out, { address, addressSize });
    return { local: this.#copy(ends.local), remote: this.#copy(ends.remote) };
  }

  connectEx(socket: Socket, address: Bytes, overlapped: Address): number {
    return this.#code(this.#extensions.connectEx(socket, address, overlapped));
  }

  disconnectEx(socket: Socket, flags: number, overlapped: Address): number {
    return this.#code(this.#extensions.disconnectEx(socket, flags, overlapped));
  }

  transmitFile(
    socket: Socket,
    parameters: TransmitParameters,
    overlapped: Address,
  ): number {
    const extensions = this.#extensions;
    return this.#code(extensions.transmitFile(socket, parameters, overlapped));
  }

  wsaRecv(
    socket: Socket,
    buffers: Bytes,
    flags: number,
    overlapped: Address,
  ): number {
    this.#flags.words[0] = flags;
    const result = this.#ws2_32.WSARecv(
      socket,
      buffers,
      buffers.byteLength / WSABUF_SIZE,
      this.#transferred.bytes,
      this.#flags.bytes,
      overlapped,
      0n,
    );
    return result === 0 ? 0 : (this.lastError = this.#getLastError());
  }

  wsaSend(
    socket: Socket,
    buffers: Bytes,
    flags: number,
    overlapped: Address,
  ): number {
    const result = this.#ws2_32.WSASend(
      socket,
      buffers,
      buffers.byteLength / WSABUF_SIZE,
      this.#transferred.bytes,
      flags,
      overlapped,
      0n,
    );
    return result === 0 ? 0 : (this.lastError = this.#getLastError());
  }

  wsaRecvFrom(
    socket: Socket,
    buffers: Bytes,
    flags: number,
    from: Address,
    overlapped: Address,
  ): number {
    this.#flags.words[0] = flags;
    const result = this.#ws2_32.WSARecvFrom(
      socket,
      buffers,
      buffers.byteLength / WSABUF_SIZE,
      this.#transferred.bytes,
      this.#flags.bytes,
      from,
      from + BigInt(ADDRESS_AREA_LENGTH),
      overlapped,
      0n,
    );
    return result === 0 ? 0 : (this.lastError = this.#getLastError());
  }

  wsaSendTo(
    socket: Socket,
    buffers: Bytes,
    flags: number,
    to: Bytes,
    overlapped: Address,
  ): number {
    const result = this.#ws2_32.WSASendTo(
      socket,
      buffers,
      buffers.byteLength / WSABUF_SIZE,
      this.#transferred.bytes,
      flags,
      to,
      to.byteLength,
      overlapped,
      0n,
    );
    return result === 0 ? 0 : (this.lastError = this.#getLastError());
  }

  wsaRecvMsg(socket: Socket, message: Address, overlapped: Address): number {
    const receive = this.#extensions.wsaRecvMsg(socket);
    const received = this.#transferred.bytes;
    const result = receive.call(socket, message, received, overlapped, 0n);
    return result === 0 ? 0 : (this.lastError = this.#getLastError());
  }

  wsaSendMsg(
    socket: Socket,
    message: Address,
    flags: number,
    overlapped: Address,
  ): number {
    const result = this.#ws2_32.WSASendMsg(
      socket,
      message,
      flags,
      this.#transferred.bytes,
      overlapped,
      0n,
    );
    return result === 0 ? 0 : (this.lastError = this.#getLastError());
  }

  /** The code of a call that has read its error itself. */
  #code(code: number): number {
    return code === 0 ? 0 : (this.lastError = code);
  }

  #copy({ address, length }: NativeRange): Bytes {
    const bytes = new Uint8Array(length);
    if (length > 0) this.#win32.copyOut(bytes, address);
    return bytes;
  }
}

function addressOut(): [name: Bytes, length: OutU32] {
  const length = new OutU32();
  length.words[0] = SOCKADDR_UN_SIZE;
  return [new Uint8Array(SOCKADDR_UN_SIZE), length];
}
