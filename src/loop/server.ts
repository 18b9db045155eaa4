/**
 * `Server`: what an event loop serves, on one socket or several.
 *
 * @module
 */

import { describe, inspectAsText } from "../ffi/describe.ts";
import type { SocketServer } from "../net/socket/socket_server.ts";
import type { TransportSocket } from "../net/socket/transport_socket.ts";
import {
  CancelledError,
  InvalidStateError,
} from "../proactor/future/future.ts";
import {
  assertDeadline,
  type DeadlineOptions,
} from "../stream/close_deadline.ts";
import type {
  ServedConnection,
  ServerShutdownOptions,
} from "../stream/served_connection.ts";

/** Options of `serveForever` of a {@linkcode Server}. */
export interface ServeForeverOptions {
  /** Closes the server when it is aborted, such as that of a task. */
  signal?: AbortSignal | undefined;
}

/** How a {@linkcode Server} is made. */
export interface ServerParts<A extends object, L extends object> {
  /** The loop. */
  loop: L;
  /** Bound, but not listening yet; one at least. */
  listeners: readonly SocketServer<A>[];
  /** Shuts the server down when it is aborted. */
  signal?: AbortSignal | undefined;
}

/**
 * What an event loop serves, on one socket or several. The counterpart of
 * `asyncio.Server`.
 *
 * @typeParam A The addresses of its sockets.
 * @typeParam L Its event loop.
 *
 * @example Usage
 * ```ts
 * import { ProactorEventLoop } from "@iocp/proactor";
 *
 * await using loop = new ProactorEventLoop();
 * await using server = await loop.createServer(
 *   () => ({ connectionMade: (transport) => transport.close() }),
 *   ["127.0.0.1", "::1"],
 *   8000,
 * );
 * loop.callLater(1000, () => server.close());
 * await loop.runUntilComplete(server.finished);
 * ```
 */
export class Server<A extends object = object, L extends object = object>
  implements Disposable, AsyncDisposable {
  static {
    inspectAsText(this);
  }

  readonly #loop: L;
  readonly #listeners: readonly SocketServer<A>[];
  readonly #signal: AbortSignal | undefined;
  readonly #abort = (): void => this.close();
  readonly #finished: Promise<void>;
  #serving = false;
  #cancelForever: ((reason: unknown) => void) | undefined;

  /**
   * Made by the methods of an event loop.
   *
   * @ignore
   * @param parts What it is made of.
   */
  constructor(parts: ServerParts<A, L>) {
    const { loop, listeners, signal } = parts;
    this.#loop = loop;
    this.#listeners = listeners;
    this.#signal = signal;
    const all = listeners.map(({ finished }) => finished);
    this.#finished = Promise.all(all).then(() => this.close());
    signal?.addEventListener("abort", this.#abort, { once: true });
  }

  /**
   * Describes the server for messages.
   *
   * @returns `<Server sockets=2 serving>`.
   */
  toString(): string {
    const state = this.isServing() ? "serving" : "";
    const sockets = `sockets=${this.sockets.length}`;
    const parts = [sockets, state, this.closed() ? "closed" : ""];
    return describe(this.constructor.name, parts);
  }

  /** The address of the first socket. */
  get addr(): A {
    return this.#listeners[0]!.addr;
  }

  /** The addresses of all sockets, with the ports that Windows has chosen. */
  get addrs(): A[] {
    return this.#listeners.map(({ addr }) => addr);
  }

  /** The sockets that listen; none from `close` on. */
  get sockets(): TransportSocket[] {
    return this.closed() ? [] : this.#listeners.map(({ socket }) => socket);
  }

  /** The connections that are open now. */
  get connections(): ReadonlySet<ServedConnection> {
    return new Set(this.#listeners.flatMap((one) => [...one.connections]));
  }

  /** Resolves when the server and all its connections are closed. */
  get finished(): Promise<void> {
    return this.#finished;
  }

  /**
   * The loop of the server.
   *
   * @returns The loop.
   */
  getLoop(): L {
    return this.#loop;
  }

  /**
   * Tells whether clients can connect.
   *
   * @returns True from `startServing` to `close`.
   */
  isServing(): boolean {
    return this.#serving && !this.closed();
  }

  /**
   * Tells whether the server accepts no more clients.
   *
   * @returns True from `close` on.
   */
  closed(): boolean {
    return this.#listeners.some((listener) => listener.closed());
  }

  /**
   * Lets clients connect. Only servers that were made with
   * `startServing: false` need it; a second call does nothing.
   *
   * @throws {InvalidStateError} when the server is closed.
   * @throws {Deno.errors.AddrInUse} when an address has been taken since.
   */
  // deno-lint-ignore require-await
  async startServing(): Promise<void> {
    this.#assertOpen("start serving");
    try {
      for (const listener of this.#listeners) listener.startServing();
    } catch (error) {
      this.close();
      throw error;
    }
    this.#serving = true;
  }

  /**
   * Serves until the server is closed or the signal aborted, which closes the
   * server, and until its connections are closed. It always rejects then.
   *
   * @param options The signal.
   * @throws {CancelledError} when the server was closed; the signal's reason
   * when that was aborted.
   * @throws {InvalidStateError} when the server is closed already, or serves
   * for ever already.
   */
  async serveForever(options: ServeForeverOptions = {}): Promise<never> {
    const { signal } = options;
    signal?.throwIfAborted();
    if (this.#cancelForever !== undefined) {
      throw new InvalidStateError("Cannot serve for ever: it does already");
    }
    await this.startServing();
    const { promise, reject } = Promise.withResolvers<never>();
    this.#cancelForever = reject;
    const abort = () => reject(signal!.reason);
    signal?.addEventListener("abort", abort, { once: true });
    try {
      return await promise;
    } finally {
      signal?.removeEventListener("abort", abort);
      this.#cancelForever = undefined;
      await this.shutdown();
    }
  }

  /** Accepts no more clients. Connections stay open. Idempotent. */
  close(): void {
    this.#signal?.removeEventListener("abort", this.#abort);
    for (const listener of this.#listeners) listener.close();
    this.#cancelForever?.(new CancelledError("The server was closed"));
  }

  /**
   * Closes the connections that are open now, after their queued writes.
   *
   * @param options How long to wait for a peer that does not read.
   * @throws {RangeError} when the deadline is neither an integer from 0 to
   * 2147483647 nor `Infinity`.
   */
  closeClients(options: DeadlineOptions = {}): void {
    assertDeadline(options.deadline);
    for (const connection of this.connections) connection.close(options);
  }

  /** Closes the connections that are open now at once. */
  abortClients(): void {
    for (const connection of this.connections) connection.abort();
  }

  /**
   * Waits until the server and all its connections are closed. It does not
   * close them.
   */
  async waitClosed(): Promise<void> {
    await this.#finished;
  }

  /**
   * Accepts no more clients and waits until the connections are closed.
   *
   * @param options A deadline after which they are aborted.
   * @throws {RangeError} when the deadline is negative or not a number.
   */
  async shutdown(options: ServerShutdownOptions = {}): Promise<void> {
    const ends = this.#listeners.map((listener) => listener.shutdown(options));
    this.close();
    await Promise.all(ends);
  }

  /** Lets waiting for clients keep the process alive (the default). */
  ref(): void {
    for (const listener of this.#listeners) listener.ref();
  }

  /** Lets the process end while the server waits for clients. */
  unref(): void {
    for (const listener of this.#listeners) listener.unref();
  }

  /** Closes the server. */
  [Symbol.dispose](): void {
    this.close();
  }

  /** Closes the server and waits until its connections are closed. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.shutdown();
  }

  #assertOpen(action: string): void {
    if (!this.closed()) return;
    throw new InvalidStateError(`Cannot ${action}: the server is closed`);
  }
}
