/**
 * What the tests of TCP share.
 *
 * Winsock is started here, outside of any test, so that no test is blamed for
 * keeping its libraries open.
 *
 * @module
 */

import { assertEquals } from "@std/assert";
import type { IocpProactor, Protocol, Transport } from "../../../mod.ts";
import {
  connectTcp,
  type TcpAddr,
  type TcpConnection,
  TcpListener,
  type TcpListenOptions,
} from "../../../src/net/mod.ts";
import { loadSymbols } from "../../../src/ffi/symbols.ts";
import { allocate } from "../../../src/ffi/memory.ts";
import { NativeWin32 } from "../../../src/ffi/native_win32.ts";
import { SO_LINGER, SOL_SOCKET } from "../../../src/ffi/socket/constants.ts";
import { encodeLinger } from "../../../src/ffi/socket/structs.ts";
import type { Socket } from "../../../src/ffi/socket/api.ts";
import type { Address } from "../../../src/ffi/win32_api.ts";
import { defaultSockets } from "../../../src/ffi/socket/default.ts";
import { frontOf } from "../../../src/stream/connection_front.ts";
import { tcpAddr, tcpKind } from "../../../src/net/tcp/tcp_socket.ts";
import { decode } from "../_bytes.ts";
import { connectedEnds, type Ends } from "../_pipes.ts";

loadSymbols();
defaultSockets();

/** 1 MiB. */
export const MEGABYTE = 2 ** 20;

/** More than sockets take without a reader. */
export const FLOOD = 32 * MEGABYTE;

/** This computer, any free port. */
export const LOCAL = { hostname: "127.0.0.1", port: 0 };

/** A listener, both ends of a connection. */
export interface TcpPair extends Ends<TcpConnection> {
  /** The listener. */
  listener: TcpListener;
}

/**
 * Listens on a free port and connects to it.
 *
 * @param proactor The proactor of both ends.
 * @param options The listener's options.
 * @returns Both ends; disposing closes them and the listener.
 */
export async function tcpPair(
  proactor: IocpProactor,
  options: Partial<TcpListenOptions> = {},
): Promise<TcpPair> {
  const listener = TcpListener.listen({ ...LOCAL, ...options, proactor });
  const ends = await connectedEnds(
    listener,
    () => connectTcp({ ...listener.addr, proactor }),
  );
  return { listener, ...ends };
}

/**
 * Finds a port where nobody listens.
 *
 * @param proactor The proactor to use.
 * @returns Its address.
 */
export async function freePort(proactor: IocpProactor): Promise<TcpAddr> {
  const listener = TcpListener.listen({ ...LOCAL, proactor });
  await listener.shutdown();
  return listener.addr;
}

/**
 * Sends back all that comes, in upper case; then closes.
 *
 * @param connection The listener's end.
 */
export async function upperCase(connection: TcpConnection): Promise<void> {
  using _closing = connection;
  const target = new Uint8Array(4096);
  for (
    let count = await connection.read(target);
    count !== null;
    count = await connection.read(target)
  ) {
    const text = decode(target.subarray(0, count)).toUpperCase();
    await connection.write(new TextEncoder().encode(text));
  }
}

/**
 * The socket of a connection, which it keeps to itself.
 *
 * @param connection The connection.
 * @returns The handle.
 */
export function socketOf(connection: object): Socket {
  return frontOf(connection)!.handle.handle;
}

/**
 * Makes the close of a socket a reset, which drops what is under way.
 *
 * @param socket The socket.
 */
export function resetOnClose(socket: Socket): void {
  const option = { level: SOL_SOCKET, name: SO_LINGER };
  const sockets = defaultSockets();
  assertEquals(sockets.setSocketOption(socket, option, encodeLinger(0)), 0);
}

/** A protocol that writes in upper case what it reads. */
export class UpperCase implements Protocol {
  #transport!: Transport;

  connectionMade(transport: Transport): void {
    this.#transport = transport;
  }

  dataReceived(data: Uint8Array<ArrayBuffer>): void {
    const text = decode(data).toUpperCase();
    this.#transport.write(new TextEncoder().encode(text));
  }
}

/** Bytes of native memory for the two addresses of an accept. */
const ACCEPT_BYTES = 88;

const acceptBuffer = allocate(new NativeWin32(), ACCEPT_BYTES);

/**
 * Lets an address give no answer: instead of connecting, the socket waits for
 * a client that never comes, until Windows is asked to cancel that.
 */
export class Silence implements Disposable {
  readonly #sockets = defaultSockets();
  readonly #others: Socket[] = [];
  /** How often it was tried. */
  calls = 0;

  /** @param hostname A numeric IPv4 address. */
  constructor(hostname: string) {
    const connectEx = this.#sockets.connectEx.bind(this.#sockets);
    this.#sockets.connectEx = (socket, address, overlapped) =>
      tcpAddr(address).hostname === hostname
        ? this.#wait(socket, overlapped)
        : connectEx(socket, address, overlapped);
  }

  /** Lets the address answer again. */
  [Symbol.dispose](): void {
    Reflect.deleteProperty(this.#sockets, "connectEx");
    for (const socket of this.#others) this.#sockets.closeSocket(socket);
  }

  #wait(socket: Socket, overlapped: Address): number {
    this.calls++;
    const other = this.#sockets.createSocket(tcpKind("IPv4").parameters);
    this.#others.push(other);
    assertEquals(this.#sockets.listen(socket, 1), 0);
    const buffer = { address: acceptBuffer, addressSize: ACCEPT_BYTES / 2 };
    return this.#sockets.acceptEx(socket, other, buffer, overlapped);
  }
}
