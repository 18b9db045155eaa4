/**
 * Connections as streams of `node:stream`.
 *
 * Loaded when the first one is made: `node:stream` takes Deno some 20 ms.
 *
 * @module
 */

import { Duplex } from "node:stream";
import { clearTimeout, setTimeout } from "node:timers";
import { copyBytes, isBytes, viewOf } from "../ffi/bytes.ts";
import { assertInteger } from "../proactor/arguments.ts";
import { numberOf, textOf } from "./node_address.ts";
import { callUser, nodeError, throwUncaught } from "./node_errors.ts";
import type { StreamTarget } from "./web_streams.ts";

/** Bytes of the first read, and of those that follow a short one. */
const SMALL_READ = 4096;

/** Bytes of a read that follows one that was filled. */
const LARGE_READ = 65536;

/** Bytes that may wait in either direction before the other side is stopped. */
const HIGH_WATER = 65536;
const MAX_TIMEOUT = 0x7fff_ffff;

type Callback = (error?: Error | null) => void;

/** What {@linkcode toNodeDuplex} takes: every kind of connection. */
export interface DuplexConnection extends StreamTarget {
  /** Resolves when the connection is closed. */
  readonly finished: Promise<void>;
  /** The address of this end. */
  readonly localAddr?: object | undefined;
  /** The address of the other end. */
  readonly remoteAddr?: object | undefined;
  /** Lets pending reads and writes keep the process alive. */
  ref(): void;
  /** Lets the process end while reads or writes are pending. */
  unref(): void;
  /**
   * Where there is such a thing.
   *
   * @param noDelay True sends small writes at once.
   */
  setNoDelay?(noDelay?: boolean): void;
  /**
   * Where there is such a thing.
   *
   * @param keepAlive True has idle connections probed.
   */
  setKeepAlive?(keepAlive?: boolean): void;
}

/**
 * A connection as a `Duplex`, with those members of `node:net`'s `Socket` that
 * servers and clients of Node ask for.
 *
 * Reading is done on demand. A write ends when its bytes are with the kernel,
 * so `write()` returns false when the peer is slow. Ending it ends the write
 * side or, where the stream has no half close, the connection, when the peer
 * has taken everything, however long that takes, as in Node; `destroy()` closes
 * it at once, and what was not taken is dropped, as by `abort()` of the
 * connection. What listeners throw is an uncaught exception. Errors have the codes of Node, such as `ECONNRESET`, and
 * the connection's own error as their `cause`.
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
  /** Always false: the connection is there. */
  readonly connecting = false;
  readonly #connection: DuplexConnection;
  #size = SMALL_READ;
  #timeout = 0;
  #timer: ReturnType<typeof setTimeout> | undefined;

  /**
   * Made by {@linkcode toNodeDuplex}.
   *
   * @ignore
   * @param connection The connection; the stream's from now on.
   */
  constructor(connection: DuplexConnection) {
    super({ highWaterMark: HIGH_WATER });
    this.#connection = connection;
  }

  // --- addresses -----------------------------------------------------------

  /** The address of this end, where it has an internet address. */
  get localAddress(): string | undefined {
    return textOf(this.#connection.localAddr, "hostname");
  }

  /** The port of this end, where it has one. */
  get localPort(): number | undefined {
    return numberOf(this.#connection.localAddr, "port");
  }

  /** The address of the other end, where it has an internet address. */
  get remoteAddress(): string | undefined {
    return textOf(this.#connection.remoteAddr, "hostname");
  }

  /** The port of the other end, where it has one. */
  get remotePort(): number | undefined {
    return numberOf(this.#connection.remoteAddr, "port");
  }

  /** `"IPv4"` or `"IPv6"`, where it has an internet address. */
  get remoteFamily(): string | undefined {
    const address = this.remoteAddress;
    if (address === undefined) return undefined;
    return address.includes(":") ? "IPv6" : "IPv4";
  }

  // --- settings ------------------------------------------------------------

  /** Milliseconds of silence after which `timeout` is emitted; 0 is never. */
  get timeout(): number {
    return this.#timeout;
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
    assertInteger("timeout", timeout, [0, MAX_TIMEOUT]);
    this.#timeout = timeout;
    clearTimeout(this.#timer);
    this.#timer = undefined;
    if (timeout > 0 && !this.destroyed) {
      this.#timer = setTimeout(() => this.emit("timeout"), timeout);
      this.#timer.unref();
    }
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
    this.#connection.setNoDelay?.(noDelay);
    return this;
  }

  /**
   * Says whether TCP probes the other end when the connection is idle.
   *
   * @param keepAlive True has it probed.
   * @returns The stream.
   */
  setKeepAlive(keepAlive = false): this {
    this.#connection.setKeepAlive?.(keepAlive);
    return this;
  }

  /**
   * Lets pending reads and writes keep the process alive (the default).
   *
   * @returns The stream.
   */
  ref(): this {
    this.#connection.ref();
    return this;
  }

  /**
   * Lets the process end while reads or writes are pending.
   *
   * @returns The stream.
   */
  unref(): this {
    this.#connection.unref();
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
    this.#receive();
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
    this.#settle(this.#connection.write(chunk), callback);
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
    const writes = chunks.map(({ chunk }) => this.#connection.write(chunk));
    this.#settle(Promise.all(writes), callback);
  }

  /**
   * Called when everything is written.
   *
   * @ignore
   * @param callback Told of the end.
   */
  override _final(callback: Callback): void {
    const connection = this.#connection;
    const ended = connection.canCloseWrite
      ? connection.closeWrite()
      : connection.shutdown();
    this.#settle(ended, callback);
  }

  /**
   * Called once, whatever ends the stream.
   *
   * @ignore
   * @param error What has ended it.
   * @param callback Told when the connection is closed.
   */
  override _destroy(error: Error | null, callback: Callback): void {
    clearTimeout(this.#timer);
    this.closeConnection(error);
    this.#connection.finished.then(() => callback(error));
  }

  // --- for the kinds of duplexes -------------------------------------------

  /**
   * Copies a chunk that must wait: `node:stream` would queue it as it is.
   *
   * @param chunk Of the caller.
   * @returns What may be queued.
   */
  protected owned(chunk: unknown): unknown {
    if (!isBytes(chunk)) return chunk;
    const waits = this.writableLength > 0 || this.writableCorked > 0;
    return waits ? copyBytes(chunk) : viewOf(chunk);
  }

  /**
   * Closes the connection.
   *
   * @ignore
   * @param _error What has ended the stream.
   */
  protected closeConnection(_error: Error | null): void {
    this.#connection.abort();
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
   * The peer writes no more.
   *
   * @ignore
   */
  protected ended(): void {
    this.push(null);
  }

  /**
   * Reading or writing has failed. Node is told next, but later than this.
   *
   * @ignore
   * @param _error The connection's own.
   */
  protected failed(_error: unknown): void {}

  // --- parts ---------------------------------------------------------------

  async #receive(): Promise<void> {
    const chunk = new Uint8Array(this.#size);
    let count: number | null;
    try {
      count = await this.#connection.read(chunk);
    } catch (error) {
      return this.#receiveFailed(error);
    }
    if (this.destroyed) return;
    if (count === null) return this.ended();
    this.#timer?.refresh();
    this.#size = nextSize(this.#size, count);
    this.#deliver(viewOf(chunk, 0, count));
  }

  /** Reading goes on, as it does in Node, when somebody catches it. */
  #deliver(data: Uint8Array): void {
    try {
      this.received(data);
    } catch (error) {
      throwUncaught(error);
      if (!this.destroyed) this.read(0);
    }
  }

  /** What our own end interrupts has ended too. */
  #receiveFailed(error: unknown): void {
    if (this.destroyed) return;
    const closedByUs = this.writableEnded && !this.#connection.canCloseWrite;
    if (closedByUs) return this.ended();
    this.failed(error);
    this.destroy(nodeError(error, "read"));
  }

  #settle(written: Promise<unknown>, callback: Callback): void {
    written.then(() => {
      this.#timer?.refresh();
      callUser(callback, null);
    }, (error) => {
      this.failed(error);
      callUser(callback, nodeError(error, "write"));
    });
  }
}

/** A silent connection waits with a small array. */
function nextSize(size: number, count: number): number {
  if (count === size) return LARGE_READ;
  return count <= SMALL_READ ? SMALL_READ : size;
}
