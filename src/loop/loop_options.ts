/**
 * What the methods of an event loop take, and give.
 *
 * @module
 */

import type { SocketAddress } from "../ffi/socket/sockaddr.ts";
import type { AddressFamily } from "../net/names/resolve.ts";
import type { Socket } from "../net/socket/socket.ts";
import type { ConnectTcpOptions } from "../net/tcp/connect_tcp.ts";
import type { TcpListenOptions } from "../net/tcp/tcp_listener.ts";
import type { ConnectUnixOptions } from "../net/unix/connect_unix.ts";
import type { UnixListenOptions } from "../net/unix/unix_listener.ts";
import type { IocpProactor } from "../proactor/iocp_proactor.ts";
import type { OperationOptions } from "../proactor/proactor_options.ts";

/** Options of {@linkcode ProactorEventLoop}. */
export interface ProactorEventLoopOptions {
  /** The proactor to drive, which the loop closes: one of its own by default. */
  proactor?: IocpProactor | undefined;
  /**
   * True warns of slow callbacks and records where handles were made.
   *
   * @default {false}
   */
  debug?: boolean | undefined;
  /**
   * Milliseconds from which on a callback is slow.
   *
   * @default {100}
   */
  slowCallbackDuration?: number | undefined;
}

/** Options without the proactor, which is the loop's. */
export type LoopOptions<T> = Omit<T, "proactor">;

/** Options of {@linkcode ProactorEventLoop.shutdownDefaultExecutor}. */
export interface ShutdownDefaultExecutorOptions {
  /**
   * Milliseconds after which the calls that still run are cancelled, and their
   * workers ended.
   *
   * @default {Infinity}
   */
  timeout?: number | undefined;
}

/** Options of {@linkcode ProactorEventLoop.createConnection}. */
export type CreateConnectionOptions = Omit<
  ConnectTcpOptions,
  "hostname" | "port" | "proactor"
>;

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

/** Options of {@linkcode ProactorEventLoop.createServer}. */
export interface CreateServerOptions
  extends
    Omit<TcpListenOptions, "hostname" | "port" | "proactor">,
    StartServingOptions {
  /** Listens on addresses of this family only: on those of both by default. */
  family?: AddressFamily | undefined;
  /**
   * A bound TCP socket to listen on, which is the server's from now on. There
   * must be no host then, and the port must be 0.
   */
  sock?: Socket | undefined;
}

/** Options of {@linkcode ProactorEventLoop.createUnixConnection}. */
export type CreateUnixConnectionOptions = Omit<
  ConnectUnixOptions,
  "path" | "proactor"
>;

/** Options of {@linkcode ProactorEventLoop.createUnixServer}. */
export interface CreateUnixServerOptions
  extends Omit<UnixListenOptions, "path" | "proactor">, StartServingOptions {}

/** A client that {@linkcode ProactorEventLoop.sockAccept} has accepted. */
export interface SockAccepted {
  /** The connected socket, which the receiver must close. */
  socket: Socket;
  /** The address of this end. */
  localAddress: SocketAddress;
  /** The address of the client. */
  remoteAddress: SocketAddress;
}

/** Options of {@linkcode ProactorEventLoop.sockRecvFromInto}. */
export interface SockRecvFromIntoOptions extends OperationOptions {
  /** The most bytes: all that the array has room for by default. */
  size?: number | undefined;
}
