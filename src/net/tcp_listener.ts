/**
 * `TcpListener`: a TCP port that serves clients.
 *
 * @module
 */

import { assertInteger, timerDelay } from "../proactor/arguments.ts";
import type { CompletionPort } from "../proactor/completion_port.ts";
import { defaultProactor } from "../proactor/default_proactor.ts";
import type { IocpProactor } from "../proactor/iocp_proactor.ts";
import type { PortHandle } from "../proactor/port_handle.ts";
import { AcceptQueue } from "../stream/accept_queue.ts";
import type {
  ServedConnection,
  ServerShutdownOptions,
} from "../stream/served_connection.ts";
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
export class TcpListener
  implements AsyncIterable<TcpConnection>, Disposable, AsyncDisposable {
  readonly #port: CompletionPort;
  readonly #options: TcpListenOptions;
  readonly #listener: SocketListener;
  readonly #factory: TcpConnectionFactory;
  readonly #backlog: number;
  readonly #connections = new Set<ServedConnection>();
  readonly #queue = new AcceptQueue<TcpConnection>();
  readonly #finished = Promise.withResolvers<void>();
  readonly #abort: () => void;
  #released = false;

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
    const { signal } = options;
    const resolved = resolveOptions(options);
    signal?.throwIfAborted();
    this.#options = options;
    this.#backlog = resolved.backlog;
    this.#factory = factory ?? makeConnection;
    this.#port = (options.proactor ?? defaultProactor()).port;
    this.#port.assertOpen("listen");
    this.#listener = this.#listen(resolved);
    this.#abort = () => void this.shutdown();
    signal?.addEventListener("abort", this.#abort, { once: true });
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

  /** The connections that are open now. */
  get connections(): ReadonlySet<ServedConnection> {
    return this.#connections;
  }

  /** Resolves when the listener and all its connections are closed. */
  get finished(): Promise<void> {
    return this.#finished.promise;
  }

  /**
   * Tells whether the listener takes no more clients.
   *
   * @returns True from `close` on.
   */
  closed(): boolean {
    return this.#queue.closed;
  }

  /**
   * Waits for the next client.
   *
   * @returns The connection.
   * @throws {Deno.errors.BadResource} when the listener is closed, also later.
   */
  async accept(): Promise<TcpConnection> {
    const connection = this.#queue.take();
    if (connection === undefined) return await this.#queue.wait();
    this.#listener.refill();
    return connection;
  }

  /**
   * Iterates over the clients until the listener is closed.
   *
   * @returns An iterator of connections.
   */
  async *[Symbol.asyncIterator](): AsyncGenerator<TcpConnection> {
    while (!this.closed()) {
      const connection = await this.accept().catch((error) => {
        if (this.closed()) return undefined;
        throw error;
      });
      if (connection !== undefined) yield connection;
    }
  }

  /**
   * Takes no more clients. Connections that were handed out live on; those
   * that nobody has accepted are closed. Idempotent.
   */
  close(): void {
    if (this.closed()) return;
    this.#options.signal?.removeEventListener("abort", this.#abort);
    this.#queue.close();
    this.#listener.close();
  }

  /**
   * Takes no more clients and waits until the connections are closed.
   *
   * @param options A deadline after which they are aborted.
   * @throws {RangeError} when the deadline is negative or not a number.
   */
  async shutdown(options: ServerShutdownOptions = {}): Promise<void> {
    const { deadline = Infinity } = options;
    if (!(deadline >= 0)) {
      throw new RangeError(`Cannot shut down in ${deadline} ms`);
    }
    this.close();
    if (deadline === Infinity) return await this.finished;
    const timer = setTimeout(() => this.#abortAll(), timerDelay(deadline));
    await this.finished.finally(() => clearTimeout(timer));
  }

  /** Lets waiting for clients keep the process alive (the default). */
  ref(): void {
    this.#listener.setReferenced(true);
  }

  /** Lets the process end while the listener waits for clients. */
  unref(): void {
    this.#listener.setReferenced(false);
  }

  /** Closes the listener. */
  [Symbol.dispose](): void {
    this.close();
  }

  /** Closes the listener and waits until its connections are closed. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.shutdown();
  }

  #listen(options: SocketListenerOptions): SocketListener {
    const events = {
      onConnected: (handle: PortHandle, traits: TcpTraits) =>
        this.#connected(handle, traits),
      onError: (error: unknown) => this.#failed(error),
      room: () => this.#backlog - this.#queue.length,
      onReleased: () => this.#listenerReleased(),
    };
    return new SocketListener(this.#port, defaultSockets(), {
      ...options,
      events,
    });
  }

  #connected(handle: PortHandle, traits: TcpTraits): void {
    let connection: ServedConnection;
    try {
      applyTcpOptions(traits.sockets, handle.handle, this.#options);
      connection = this.#factory(this.#port, handle, traits);
    } catch (error) {
      this.#port.closeHandle(handle);
      return this.#failed(error);
    }
    this.#connections.add(connection);
    connection.finished.then(() => this.#disconnected(connection));
    if (connection instanceof TcpConnection) this.#queue.push(connection);
  }

  #failed(error: unknown): void {
    const { onError = logError } = this.#options;
    try {
      onError(error);
    } catch (thrown) {
      this.#port.report(thrown, "Exception in onError of a TCP listener");
    }
  }

  #disconnected(connection: ServedConnection): void {
    this.#connections.delete(connection);
    this.#finishIfEmpty();
  }

  /** Also when the proactor was closed under it. */
  #listenerReleased(): void {
    this.#released = true;
    this.close();
    this.#finishIfEmpty();
  }

  #finishIfEmpty(): void {
    if (this.#released && this.#connections.size === 0) {
      this.#finished.resolve();
    }
  }

  #abortAll(): void {
    for (const connection of this.#connections) connection.abort();
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

function logError(error: unknown): void {
  console.error("Error in a TCP listener:", error);
}
