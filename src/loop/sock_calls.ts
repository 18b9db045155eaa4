/**
 * The calls of a loop on raw sockets.
 *
 * @module
 */

import { assertAddress } from "../proactor/socket_arguments.ts";
import { byteLengthOf, copyBytes, viewOf } from "../ffi/bytes.ts";
import {
  type Ipv4Address,
  type Ipv6Address,
  parseSocketAddress,
  type SocketAddress,
} from "../ffi/socket/sockaddr.ts";
import {
  assertBytes,
  assertInteger,
  stableBytes,
} from "../proactor/arguments.ts";
import type { IocpProactor } from "../proactor/iocp_proactor.ts";
import type {
  HandleLike,
  OperationOptions,
  ReceivedFrom,
  ReceivedFromInto,
  ReceiveOptions,
} from "../proactor/proactor_options.ts";
import type { SendFileOptions, SendFileSource } from "../stream/file_mover.ts";
import { copyGiven } from "./arguments.ts";
import type { LoopHost } from "./host.ts";
import type { SockAccepted, SockRecvFromIntoOptions } from "./loop_options.ts";
import { sendAll } from "./send_all.ts";

const FAMILIES = { IPv4: "ipv4", IPv6: "ipv6" } as const;

/**
 * Works with raw sockets, unless the loop is closed. The methods are documented
 * on the page of {@linkcode ProactorEventLoop}, where `recv` is `sockRecv`.
 */
export class SockCalls {
  readonly #host: LoopHost;

  /** @param host The loop. */
  constructor(host: LoopHost) {
    this.#host = host;
  }

  async recv(
    socket: HandleLike,
    size: number,
    options: ReceiveOptions,
  ): Promise<Uint8Array<ArrayBuffer>> {
    return await this.#proactorTo("receive").recv(socket, size, options);
  }

  async recvInto(
    socket: HandleLike,
    target: Uint8Array,
    options: ReceiveOptions,
  ): Promise<number> {
    return await this.#proactorTo("receive").recvInto(socket, target, options);
  }

  async recvFrom(
    socket: HandleLike,
    size: number,
    options: ReceiveOptions,
  ): Promise<ReceivedFrom> {
    return await this.#proactorTo("receive").recvFrom(socket, size, options);
  }

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

  async sendAll(
    socket: HandleLike,
    data: Uint8Array | readonly Uint8Array[],
    options: OperationOptions,
  ): Promise<void> {
    await sendAll(this.#proactorTo("send"), socket, { data, ...options });
  }

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

  async accept(
    listener: HandleLike,
    options: OperationOptions,
  ): Promise<SockAccepted> {
    const proactor = this.#proactorTo("accept");
    const [accepted, { Socket }] = await Promise.all([
      proactor.accept(listener, options),
      import("../net/socket/socket.ts"),
    ]);
    return { ...accepted, socket: new Socket(accepted.socket) };
  }

  async connect(
    socket: HandleLike,
    address: SocketAddress,
    options: OperationOptions,
  ): Promise<void> {
    const proactor = this.#proactorTo("connect");
    assertAddress("connect", address);
    const { signal } = options;
    const to = isNumeric(address) ? address : await lookUp(address, signal);
    await proactor.connect(socket, to, { signal });
  }

  async sendfile(
    socket: HandleLike,
    file: SendFileSource,
    options: SendFileOptions,
  ): Promise<number> {
    const proactor = this.#proactorTo("send file");
    const given = { source: file, options: copyGiven(options) };
    const { sendFile } = await import("./socket_sink.ts");
    return await sendFile(proactor, socket, given);
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
  const { resolveHost } = await import("../net/names/resolve.ts");
  const [found] = await resolveHost(hostname, port, options);
  return found!;
}
