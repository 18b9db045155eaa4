/**
 * Connections as streams of `node:stream`.
 *
 * Loaded when the first one is made: `node:stream` takes Deno some 20 ms.
 *
 * @module
 */

import { nextTick } from "node:process";
import { Duplex } from "node:stream";
import { copyBytes, isBytes, viewOf } from "../ffi/bytes.ts";
import { type Callback, DuplexLink, endOf, writeAll } from "./duplex_link.ts";
import { IdleTimer } from "./idle_timer.ts";
import { familyOf, numberOf, textOf } from "./node_address.ts";
import type {
  DuplexConnection,
  NodeDuplexOptions,
} from "./duplex_connection.ts";

/** Bytes that may wait in either direction before the other side is stopped. */
const HIGH_WATER = 65536;

/**
 * A connection as a `Duplex`, with those members of `node:net`'s `Socket` that
 * servers and clients of Node ask for.
 *
 * Reading is done on demand. A write ends when its bytes
 * are with the kernel, so `write()` returns false when the peer is slow. Ending
 * it ends the write side or, where the stream has no half close, the
 * connection, when the peer has taken everything, however long that takes, as
 * in Node; `destroy()` closes it at once, and what was not taken is dropped, as
 * by `abort()` of the connection. When the other end ends, this one ends too,
 * behind what was written, unless it has `allowHalfOpen`. `close` tells whether
 * there was an error. What listeners throw is an uncaught exception. Errors have
 * the codes of Node, such as `ECONNRESET`, and the connection's own error as
 * their `cause`.
 *
 * @example Usage
 * ```ts
 * import { toNodeDuplex } from "@iocp/proactor";
 * import { connectTcp } from "@iocp/proactor/net";
 * import { text } from "node:stream/consumers";
 *
 * const duplex = await toNodeDuplex(await connectTcp({ port: 7 }));
 * duplex.setTimeout(10_000, () => duplex.destroy());
 * duplex.end("hello");
 * console.log(await text(duplex)); // hello
 * ```
 */
export class NodeDuplex extends Duplex {
  readonly #idle = new IdleTimer(() => this.emit("timeout"));
  readonly #link = new DuplexLink(this, {
    onActivity: () => this.#idle.refresh(),
    onReceived: (data) => this.received(data),
    onEnded: () => this.ended(),
    onFailed: (error) => this.failed(error),
  });

  /**
   * Made by {@linkcode toNodeDuplex}.
   *
   * @ignore
   * @param connection The connection, where it is there; the stream's from now
   * on.
   * @param options Whether the stream outlives the other end.
   */
  constructor(connection?: DuplexConnection, options: NodeDuplexOptions = {}) {
    const { allowHalfOpen = false } = options;
    super({ highWaterMark: HIGH_WATER, allowHalfOpen, emitClose: false });
    if (connection !== undefined) this.attach(connection);
  }

  // --- state ---------------------------------------------------------------

  /** True while a connection is being made. */
  get connecting(): boolean {
    return false;
  }

  /** True while there is no connection yet. */
  get pending(): boolean {
    return this.#link.connection === undefined;
  }

  /** `"opening"`, `"open"`, `"readOnly"`, `"writeOnly"` or `"closed"`. */
  get readyState(): string {
    if (this.connecting) return "opening";
    const { readable, writable } = this;
    if (readable) return writable ? "open" : "readOnly";
    return writable ? "writeOnly" : "closed";
  }

  /** Bytes that came from the other end. */
  get bytesRead(): number {
    return this.#link.bytesRead;
  }

  /** Bytes that were written, those that still wait included. */
  get bytesWritten(): number {
    return this.#link.bytesSent + this.writableLength;
  }

  // --- addresses -----------------------------------------------------------

  /** The address of this end, where it has an internet address. */
  get localAddress(): string | undefined {
    return textOf(this.#link.connection?.localAddr, "hostname");
  }

  /** The port of this end, where it has one. */
  get localPort(): number | undefined {
    return numberOf(this.#link.connection?.localAddr, "port");
  }

  /** `"IPv4"` or `"IPv6"`, where this end has an internet address. */
  get localFamily(): string | undefined {
    return familyOf(this.localAddress);
  }

  /** The address of the other end, where it has an internet address. */
  get remoteAddress(): string | undefined {
    return textOf(this.#link.connection?.remoteAddr, "hostname");
  }

  /** The port of the other end, where it has one. */
  get remotePort(): number | undefined {
    return numberOf(this.#link.connection?.remoteAddr, "port");
  }

  /** `"IPv4"` or `"IPv6"`, where the other end has an internet address. */
  get remoteFamily(): string | undefined {
    return familyOf(this.remoteAddress);
  }

  // --- settings ------------------------------------------------------------

  /** Milliseconds of silence after which `timeout` is emitted; 0 is never. */
  get timeout(): number {
    return this.#idle.timeout;
  }

  /**
   * Has `timeout` emitted when nothing was read or written for a while.
   *
   * @param timeout Milliseconds; 0 is never.
   * @param callback Called once when it is emitted.
   * @returns The stream.
   * @throws {RangeError} when `timeout` is not an integer that fits.
   */
  setTimeout(timeout: number, callback?: () => void): this {
    this.#idle.start(timeout);
    if (this.destroyed) this.#idle.stop();
    if (callback === undefined) return this;
    if (timeout === 0) return this.removeListener("timeout", callback);
    return this.once("timeout", callback);
  }

  /**
   * Says whether small writes are sent at once.
   *
   * @param noDelay False lets TCP gather them.
   * @returns The stream.
   */
  setNoDelay(noDelay = true): this {
    this.#link.use((connection) => connection.setNoDelay?.(noDelay));
    return this;
  }

  /**
   * Says whether TCP probes the other end when the connection is idle.
   *
   * @param keepAlive True has it probed.
   * @returns The stream.
   */
  setKeepAlive(keepAlive = false): this {
    this.#link.use((connection) => connection.setKeepAlive?.(keepAlive));
    return this;
  }

  /**
   * Lets pending reads and writes keep the process alive (the default).
   *
   * @returns The stream.
   */
  ref(): this {
    this.#link.use((connection) => connection.ref());
    return this;
  }

  /**
   * Lets the process end while reads or writes are pending.
   *
   * @returns The stream.
   */
  unref(): this {
    this.#link.use((connection) => connection.unref());
    return this;
  }

  /** Destroys the stream when what was written is with the kernel. */
  destroySoon(): void {
    if (this.writable) this.end();
    if (this.writableFinished) this.destroy();
    else this.once("finish", () => this.destroy());
  }

  // --- writing -------------------------------------------------------------

  /**
   * As `Writable.write`; but the bytes are the caller's again when it returns.
   *
   * @param chunk What to write.
   * @param rest The encoding, and who is told.
   * @returns False when the caller should wait for `drain`.
   */
  override write(chunk: unknown, ...rest: unknown[]): boolean {
    return super.write(this.owned(chunk), ...rest as []);
  }

  /**
   * As `Writable.end`; but the bytes are the caller's again when it returns.
   *
   * @param chunk What to write last.
   * @param rest The encoding, and who is told.
   * @returns The stream.
   */
  override end(chunk?: unknown, ...rest: unknown[]): this {
    return super.end(this.owned(chunk), ...rest as []);
  }

  // --- called by node:stream -----------------------------------------------

  /**
   * Called when there is room for data.
   *
   * @ignore
   */
  override _read(): void {
    this.#link.read();
  }

  /**
   * Called for one chunk.
   *
   * @ignore
   * @param chunk The bytes.
   * @param _encoding Of no meaning for bytes.
   * @param callback Told of the end.
   */
  override _write(
    chunk: Uint8Array,
    _encoding: string,
    callback: Callback,
  ): void {
    this.#link.send(callback, (connection) => connection.write(chunk));
  }

  /**
   * Called for several chunks, which go out together.
   *
   * @ignore
   * @param chunks The bytes.
   * @param callback Told of the end.
   */
  override _writev(
    chunks: { chunk: Uint8Array }[],
    callback: Callback,
  ): void {
    this.#link.send(callback, (connection) => writeAll(connection, chunks));
  }

  /**
   * Called when everything is written.
   *
   * @ignore
   * @param callback Told of the end.
   */
  override _final(callback: Callback): void {
    this.#link.send(callback, endOf);
  }

  /**
   * Called once, whatever ends the stream.
   *
   * @ignore
   * @param error What has ended it.
   * @param callback Told when the connection is closed.
   */
  override _destroy(error: Error | null, callback: Callback): void {
    this.#idle.stop();
    this.#link.drop();
    const { connection } = this.#link;
    if (connection === undefined) return this.#closed(error, callback);
    this.closeConnection(error);
    connection.finished.then(() => this.#closed(error, callback));
  }

  // --- for the kinds of duplexes -------------------------------------------

  /**
   * The connection is there: what waited for it is done.
   *
   * @ignore
   * @param connection The connection; the stream's from now on.
   */
  protected attach(connection: DuplexConnection): void {
    this.#idle.refresh();
    this.#link.attach(connection);
  }

  /**
   * Copies a chunk that must wait: `node:stream` would queue it as it is.
   *
   * @param chunk Of the caller.
   * @returns What may be queued.
   */
  protected owned(chunk: unknown): unknown {
    if (!isBytes(chunk)) return chunk;
    const waits = this.pending || this.writableLength > 0 ||
      this.writableCorked > 0;
    return waits ? copyBytes(chunk) : viewOf(chunk);
  }

  /**
   * Closes the connection.
   *
   * @ignore
   * @param _error What has ended the stream.
   */
  protected closeConnection(_error: Error | null): void {
    this.#link.connection?.abort();
  }

  /**
   * Bytes have come.
   *
   * @ignore
   * @param data The bytes.
   */
  protected received(data: Uint8Array): void {
    this.push(data);
  }

  /**
   * The peer writes no more. Who does not read is told by `end` too, when
   * nothing is left to read.
   *
   * @ignore
   */
  protected ended(): void {
    this.push(null);
    this.read(0);
  }

  /**
   * Reading or writing has failed. Node is told next, but later than this.
   *
   * @ignore
   * @param _error The connection's own.
   */
  protected failed(_error: unknown): void {}

  // --- parts ---------------------------------------------------------------

  #closed(error: Error | null, callback: Callback): void {
    callback(error);
    nextTick(() => this.emit("close", error !== null));
  }
}
