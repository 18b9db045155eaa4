/**
 * `SockEventLoop`: the part of an event loop that works with raw sockets.
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
import { adoptSocket } from "../net/socket/accepted_socket.ts";
import { resolveHost } from "../net/names/resolve.ts";
import { Socket } from "../net/socket/socket.ts";
import {
  assertBytes,
  assertInteger,
  stableBytes,
} from "../proactor/arguments.ts";
import { assertAddress } from "../proactor/socket_arguments.ts";
import type {
  HandleLike,
  OperationOptions,
  ReceivedFrom,
  ReceivedFromInto,
} from "../proactor/proactor_options.ts";
import type { DeadlineOptions } from "../stream/close_deadline.ts";
import {
  FileMover,
  type SendFileOptions,
  type SendFileSource,
} from "../stream/file_mover.ts";
import type {
  Protocol,
  ProtocolFactory,
  Transport,
} from "../stream/protocol.ts";
import { sendFileOver } from "../stream/transport_sink.ts";
import { SocketEventLoop } from "./socket_event_loop.ts";
import { sendAll, SocketSink } from "./socket_sink.ts";

const FAMILIES = { IPv4: "ipv4", IPv6: "ipv6" } as const;

/** A client that {@linkcode SockEventLoop.sockAccept} has taken. */
export interface SockAccepted {
  /** The connected socket, which the receiver must close. */
  socket: Socket;
  /** The address of this end. */
  localAddress: SocketAddress;
  /** The address of the client. */
  remoteAddress: SocketAddress;
}

/** Options of {@linkcode SockEventLoop.sockRecvFromInto}. */
export interface SockRecvFromIntoOptions extends OperationOptions {
  /** The most bytes: all that the array has room for by default. */
  size?: number;
}

/**
 * The `sock` methods of asyncio, which work with raw sockets of
 * {@linkcode createSocket} or of another library, and the sending of files;
 * see {@linkcode ProactorEventLoop} for the loop to use.
 *
 * They work at any time, also while the loop does not run.
 *
 * @example Usage
 * ```ts
 * import { ProactorEventLoop } from "@iocp/proactor";
 * import { createSocket } from "@iocp/proactor/net";
 *
 * await using loop = new ProactorEventLoop();
 * using socket = createSocket();
 * const address = { family: "IPv4", hostname: "localhost", port: 7 } as const;
 * await loop.sockConnect(socket, address);
 * await loop.sockSendAll(socket, new TextEncoder().encode("hello"));
 * console.log(await loop.sockRecv(socket, 1024));
 * ```
 */
export abstract class SockEventLoop extends SocketEventLoop {
  /**
   * Receives from a connected socket.
   *
   * @param socket The socket.
   * @param size The most bytes. On a stream 0 waits until there are some.
   * @param options A signal that cancels. What was faster is still delivered.
   * @returns The bytes; none at the end of a stream.
   * @throws {RangeError} when `size` is not a DWORD.
   * @throws {Deno.errors.BadResource} when the socket is closed.
   * @throws {Deno.errors.ConnectionReset} when the peer has gone away.
   * @throws {InvalidStateError} when the loop is closed.
   */
  async sockRecv(
    socket: HandleLike,
    size: number,
    options: OperationOptions = {},
  ): Promise<Uint8Array<ArrayBuffer>> {
    this.assertOpen("receive");
    return await this.proactor.recv(socket, size, options);
  }

  /**
   * Receives into an array, which must not be transferred until then.
   *
   * @param socket The socket.
   * @param target Where the bytes go.
   * @param options A signal that cancels.
   * @returns The number of bytes; 0 at the end of a stream.
   * @throws {TypeError} when `target` is no `Uint8Array`, or has no bytes.
   * @throws {Deno.errors.BadResource} when the socket is closed.
   * @throws {Deno.errors.ConnectionReset} when the peer has gone away.
   * @throws {InvalidStateError} when the loop is closed.
   */
  async sockRecvInto(
    socket: HandleLike,
    target: Uint8Array,
    options: OperationOptions = {},
  ): Promise<number> {
    this.assertOpen("receive");
    return await this.proactor.recvInto(socket, target, options);
  }

  /**
   * Receives a datagram.
   *
   * @param socket A datagram socket.
   * @param size The most bytes; the rest of the datagram is lost.
   * @param options A signal that cancels.
   * @returns The bytes, who has sent them, and whether that was all.
   * @throws {RangeError} when `size` is not a DWORD.
   * @throws {Deno.errors.BadResource} when the socket is closed or none.
   * @throws {Deno.errors.ConnectionReset} when an earlier datagram has found
   * no one; receiving may go on.
   * @throws {InvalidStateError} when the loop is closed.
   */
  async sockRecvFrom(
    socket: HandleLike,
    size: number,
    options: OperationOptions = {},
  ): Promise<ReceivedFrom> {
    this.assertOpen("receive");
    return await this.proactor.recvFrom(socket, size, options);
  }

  /**
   * Receives a datagram into an array, which must not be transferred until
   * then.
   *
   * @param socket A datagram socket.
   * @param target Where the bytes go; what has no room is lost.
   * @param options The most bytes, and a signal that cancels.
   * @returns How many bytes came, from whom, and whether that was all.
   * @throws {TypeError} when `target` is no `Uint8Array`, or has no bytes.
   * @throws {RangeError} when `size` is not 1 to the length of the array.
   * @throws {Deno.errors.BadResource} when the socket is closed or none.
   * @throws {Deno.errors.ConnectionReset} when an earlier datagram has found
   * no one; receiving may go on.
   * @throws {InvalidStateError} when the loop is closed.
   */
  async sockRecvFromInto(
    socket: HandleLike,
    target: Uint8Array,
    options: SockRecvFromIntoOptions = {},
  ): Promise<ReceivedFromInto> {
    this.assertOpen("receive");
    assertBytes("receive into", target);
    const room = byteLengthOf(target);
    const { size = room } = options;
    assertInteger("size", size, [1, room]);
    const part = viewOf(target, 0, size);
    return await this.proactor.recvFromInto(socket, part, options);
  }

  /**
   * Sends all bytes.
   *
   * @param socket A connected socket.
   * @param data Copied before the call returns. Several arrays go out as one.
   * @param options A signal that cancels. How much was sent is not known then.
   * @throws {TypeError} when `data` is no `Uint8Array`, nor an array of such.
   * @throws {Deno.errors.BadResource} when the socket is closed.
   * @throws {Deno.errors.ConnectionReset} when the peer has gone away.
   * @throws {InvalidStateError} when the loop is closed.
   */
  async sockSendAll(
    socket: HandleLike,
    data: Uint8Array | readonly Uint8Array[],
    options: OperationOptions = {},
  ): Promise<void> {
    this.assertOpen("send");
    await sendAll(this.proactor, socket, { data, ...options });
  }

  /**
   * Sends a datagram.
   *
   * @param socket A datagram socket.
   * @param data Copied before the call returns.
   * @param address To whom; a name is looked up first.
   * @returns The number of bytes.
   * @throws {TypeError} when `data` is no `Uint8Array`, or `address` none.
   * @throws {RangeError} when the port is none.
   * @throws {Deno.errors.BadResource} when the socket is closed or none.
   * @throws {Deno.errors.NotFound} when there is no such host.
   * @throws {InvalidStateError} when the loop is closed.
   */
  async sockSendTo(
    socket: HandleLike,
    data: Uint8Array,
    address: SocketAddress,
  ): Promise<number> {
    this.assertOpen("send");
    assertAddress("send", address);
    if (isNumeric(address)) {
      return await this.proactor.sendTo(socket, data, address);
    }
    const copy = copyBytes(stableBytes("send", data));
    return await this.proactor.sendTo(socket, copy, await lookUp(address));
  }

  /**
   * Takes a client.
   *
   * @param listener A socket that listens.
   * @param options A signal that cancels. A client that was faster is still
   * delivered.
   * @returns The connected socket, and both addresses.
   * @throws {Deno.errors.BadResource} when `listener` is closed or no socket.
   * @throws {Deno.errors.ConnectionReset} when the client has come and left;
   * the listener goes on.
   * @throws {InvalidStateError} when the loop is closed.
   */
  async sockAccept(
    listener: HandleLike,
    options: OperationOptions = {},
  ): Promise<SockAccepted> {
    this.assertOpen("accept");
    const accepted = await this.proactor.accept(listener, options);
    return { ...accepted, socket: new Socket(accepted.socket) };
  }

  /**
   * Connects a socket. An unspecified address, such as `0.0.0.0`, is this
   * computer. Under a scoped grant the socket is nonblocking from then on.
   *
   * @param socket The socket; one that is not bound is bound to any address.
   * @param address Where to; a name is looked up first.
   * @param options A signal that cancels.
   * @throws {TypeError} when `address` is no internet address.
   * @throws {RangeError} when the port is none.
   * @throws {Deno.errors.BadResource} when the socket is closed or none.
   * @throws {Deno.errors.ConnectionRefused} when nobody listens there.
   * @throws {Deno.errors.NotFound} when there is no such host.
   * @throws {InvalidStateError} when the loop is closed.
   */
  async sockConnect(
    socket: HandleLike,
    address: SocketAddress,
    options: OperationOptions = {},
  ): Promise<void> {
    this.assertOpen("connect");
    assertAddress("connect", address);
    const { signal } = options;
    const to = isNumeric(address) ? address : await lookUp(address, signal);
    await this.proactor.connect(socket, to, options);
  }

  /**
   * Gives a connected TCP socket to a protocol.
   *
   * @typeParam P The protocol.
   * @param protocolFactory Called once.
   * @param socket Of {@linkcode sockAccept}, or connected by
   * {@linkcode sockConnect}; the transport's from now on.
   * @param options The deadline of its close.
   * @returns The transport and the protocol, whose `connectionMade` was called.
   * @throws {TypeError} when the factory is not a function.
   * @throws {Deno.errors.NotConnected} when the socket is not connected.
   * @throws {Deno.errors.BadResource} when it is closed.
   * @throws {InvalidStateError} when the loop is closed.
   */
  // deno-lint-ignore require-await -- an error becomes a rejection
  async connectAcceptedSocket<P extends Protocol>(
    protocolFactory: ProtocolFactory<P>,
    socket: Socket,
    { deadline }: DeadlineOptions = {},
  ): Promise<[Transport, P]> {
    this.assertOpen("connect protocol");
    const { proactor } = this;
    return adoptSocket(protocolFactory, socket, { proactor, deadline });
  }

  // --- files ---------------------------------------------------------------

  /**
   * Sends a file over a socket. Other sends must wait for the end. See
   * {@linkcode sendfile} for files and positions.
   *
   * @param socket A connected stream socket.
   * @param file Its path, a handle of it, or a `Deno.FsFile`.
   * @param options Which part, and how. After an abort it is not known how
   * much was sent.
   * @returns Bytes sent; fewer than `count` when the file ends before.
   * @throws {TypeError} when `file` is no regular file, or `socket` no stream.
   * @throws {RangeError} when a number is not 0 or more.
   * @throws {Deno.errors.NotFound} when there is no such file.
   * @throws {Deno.errors.NotSupported} when the path is that of a pipe or a
   * device, or Windows cannot send the file by itself and `fallback` is false.
   * @throws {Deno.errors.BadResource} when the socket is closed or none.
   * @throws {Deno.errors.ConnectionReset} when the peer has gone away.
   * @throws {InvalidStateError} when the loop is closed.
   */
  async sockSendfile(
    socket: HandleLike,
    file: SendFileSource,
    options: SendFileOptions = {},
  ): Promise<number> {
    this.assertOpen("send file");
    const sink = new SocketSink(this.proactor, socket, options.signal);
    using mover = await FileMover.open(sink, file, options);
    return await mover.move();
  }

  /**
   * Sends a file over a transport, behind what was written; what is written
   * meanwhile goes behind the file, or among its parts on a transport that
   * encrypts. Over TCP Windows reads the file by itself (`TransmitFile`), two
   * at a time; otherwise it is copied.
   *
   * No position in a file is used or moved: it begins at `offset`. Only that of
   * a `Deno.FsFile` ends behind what was read.
   *
   * @param transport The transport.
   * @param file Its path, a handle of it (however that was opened), or a
   * `Deno.FsFile`.
   * @param options Which part, and how. When it is aborted halfway, the
   * connection is lost.
   * @returns Bytes sent; fewer than `count` when the file ends before.
   * @throws {TypeError} when `file` is no regular file.
   * @throws {RangeError} when a number is not 0 or more.
   * @throws {Deno.errors.NotFound} when there is no such file.
   * @throws {Deno.errors.NotSupported} when the transport sends datagrams or
   * messages, the path is that of a pipe or a device, or Windows cannot send
   * the file by itself and `fallback` is false.
   * @throws {Deno.errors.BadResource} when the transport is closing.
   * @throws {Deno.errors.ConnectionReset} when the peer has gone away.
   * @throws {InvalidStateError} when the loop is closed.
   */
  async sendfile(
    transport: Transport,
    file: SendFileSource,
    options: SendFileOptions = {},
  ): Promise<number> {
    this.assertOpen("send file");
    const { port } = this.proactor;
    return await sendFileOver(port, transport, { source: file, options });
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
