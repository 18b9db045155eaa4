/**
 * `PipeServer`: a named pipe that serves clients.
 *
 * @module
 */

import { describe, inspectAsText } from "../ffi/describe.ts";
import { portFor } from "../proactor/default_port.ts";
import type { CompletionPort } from "../proactor/port/completion_port.ts";
import type { PortHandle } from "../proactor/port/port_handle.ts";
import { assertInteger } from "../proactor/arguments.ts";
import type {
  ServedConnection,
  ServerShutdownOptions,
} from "../stream/served_connection.ts";
import { ServerFront } from "../stream/server_front.ts";
import type { StreamServer } from "../stream/stream_server.ts";
import type { WaitOptions } from "../stream/wait_options.ts";
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
type ConnectionFactory = (
  port: CompletionPort,
  handle: PortHandle,
  options: ListenerOptions,
) => ServedConnection;

/** The key of an option that no user of {@linkcode PipeServer} can give. */
export const CLIENTS = Symbol("clients");

/** Options of a server of an event loop. */
export interface ServePipeOptions extends PipeServerOptions {
  /** Takes the clients instead of `accept`. */
  [CLIENTS]?: ConnectionFactory | undefined;
}

const DEFAULT_BACKLOG = 128;

/**
 * A named pipe that serves clients, with the members of `Deno.Listener` and
 * `Deno.HttpServer`. When `listen` returns, clients can connect.
 *
 * Closing it does not touch the connections it has handed out. Until then the
 * name is the server's alone, also while it has no client and can take none.
 *
 * @example Echo
 * ```ts
 * import { PipeServer } from "@iocp/proactor";
 *
 * await using server = PipeServer.listen("\\\\.\\pipe\\echo");
 * for await (const connection of server) {
 *   connection.readable.pipeTo(connection.writable).catch(console.error);
 * }
 * ```
 */
export class PipeServer implements StreamServer<PipeConnection> {
  static {
    inspectAsText(this);
  }

  readonly #front: ServerFront<PipeConnection>;
  readonly #options: ListenerOptions;

  /**
   * Serves a name; {@linkcode PipeServer.listen} is the usual way.
   *
   * @param path `\\.\pipe\name`, `//./pipe/name`, or `name` alone.
   * @param options Type, direction, instances, security.
   * @throws {TypeError} when the name or an option is malformed.
   * @throws {RangeError} when a number is out of its range.
   * @throws {Deno.errors.AddrInUse} when the name is served already.
   * @throws {Deno.errors.NotSupported} when the system is not Windows.
   * @throws {Deno.errors.NotCapable} when `--allow-ffi` was not granted.
   */
  constructor(path: string, options: PipeServerOptions = {}) {
    const { backlog = DEFAULT_BACKLOG, signal, onError } = options;
    const factory = (options as ServePipeOptions)[CLIENTS];
    const resolved = resolveServerOptions(path, options);
    assertInteger("backlog", backlog, [1, 0xffff_ffff]);
    signal?.throwIfAborted();
    const port = portFor(options.proactor);
    port.assertOpen(`listen on pipe "${resolved.path}"`);
    const protocols = factory !== undefined;
    const settings = { label: "pipe server", signal, onError, protocols };
    this.#front = new ServerFront(port, settings, this);
    this.#options = resolved;
    const make = factory ?? makeConnection;
    const { core } = this.#front;
    this.#front.start(
      new PipeListener(port, resolved, {
        onConnected: (handle) =>
          core.connected(handle, () => make(port, handle, resolved)),
        onError: (error) => core.failed(error),
        hasRoom: () => core.queue.length < backlog,
        onReleased: () => core.listenerReleased(),
      }),
    );
  }

  /**
   * Serves a name.
   *
   * @param path `\\.\pipe\name`, `//./pipe/name`, or `name` alone.
   * @param options Type, direction, instances, security.
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

  /**
   * Describes the server for messages.
   *
   * @returns `<PipeServer "\\\\.\\pipe\\x" connections=2>`.
   */
  toString(): string {
    return describe(this.constructor.name, [
      `"${this.#options.path}"`,
      `connections=${this.connections.size}`,
      this.closed() ? "closed" : "",
    ]);
  }

  // --- clients ----------------------------------------------------------------

  get connections(): ReadonlySet<ServedConnection> {
    return this.#front.connections;
  }

  accept(options?: WaitOptions): Promise<PipeConnection> {
    return this.#front.accept(options);
  }

  values(
    options?: WaitOptions,
  ): AsyncIterableIterator<PipeConnection, undefined, undefined> {
    return this.#front.values(options);
  }

  [Symbol.asyncIterator](): AsyncIterableIterator<
    PipeConnection,
    undefined,
    undefined
  > {
    return this.values();
  }

  // --- end --------------------------------------------------------------------

  get finished(): Promise<void> {
    return this.#front.finished;
  }

  closed(): boolean {
    return this.#front.closed();
  }

  close(): void {
    this.#front.close();
  }

  shutdown(options?: ServerShutdownOptions): Promise<void> {
    return this.#front.shutdown(options);
  }

  ref(): void {
    this.#front.ref();
  }

  unref(): void {
    this.#front.unref();
  }

  [Symbol.dispose](): void {
    this.close();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.shutdown();
  }
}

function makeConnection(
  port: CompletionPort,
  handle: PortHandle,
  options: ListenerOptions,
): PipeConnection {
  return new PipeConnection(port, handle, serverTraits(options));
}
