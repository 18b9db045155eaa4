/**
 * `StreamServer`: what the servers of all kinds of streams have in common.
 *
 * @module
 */

import { timerDelay } from "../proactor/arguments.ts";
import type { CompletionPort } from "../proactor/port/completion_port.ts";
import { closeWhenForgotten } from "../proactor/port/forgotten.ts";
import type {
  ServedConnection,
  ServerShutdownOptions,
} from "./served_connection.ts";
import {
  ServerCore,
  type ServerListener,
  type ServerSettings,
} from "./server_core.ts";
import type { StreamConnection } from "./stream_connection.ts";

export type { ServerListener, ServerSettings } from "./server_core.ts";

/**
 * A server with the members of `Deno.Listener` and `Deno.HttpServer`; see
 * {@linkcode PipeServer} and {@linkcode TcpListener}.
 *
 * @typeParam C Its connections.
 *
 * @example Usage
 * ```ts
 * import { PipeServer } from "@iocp/proactor";
 * import type { StreamServer } from "@iocp/proactor/pipe";
 *
 * const server: StreamServer = PipeServer.listen("\\\\.\\pipe\\echo");
 * for await (const connection of server) connection.close();
 * ```
 */
export abstract class StreamServer<
  C extends StreamConnection = StreamConnection,
> implements AsyncIterable<C>, Disposable, AsyncDisposable {
  /**
   * What the listener holds; for the kinds of servers.
   *
   * @ignore
   */
  protected readonly core: ServerCore<C>;
  readonly #settings: ServerSettings;
  readonly #abort = (): void => void this.shutdown();

  /**
   * Made by the kinds of servers.
   *
   * @ignore
   * @param port The completion port.
   * @param settings The signal, and where errors go.
   */
  constructor(port: CompletionPort, settings: ServerSettings) {
    this.core = new ServerCore(port, settings);
    this.#settings = settings;
  }

  /** The connections that are open now. */
  get connections(): ReadonlySet<ServedConnection> {
    return this.core.connections;
  }

  /** Resolves when the server and all its connections are closed. */
  get finished(): Promise<void> {
    return this.core.finished;
  }

  /**
   * Tells whether the server takes no more clients.
   *
   * @returns True from `close` on.
   */
  closed(): boolean {
    return this.core.closing;
  }

  /**
   * Waits for the next client.
   *
   * @returns The connection.
   * @throws {Deno.errors.BadResource} when the server is closed, also later.
   */
  async accept(): Promise<C> {
    const { queue, listener } = this.core;
    const connection = queue.take();
    if (connection === undefined) return await queue.wait();
    listener?.refill();
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
    this.core.destroy();
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
    const timer = setTimeout(() => this.core.abortAll(), timerDelay(deadline));
    await this.finished.finally(() => clearTimeout(timer));
  }

  /** Lets waiting for clients keep the process alive (the default). */
  ref(): void {
    this.core.listener?.setReferenced(true);
  }

  /** Lets the process end while the server waits for clients. */
  unref(): void {
    this.core.listener?.setReferenced(false);
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
   * Takes the listener over: the end of the constructor.
   *
   * @ignore
   * @param listener What brings the clients.
   */
  protected start(listener: ServerListener): void {
    const { core } = this;
    const { signal, label, protocols = false } = this.#settings;
    core.listener = listener;
    if (signal) {
      signal.addEventListener("abort", this.#abort, { once: true });
      core.onClose = () => signal.removeEventListener("abort", this.#abort);
    }
    if (protocols) return;
    closeWhenForgotten(this, { port: core.port, part: core, name: label });
  }
}
