/**
 * `StreamServer`: what the servers of all kinds of streams have in common.
 *
 * @module
 */

import { logError } from "../ffi/thrown.ts";
import { timerDelay } from "../proactor/arguments.ts";
import type { CompletionPort } from "../proactor/completion_port.ts";
import type { PortHandle } from "../proactor/port_handle.ts";
import { AcceptQueue } from "./accept_queue.ts";
import type {
  ServedConnection,
  ServerShutdownOptions,
} from "./served_connection.ts";
import { StreamConnection } from "./stream_connection.ts";

/** What brings the clients. */
export interface ServerListener {
  /** Takes no more clients. Idempotent. */
  close(): void;
  /** There is room for more clients. */
  refill(): void;
  /** A connection was closed. */
  released?(): void;
  /** @param referenced Whether waiting keeps the process alive. */
  setReferenced(referenced: boolean): void;
}

/** How a server is made. */
export interface ServerSettings {
  /** What messages call it: `pipe server`. */
  label: string;
  /** Shuts the server down when it is aborted. */
  signal?: AbortSignal | undefined;
  /** Told of errors that end no call. */
  onError?: ((error: unknown) => void) | undefined;
}

/**
 * A server with the members of `Deno.Listener` and `Deno.HttpServer`; see
 * {@linkcode PipeServer} and {@linkcode TcpListener}.
 *
 * @typeParam C Its connections.
 *
 * @example Usage
 * ```ts
 * import { PipeServer, type StreamServer } from "@iocp/proactor";
 *
 * const server: StreamServer = PipeServer.listen("\\\\.\\pipe\\echo");
 * for await (const connection of server) connection.close();
 * ```
 */
export abstract class StreamServer<
  C extends StreamConnection = StreamConnection,
> implements AsyncIterable<C>, Disposable, AsyncDisposable {
  readonly #port: CompletionPort;
  readonly #settings: ServerSettings;
  readonly #connections = new Set<ServedConnection>();
  readonly #queue = new AcceptQueue<C>();
  readonly #finished = Promise.withResolvers<void>();
  readonly #abort = (): void => void this.shutdown();
  #listener: ServerListener | undefined;
  #released = false;

  /**
   * Made by the kinds of servers.
   *
   * @ignore
   * @param port The completion port.
   * @param settings The signal, and where errors go.
   */
  constructor(port: CompletionPort, settings: ServerSettings) {
    this.#port = port;
    this.#settings = settings;
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
    return this.#queue.closed;
  }

  /**
   * Waits for the next client.
   *
   * @returns The connection.
   * @throws {Deno.errors.BadResource} when the server is closed, also later.
   */
  async accept(): Promise<C> {
    const connection = this.#queue.take();
    if (connection === undefined) return await this.#queue.wait();
    this.#listener?.refill();
    return connection;
  }

  /**
   * Iterates over the clients until the server is closed. Leaving the loop
   * closes it, as with `Deno.Listener`.
   *
   * @returns An iterator of connections.
   */
  [Symbol.asyncIterator](): AsyncIterableIterator<C, undefined, undefined> {
    const iterator: AsyncIterableIterator<C, undefined, undefined> = {
      next: () => this.#next(),
      return: () => {
        this.close();
        return Promise.resolve({ value: undefined, done: true });
      },
      [Symbol.asyncIterator]: () => iterator,
    };
    return iterator;
  }

  async #next(): Promise<IteratorResult<C, undefined>> {
    try {
      if (!this.closed()) return { value: await this.accept(), done: false };
    } catch (error) {
      if (!this.closed()) throw error;
    }
    return { value: undefined, done: true };
  }

  /**
   * Takes no more clients. Connections that were handed out live on; those
   * that nobody has accepted are closed. Idempotent.
   */
  close(): void {
    if (this.closed()) return;
    this.#settings.signal?.removeEventListener("abort", this.#abort);
    this.#queue.close();
    this.#listener?.close();
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
    this.#listener?.setReferenced(true);
  }

  /** Lets the process end while the server waits for clients. */
  unref(): void {
    this.#listener?.setReferenced(false);
  }

  /** Closes the server. */
  [Symbol.dispose](): void {
    this.close();
  }

  /** Closes the server and waits until its connections are closed. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.shutdown();
  }

  // --- for the kinds of servers --------------------------------------------

  /**
   * Connections that nobody has accepted yet.
   *
   * @ignore
   */
  protected get waiting(): number {
    return this.#queue.length;
  }

  /**
   * Takes the listener over: the end of the constructor.
   *
   * @ignore
   * @param listener What brings the clients.
   */
  protected start(listener: ServerListener): void {
    this.#listener = listener;
    const once = { once: true };
    this.#settings.signal?.addEventListener("abort", this.#abort, once);
  }

  /**
   * A client has connected.
   *
   * @ignore
   * @param handle The client's handle, closed when `make` throws.
   * @param make Makes the connection.
   */
  protected connected(
    handle: PortHandle,
    make: () => ServedConnection,
  ): void {
    let connection: ServedConnection;
    try {
      connection = make();
    } catch (error) {
      this.#port.closeHandle(handle);
      this.#listener?.released?.();
      return this.failed(error);
    }
    this.#connections.add(connection);
    connection.finished.then(() => this.#disconnected(connection));
    if (connection instanceof StreamConnection) {
      this.#queue.push(connection as C);
    }
  }

  /**
   * Something failed that ends no call.
   *
   * @ignore
   * @param error What.
   */
  protected failed(error: unknown): void {
    const { label, onError } = this.#settings;
    try {
      if (onError !== undefined) onError(error);
      else logError(`Error in a ${label}:`, error);
    } catch (thrown) {
      this.#port.report(thrown, `Exception in onError of a ${label}`);
    }
  }

  /**
   * The kernel has nothing of the listener any more. Also when the proactor
   * was closed under it.
   *
   * @ignore
   */
  protected listenerReleased(): void {
    this.#released = true;
    this.close();
    this.#finishIfEmpty();
  }

  #disconnected(connection: ServedConnection): void {
    this.#connections.delete(connection);
    this.#listener?.released?.();
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
