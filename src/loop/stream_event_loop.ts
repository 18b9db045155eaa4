/**
 * `StreamEventLoop`: the part of an event loop that connects and serves.
 *
 * @module
 */

import {
  type AdoptedSocket,
  adoptListener,
} from "../net/tcp/adopt_listener.ts";
import { bindAll } from "../net/socket/bind_all.ts";
import type { ConnectTcpOptions } from "../net/tcp/connect_tcp.ts";
import {
  type DatagramEndpointOptions,
  openDatagramEndpoint,
} from "../net/udp/datagram_endpoint.ts";
import type {
  DatagramProtocol,
  DatagramTransport,
} from "../net/udp/datagram_protocol.ts";
import type { ConnectUnixOptions } from "../net/unix/connect_unix.ts";
import type { AddressFamily } from "../net/names/resolve.ts";
import {
  serverAddresses,
  type ServerHost,
} from "../net/tcp/server_addresses.ts";
import type { Socket } from "../net/socket/socket.ts";
import type { SocketServer } from "../net/socket/socket_server.ts";
import type { ServerSettings } from "../stream/server_core.ts";
import type { TcpListenOptions } from "../net/tcp/tcp_listener.ts";
import { openTcpTransport, serveTcp } from "../net/tcp/tcp_protocol.ts";
import { publicAddr, type TcpAddr } from "../net/tcp/tcp_socket.ts";
import type { UnixListenOptions } from "../net/unix/unix_listener.ts";
import { openUnixTransport, serveUnix } from "../net/unix/unix_protocol.ts";
import type { UnixAddr } from "../net/unix/unix_socket.ts";
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
import { Server } from "./server.ts";
import { SockEventLoop } from "./sock_event_loop.ts";

/** Options without the proactor, which is the loop's. */
export type LoopOptions<T> = Omit<T, "proactor">;

/** When a server of an event loop begins to serve. */
export interface StartServingOptions {
  /**
   * False only binds the sockets: clients can connect from
   * {@linkcode Server.startServing} on.
   *
   * @default {true}
   */
  startServing?: boolean | undefined;
}

/** Options of `createServer` of an event loop. */
export interface CreateServerOptions
  extends
    Omit<TcpListenOptions, "hostname" | "port" | "proactor">,
    StartServingOptions {
  /** Listens on addresses of this family only: on those of both by default. */
  family?: AddressFamily | undefined;
  /**
   * A bound TCP socket to listen on, which is the server's from now on; then
   * there is no host, and the port is 0.
   */
  sock?: Socket | undefined;
}

/** Options of `createUnixServer` of an event loop. */
export interface CreateUnixServerOptions
  extends Omit<UnixListenOptions, "path" | "proactor">, StartServingOptions {}

/** Options of `createUnixConnection` of an event loop. */
export type CreateUnixConnectionOptions = Omit<
  ConnectUnixOptions,
  "path" | "proactor"
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
 * ```ts
 * import { ProactorEventLoop } from "@iocp/proactor";
 *
 * await using loop = new ProactorEventLoop();
 * const server = await loop.createServer(
 *   () => ({ connectionMade: (transport) => transport.close() }),
 *   "127.0.0.1",
 *   8000,
 * );
 * console.log(server.addrs);
 * ```
 */
export abstract class StreamEventLoop extends SockEventLoop {
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
   * Serves TCP with a protocol for each client, on one socket for each address.
   *
   * With port 0, Windows chooses another port for each address. An IPv6 socket
   * does not serve IPv4, unless `ipv6Only` is false: then all interfaces are
   * one socket. Of several addresses, those that this computer does not have
   * are left out; when another one cannot be bound, none is.
   *
   * @param protocolFactory Called for each client. If it throws, the client is
   * disconnected, and the exception handler is told.
   * @param host The name or numeric address to listen on, or several; all
   * addresses of a name are taken. `null`, `undefined` and `""` are all
   * interfaces.
   * @param port The port; 0 lets Windows choose a free one.
   * @param options As for `TcpListener.listen`.
   * @returns The server; clients can connect from now on.
   * @throws {TypeError} when the factory is not a function, or a host is
   * malformed, or there is none in the list, or besides a socket, or that is
   * no bound TCP socket.
   * @throws {RangeError} when a number is out of its range.
   * @throws {InvalidStateError} when the loop is closed.
   * @throws {Deno.errors.AddrInUse} when an address is taken, or Windows has
   * reserved the port.
   * @throws {Deno.errors.AddrNotAvailable} when no address is this computer's.
   * @throws {Deno.errors.NotFound} when there is no such host.
   */
  async createServer(
    protocolFactory: ProtocolFactory,
    host: ServerHost,
    port: number,
    options: CreateServerOptions = {},
  ): Promise<Server<TcpAddr>> {
    this.assertOpen("create server");
    assertFunction("create server", protocolFactory);
    const { signal, ...rest } = options;
    signal?.throwIfAborted();
    const targets = await this.#targets(host, port, options);
    const serving = this.#serving(rest, "TCP accept failed");
    const listeners = bindAll(targets, ({ address, handle }) => {
      const { hostname, port } = publicAddr(address);
      const where = { hostname, port, adopted: handle };
      try {
        return serveTcp(protocolFactory, { ...serving, ...where });
      } catch (error) {
        if (handle !== undefined) this.proactor.port.closeHandle(handle);
        throw error;
      }
    });
    return await this.#serve(listeners, options);
  }

  async #targets(
    host: ServerHost,
    port: number,
    options: CreateServerOptions,
  ): Promise<ServerTarget[]> {
    const { sock, signal } = options;
    if (sock !== undefined) {
      assertNoHost(host, port);
      return [adoptListener(sock, this.proactor)];
    }
    const addresses = await serverAddresses(host, port, options);
    this.assertOpen("create server");
    signal?.throwIfAborted();
    return addresses.map((address) => ({ address }));
  }

  // --- sockets with a path -------------------------------------------------

  /**
   * Connects a protocol to a socket by its path, which asyncio's proactor loop
   * cannot.
   *
   * @typeParam P The protocol.
   * @param protocolFactory Called once the connection is there.
   * @param path The path.
   * @param options As for `connectUnix`.
   * @returns The transport and the protocol, whose `connectionMade` was called.
   * @throws {TypeError} when the factory is not a function, or the path is
   * malformed.
   * @throws {RangeError} when the path is too long, or the time-out out of its
   * range.
   * @throws {InvalidStateError} when the loop is closed.
   * @throws {Deno.errors.ConnectionRefused} when nobody listens there,
   * or there is no such file.
   * @throws {Deno.errors.NotFound} when there is no such folder.
   * @throws {Deno.errors.NotSupported} when this Windows has no such sockets.
   */
  async createUnixConnection<P extends Protocol>(
    protocolFactory: ProtocolFactory<P>,
    path: string,
    options: CreateUnixConnectionOptions = {},
  ): Promise<[Transport, P]> {
    this.assertOpen("create unix connection");
    const { proactor } = this;
    const target = { ...options, path, proactor };
    return await openUnixTransport(protocolFactory, target);
  }

  /**
   * Serves a path with a protocol for each client, which asyncio's proactor
   * loop cannot.
   *
   * @param protocolFactory Called for each client. If it throws, the client is
   * disconnected, and the exception handler is told.
   * @param path The path. Its file is removed when the server is closed.
   * @param options As for `UnixListener.listen`.
   * @returns The server; clients can connect from now on.
   * @throws {TypeError} when the factory is not a function, or the path is
   * malformed.
   * @throws {RangeError} when the path is too long, or a number out of its
   * range.
   * @throws {InvalidStateError} when the loop is closed.
   * @throws {Deno.errors.AddrInUse} when there is a file already.
   * @throws {Deno.errors.NotFound} when there is no such folder.
   * @throws {Deno.errors.NotSupported} when this Windows has no such sockets.
   */
  async createUnixServer(
    protocolFactory: ProtocolFactory,
    path: string,
    options: CreateUnixServerOptions = {},
  ): Promise<Server<UnixAddr>> {
    this.assertOpen("create unix server");
    assertFunction("create unix server", protocolFactory);
    const { signal, ...rest } = options;
    signal?.throwIfAborted();
    const serving = this.#serving(rest, "Unix accept failed");
    const listener = serveUnix(protocolFactory, { ...serving, path });
    return await this.#serve([listener], options);
  }

  // --- pipes ---------------------------------------------------------------

  /**
   * Connects a protocol to a named pipe.
   *
   * @typeParam P The protocol.
   * @param protocolFactory Called once the connection is there.
   * @param path `\\.\pipe\name`, `//./pipe/name`, or `name` alone.
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
   * @param path `\\.\pipe\name`, `//./pipe/name`, or `name` alone.
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
    const { onError = this.#reporter("Pipe accept failed") } = options;
    const { proactor } = this;
    return [
      servePipe(protocolFactory, path, { ...options, onError, proactor }),
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
   * @throws {Deno.errors.AddrInUse} when the local address is taken, or Windows
   * has reserved the port.
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

  /** What the listeners of a server have in common: they do not listen yet. */
  #serving<T extends Pick<ServerSettings, "onError">>(
    options: T,
    message: string,
  ) {
    const { proactor } = this;
    const { onError = this.#reporter(message) } = options;
    return { ...options, onError, proactor, startServing: false };
  }

  async #serve<A extends object>(
    listeners: SocketServer<A>[],
    options: StartServingOptions & { signal?: AbortSignal | undefined },
  ): Promise<Server<A>> {
    const { startServing = true, signal } = options;
    const server = new Server<A>({ loop: this, listeners, signal });
    if (startServing) await server.startServing();
    return server;
  }

  #reporter(message: string): (exception: unknown) => void {
    return (exception) => this.callExceptionHandler({ message, exception });
  }
}

/** A server's address, or a socket that is bound to it. */
type ServerTarget = Pick<AdoptedSocket, "address"> & Partial<AdoptedSocket>;

function assertNoHost(host: ServerHost, port: number): void {
  if ((host ?? null) === null && port === 0) return;
  throw new TypeError(
    "Cannot create server: there are both a socket and a host or port",
  );
}
