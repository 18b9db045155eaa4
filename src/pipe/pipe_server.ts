/**
 * `PipeServer`: a named pipe that serves clients.
 *
 * @module
 */

import { defaultProactor } from "../proactor/default_proactor.ts";
import type { CompletionPort } from "../proactor/completion_port.ts";
import type { PortHandle } from "../proactor/port_handle.ts";
import { assertInteger, timerDelay } from "../proactor/arguments.ts";
import type {
  ServedConnection,
  ServerShutdownOptions,
} from "../stream/served_connection.ts";
import { type PipeAddr, PipeConnection } from "./pipe_connection.ts";
import { PipeListener } from "./pipe_listener.ts";
import {
  type ListenerOptions,
  type PipeServerOptions,
  resolveServerOptions,
  serverTraits,
} from "./server_options.ts";

/**
 * Makes the connection object for a client.
 *
 * @param port The completion port.
 * @param handle The connected instance.
 * @param options The pipe.
 * @returns The connection.
 */
export type ConnectionFactory = (
  port: CompletionPort,
  handle: PortHandle,
  options: ListenerOptions,
) => ServedConnection;

interface Acceptor {
  resolve(connection: PipeConnection): void;
  reject(error: unknown): void;
}

const DEFAULT_BACKLOG = 128;

/**
 * A named pipe that serves clients, with the members of `Deno.Listener` and
 * `Deno.HttpServer`. When `listen` returns, clients can connect.
 *
 * Closing it does not touch the connections it has handed out.
 *
 * @example Echo
 * ```ts ignore
 * import { PipeServer } from "@iocp/proactor";
 *
 * await using server = PipeServer.listen("\\\\.\\pipe\\echo", { type: "byte" });
 * for await (const connection of server) {
 *   connection.readable.pipeTo(connection.writable).catch(console.error);
 * }
 * ```
 */
export class PipeServer
  implements AsyncIterable<PipeConnection>, Disposable, AsyncDisposable {
  readonly #options: ListenerOptions;
  readonly #port: CompletionPort;
  readonly #listener: PipeListener;
  readonly #factory: ConnectionFactory | undefined;
  readonly #backlog: number;
  readonly #connections = new Set<ServedConnection>();
  readonly #waiting: PipeConnection[] = [];
  readonly #acceptors: Acceptor[] = [];
  readonly #finished = Promise.withResolvers<void>();
  readonly #onError: (error: unknown) => void;
  readonly #abort: () => void;
  readonly #signal: AbortSignal | undefined;
  #closed = false;
  #released = false;

  /**
   * Serves a name; {@linkcode PipeServer.listen} is the usual way.
   *
   * @param path `\\.\pipe\name`.
   * @param options Type, access, instances, security.
   * @param factory Takes the clients instead of `accept`; for the event loop.
   * @throws {TypeError} when the name or an option is malformed.
   * @throws {RangeError} when a number is out of its range.
   * @throws {Deno.errors.AddrInUse} when the name is served already.
   * @throws {Deno.errors.NotSupported} when the system is not Windows.
   * @throws {Deno.errors.NotCapable} when `--allow-ffi` was not granted.
   */
  constructor(
    path: string,
    options: PipeServerOptions = {},
    factory?: ConnectionFactory,
  ) {
    const { backlog = DEFAULT_BACKLOG, signal } = options;
    this.#options = resolveServerOptions(path, options);
    assertInteger("backlog", backlog, [1, 0xffff_ffff]);
    signal?.throwIfAborted();
    this.#backlog = backlog;
    this.#factory = factory;
    this.#onError = options.onError ?? logError;
    this.#port = (options.proactor ?? defaultProactor()).port;
    this.#port.assertOpen(`listen on pipe "${path}"`);
    this.#listener = this.#listen();
    this.#signal = signal;
    this.#abort = () => void this.shutdown();
    signal?.addEventListener("abort", this.#abort, { once: true });
  }

  /**
   * Serves a name.
   *
   * @param path `\\.\pipe\name`.
   * @param options Type, access, instances, security.
   * @returns The server; clients can connect from now on.
   * @throws {TypeError} when the name or an option is malformed.
   * @throws {RangeError} when a number is out of its range.
   * @throws {Deno.errors.AddrInUse} when the name is served already.
   * @throws {Deno.errors.BadResource} when the proactor is closed.
   * @throws {Deno.errors.NotSupported} when the system is not Windows.
   * @throws {Deno.errors.NotCapable} when `--allow-ffi` was not granted.
   */
  static listen(path: string, options: PipeServerOptions = {}): PipeServer {
    return new PipeServer(path, options);
  }

  /** The address that clients connect to. */
  get addr(): PipeAddr {
    return { transport: "pipe", path: this.#options.path };
  }

  /** The connections that are open now. */
  get connections(): ReadonlySet<ServedConnection> {
    return this.#connections;
  }

  /** Resolves when the server and all its connections are closed. */
  get finished(): Promise<void> {
    return this.#finished.promise;
  }

  /**
   * Tells whether the server takes no more clients.
   *
   * @returns True from `close` on.
   */
  closed(): boolean {
    return this.#closed;
  }

  /**
   * Waits for the next client.
   *
   * @returns The connection.
   * @throws {Deno.errors.BadResource} when the server is closed, also later.
   */
  async accept(): Promise<PipeConnection> {
    const connection = this.#waiting.shift();
    if (connection !== undefined) {
      this.#listener.refill();
      return connection;
    }
    if (this.#closed) throw closedError();
    const { promise, resolve, reject } = Promise.withResolvers<
      PipeConnection
    >();
    this.#acceptors.push({ resolve, reject });
    return await promise;
  }

  /**
   * Iterates over the clients until the server is closed.
   *
   * @returns An iterator of connections.
   */
  async *[Symbol.asyncIterator](): AsyncGenerator<PipeConnection> {
    while (!this.#closed || this.#waiting.length > 0) {
      const connection = await this.accept().catch((error) => {
        if (this.#closed) return undefined;
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
    if (this.#closed) return;
    this.#closed = true;
    this.#signal?.removeEventListener("abort", this.#abort);
    this.#listener.close();
    for (const connection of this.#waiting.splice(0)) connection.abort();
    for (const { reject } of this.#acceptors.splice(0)) reject(closedError());
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

  /** Lets the process end while the server waits for clients. */
  unref(): void {
    this.#listener.setReferenced(false);
  }

  /** Closes the server. */
  [Symbol.dispose](): void {
    this.close();
  }

  /** Closes the server and waits until its connections are closed. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.shutdown();
  }

  #listen(): PipeListener {
    return new PipeListener(this.#port, this.#options, {
      onConnected: (handle) => this.#connected(handle),
      onError: (error) => this.#failed(error),
      hasRoom: () => this.#waiting.length < this.#backlog,
      onReleased: () => this.#listenerReleased(),
    });
  }

  #connected(handle: PortHandle): void {
    const factory = this.#factory ?? makeConnection;
    let connection: ServedConnection;
    try {
      connection = factory(this.#port, handle, this.#options);
    } catch (error) {
      this.#port.closeHandle(handle);
      this.#listener.released();
      return this.#failed(error);
    }
    this.#connections.add(connection);
    connection.finished.then(() => this.#disconnected(connection));
    if (connection instanceof PipeConnection) this.#handOut(connection);
  }

  #failed(error: unknown): void {
    try {
      this.#onError(error);
    } catch (thrown) {
      this.#port.report(thrown, "Exception in onError of a pipe server");
    }
  }

  #handOut(connection: PipeConnection): void {
    const acceptor = this.#acceptors.shift();
    if (acceptor !== undefined) acceptor.resolve(connection);
    else this.#waiting.push(connection);
  }

  #disconnected(connection: ServedConnection): void {
    this.#connections.delete(connection);
    this.#listener.released();
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

function makeConnection(
  port: CompletionPort,
  handle: PortHandle,
  options: ListenerOptions,
): PipeConnection {
  return new PipeConnection(port, handle, serverTraits(options));
}

function closedError(): Error {
  return new Deno.errors.BadResource(
    "Cannot accept: the listener has been closed",
  );
}

function logError(error: unknown): void {
  console.error("Error in a pipe server:", error);
}
