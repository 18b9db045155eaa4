/**
 * The overlapped operations of sockets, but for reads and writes of streams.
 *
 * @module
 */

import { byteLengthOf } from "../../ffi/bytes.ts";
import type { SendFileApi } from "../../ffi/sendfile/api.ts";
import type { Bytes } from "../../ffi/socket/api.ts";
import {
  SOCK_DGRAM,
  SOCK_STREAM,
  TF_REUSE_SOCKET,
} from "../../ffi/socket/constants.ts";
import { admitMapped, isMappedAddress } from "../../ffi/socket/destination.ts";
import type { SocketAddress } from "../../ffi/socket/sockaddr.ts";
import {
  assertBytes,
  assertInteger,
  MAX_DWORD,
  place,
  stableBytes,
} from "../arguments.ts";
import {
  encodeAddress,
  encodeInternetAddress,
  receiveFlags,
} from "../socket_arguments.ts";
import { cancelBySignal } from "../future/cancel_by_signal.ts";
import type { Future } from "../future/future.ts";
import type { OverlappedFuture } from "../future/overlapped_future.ts";
import type { PortHandle } from "../port/port_handle.ts";
import type {
  DisconnectOptions,
  HandleLike,
  OperationOptions,
  ReceivedFrom,
  ReceivedFromInto,
  ReceiveOptions,
} from "../proactor_options.ts";
import type { CallHost } from "./call_host.ts";
import type { FileLike, TransmitFileOptions } from "./file_to_send.ts";
import {
  PolledConnectFuture,
  type PolledConnectTarget,
} from "./polled_connect_future.ts";
import {
  disconnectCall,
  receiveFromCall,
  type ReceiveRequest,
  sendToCall,
  type SocketTarget,
} from "./socket_calls.ts";
import {
  type AcceptedSocket,
  acceptSocketCall,
  connectDatagrams,
  connectSocketCall,
} from "./socket_connect_calls.ts";
import { assertTransmitOptions } from "./transmit_options.ts";

/** Starts the operations of sockets. */
export class SocketOperations {
  readonly #host: CallHost;
  readonly #files: SendFileApi | undefined;
  /** Sockets that were set to accept mapped IPv4 addresses. */
  readonly #admitted = new WeakSet<PortHandle>();

  /**
   * @param host Starts operations.
   * @param files Replaces the functions for files that are sent, for tests.
   */
  constructor(host: CallHost, files: SendFileApi | undefined) {
    this.#host = host;
    this.#files = files;
  }

  /** Takes a datagram; see {@linkcode IocpProactor.recvFrom}. */
  recvFrom(
    socket: HandleLike,
    size: number,
    options: ReceiveOptions,
  ): OverlappedFuture<ReceivedFrom> {
    assertInteger("size", size, [0, MAX_DWORD]);
    const deliver = (received: ReceivedFrom) => received;
    return this.#receiveFrom(socket, { size, deliver }, options);
  }

  /** Takes a datagram; see {@linkcode IocpProactor.recvFromInto}. */
  recvFromInto(
    socket: HandleLike,
    target: Uint8Array,
    options: ReceiveOptions,
  ): OverlappedFuture<ReceivedFromInto> {
    assertBytes("receive into", target);
    const size = Math.min(byteLengthOf(target), MAX_DWORD);
    const deliver = ({ data, address, partial }: ReceivedFrom) => {
      return { byteLength: place(data, target), address, partial };
    };
    return this.#receiveFrom(socket, { size, deliver }, options);
  }

  /** Sends a datagram; see {@linkcode IocpProactor.sendTo}. */
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
    return this.#host.start(owner, sendToCall(target, bytes, to), {});
  }

  /** Waits for a client; see {@linkcode IocpProactor.accept}. */
  accept(
    listener: HandleLike,
    options: OperationOptions,
  ): OverlappedFuture<AcceptedSocket> {
    const [owner, target] = this.#target(listener, "accept");
    this.#host.assertServed(owner);
    return this.#host.start(owner, acceptSocketCall(target), options);
  }

  /** Connects a socket; see {@linkcode IocpProactor.connect}. */
  connect(
    socket: HandleLike,
    address: SocketAddress,
    options: OperationOptions,
  ): Future<void> {
    const to = encodeInternetAddress("connect", address);
    const [owner, target] = this.#target(socket, "connect");
    if (target.type === SOCK_DGRAM) {
      options.signal?.throwIfAborted();
      return connectDatagrams(target, to, this.#host.context);
    }
    if (!target.sockets.extensions) {
      return this.#connectPolled(owner, { target, to }, options);
    }
    return this.#host.start(owner, connectSocketCall(target, to), options);
  }

  /** Ends a connection; see {@linkcode IocpProactor.disconnect}. */
  disconnect(
    socket: HandleLike,
    options: DisconnectOptions,
  ): OverlappedFuture<void> {
    const [owner, target] = this.#target(socket, "disconnect");
    const flags = options.reuse === true ? TF_REUSE_SOCKET : 0;
    return this.#host.start(owner, disconnectCall(target, flags), options);
  }

  /** Sends a file; see {@linkcode IocpProactor.sendfile}. */
  async sendfile(
    socket: HandleLike,
    file: FileLike,
    options: TransmitFileOptions,
  ): Promise<number> {
    const given = { ...options }; // the caller may change them meanwhile
    assertTransmitOptions(given);
    given.signal?.throwIfAborted();
    const [owner, target] = this.streamSocket(socket, "send file");
    const to = { owner, target, files: this.#files };
    const { transmitFile } = await import("./transmit_file.ts");
    return await transmitFile(this.#host, to, { file, options: given });
  }

  /**
   * A stream socket as its calls want it.
   *
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
    request: ReceiveRequest<ReceivedFrom, T>,
    options: ReceiveOptions,
  ): OverlappedFuture<T> {
    const flags = receiveFlags(options);
    const [owner, target] = this.#target(socket, "receive");
    const call = receiveFromCall(target, { ...request, flags });
    return this.#host.start(owner, call, options);
  }

  /** A scoped grant forbids `ConnectEx`. */
  #connectPolled(
    owner: PortHandle,
    what: PolledConnectTarget,
    { signal }: OperationOptions,
  ): Future<void> {
    const { port, context } = this.#host;
    const future = new PolledConnectFuture(port, what, context);
    if (cancelBySignal(future, signal)) return future;
    future.connect();
    this.#host.track(owner, future);
    return future;
  }

  #admitMapped(owner: PortHandle, target: SocketTarget, to: Bytes): void {
    if (!isMappedAddress(to) || this.#admitted.has(owner)) return;
    this.#admitted.add(owner);
    admitMapped(target.sockets, target.socket, to);
  }

  #target(handle: HandleLike, action: string): [PortHandle, SocketTarget] {
    const owner = this.#host.ownerOf(handle, action);
    const target = this.#host.socketTarget(owner);
    if (target !== undefined) return [owner, target];
    this.#host.openSockets();
    throw new Deno.errors.BadResource(
      `Cannot ${action}: the handle is not a socket`,
    );
  }
}
