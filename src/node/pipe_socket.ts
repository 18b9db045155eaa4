/**
 * `connect` and `PipeSocket`: sockets as `node:net` has them.
 *
 * @module
 */

import { addAbortSignal } from "node:stream";
import type { DuplexConnection } from "../stream/duplex_connection.ts";
import { NodeDuplex } from "../stream/node_duplex.ts";
import { codeError, throwUncaught } from "../stream/node_errors.ts";
import {
  type ConnectOptions,
  type PipeSocketOptions,
  readCall,
  type SocketArgument,
} from "./connect_options.ts";
import {
  assertTarget,
  connectError,
  openConnection,
  resetOnClose,
} from "./open_connection.ts";
import type { SocketAddressInfo } from "./socket_address_info.ts";

/**
 * A socket as that of `node:net`, over a named pipe or TCP. It is there at once
 * and connects; what is written before waits until then. It emits `connect` and
 * `ready`, `data`, `end`, `drain`, `timeout`, `error`, and at last `close`, with
 * true after an error.
 *
 * @example Usage
 * ```ts
 * import { PipeSocket } from "@iocp/proactor/node";
 * import { once } from "node:events";
 *
 * const socket = new PipeSocket();
 * socket.connect("\\\\.\\pipe\\echo").write("hello");
 * const [data] = await once(socket, "data");
 * console.log(String(data)); // hello
 * socket.end();
 * ```
 */
export class PipeSocket extends NodeDuplex {
  #connection: DuplexConnection | undefined;
  #connecting: AbortController | undefined;

  /**
   * A socket that is not connected yet.
   *
   * @param options Whether it outlives the other end, and a signal that
   * destroys it.
   * @param connection A connection that is there; the socket's from now on.
   */
  constructor(options: PipeSocketOptions = {}, connection?: DuplexConnection) {
    super(connection, options);
    this.#connection = connection;
    const { signal } = options;
    if (signal !== undefined) addAbortSignal(signal, this);
  }

  /** True while a connection is being made. */
  override get connecting(): boolean {
    return this.#connecting !== undefined;
  }

  /**
   * Connects to a pipe, or to a TCP port.
   *
   * @param target A path, a port, or options.
   * @param rest The host of a port; who is told of `connect`.
   * @returns The socket.
   * @throws {TypeError} when neither a path nor a port is given.
   * @throws {RangeError} when the port or the time-out is out of its range.
   * @throws {Error} when the socket is destroyed, or has a connection.
   */
  connect(
    target: ConnectOptions | string | number,
    ...rest: readonly SocketArgument[]
  ): this {
    const { options, listener } = readCall<ConnectOptions>(target, rest);
    assertTarget(options);
    this.#assertUnused();
    this.#configure(options);
    if (listener !== undefined) this.once("connect", listener);
    const connecting = this.#connecting = new AbortController();
    openConnection(options, connecting.signal).then(
      (connection) => this.#connected(connection),
      (error) => this.#refused(connectError(error, options)),
    ).catch(throwUncaught);
    return this;
  }

  /**
   * The address of this end.
   *
   * @returns An internet address; an empty object where it has none.
   */
  address(): SocketAddressInfo | Record<string, never> {
    const { localAddress, localPort, localFamily } = this;
    if (localAddress === undefined) return {};
    const [family, port] = [localFamily ?? "IPv4", localPort ?? 0];
    return { address: localAddress, family, port };
  }

  /**
   * Destroys the socket, and tells the other end of TCP by a reset.
   *
   * @returns The socket.
   * @throws {TypeError} when the connection is none of TCP.
   */
  resetAndDestroy(): this {
    if (this.connecting) {
      return this.once("connect", () => this.resetAndDestroy());
    }
    if (this.#connection === undefined) {
      const message = "Cannot reset: the socket is closed";
      return this.destroy(codeError("ERR_SOCKET_CLOSED", message));
    }
    if (!this.destroyed) resetOnClose(this.#connection);
    return this.destroy();
  }

  /**
   * Called once, whatever ends the socket.
   *
   * @ignore
   * @param error What has ended it.
   * @param callback Told when the connection is closed.
   */
  override _destroy(
    error: Error | null,
    callback: (error?: Error | null) => void,
  ): void {
    this.#connecting?.abort();
    this.#connecting = undefined;
    super._destroy(error, callback);
  }

  #assertUnused(): void {
    if (this.destroyed) {
      const message = "Cannot connect: the socket is destroyed";
      throw codeError("ERR_SOCKET_CLOSED", message);
    }
    if (this.#connection === undefined && !this.connecting) return;
    throw codeError("EISCONN", "Cannot connect: the socket is connected");
  }

  #configure(options: ConnectOptions): void {
    const { timeout, noDelay, keepAlive } = options;
    if (timeout !== undefined) this.setTimeout(timeout);
    if (noDelay !== undefined) this.setNoDelay(noDelay);
    if (keepAlive !== undefined) this.setKeepAlive(keepAlive);
  }

  #connected(connection: DuplexConnection): void {
    if (this.destroyed) return connection.abort();
    this.#connecting = undefined;
    this.#connection = connection;
    this.attach(connection);
    this.emit("connect");
    this.emit("ready");
    if (!this.isPaused()) this.read(0);
  }

  #refused(error: Error): void {
    this.#connecting = undefined;
    this.destroy(error);
  }
}

/**
 * Makes a socket and connects it to a named pipe or a TCP port, as
 * `node:net`'s `connect` does.
 *
 * @example Usage
 * ```ts
 * import { connect } from "@iocp/proactor/node";
 * import { once } from "node:events";
 *
 * const socket = connect("\\\\.\\pipe\\echo", () => socket.write("hello"));
 * const [data] = await once(socket, "data");
 * console.log(String(data)); // hello
 * socket.end();
 * ```
 *
 * @param target A path, a port, or options.
 * @param rest The host of a port; who is told of `connect`.
 * @returns The socket, which connects.
 * @throws {TypeError} when neither a path nor a port is given.
 * @throws {RangeError} when the port or the time-out is out of its range.
 */
export function connect(
  target: ConnectOptions | string | number,
  ...rest: readonly SocketArgument[]
): PipeSocket {
  const options = typeof target === "object" ? target : {};
  return new PipeSocket(options).connect(target, ...rest);
}
