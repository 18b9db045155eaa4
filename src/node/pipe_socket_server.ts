/**
 * `createServer`: servers as `node:net` has them.
 *
 * @module
 */

import { EventEmitter } from "node:events";
import { nextTick } from "node:process";
import { getaddrinfo } from "../net/names/address_info.ts";
import { familyOf } from "../stream/node_address.ts";
import type { DuplexConnection } from "../stream/duplex_connection.ts";
import { codeError, nodeError, throwUncaught } from "../stream/node_errors.ts";
import { readCall, type SocketArgument } from "./connect_options.ts";
import {
  assertPlace,
  type Listener,
  listenError,
  type ListenOptions,
  notRunning,
  openListener,
  type SocketServerOptions,
} from "./listen_options.ts";
import { unknownHost } from "./open_connection.ts";
import { PipeSocket } from "./pipe_socket.ts";
import type { SocketAddressInfo } from "./socket_address_info.ts";

const NUMERIC = /^[\d.]+$|:/;

/**
 * A server as that of `node:net`, on a named pipe or a TCP port. It emits
 * `listening`, `connection`, `drop`, `error`, and `close` when it is closed and
 * all its connections are.
 *
 * @example Usage
 * ```ts
 * import { PipeSocketServer } from "@iocp/proactor/node";
 *
 * const server = new PipeSocketServer({}, (socket) => {
 *   socket.pipe(socket);
 *   socket.on("error", () => {}); // the client has gone
 * });
 * server.listen("\\\\.\\pipe\\echo");
 * ```
 */
export class PipeSocketServer extends EventEmitter implements AsyncDisposable {
  /** The most connections at once; others are closed. */
  maxConnections: number | undefined = undefined;
  readonly #options: SocketServerOptions;
  readonly #sockets = new Set<PipeSocket>();
  #listener: Listener | undefined;
  /** Counts what `listen` and `close` begin. */
  #generation = 0;
  #running = false;
  #releasing = false;
  #referenced = true;
  #signal: AbortSignal | undefined;
  readonly #abort = (): void => void this.close();

  /**
   * A server that does not listen yet.
   *
   * @param options How its sockets are.
   * @param listener Called with each socket.
   */
  constructor(
    options: SocketServerOptions = {},
    listener?: (socket: PipeSocket) => void,
  ) {
    super();
    this.#options = options;
    if (listener !== undefined) this.on("connection", listener);
  }

  /** True while it takes connections. */
  get listening(): boolean {
    return this.#listener !== undefined;
  }

  /**
   * Takes connections. Where it names no computer, they can come when this
   * returns.
   *
   * @param target A path, a port, or options; any free port by default.
   * @param rest The host of a port, a backlog; who is told of `listening`.
   * @returns The server.
   * @throws {RangeError} when the port is out of its range.
   * @throws {Error} when the server listens already.
   */
  listen(
    target?: ListenOptions | string | number | (() => void),
    ...rest: readonly SocketArgument[]
  ): this {
    const { options, listener } = readCall<ListenOptions>(target, rest);
    assertPlace(options);
    if (this.#running) {
      const message = "Cannot listen: the server does already";
      throw codeError("ERR_SERVER_ALREADY_LISTEN", message);
    }
    if (listener !== undefined) this.once("listening", listener);
    this.#running = true;
    this.#watch(options);
    const { path, host } = options;
    const named = path === undefined && host !== undefined;
    if (named && !NUMERIC.test(host)) this.#lookUp(options, host);
    else this.#open(options);
    return this;
  }

  /**
   * Takes no more connections. Those that are there go on.
   *
   * @param callback Told of `close`; with an error when the server did not
   * listen.
   * @returns The server.
   */
  close(callback?: (error?: Error) => void): this {
    const error = this.#running ? undefined : notRunning();
    if (callback !== undefined) this.once("close", () => callback(error));
    const listener = this.#listener;
    const ran = this.#running;
    this.#stop();
    if (listener !== undefined) this.#release(listener);
    else if (ran || callback !== undefined) this.#closeWhenDone();
    return this;
  }

  /**
   * Where clients connect to.
   *
   * @returns The path of a pipe, or an internet address; `null` when the server
   * does not listen.
   */
  address(): SocketAddressInfo | string | null {
    const addr = this.#listener?.addr;
    if (addr === undefined) return null;
    if (addr.transport === "pipe") return addr.path;
    const { hostname, port } = addr;
    return { address: hostname, family: familyOf(hostname) ?? "IPv4", port };
  }

  /**
   * Counts the connections.
   *
   * @param callback Told of their number.
   * @returns The server.
   */
  getConnections(
    callback: (error: Error | null, count: number) => void,
  ): this {
    nextTick(() => callback(null, this.#sockets.size));
    return this;
  }

  /**
   * Lets waiting for clients keep the process alive (the default).
   *
   * @returns The server.
   */
  ref(): this {
    this.#referenced = true;
    this.#listener?.ref();
    return this;
  }

  /**
   * Lets the process end while the server waits for clients.
   *
   * @returns The server.
   */
  unref(): this {
    this.#referenced = false;
    this.#listener?.unref();
    return this;
  }

  /** Closes the server and waits until its connections are closed. */
  async [Symbol.asyncDispose](): Promise<void> {
    if (!this.#running) return;
    await new Promise<void>((resolve) => this.close(() => resolve()));
  }

  // --- parts ---------------------------------------------------------------

  #watch({ signal }: ListenOptions): void {
    this.#signal = signal;
    if (signal?.aborted) nextTick(this.#abort);
    else signal?.addEventListener("abort", this.#abort, { once: true });
  }

  #lookUp(options: ListenOptions, host: string): void {
    const generation = this.#generation;
    getaddrinfo(host, 0, { type: "stream" }).then(([first]) => {
      if (this.#generation !== generation) return;
      const address = first?.address;
      const hostname = address && "hostname" in address && address.hostname;
      if (hostname) return this.#open({ ...options, host: hostname });
      this.#failed(unknownHost(undefined, host));
    }, (error) => {
      if (this.#generation === generation) {
        this.#failed(unknownHost(error, host));
      }
    }).catch(throwUncaught);
  }

  #open(options: ListenOptions): void {
    let listener: Listener;
    try {
      listener = openListener(
        options,
        (error) => this.emit("error", nodeError(error, "accept")),
      );
    } catch (error) {
      return this.#failed(listenError(error, options));
    }
    this.#listener = listener;
    if (!this.#referenced) listener.unref();
    nextTick(() => {
      if (this.#listener === listener) this.emit("listening");
    });
    this.#serve(listener);
  }

  #failed(error: Error): void {
    this.#stop();
    nextTick(() => this.emit("error", error));
  }

  async #serve(listener: Listener): Promise<void> {
    for await (const connection of listener) {
      try {
        this.#accept(connection);
      } catch (error) {
        throwUncaught(error);
      }
    }
  }

  #accept(connection: DuplexConnection): void {
    const { allowHalfOpen, pauseOnConnect = false } = this.#options;
    const { noDelay, keepAlive } = this.#options;
    const most = this.maxConnections ?? Infinity;
    const socket = new PipeSocket({ allowHalfOpen }, connection);
    if (this.#sockets.size >= most) return this.#drop(socket);
    this.#sockets.add(socket);
    socket.once("close", () => this.#left(socket));
    if (noDelay) socket.setNoDelay(true);
    if (keepAlive) socket.setKeepAlive(true);
    if (pauseOnConnect) socket.pause();
    else socket.read(0);
    this.emit("connection", socket);
  }

  #drop(socket: PipeSocket): void {
    const { localAddress, localPort, localFamily } = socket;
    const { remoteAddress, remotePort, remoteFamily } = socket;
    const local = { localAddress, localPort, localFamily };
    socket.destroy();
    this.emit("drop", { ...local, remoteAddress, remotePort, remoteFamily });
  }

  #left(socket: PipeSocket): void {
    this.#sockets.delete(socket);
    this.#closeWhenDone();
  }

  #stop(): void {
    this.#generation++;
    this.#running = false;
    this.#listener = undefined;
    this.#signal?.removeEventListener("abort", this.#abort);
  }

  /** The name is free again when this has ended. */
  #release(listener: Listener): void {
    this.#releasing = true;
    listener.close();
    listener.finished.then(() => {
      this.#releasing = false;
      this.#closeWhenDone();
    });
  }

  #closeWhenDone(): void {
    if (this.#running || this.#releasing || this.#sockets.size > 0) return;
    const generation = this.#generation;
    nextTick(() => {
      if (this.#generation === generation) this.emit("close");
    });
  }
}

/**
 * Makes a server as `node:net`'s `createServer` does, for a named pipe or a TCP
 * port.
 *
 * @example Echo
 * ```ts
 * import { createServer } from "@iocp/proactor/node";
 *
 * const server = createServer((socket) => {
 *   socket.pipe(socket).on("error", () => {}); // the client has gone
 * });
 * server.listen("\\\\.\\pipe\\echo", () => console.log(server.address()));
 * ```
 *
 * @param options How its sockets are; or the listener.
 * @param listener Called with each socket.
 * @returns The server, which does not listen yet.
 */
export function createServer(
  options: SocketServerOptions | ((socket: PipeSocket) => void) = {},
  listener?: (socket: PipeSocket) => void,
): PipeSocketServer {
  if (typeof options === "function") return new PipeSocketServer({}, options);
  return new PipeSocketServer(options, listener);
}
