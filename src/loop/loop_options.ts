/**
 * What the methods of an event loop take, and give.
 *
 * @module
 */

import type { SchedulerMetrics } from "./scheduler.ts";
import type { PortMetrics } from "../proactor/port/port_options.ts";
import type { SocketAddress } from "../ffi/socket/sockaddr.ts";
import type { AddressFamily } from "../net/names/resolve.ts";
import type { Socket } from "../net/socket/socket.ts";
import type { ConnectTcpOptions } from "../net/tcp/connect_tcp.ts";
import type {
  TlsClientSettings,
  TlsProtocolOptions,
  TlsServerSettings,
} from "../net/tls/tls_options.ts";
import type { TcpListenOptions } from "../net/tcp/tcp_listener.ts";
import type { ConnectUnixOptions } from "../net/unix/connect_unix.ts";
import type { UnixListenOptions } from "../net/unix/unix_listener.ts";
import type { ConnectPipeOptions } from "../pipe/connect_pipe.ts";
import type { PipeServerOptions } from "../pipe/server_options.ts";
import type { IocpProactor } from "../proactor/iocp_proactor.ts";
import type { ReceiveOptions } from "../proactor/proactor_options.ts";
import type { DeadlineOptions } from "../stream/close_deadline.ts";

/** Options of {@linkcode ProactorEventLoop}. */
export interface ProactorEventLoopOptions {
  /** The proactor to drive, which the loop closes: one of its own by default. */
  proactor?: IocpProactor | undefined;
  /**
   * True warns of slow callbacks, and records where handles, futures and tasks
   * were made. By default that is so where the environment variable
   * `IOCP_PROACTOR_DEBUG` is set, and the program may read it.
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

/** What {@linkcode ProactorEventLoop.metrics} tells. */
export interface LoopMetrics extends SchedulerMetrics {
  /** Tasks that are not done. */
  tasks: number;
  /** Milliseconds of the longest callback in debug mode, else 0. */
  longestCallback: number;
  /** The counters of the loop's proactor. */
  proactor: PortMetrics;
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

/** TLS of a client of an event loop. */
export interface ClientTlsOptions {
  /**
   * Connects by TLS; the transport is there when the peers have agreed. `true`
   * is for the host that is connected to; without a host, `hostname` says whose
   * certificate is expected.
   *
   * @default {false}
   */
  ssl?: TlsClientSettings | boolean | undefined;
}

/** TLS of a server of an event loop. */
export interface ServerTlsOptions {
  /**
   * Serves TLS, with this certificate: a protocol is told of its client when
   * the handshake has ended. Without it nothing is encrypted.
   */
  ssl?: TlsServerSettings | undefined;
}

/** Options of {@linkcode ProactorEventLoop.startTls}. */
export type StartTlsProtocolOptions = TlsProtocolOptions;

/** Options of {@linkcode ProactorEventLoop.connectAcceptedSocket}. */
export interface ConnectAcceptedSocketOptions
  extends DeadlineOptions, ServerTlsOptions {}

/** Options of {@linkcode ProactorEventLoop.createConnection}. */
export interface CreateConnectionOptions
  extends
    Omit<ConnectTcpOptions, "hostname" | "port" | "proactor">,
    ClientTlsOptions {
  /**
   * A connected TCP socket, which is the transport's from now on. There must be
   * no host then, and the port must be 0.
   */
  sock?: Socket | undefined;
}

/** Options of {@linkcode ProactorEventLoop.createPipeConnection}. */
export interface CreatePipeConnectionOptions
  extends LoopOptions<ConnectPipeOptions>, ClientTlsOptions {}

/** Options of {@linkcode ProactorEventLoop.startServingPipe}. */
export interface StartServingPipeOptions
  extends LoopOptions<PipeServerOptions>, ServerTlsOptions {}

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
    StartServingOptions,
    ServerTlsOptions {
  /** Listens on addresses of this family only: on those of both by default. */
  family?: AddressFamily | undefined;
  /**
   * A bound TCP socket to listen on, which is the server's from now on. There
   * must be no host then, and the port must be 0.
   */
  sock?: Socket | undefined;
}

/** Options of {@linkcode ProactorEventLoop.createUnixConnection}. */
export interface CreateUnixConnectionOptions
  extends Omit<ConnectUnixOptions, "path" | "proactor">, ClientTlsOptions {}

/** Options of {@linkcode ProactorEventLoop.createUnixServer}. */
export interface CreateUnixServerOptions
  extends
    Omit<UnixListenOptions, "path" | "proactor">,
    StartServingOptions,
    ServerTlsOptions {}

/** A client that {@linkcode ProactorEventLoop.sockAccept} has accepted. */
export interface SockAccepted {
  /** The connected socket, which the receiver must close. */
  socket: Socket;
  /** The address of this end. */
  localAddr: SocketAddress;
  /** The address of the client. */
  remoteAddr: SocketAddress;
}

/** Options of {@linkcode ProactorEventLoop.sockRecvFromInto}. */
export interface SockRecvFromIntoOptions extends ReceiveOptions {
  /** The most bytes: all that the array has room for by default. */
  size?: number | undefined;
}
