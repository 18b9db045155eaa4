/**
 * `StreamEventLoop`: the part of an event loop that connects and serves.
 *
 * @module
 */

import type { ConnectTcpOptions } from "../net/connect_tcp.ts";
import {
  type DatagramEndpointOptions,
  openDatagramEndpoint,
} from "../net/datagram_endpoint.ts";
import type {
  DatagramProtocol,
  DatagramTransport,
} from "../net/datagram_protocol.ts";
import { resolveHost } from "../net/resolve.ts";
import type { TcpListener, TcpListenOptions } from "../net/tcp_listener.ts";
import { openTcpTransport, serveTcp } from "../net/tcp_protocol.ts";
import { type IpAddress, publicAddr } from "../net/tcp_socket.ts";
import type { ConnectPipeOptions } from "../pipe/connect_pipe.ts";
import { openPipeTransport, servePipe } from "../pipe/pipe_protocol.ts";
import type { PipeServer } from "../pipe/pipe_server.ts";
import type { PipeServerOptions } from "../pipe/server_options.ts";
import type {
  Protocol,
  ProtocolFactory,
  Transport,
} from "../stream/protocol.ts";
import { assertFunction } from "./arguments.ts";
import { SocketEventLoop } from "./socket_event_loop.ts";

/** Options without the proactor, which is the loop's. */
export type LoopOptions<T> = Omit<T, "proactor">;

/** Options of `createServer` of an event loop. */
export type CreateServerOptions = Omit<
  TcpListenOptions,
  "hostname" | "port" | "proactor"
>;

/** Options of `createConnection` of an event loop. */
export type CreateConnectionOptions = Omit<
  ConnectTcpOptions,
  "hostname" | "port" | "proactor"
>;

/**
 * Connections and servers in protocol style: the part of an event loop that
 * does stream I/O; see {@linkcode ProactorEventLoop} for the loop to use.
 *
 * @example Usage
 * ```ts ignore
 * import { ProactorEventLoop } from "@iocp/proactor";
 *
 * await using loop = new ProactorEventLoop();
 * const server = await loop.createServer(
 *   () => ({ connectionMade: (transport) => transport.close() }),
 *   "127.0.0.1",
 *   8000,
 * );
 * console.log(server.addr);
 * ```
 */
export abstract class StreamEventLoop extends SocketEventLoop {
  // --- TCP -----------------------------------------------------------------

  /**
   * Connects a protocol to a TCP port.
   *
   * @typeParam P The protocol.
   * @param protocolFactory Called once the connection is there.
   * @param host A name, or a numeric address.
   * @param port The port, 1 to 65535.
   * @param options As for `connectTcp`.
   * @returns The transport and the protocol, whose `connectionMade` was called.
   * @throws {TypeError} when the factory is not a function, or an address is
   * malformed.
   * @throws {RangeError} when a number is out of its range.
   * @throws {InvalidStateError} when the loop is closed.
   * @throws {Deno.errors.ConnectionRefused} when nobody listens there.
   * @throws {Deno.errors.NotFound} when there is no such host.
   * @throws {Deno.errors.TimedOut} when nobody answered in time.
   */
  async createConnection<P extends Protocol>(
    protocolFactory: ProtocolFactory<P>,
    host: string,
    port: number,
    options: CreateConnectionOptions = {},
  ): Promise<[Transport, P]> {
    this.assertOpen("create connection");
    const { proactor } = this;
    const target = { ...options, hostname: host, port, proactor };
    return await openTcpTransport(protocolFactory, target);
  }

  /**
   * Serves a TCP port with a protocol for each client.
   *
   * @param protocolFactory Called for each client. If it throws, the client is
   * disconnected, and the exception handler is told.
   * @param host The address to listen on; of a name, the first one.
   * @param port The port; 0 lets Windows choose a free one.
   * @param options As for `TcpListener.listen`.
   * @returns The listener; clients can connect from now on.
   * @throws {TypeError} when the factory is not a function, or the host is
   * malformed.
   * @throws {RangeError} when a number is out of its range.
   * @throws {InvalidStateError} when the loop is closed.
   * @throws {Deno.errors.AddrInUse} when the address is taken.
   * @throws {Deno.errors.AddrNotAvailable} when the address is not this
   * computer's.
   */
  async createServer(
    protocolFactory: ProtocolFactory,
    host: string,
    port: number,
    options: CreateServerOptions = {},
  ): Promise<TcpListener> {
    this.assertOpen("create server");
    assertFunction("create server", protocolFactory);
    const [address] = await resolveHost(host, port);
    this.assertOpen("create server");
    const { hostname } = publicAddr(address as IpAddress);
    const onError = this.#reporter("TCP accept failed");
    const { proactor } = this;
    const where = { hostname, port, proactor };
    return serveTcp(protocolFactory, { onError, ...options, ...where });
  }

  // --- pipes ---------------------------------------------------------------

  /**
   * Connects a protocol to a named pipe.
   *
   * @typeParam P The protocol.
   * @param protocolFactory Called once the connection is there.
   * @param path `\\.\pipe\name`.
   * @param options As for `connectPipe`.
   * @returns The transport and the protocol, whose `connectionMade` was called.
   * @throws {TypeError} when the factory is not a function, or the name or an
   * option is malformed.
   * @throws {RangeError} when the time-out is out of its range.
   * @throws {InvalidStateError} when the loop is closed.
   * @throws {Deno.errors.NotFound} when there is no such pipe.
   * @throws {Deno.errors.TimedOut} when no instance was free in time.
   */
  async createPipeConnection<P extends Protocol>(
    protocolFactory: ProtocolFactory<P>,
    path: string,
    options: LoopOptions<ConnectPipeOptions> = {},
  ): Promise<[Transport, P]> {
    this.assertOpen("connect to pipe");
    const { proactor } = this;
    return await openPipeTransport(protocolFactory, path, {
      ...options,
      proactor,
    });
  }

  /**
   * Serves a name with a protocol for each client.
   *
   * @param protocolFactory Called for each client. If it throws, the client is
   * disconnected, and the exception handler is told.
   * @param path `\\.\pipe\name`.
   * @param options As for `PipeServer.listen`.
   * @returns The server, in a list as in asyncio; clients can connect from now
   * on.
   * @throws {TypeError} when the factory is not a function, or the name or an
   * option is malformed.
   * @throws {RangeError} when a number is out of its range.
   * @throws {InvalidStateError} when the loop is closed.
   * @throws {Deno.errors.AddrInUse} when the name is served already.
   */
  // deno-lint-ignore require-await
  async startServingPipe(
    protocolFactory: ProtocolFactory,
    path: string,
    options: LoopOptions<PipeServerOptions> = {},
  ): Promise<[PipeServer]> {
    this.assertOpen("serve pipe");
    const onError = this.#reporter("Pipe accept failed");
    const { proactor } = this;
    return [
      servePipe(protocolFactory, path, { onError, ...options, proactor }),
    ];
  }

  // --- UDP -----------------------------------------------------------------

  /**
   * Opens a UDP socket for a protocol.
   *
   * @typeParam P The protocol.
   * @param protocolFactory Called once the addresses are known.
   * @param options The addresses, and how the socket behaves.
   * @returns The transport and the protocol, whose `connectionMade` was called.
   * @throws {TypeError} when the factory is not a function, or an option is
   * malformed.
   * @throws {InvalidStateError} when the loop is closed.
   * @throws {Deno.errors.AddrInUse} when the local address is taken.
   */
  async createDatagramEndpoint<P extends DatagramProtocol>(
    protocolFactory: () => P,
    options: LoopOptions<DatagramEndpointOptions> = {},
  ): Promise<[DatagramTransport, P]> {
    this.assertOpen("create datagram endpoint");
    const { proactor } = this;
    return await openDatagramEndpoint(protocolFactory, {
      ...options,
      proactor,
    });
  }

  #reporter(message: string): (exception: unknown) => void {
    return (exception) => this.callExceptionHandler({ message, exception });
  }
}
