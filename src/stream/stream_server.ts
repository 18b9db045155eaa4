/**
 * `StreamServer`: what the servers of all kinds of streams have in common.
 *
 * @module
 */

import type {
  ServedConnection,
  ServerShutdownOptions,
} from "./served_connection.ts";
import type { StreamConnection } from "./stream_connection.ts";
import type { WaitOptions } from "./wait_options.ts";

/**
 * A server with the members of `Deno.Listener` and `Deno.HttpServer`: what
 * {@linkcode PipeServer}, {@linkcode TcpListener} and {@linkcode UnixListener}
 * have in common.
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
export interface StreamServer<C extends StreamConnection = StreamConnection>
  extends AsyncIterable<C>, Disposable, AsyncDisposable {
  /** The connections that are open now. */
  readonly connections: ReadonlySet<ServedConnection>;
  /**
   * Waits for the next client.
   *
   * @param options A signal that ends the wait; a client that comes later is
   * left to the next call.
   * @returns The connection.
   * @throws {Deno.errors.BadResource} when the server is closed, also later.
   */
  accept(options?: WaitOptions): Promise<C>;
  /**
   * Iterates over the clients until the server is closed. Leaving the loop
   * closes it, as with `Deno.Listener`.
   *
   * @param options A signal that ends the iteration: it throws the signal's
   * reason, and the server stays open.
   * @returns An iterator of connections.
   */
  values(options?: WaitOptions): AsyncIterableIterator<C, undefined, undefined>;
  /**
   * Iterates over the clients, as {@linkcode values} does.
   *
   * @returns An iterator of connections.
   */
  [Symbol.asyncIterator](): AsyncIterableIterator<C, undefined, undefined>;
  /** Resolves when the server and all its connections are closed. */
  readonly finished: Promise<void>;
  /**
   * Tells whether the server takes no more clients.
   *
   * @returns True from `close` on.
   */
  closed(): boolean;
  /**
   * Takes no more clients. Connections that were handed out live on; those that
   * nobody has accepted are closed. Idempotent.
   */
  close(): void;
  /**
   * Takes no more clients and waits until the connections are closed.
   *
   * @param options A deadline after which they are aborted, and a signal that
   * ends the wait; the close goes on.
   * @throws {RangeError} when the deadline is negative or not a number.
   */
  shutdown(options?: ServerShutdownOptions): Promise<void>;
  /** Lets waiting for clients keep the process alive (the default). */
  ref(): void;
  /** Lets the process end while the server waits for clients. */
  unref(): void;
  /** Closes the server. */
  [Symbol.dispose](): void;
  /** Closes the server and waits until its connections are closed. */
  [Symbol.asyncDispose](): Promise<void>;
}
