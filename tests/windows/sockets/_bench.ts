/**
 * A completion port with sockets on it, driven call by call.
 *
 * @module
 */

import { assertEquals, assertFalse, assertNotEquals } from "@std/assert";
import {
  ERROR_IO_PENDING,
  FILE_SKIP_COMPLETION_PORT_ON_SUCCESS,
  MEM_COMMIT,
  MEM_RELEASE,
  MEM_RESERVE,
} from "../../../src/ffi/constants.ts";
import {
  AFD_POLL_RECEIVE,
  encodePollInfo,
  NativeAfd,
} from "../../../src/ffi/socket/afd.ts";
import { NativeSockets } from "../../../src/ffi/socket/native.ts";
import { NativeWin32 } from "../../../src/ffi/native_win32.ts";
import {
  decodeSocketAddress,
  encodeSocketAddress,
  type Ipv4Address,
  type SocketAddress,
} from "../../../src/ffi/socket/sockaddr.ts";
import type { Bytes, Socket } from "../../../src/ffi/socket/api.ts";
import {
  AF_INET,
  IPPROTO_TCP,
  IPPROTO_UDP,
  SO_UPDATE_ACCEPT_CONTEXT,
  SO_UPDATE_CONNECT_CONTEXT,
  SOCK_DGRAM,
  SOCK_STREAM,
  SOL_SOCKET,
  SOMAXCONN,
} from "../../../src/ffi/socket/constants.ts";
import {
  ACCEPT_EXTRA,
  ADDRESS_AREA_LENGTH,
  encodeBuffers,
  encodeHandle,
} from "../../../src/ffi/socket/structs.ts";
import {
  ENTRY_BYTES,
  ENTRY_OVERLAPPED,
  ENTRY_SIZE,
  ENTRY_STATUS,
  OVERLAPPED_SIZE,
} from "../../../src/ffi/structs.ts";
import {
  type Address,
  type Handle,
  INVALID_HANDLE_VALUE,
} from "../../../src/ffi/win32_api.ts";

/** The seam, loaded outside of any test. */
export const win32 = new NativeWin32();

/** The seam of sockets, loaded outside of any test. */
export const sockets = new NativeSockets(win32);

const afd = new NativeAfd(win32);

/** Milliseconds after which a packet that should come has not. */
const PATIENCE = 10_000;
/** Milliseconds in which a packet that must not come would have come. */
const SILENCE = 50;

const MEMORY = 1 << 20;
const SLOT = 64;

/** A packet. */
export interface Packet {
  /** Whose it is. */
  overlapped: Address;
  /** The NTSTATUS. */
  status: number;
  /** Bytes moved. */
  bytes: number;
}

/** A call that was made. */
export interface Started {
  /** Its OVERLAPPED. */
  overlapped: Address;
  /** What it returned. */
  code: number;
}

/** TCP at both ends. */
export interface TcpPair {
  /** The end that called `ConnectEx`. */
  client: Socket;
  /** The end that `AcceptEx` connected. */
  server: Socket;
}

/** Any free port of this computer, over IPv4. */
export const ANY: Ipv4Address = {
  family: "IPv4",
  hostname: "127.0.0.1",
  port: 0,
};

/** A port, sockets and native memory that end together. */
export class Bench implements Disposable {
  readonly port: Handle;
  readonly #memory: Address;
  readonly #sockets = new Set<Socket>();
  readonly #kept = new Map<Address, Packet>();
  #used = 0;

  constructor() {
    this.port = win32.createIoCompletionPort(INVALID_HANDLE_VALUE, 0n, 0, 1);
    this.#memory = win32.virtualAlloc(0n, MEMORY, MEM_RESERVE | MEM_COMMIT);
  }

  /** Native memory, zeroed. */
  memory(size: number): Address {
    const address = this.#memory + BigInt(this.#used);
    this.#used += Math.ceil(size / SLOT) * SLOT;
    return address;
  }

  /** A fresh OVERLAPPED with 32 bytes behind it. */
  overlapped(): Address {
    return this.memory(SLOT);
  }

  /** Native memory with text in it. */
  text(text: string): { address: Address; length: number } {
    const bytes = new TextEncoder().encode(text);
    const address = this.memory(bytes.length);
    win32.copyIn(address, bytes);
    return { address, length: bytes.length };
  }

  /** Native memory as text. */
  read(address: Address, length: number): string {
    return new TextDecoder().decode(this.bytes(address, length));
  }

  /** A copy of native memory. */
  bytes(address: Address, length: number): Bytes {
    const bytes = new Uint8Array(length);
    if (length > 0) win32.copyOut(bytes, address);
    return bytes;
  }

  /** A socket that is closed with the bench. */
  own(socket: Socket): Socket {
    assertNotEquals(socket, INVALID_HANDLE_VALUE, `${sockets.lastError}`);
    this.#sockets.add(socket);
    return socket;
  }

  /** A stream socket over TCP. */
  tcp(family = AF_INET): Socket {
    const parameters = { family, type: SOCK_STREAM, protocol: IPPROTO_TCP };
    return this.own(sockets.createSocket(parameters));
  }

  /** A datagram socket, bound and on the port. */
  udp(options: { skip: boolean }): Socket {
    const parameters = {
      family: AF_INET,
      type: SOCK_DGRAM,
      protocol: IPPROTO_UDP,
    };
    const socket = this.own(sockets.createSocket(parameters));
    this.bind(socket, ANY);
    this.associate(socket, options);
    return socket;
  }

  bind(socket: Socket, address: SocketAddress): void {
    assertEquals(sockets.bind(socket, encodeSocketAddress(address)), 0);
  }

  /** A listener, bound and on the port. */
  listener(address: SocketAddress = ANY): Socket {
    const socket = this.tcp();
    this.bind(socket, address);
    assertEquals(sockets.listen(socket, SOMAXCONN), 0);
    this.associate(socket, { skip: false });
    return socket;
  }

  associate(handle: Handle, { skip }: { skip: boolean }): void {
    const { port } = this;
    assertEquals(win32.createIoCompletionPort(handle, port, 1, 0), port);
    if (!skip) return;
    const flags = FILE_SKIP_COMPLETION_PORT_ON_SUCCESS;
    assertEquals(win32.setFileCompletionNotificationModes(handle, flags), 0);
  }

  /** Where a socket is bound. */
  name(socket: Socket): SocketAddress {
    return decodeSocketAddress(sockets.getSocketName(socket)!);
  }

  close(socket: Socket): void {
    this.#sockets.delete(socket);
    assertEquals(sockets.closeSocket(socket), 0);
  }

  /** Takes the packet of an operation, which must come; others are kept. */
  packet(overlapped: Address): Packet {
    while (!this.#kept.has(overlapped)) this.#keep();
    const packet = this.#kept.get(overlapped)!;
    this.#kept.delete(overlapped);
    return packet;
  }

  /** Takes the status of an operation that has failed. */
  status(overlapped: Address): number {
    return this.packet(overlapped).status;
  }

  /** Takes the packet of a call that must succeed; gives its bytes. */
  succeed({ overlapped, code }: Started): number {
    if (code !== 0) assertEquals(code, ERROR_IO_PENDING);
    const { status, bytes } = this.packet(overlapped);
    assertEquals(status, 0);
    return bytes;
  }

  /** Fails when a packet comes, or has come that nobody took. */
  silent(): void {
    assertEquals([...this.#kept.values()], []);
    assertEquals(this.#dequeue(SILENCE), null);
  }

  /** Waits until a socket has something to read. */
  readable(socket: Socket): void {
    const device = afd.open();
    this.associate(device, { skip: false });
    const overlapped = this.overlapped();
    const info = overlapped + BigInt(OVERLAPPED_SIZE);
    win32.copyIn(info, encodePollInfo(socket, AFD_POLL_RECEIVE));
    const code = afd.poll(device, info, overlapped);
    this.succeed({ overlapped, code });
    win32.closeHandle(device);
  }

  /** Starts an accept. */
  accept(listener: Socket, socket: Socket) {
    const addressSize = ADDRESS_AREA_LENGTH + ACCEPT_EXTRA;
    const buffer = { address: this.memory(addressSize * 2), addressSize };
    const overlapped = this.overlapped();
    const code = sockets.acceptEx(listener, socket, buffer, overlapped);
    return { buffer, overlapped, code };
  }

  /** Connects a socket that is bound and on the port. */
  connect(client: Socket, listener: Socket) {
    const overlapped = this.overlapped();
    const address = sockets.getSocketName(listener)!;
    const code = sockets.connectEx(client, address, overlapped);
    return { overlapped, code };
  }

  /** Two ends of a connection, both on the port. */
  pair(options = { skip: false }): TcpPair {
    const listener = this.listener();
    const [server, client] = [this.tcp(), this.tcp()];
    this.bind(client, ANY);
    this.associate(client, options);
    const accepted = this.accept(listener, server);
    this.succeed(this.connect(client, listener));
    this.succeed(accepted);
    this.updateAccept(server, listener);
    this.updateConnect(client);
    this.associate(server, options);
    this.close(listener);
    return { client, server };
  }

  updateAccept(socket: Socket, listener: Socket): void {
    const option = { level: SOL_SOCKET, name: SO_UPDATE_ACCEPT_CONTEXT };
    const value = encodeHandle(listener);
    assertEquals(sockets.setSocketOption(socket, option, value), 0);
  }

  updateConnect(socket: Socket): void {
    const option = { level: SOL_SOCKET, name: SO_UPDATE_CONNECT_CONTEXT };
    const value = new Uint8Array(0);
    assertEquals(sockets.setSocketOption(socket, option, value), 0);
  }

  /** Starts a receive. */
  recv(socket: Socket, length: number) {
    const overlapped = this.overlapped();
    const address = this.memory(length);
    const buffers = encodeBuffers([{ address, length }]);
    const code = sockets.wsaRecv(socket, buffers, 0, overlapped);
    return { overlapped, address, code, transferred: sockets.transferred };
  }

  /** Starts a send. */
  send(socket: Socket, text: string) {
    const overlapped = this.overlapped();
    const buffers = encodeBuffers([this.text(text)]);
    const code = sockets.wsaSend(socket, buffers, 0, overlapped);
    return { overlapped, code };
  }

  /** Starts a receive with an address; its area stands in the slot. */
  recvFrom(socket: Socket, length: number, flags = 0) {
    const overlapped = this.overlapped();
    const from = overlapped + BigInt(OVERLAPPED_SIZE);
    win32.copyIn(
      from + BigInt(ADDRESS_AREA_LENGTH),
      Uint8Array.of(ADDRESS_AREA_LENGTH, 0, 0, 0),
    );
    const address = this.memory(length);
    const buffers = encodeBuffers([{ address, length }]);
    const code = sockets.wsaRecvFrom(socket, buffers, flags, from, overlapped);
    const { transferred } = sockets;
    return { overlapped, address, from, code, transferred };
  }

  /** What the address area of a receive holds. */
  sender(from: Address): SocketAddress {
    const area = this.bytes(from, ADDRESS_AREA_LENGTH + 4);
    return decodeSocketAddress(area.slice(0, area[ADDRESS_AREA_LENGTH]));
  }

  /** Starts a send to an address. */
  sendTo(socket: Socket, text: string, to: SocketAddress) {
    const overlapped = this.overlapped();
    const buffers = encodeBuffers([this.text(text)]);
    const address = encodeSocketAddress(to);
    const code = sockets.wsaSendTo(socket, buffers, 0, address, overlapped);
    return { overlapped, code };
  }

  /** Closes what is open, takes what is pending, frees the memory. */
  [Symbol.dispose](): void {
    for (const socket of this.#sockets) sockets.closeSocket(socket);
    while (this.#dequeue(SILENCE) !== null);
    win32.closeHandle(this.port);
    win32.virtualFree(this.#memory, 0, MEM_RELEASE);
  }

  #keep(): void {
    const packet = this.#dequeue(PATIENCE);
    if (packet === null) throw new Error("No packet came");
    assertFalse(this.#kept.has(packet.overlapped), "Two packets of one call");
    this.#kept.set(packet.overlapped, packet);
  }

  #dequeue(timeout: number): Packet | null {
    const entries = new Uint8Array(ENTRY_SIZE);
    const view = new DataView(entries.buffer);
    const count = win32.getQueuedCompletionStatusEx(
      this.port,
      entries,
      timeout,
    );
    if (count === 0) return null;
    return {
      overlapped: view.getBigUint64(ENTRY_OVERLAPPED, true),
      status: view.getUint32(ENTRY_STATUS, true),
      bytes: view.getUint32(ENTRY_BYTES, true),
    };
  }
}

/** Registers tests that get a bench. */
export const test = {
  /** Registers it twice: in skip mode, and with a packet for each operation. */
  eachMode(
    name: string,
    body: (bench: Bench, options: { skip: boolean }) => void,
  ): void {
    for (const skip of [false, true]) {
      Deno.test(`${name} (${skip ? "skip mode" : "all packets"})`, () => {
        using bench = new Bench();
        body(bench, { skip });
      });
    }
  },
};
