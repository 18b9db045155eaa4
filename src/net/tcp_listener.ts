/**
 * `TcpListener`: a TCP port that serves clients.
 *
 * @module
 */

import { assertInteger } from "../proactor/arguments.ts";
import type { CompletionPort } from "../proactor/completion_port.ts";
import { defaultProactor } from "../proactor/default_proactor.ts";
import type { IocpProactor } from "../proactor/iocp_proactor.ts";
import type { PortHandle } from "../proactor/port_handle.ts";
import type { ServedConnection } from "../stream/served_connection.ts";
import { StreamServer } from "../stream/stream_server.ts";
import { defaultSockets } from "./socket_io.ts";
import {
  SocketListener,
  type SocketListenerOptions,
} from "./socket_listener.ts";
import { TcpConnection, type TcpTraits } from "./tcp_connection.ts";
import {
  applyTcpOptions,
  parseHost,
  type TcpAddr,
  type TcpOptions,
} from "./tcp_socket.ts";

/** Options of {@linkcode TcpListener}. */
export interface TcpListenOptions extends TcpOptions {
  /**
   * The address to listen on: numeric, or `"localhost"`, which is 127.0.0.1.
   *
   * @default {"0.0.0.0"}
   */
  hostname?: string;
  /** The port, 0 to 65535; 0 lets Windows choose a free one. */
  port: number;
  /**
   * Connections that may wait for `accept`, and those that Windows keeps
   * until there is room for them.
   *
   * @default {511}
   */
  backlog?: number;
  /**
   * Accepts that wait for clients at any time, 1 to 1024.
   *
   * @default {8}
   */
  accepts?: number;
  /**
   * False lets a listener on `"::"` take IPv4 clients too.
   *
   * @default {true}
   */
  ipv6Only?: boolean;
  /** Shuts the listener down when it is aborted. */
  signal?: AbortSignal;
  /**
   * Told of errors that end no call: a client that could not be accepted. By
   * default they are written to the console.
   */
  onError?: (error: unknown) => void;
  /** The proactor to use instead of the shared one. */
  proactor?: IocpProactor;
}

/**
 * Makes the connection object for a client.
 *
 * @param port The completion port.
 * @param handle The connected socket.
 * @param traits What is known of the connection.
 * @returns The connection.
 */
export type TcpConnectionFactory = (
  port: CompletionPort,
  handle: PortHandle,
  traits: TcpTraits,
) => ServedConnection;

const DEFAULT_BACKLOG = 511;
const DEFAULT_ACCEPTS = 8;

/**
 * A TCP port that serves clients, with the members of `Deno.Listener` and
 * `Deno.HttpServer`. When `listen` returns, clients can connect. Nobody else
 * can listen on the same address.
 *
 * Closing it does not touch the connections it has handed out.
 *
 * @example Echo
 * ```ts ignore
 * import { TcpListener } from "@iocp/proactor";
 *
 * await using listener = TcpListener.listen({ hostname: "127.0.0.1", port: 7 });
 * for await (const connection of listener) {
 *   connection.readable.pipeTo(connection.writable).catch(console.error);
 * }
 * ```
 */
export class TcpListener extends StreamServer<TcpConnection> {
  readonly #listener: SocketListener;

  /**
   * Listens; {@linkcode TcpListener.listen} is the usual way.
   *
   * @param options Address, port, backlog.
   * @param factory Takes the clients instead of `accept`; for the event loop.
   * @throws {TypeError} when the host name is not numeric.
   * @throws {RangeError} when a number is out of its range.
   * @throws {Deno.errors.AddrInUse} when the address is taken.
   * @throws {Deno.errors.AddrNotAvailable} when the address is not this
   * computer's.
   * @throws {Deno.errors.NotSupported} when the system is not Windows.
   * @throws {Deno.errors.NotCapable} when `--allow-ffi` was not granted.
   */
  constructor(options: TcpListenOptions, factory?: TcpConnectionFactory) {
    const { signal, onError } = options;
    const resolved = resolveOptions(options);
    signal?.throwIfAborted();
    const { port } = options.proactor ?? defaultProactor();
    port.assertOpen("listen");
    super(port, { label: "TCP listener", signal, onError });
    const make = factory ?? makeConnection;
    const events = {
      onConnected: (handle: PortHandle, traits: TcpTraits) =>
        this.connected(handle, () => {
          applyTcpOptions(traits.sockets, handle.handle, options);
          return make(port, handle, traits);
        }),
      onError: (error: unknown) => this.failed(error),
      room: () => resolved.backlog - this.waiting,
      onReleased: () => this.listenerReleased(),
    };
    const settings = { ...resolved, events };
    this.#listener = new SocketListener(port, defaultSockets(), settings);
    this.start(this.#listener);
  }

  /**
   * Listens on a port.
   *
   * @param options Address, port, backlog.
   * @returns The listener; clients can connect from now on.
   * @throws {TypeError} when the host name is not numeric.
   * @throws {RangeError} when a number is out of its range.
   * @throws {Deno.errors.AddrInUse} when the address is taken.
   * @throws {Deno.errors.AddrNotAvailable} when the address is not this
   * computer's.
   * @throws {Deno.errors.BadResource} when the proactor is closed.
   * @throws {Deno.errors.NotSupported} when the system is not Windows.
   * @throws {Deno.errors.NotCapable} when `--allow-ffi` was not granted.
   */
  static listen(options: TcpListenOptions): TcpListener {
    return new TcpListener(options);
  }

  /** The address that it listens on, with the port that Windows has chosen. */
  get addr(): TcpAddr {
    return this.#listener.addr;
  }
}

function resolveOptions(options: TcpListenOptions): SocketListenerOptions {
  const {
    hostname = "0.0.0.0",
    port,
    backlog = DEFAULT_BACKLOG,
    accepts = DEFAULT_ACCEPTS,
    ipv6Only = true,
  } = options;
  assertInteger("backlog", backlog, [1, 0x7fff_ffff]);
  assertInteger("accepts", accepts, [1, 1024]);
  const address = parseHost(hostname, port);
  if (address !== null) return { address, backlog, accepts, ipv6Only };
  throw new TypeError(
    `Cannot listen on hostname "${hostname}": it is not a numeric address`,
  );
}

function makeConnection(
  port: CompletionPort,
  handle: PortHandle,
  traits: TcpTraits,
): TcpConnection {
  return new TcpConnection(port, handle, traits);
}
