/**
 * `SocketProactor`: overlapped operations of sockets, as futures.
 *
 * @module
 */

import { byteLengthOf } from "../ffi/bytes.ts";
import { defaultSendFile } from "../ffi/sendfile/native.ts";
import { admitMapped, isMappedAddress } from "../ffi/socket/destination.ts";
import type { SocketAddress } from "../ffi/socket/sockaddr.ts";
import type { SendFileApi } from "../ffi/sendfile/api.ts";
import type { Bytes } from "../ffi/socket/api.ts";
import {
  SOCK_DGRAM,
  SOCK_STREAM,
  TF_REUSE_SOCKET,
} from "../ffi/socket/constants.ts";
import {
  assertBytes,
  assertInteger,
  cancelBySignal,
  encodeAddress,
  encodeInternetAddress,
  MAX_DWORD,
  place,
  stableBytes,
} from "./arguments.ts";
import { BaseProactor } from "./base_proactor.ts";
import {
  assertTransmitOptions,
  type FileLike,
  FileToSend,
  sendPieces,
  type TransmitFileOptions,
} from "./call/file_to_send.ts";
import type { Future } from "./future/future.ts";
import type { OverlappedFuture } from "./future/overlapped_future.ts";
import {
  PolledConnectFuture,
  type PolledConnectTarget,
} from "./call/polled_connect_future.ts";
import type { PortHandle } from "./port/port_handle.ts";
import type {
  HandleLike,
  IocpProactorOptions,
  OperationOptions,
} from "./proactor_options.ts";
import {
  disconnectCall,
  type Received,
  receiveFromCall,
  sendToCall,
  type SocketTarget,
} from "./call/socket_calls.ts";
import {
  type AcceptedSocket,
  acceptSocketCall,
  connectDatagrams,
  connectSocketCall,
} from "./call/socket_connect_calls.ts";
import { transmitCall } from "./call/transmit_call.ts";

/** What {@linkcode SocketProactor.recvFrom} gives. */
export interface ReceivedFrom {
  /** The bytes; none is a datagram too. */
  data: Uint8Array<ArrayBuffer>;
  /** The sender; `null` on a stream, which has only one. */
  address: SocketAddress | null;
  /** True when the datagram was longer; the rest is lost. */
  partial: boolean;
}

/** What {@linkcode SocketProactor.recvFromInto} gives. */
export interface ReceivedFromInto {
  /** Bytes that were put into the array. */
  byteLength: number;
  /** The sender; `null` on a stream, which has only one. */
  address: SocketAddress | null;
  /** True when the datagram was longer; the rest is lost. */
  partial: boolean;
}

/** Options of {@linkcode SocketProactor.disconnect}. */
export interface DisconnectOptions extends OperationOptions {
  /**
   * True leaves the socket as it was when it was new, but bound, so that it
   * can be connected again.
   *
   * @default {false}
   */
  reuse?: boolean;
}

/**
 * Operations of sockets on a completion port; see {@linkcode IocpProactor} for
 * the proactor to use.
 *
 * Whether a handle is a socket is asked once, when it is first used. Winsock
 * is opened then, unless the handle is a pipe.
 *
 * @example Usage
 * ```ts
 * import { IocpProactor } from "@iocp/proactor";
 * import { createSocket } from "@iocp/proactor/net";
 *
 * await using proactor = new IocpProactor();
 * using socket = createSocket();
 * const address = { family: "IPv4", hostname: "127.0.0.1", port: 7 } as const;
 * await proactor.connect(socket, address);
 * await proactor.send(socket, new TextEncoder().encode("hello"));
 * console.log(await proactor.recv(socket, 1024));
 * ```
 */
export abstract class SocketProactor extends BaseProactor {
  readonly #files: SendFileApi | undefined;
  /** Sockets that were asked to take addresses of IPv4 too. */
  readonly #admitted = new WeakSet<PortHandle>();

  /**
   * Creates a completion port.
   *
   * @param options Concurrency and skip mode.
   * @throws {Deno.errors.NotSupported} when the system is not Windows.
   * @throws {Deno.errors.NotCapable} when `--allow-ffi` was not granted.
   * @throws {RangeError} when the concurrency is not a DWORD.
   */
  constructor(options: IocpProactorOptions = {}) {
    super(options);
    this.#files = options.sendFile;
  }

  /**
   * Takes a datagram, or waits for one.
   *
   * @param socket A datagram socket, which is bound, or has sent.
   * @param size The most bytes; the rest of the datagram is lost.
   * @param options A signal that cancels.
   * @returns The bytes, who has sent them, and whether that was all. The
   * future fails with `Deno.errors.ConnectionReset` when an earlier datagram
   * has found no one; receiving may go on.
   * @throws {RangeError} when `size` is not a DWORD.
   * @throws {Deno.errors.BadResource} when `socket` is closed or no socket, or
   * the proactor is closed.
   */
  recvFrom(
    socket: HandleLike,
    size: number,
    options: OperationOptions = {},
  ): OverlappedFuture<ReceivedFrom> {
    assertInteger("size", size, [0, MAX_DWORD]);
    const deliver = (received: Received) => received;
    return this.#receiveFrom(socket, { size, deliver }, options);
  }

  /**
   * Takes a datagram into an array. The bytes are copied there when they have
   * come, so the array may be used, but not transferred, until then.
   *
   * @param socket A datagram socket, which is bound, or has sent.
   * @param target Where the bytes go; what has no room is lost. If it was
   * transferred meanwhile, the future fails with a `TypeError` whose `cause`
   * holds the bytes.
   * @param options A signal that cancels.
   * @returns How many bytes came, from whom, and whether that was all. The
   * future fails as that of {@linkcode recvFrom}.
   * @throws {TypeError} when `target` is no `Uint8Array` or has no bytes.
   * @throws {Deno.errors.BadResource} when `socket` is closed or no socket, or
   * the proactor is closed.
   */
  recvFromInto(
    socket: HandleLike,
    target: Uint8Array,
    options: OperationOptions = {},
  ): OverlappedFuture<ReceivedFromInto> {
    assertBytes("receive into", target);
    const size = Math.min(byteLengthOf(target), MAX_DWORD);
    const deliver = ({ data, address, partial }: Received) => {
      return { byteLength: place(data, target), address, partial };
    };
    return this.#receiveFrom(socket, { size, deliver }, options);
  }

  /**
   * Sends a datagram.
   *
   * @param socket A datagram socket.
   * @param data Copied before the call returns. None is a datagram too.
   * @param address To whom, of the family of the socket.
   * @returns The number of bytes.
   * @throws {TypeError} when `data` is no `Uint8Array`, or `address` none that
   * is numeric.
   * @throws {RangeError} when the port is none.
   * @throws {Deno.errors.BadResource} when `socket` is closed or no socket, or
   * the proactor is closed.
   */
  sendTo(
    socket: HandleLike,
    data: Uint8Array,
    address: SocketAddress,
  ): OverlappedFuture<number> {
    const bytes = stableBytes("send", data);
    const to = encodeAddress("send", address);
    assertInteger("length", byteLengthOf(bytes), [0, MAX_DWORD]);
    const [owner, target] = this.#target(socket, "send");
    this.#admitMapped(owner, target, to);
    return this.start(owner, sendToCall(target, bytes, to), {});
  }

  /**
   * Takes a client, or waits for one.
   *
   * @param listener A stream socket that listens.
   * @param options A signal that cancels.
   * @returns The connected socket, which the caller must close, and both
   * addresses. The future fails with `Deno.errors.ConnectionReset` when the
   * client has come and left; the listener goes on.
   * @throws {Deno.errors.BadResource} when `listener` is closed or no socket,
   * serving was stopped, or the proactor is closed.
   */
  accept(
    listener: HandleLike,
    options: OperationOptions = {},
  ): OverlappedFuture<AcceptedSocket> {
    const [owner, target] = this.#target(listener, "accept");
    this.assertServed(owner);
    return this.start(owner, acceptSocketCall(target), options);
  }

  /**
   * Connects a socket. One that is not bound is bound to any address first. A
   * datagram socket is connected at once, to send to one address and to
   * receive from nobody else. An unspecified address, such as `0.0.0.0`, is
   * this computer. Under a scoped grant the socket is nonblocking from then on.
   *
   * @param socket The socket.
   * @param address Where to: numeric, of the family of the socket.
   * @param options A signal that cancels.
   * @returns A future that ends when the connection is there. It fails with
   * `Deno.errors.ConnectionRefused` when nobody listens.
   * @throws {TypeError} when `address` is no numeric internet address.
   * @throws {RangeError} when the port is none.
   * @throws {Deno.errors.BadResource} when `socket` is closed or no socket, or
   * the proactor is closed.
   */
  connect(
    socket: HandleLike,
    address: SocketAddress,
    options: OperationOptions = {},
  ): Future<void> {
    const to = encodeInternetAddress("connect", address);
    const [owner, target] = this.#target(socket, "connect");
    if (target.type === SOCK_DGRAM) {
      options.signal?.throwIfAborted();
      return connectDatagrams(target, to, this.context);
    }
    if (!target.sockets.extensions) {
      return this.#connectPolled(owner, { target, to }, options);
    }
    return this.start(owner, connectSocketCall(target, to), options);
  }

  /**
   * Ends a connection, gracefully: what was sent goes out before.
   *
   * @param socket A connected stream socket.
   * @param options Whether the socket is used again, and a signal.
   * @returns A future that ends when the connection has.
   * @throws {Deno.errors.BadResource} when `socket` is closed or no socket, or
   * the proactor is closed.
   * @throws {Deno.errors.NotCapable} when the grant is scoped: Winsock gives
   * out `DisconnectEx` by its address only.
   */
  disconnect(
    socket: HandleLike,
    options: DisconnectOptions = {},
  ): OverlappedFuture<void> {
    const [owner, target] = this.#target(socket, "disconnect");
    const flags = options.reuse === true ? TF_REUSE_SOCKET : 0;
    return this.start(owner, disconnectCall(target, flags), options);
  }

  /**
   * Sends a file, which Windows reads by itself (`TransmitFile`). The position
   * in the file is neither used nor moved. Other sends must wait for the end.
   *
   * Client versions of Windows work on two such calls at a time, and let all
   * others of all programs wait. {@linkcode ProactorEventLoop.sendfile} and
   * {@linkcode TcpConnection.sendFile} do not add to these.
   *
   * @param socket A connected stream socket.
   * @param file The path of the file, or a handle, also one that is not
   * overlapped.
   * @param options Which part, and a signal. After an abort it is not known how
   * much was sent.
   * @returns The number of bytes; fewer than `count` when the file ends before.
   * @throws {TypeError} when `file` is no regular file, or `socket` no stream.
   * @throws {RangeError} when a number is not 0 or more.
   * @throws {Deno.errors.NotFound} when there is no such file.
   * @throws {Deno.errors.NotSupported} when the path is that of a pipe or a
   * device.
   * @throws {Deno.errors.BadResource} when a handle or the proactor is closed.
   * @throws {Deno.errors.ConnectionReset} when the peer has gone away.
   */
  async sendfile(
    socket: HandleLike,
    file: FileLike,
    options: TransmitFileOptions = {},
  ): Promise<number> {
    assertTransmitOptions(options);
    const { signal } = options;
    signal?.throwIfAborted();
    const [owner, target] = this.streamSocket(socket, "send file");
    const files = this.#files ?? defaultSendFile();
    const seam = { port: this.port, files };
    using opened = await FileToSend.open(seam, file, signal);
    return await sendPieces(
      opened,
      options,
      (piece) => this.start(owner, transmitCall(target, piece), { signal }),
    );
  }

  // --- parts ---------------------------------------------------------------

  /**
   * A stream socket as its calls want it; for the other rooms of the library.
   *
   * @ignore
   * @param socket The socket.
   * @param action The beginning of an error's message.
   * @returns The port's view of it, and what its calls want.
   * @throws {TypeError} when it is a socket, but no stream.
   * @throws {Deno.errors.BadResource} when it is closed, or no socket.
   */
  streamSocket(
    socket: HandleLike,
    action: string,
  ): [PortHandle, SocketTarget] {
    const [owner, target] = this.#target(socket, action);
    if (target.type === SOCK_STREAM) return [owner, target];
    throw new TypeError(`Cannot ${action}: the socket is not a stream`);
  }

  #receiveFrom<T>(
    socket: HandleLike,
    request: { size: number; deliver: (received: Received) => T },
    options: OperationOptions,
  ): OverlappedFuture<T> {
    const [owner, target] = this.#target(socket, "receive");
    return this.start(owner, receiveFromCall(target, request), options);
  }

  /** A scoped grant forbids `ConnectEx`. */
  #connectPolled(
    owner: PortHandle,
    what: PolledConnectTarget,
    { signal }: OperationOptions,
  ): Future<void> {
    const future = new PolledConnectFuture(this.port, what, this.context);
    if (cancelBySignal(future, signal)) return future;
    future.connect();
    this.track(owner, future);
    return future;
  }

  #admitMapped(owner: PortHandle, target: SocketTarget, to: Bytes): void {
    if (!isMappedAddress(to) || this.#admitted.has(owner)) return;
    this.#admitted.add(owner);
    admitMapped(target.sockets, target.socket, to);
  }

  #target(handle: HandleLike, action: string): [PortHandle, SocketTarget] {
    const owner = this.ownerOf(handle, action);
    const target = this.socketTarget(owner);
    if (target !== undefined) return [owner, target];
    this.openSockets();
    throw new Deno.errors.BadResource(
      `Cannot ${action}: the handle is not a socket`,
    );
  }

  /**
   * A handle as the calls of sockets want it.
   *
   * @param owner The handle.
   * @returns Nothing when it is a pipe or a file.
   *
   * @ignore
   */
  protected socketTarget(owner: PortHandle): SocketTarget | undefined {
    const info = this.socketOf(owner);
    if (info === undefined) return undefined;
    return { api: this.port.api, socket: owner.handle, ...info };
  }
}
