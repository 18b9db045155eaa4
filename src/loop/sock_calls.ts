/**
 * The calls of a loop on raw sockets.
 *
 * @module
 */

import { byteLengthOf, copyBytes, viewOf } from "../ffi/bytes.ts";
import {
  type Ipv4Address,
  type Ipv6Address,
  parseSocketAddress,
  type SocketAddress,
} from "../ffi/socket/sockaddr.ts";
import { resolveHost } from "../net/names/resolve.ts";
import { Socket } from "../net/socket/socket.ts";
import {
  assertAddress,
  assertBytes,
  assertInteger,
  stableBytes,
} from "../proactor/arguments.ts";
import type { IocpProactor } from "../proactor/iocp_proactor.ts";
import type {
  HandleLike,
  OperationOptions,
} from "../proactor/proactor_options.ts";
import type {
  ReceivedFrom,
  ReceivedFromInto,
} from "../proactor/socket_proactor.ts";
import {
  FileMover,
  type SendFileOptions,
  type SendFileSource,
} from "../stream/file_mover.ts";
import type { LoopHost } from "./host.ts";
import type { SockAccepted, SockRecvFromIntoOptions } from "./loop_options.ts";
import { sendAll, SocketSink } from "./socket_sink.ts";

const FAMILIES = { IPv4: "ipv4", IPv6: "ipv6" } as const;

/** Works with raw sockets. Refuses it when the loop is closed. */
export class SockCalls {
  readonly #host: LoopHost;

  /** @param host The loop. */
  constructor(host: LoopHost) {
    this.#host = host;
  }

  /**
   * Receives from a connected socket.
   *
   * @param socket The socket.
   * @param size The most bytes.
   * @param options A signal that cancels.
   * @returns The bytes.
   */
  async recv(
    socket: HandleLike,
    size: number,
    options: OperationOptions,
  ): Promise<Uint8Array<ArrayBuffer>> {
    return await this.#proactorTo("receive").recv(socket, size, options);
  }

  /**
   * Receives into an array.
   *
   * @param socket The socket.
   * @param target Where the bytes go.
   * @param options A signal that cancels.
   * @returns The number of bytes.
   */
  async recvInto(
    socket: HandleLike,
    target: Uint8Array,
    options: OperationOptions,
  ): Promise<number> {
    return await this.#proactorTo("receive").recvInto(socket, target, options);
  }

  /**
   * Receives a datagram.
   *
   * @param socket A datagram socket.
   * @param size The most bytes.
   * @param options A signal that cancels.
   * @returns The bytes, and who has sent them.
   */
  async recvFrom(
    socket: HandleLike,
    size: number,
    options: OperationOptions,
  ): Promise<ReceivedFrom> {
    return await this.#proactorTo("receive").recvFrom(socket, size, options);
  }

  /**
   * Receives a datagram into an array.
   *
   * @param socket A datagram socket.
   * @param target Where the bytes go.
   * @param options The most bytes, and a signal that cancels.
   * @returns The number of bytes, and who has sent them.
   */
  async recvFromInto(
    socket: HandleLike,
    target: Uint8Array,
    options: SockRecvFromIntoOptions,
  ): Promise<ReceivedFromInto> {
    const proactor = this.#proactorTo("receive");
    assertBytes("receive into", target);
    const room = byteLengthOf(target);
    const { size = room } = options;
    assertInteger("size", size, [1, room]);
    const part = viewOf(target, 0, size);
    return await proactor.recvFromInto(socket, part, options);
  }

  /**
   * Sends all bytes.
   *
   * @param socket A connected socket.
   * @param data The bytes, or several arrays of them.
   * @param options A signal that cancels.
   */
  async sendAll(
    socket: HandleLike,
    data: Uint8Array | readonly Uint8Array[],
    options: OperationOptions,
  ): Promise<void> {
    await sendAll(this.#proactorTo("send"), socket, { data, ...options });
  }

  /**
   * Sends a datagram.
   *
   * @param socket A datagram socket.
   * @param data The bytes.
   * @param address To whom; a name is looked up first.
   * @returns The number of bytes.
   */
  async sendTo(
    socket: HandleLike,
    data: Uint8Array,
    address: SocketAddress,
  ): Promise<number> {
    const proactor = this.#proactorTo("send");
    assertAddress("send", address);
    if (isNumeric(address)) return await proactor.sendTo(socket, data, address);
    const copy = copyBytes(stableBytes("send", data));
    return await proactor.sendTo(socket, copy, await lookUp(address));
  }

  /**
   * Accepts a client.
   *
   * @param listener A socket that listens.
   * @param options A signal that cancels.
   * @returns The connected socket, and both addresses.
   */
  async accept(
    listener: HandleLike,
    options: OperationOptions,
  ): Promise<SockAccepted> {
    const proactor = this.#proactorTo("accept");
    const accepted = await proactor.accept(listener, options);
    return { ...accepted, socket: new Socket(accepted.socket) };
  }

  /**
   * Connects a socket.
   *
   * @param socket The socket.
   * @param address Where to; a name is looked up first.
   * @param options A signal that cancels.
   */
  async connect(
    socket: HandleLike,
    address: SocketAddress,
    options: OperationOptions,
  ): Promise<void> {
    const proactor = this.#proactorTo("connect");
    assertAddress("connect", address);
    const { signal } = options;
    const to = isNumeric(address) ? address : await lookUp(address, signal);
    await proactor.connect(socket, to, options);
  }

  /**
   * Sends a file over a socket.
   *
   * @param socket A connected stream socket.
   * @param file Its path, a handle of it, or a `Deno.FsFile`.
   * @param options Which part, and how.
   * @returns Bytes sent.
   */
  async sendFile(
    socket: HandleLike,
    file: SendFileSource,
    options: SendFileOptions,
  ): Promise<number> {
    const proactor = this.#proactorTo("send file");
    const sink = new SocketSink(proactor, socket, options.signal);
    using mover = await FileMover.open(sink, file, options);
    return await mover.move();
  }

  #proactorTo(action: string): IocpProactor {
    this.#host.assertOpen(action);
    return this.#host.proactor;
  }
}

type IpAddress = Ipv4Address | Ipv6Address;

function isNumeric(address: SocketAddress): boolean {
  return address.family === "Unix" ||
    parseSocketAddress(address.hostname, address.port) !== null;
}

/** The first address of the family. */
async function lookUp(
  address: SocketAddress,
  signal?: AbortSignal,
): Promise<SocketAddress> {
  const { hostname, port, family } = address as IpAddress;
  const options = { family: FAMILIES[family], signal };
  const [found] = await resolveHost(hostname, port, options);
  return found!;
}
