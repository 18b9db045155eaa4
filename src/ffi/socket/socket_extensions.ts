/**
 * The functions of Winsock that are called by their addresses, which Winsock
 * tells for a GUID. Each is asked for once: the exports of mswsock.dll ask at
 * every call. https://learn.microsoft.com/windows/win32/api/mswsock/nf-mswsock-acceptex
 *
 * @module
 */

import { windowsError } from "../errors.ts";
import { allocate } from "../memory.ts";
import { hasFullGrant } from "../system_folder.ts";
import { socketExtensions } from "./mswsock.ts";
import type {
  AcceptBuffer,
  Bytes,
  Socket,
  SocketApi,
  TransmitParameters,
} from "./api.ts";
import { CallByAddress } from "./call_by_address.ts";
import { SIO_GET_EXTENSION_FUNCTION_POINTER } from "./constants.ts";
import type { Address, Win32Api } from "../win32_api.ts";

const IDS = {
  AcceptEx: "b5367df1-cbac-11cf-95ca-00805f48a192",
  ConnectEx: "25a207b9-ddf3-4660-8ee9-76e58c74063e",
  GetAcceptExSockaddrs: "b5367df2-cbac-11cf-95ca-00805f48a192",
  DisconnectEx: "7fda2e11-8630-436f-a031-f536a6eec157",
  TransmitFile: "b5367df0-cbac-11cf-95ca-00805f48a192",
  WSARecvMsg: "f689d7c8-6f1f-436b-8a53-e54fe351c322",
} as const;

type ExtensionName = keyof typeof IDS;

/** The memory of a call: a DWORD, an address to connect to; or two addresses. */
const MEMORY_SIZE = 4096;
const ADDRESS = 8n;
/** Two pointers, and two lengths of 4 bytes. */
const ADDRESSES_SIZE = 24;

/** The functions, each looked up when it is first used. */
export class SocketExtensions {
  /**
   * True when all can be called; asked for once. Under a scoped grant only
   * `AcceptEx` and `TransmitFile` are.
   */
  readonly available: boolean = hasFullGrant();
  readonly #win32: Win32Api;
  readonly #sockets: SocketApi;
  readonly #call: CallByAddress;
  readonly #memory: Address;
  readonly #ends = new Uint8Array(ADDRESSES_SIZE);
  readonly #endsView = new DataView(this.#ends.buffer);
  readonly #addresses: { [K in ExtensionName]?: Address } = {};
  #wsaRecvMsg:
    | Deno.UnsafeFnPointer<typeof socketExtensions.WSARecvMsg>
    | undefined;

  /**
   * @param win32 Copies native memory, and gives the text of errors.
   * @param sockets Asks for the addresses.
   */
  constructor(win32: Win32Api, sockets: SocketApi) {
    this.#win32 = win32;
    this.#sockets = sockets;
    this.#call = new CallByAddress(win32);
    this.#memory = allocate(win32, MEMORY_SIZE);
  }

  /**
   * `AcceptEx` without data.
   *
   * @param listener The listening socket.
   * @param socket The one that will be connected.
   * @param to Where the addresses go, and the OVERLAPPED.
   * @returns 0, 997 or a Winsock code.
   */
  acceptEx(
    listener: Socket,
    socket: Socket,
    { buffer, overlapped }: { buffer: AcceptBuffer; overlapped: Address },
  ): number {
    // It takes a socket to ask, which those who want the addresses do not have.
    const known = this.#address(listener, "GetAcceptExSockaddrs");
    if (known === 0n) return this.#sockets.lastError;
    const call = this.#call;
    call.pointer(0, listener);
    call.pointer(1, socket);
    call.pointer(2, buffer.address);
    call.number(3, 0);
    call.number(4, buffer.addressSize);
    call.number(5, buffer.addressSize);
    call.pointer(6, this.#memory);
    call.pointer(7, overlapped);
    return this.#run(listener, "AcceptEx");
  }

  /**
   * `GetAcceptExSockaddrs`, after an `acceptEx`.
   *
   * @param buffer Where the addresses are.
   * @returns Where each begins, local and remote, and their lengths.
   */
  getAcceptExAddresses({ address, addressSize }: AcceptBuffer): DataView {
    const call = this.#call;
    const memory = this.#memory;
    call.pointer(0, address);
    call.number(1, 0);
    call.number(2, addressSize);
    call.number(3, addressSize);
    call.pointer(4, memory);
    call.pointer(5, memory + 16n);
    call.pointer(6, memory + 8n);
    call.pointer(7, memory + 20n);
    call.call(this.#addresses.GetAcceptExSockaddrs!);
    this.#win32.copyOut(this.#ends, memory);
    return this.#endsView;
  }

  /**
   * `ConnectEx` without data.
   *
   * @param socket A bound socket.
   * @param name Where to: a `sockaddr`.
   * @param overlapped The OVERLAPPED.
   * @returns 0, 997 or a Winsock code.
   * @throws {Deno.errors.NotCapable} when the grant is scoped.
   */
  connectEx(socket: Socket, name: Bytes, overlapped: Address): number {
    this.#assertAvailable("ConnectEx");
    const call = this.#call;
    this.#win32.copyIn(this.#memory + ADDRESS, name);
    call.pointer(0, socket);
    call.pointer(1, this.#memory + ADDRESS);
    call.number(2, name.byteLength);
    call.pointer(3, 0n);
    call.number(4, 0);
    call.pointer(5, this.#memory);
    call.pointer(6, overlapped);
    return this.#run(socket, "ConnectEx");
  }

  /**
   * `DisconnectEx`.
   *
   * @param socket A connected socket.
   * @param flags 0, or `TF_REUSE_SOCKET`.
   * @param overlapped The OVERLAPPED.
   * @returns 0, 997 or a Winsock code.
   * @throws {Deno.errors.NotCapable} when the grant is scoped.
   */
  disconnectEx(socket: Socket, flags: number, overlapped: Address): number {
    this.#assertAvailable("DisconnectEx");
    const call = this.#call;
    call.pointer(0, socket);
    call.pointer(1, overlapped);
    call.number(2, flags);
    call.number(3, 0);
    return this.#run(socket, "DisconnectEx");
  }

  /**
   * `TransmitFile`.
   *
   * @param socket A connected socket.
   * @param parameters What is sent, and how.
   * @param overlapped The OVERLAPPED, with the offset in the file.
   * @returns 0, 997 or a Winsock code.
   */
  transmitFile(
    socket: Socket,
    parameters: TransmitParameters,
    overlapped: Address,
  ): number {
    const call = this.#call;
    call.pointer(0, socket);
    call.pointer(1, parameters.file);
    call.number(2, parameters.length);
    call.number(3, parameters.perSend);
    call.pointer(4, overlapped);
    call.pointer(5, parameters.buffers);
    call.number(6, parameters.flags);
    return this.#run(socket, "TransmitFile");
  }

  /**
   * `WSARecvMsg`, which writes to an array of the caller's.
   *
   * @param socket Any datagram socket of the same provider.
   * @returns The function.
   * @throws {Deno.errors.NotCapable} when the grant is scoped.
   */
  wsaRecvMsg(
    socket: Socket,
  ): Deno.UnsafeFnPointer<typeof socketExtensions.WSARecvMsg> {
    this.#assertAvailable("WSARecvMsg");
    return this.#wsaRecvMsg ??= this.#pointer(socket);
  }

  #pointer(
    socket: Socket,
  ): Deno.UnsafeFnPointer<typeof socketExtensions.WSARecvMsg> {
    const address = this.#address(socket, "WSARecvMsg");
    const pointer = Deno.UnsafePointer.create<
      typeof socketExtensions.WSARecvMsg
    >(address);
    if (pointer !== null) {
      return new Deno.UnsafeFnPointer(pointer, socketExtensions.WSARecvMsg);
    }
    throw windowsError(this.#win32, this.#sockets.lastError, {
      syscall: "WSAIoctl",
      action: "Cannot find WSARecvMsg",
    });
  }

  #assertAvailable(name: ExtensionName): void {
    if (this.available) return;
    throw new Deno.errors.NotCapable(
      `Cannot call ${name}: it needs the full --allow-ffi`,
    );
  }

  /** Calls a function with the arguments that are set. */
  #run(socket: Socket, name: ExtensionName): number {
    const address = this.#address(socket, name);
    return address === 0n ? this.#sockets.lastError : this.#call.call(address);
  }

  /** 0 when Winsock does not tell; then the next call asks again. */
  #address(socket: Socket, name: ExtensionName): Address {
    const known = this.#addresses[name];
    if (known !== undefined) return known;
    const out = new BigUint64Array(1);
    const code = this.#sockets.wsaIoctl(
      socket,
      SIO_GET_EXTENSION_FUNCTION_POINTER,
      encodeGuid(IDS[name]),
      new Uint8Array(out.buffer),
    );
    return code === 0 ? this.#addresses[name] = out[0]! : 0n;
  }
}

/**
 * Encodes a GUID: three little-endian numbers, then bytes as they are written.
 *
 * @param text 32 hexadecimal digits with four hyphens.
 * @returns The 16 bytes of the structure.
 */
export function encodeGuid(text: string): Bytes {
  const pairs = text.replaceAll("-", "").match(/../g)!;
  const bytes = Uint8Array.from(pairs, (pair) => Number.parseInt(pair, 16));
  bytes.subarray(0, 4).reverse();
  bytes.subarray(4, 6).reverse();
  bytes.subarray(6, 8).reverse();
  return bytes;
}
