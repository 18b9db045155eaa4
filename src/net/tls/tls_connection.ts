/**
 * `TlsConnection`: a TLS connection in the shape of `Deno.TlsConn`.
 *
 * @module
 */

import { byteLengthOf, copyBytes } from "../../ffi/bytes.ts";
import { assertArray } from "../../proactor/arguments.ts";
import { closeWhenForgotten } from "../../proactor/port/forgotten.ts";
import type { DeadlineOptions } from "../../stream/close_deadline.ts";
import type { DuplexConnection } from "../../stream/duplex_connection.ts";
import type { ReadQueue } from "../../stream/read_queue.ts";
import type { ReadOptions } from "../../stream/stream_traits.ts";
import {
  closeAndWait,
  type ShutdownOptions,
  unlessAborted,
  type WaitOptions,
} from "../../stream/wait_options.ts";
import { WebStreams } from "../../stream/web_streams.ts";
import type { TcpAddr } from "../tcp/tcp_socket.ts";
import { TlsPart, type WatchedTransport } from "./tls_part.ts";
import type { TlsHandshakeInfo, TlsSession } from "./tls_session.ts";

/**
 * What TLS can be started on.
 *
 * @typeParam A The addresses of its ends.
 */
export interface TlsTransport<A extends object = TcpAddr>
  extends DuplexConnection {
  /** The address of this end. */
  readonly localAddr: A;
  /** The address of the other end. */
  readonly remoteAddr: A;
}

/** How a {@linkcode TlsConnection} is made. */
export interface TlsConnectionOptions extends DeadlineOptions {
  /** What is behind the connection below. */
  front: WatchedTransport;
}

/**
 * One end of a TLS connection, with the members of `Deno.TlsConn`. Made by
 * {@linkcode startTls}.
 *
 * Reads and writes wait for the handshake. What fails the handshake, or ends
 * the connection without TLS's own end, they reject with.
 *
 * @typeParam A The addresses of its ends.
 *
 * @example Usage
 * ```ts
 * import { connectTcp, startTls } from "@iocp/proactor/net";
 *
 * const caCerts = [await Deno.readTextFile("ca.pem")];
 * const tcp = await connectTcp({ hostname: "localhost", port: 8443 });
 * using tls = await startTls(tcp, { hostname: "localhost", caCerts });
 * await tls.write(new TextEncoder().encode("hello"));
 * const buffer = new Uint8Array(1024);
 * const count = await tls.read(buffer);
 * console.log(new TextDecoder().decode(buffer.subarray(0, count ?? 0))); // hello
 * ```
 */
export class TlsConnection<A extends object = TcpAddr>
  implements Disposable, AsyncDisposable {
  readonly #transport: TlsTransport<A>;
  readonly #session: TlsSession;
  readonly #reads: ReadQueue;
  readonly #streams: WebStreams = new WebStreams(this);
  readonly #part: TlsPart;
  #lastWrite: Promise<void> | undefined;
  #ending: Promise<void> | undefined;

  /**
   * Made by {@linkcode startTls}.
   *
   * @ignore
   * @param transport The connection below TLS.
   * @param session TLS on it.
   * @param options What is behind the connection below, and the deadline.
   */
  constructor(
    transport: TlsTransport<A>,
    session: TlsSession,
    options: TlsConnectionOptions,
  ) {
    this.#transport = transport;
    this.#session = session;
    this.#part = new TlsPart(session, options.front, options.deadline);
    this.#reads = this.#part.reads;
    const name = `TLS connection to ${session.name}`;
    closeWhenForgotten(this, { part: this.#part, name });
  }

  /** The address of this end. */
  get localAddr(): A {
    return this.#transport.localAddr;
  }

  /** The address of the other end. */
  get remoteAddr(): A {
    return this.#transport.remoteAddr;
  }

  /** True: TLS has an end of its own for each direction. */
  get canCloseWrite(): boolean {
    return true;
  }

  /** Resolves when the connection is closed and the kernel has let go. */
  get finished(): Promise<void> {
    return this.#transport.finished;
  }

  /**
   * Waits for the handshake, which goes on by itself.
   *
   * @param options A signal that ends the wait; the handshake goes on.
   * @returns What the peers have agreed on.
   * @throws {Deno.errors.InvalidData} when a certificate is not good, or the
   * peer does not speak TLS or wants something else.
   * @throws {Deno.errors.UnexpectedEof} when the peer has closed instead.
   * @throws {Deno.errors.ConnectionReset} when the peer has reset instead.
   * @throws {Deno.errors.TimedOut} when the peer did not answer in time.
   */
  async handshake({ signal }: WaitOptions = {}): Promise<TlsHandshakeInfo> {
    signal?.throwIfAborted();
    return await unlessAborted(this.#session.handshake, signal);
  }

  // --- reading -------------------------------------------------------------

  /**
   * Reads what is there, or waits for it.
   *
   * @param target Where the bytes go. It may be used, but must not be
   * transferred, until the promise is settled.
   * @param options A signal that ends the wait; no data are lost by it.
   * @returns The number of bytes, or `null` at the end of the stream. An empty
   * array is filled at once, whatever the state of the connection.
   * @throws {TypeError} when `target` is not a `Uint8Array`.
   * @throws {Deno.errors.BadResource} when the connection is closed.
   * @throws {Deno.errors.Interrupted} when it is closed meanwhile.
   * @throws {Deno.errors.UnexpectedEof} when the connection was cut: the peer,
   * or somebody between, has ended it without TLS's own end.
   * @throws {Deno.errors.InvalidData} when what comes is not good TLS, or the
   * handshake has failed.
   */
  async read(
    target: Uint8Array,
    options: ReadOptions = {},
  ): Promise<number | null> {
    assertArray("read into", target);
    if (byteLengthOf(target) === 0 && this.#part.closing) return 0;
    this.#assertOpen("read");
    return await this.#reads.read(target, options.signal);
  }

  /** The bytes as a stream, with BYOB readers. Cancelling it closes the
   * connection, and so does its end when writing has ended. */
  get readable(): ReadableStream<Uint8Array<ArrayBuffer>> {
    return this.#streams.readable;
  }

  // --- writing -------------------------------------------------------------

  /**
   * Writes all bytes.
   *
   * @param data The caller's again when this returns (before the promise
   * resolves).
   * @param options A signal that ends the wait; the bytes are sent all the same.
   * @returns The number of bytes.
   * @throws {TypeError} when `data` is not a `Uint8Array`.
   * @throws {Deno.errors.BadResource} when the connection, or its write side,
   * is closed.
   * @throws {Deno.errors.ConnectionReset} when the peer has reset it.
   * @throws {Deno.errors.InvalidData} when the handshake has failed.
   */
  async write(
    data: Uint8Array,
    { signal }: WaitOptions = {},
  ): Promise<number> {
    assertArray("write", data);
    this.#assertWritable();
    signal?.throwIfAborted();
    const bytes = copyBytes(data);
    const length = byteLengthOf(bytes);
    if (length > 0) this.#lastWrite = this.#session.write(bytes);
    if (this.#lastWrite) await unlessAborted(this.#lastWrite, signal);
    return length;
  }

  /** Writing as a stream. Closing it closes the write side, or the connection
   * when reading has ended. */
  get writable(): WritableStream<Uint8Array<ArrayBufferLike>> {
    return this.#streams.writable;
  }

  /**
   * Tells the peer, in TLS, that nothing more will be written, behind what
   * was. It can go on writing. The second call waits for the first.
   *
   * @param options A signal that ends the wait; the write side is closed all
   * the same.
   * @throws {Deno.errors.BadResource} when the connection is closed.
   */
  async closeWrite({ signal }: WaitOptions = {}): Promise<void> {
    this.#assertOpen("close the write side");
    signal?.throwIfAborted();
    await unlessAborted(this.#ending ??= this.#session.end(), signal);
  }

  // --- end -----------------------------------------------------------------

  /**
   * Closes the connection: what was written, and TLS's own end, go out first,
   * for as long as the peer takes them. When it takes nothing until the
   * deadline, the rest is dropped, and the connection below is reset. Before the
   * end of the handshake it is closed at once. Idempotent, unlike that of
   * `Deno.Conn`.
   *
   * @param options The deadline, by default that of the connection. The last
   * one that was given counts.
   * @throws {RangeError} when the deadline is neither an integer from 0 to
   * 2147483647 nor `Infinity`.
   */
  close(options: DeadlineOptions = {}): void {
    this.#part.close(options.deadline);
  }

  /** Closes the connection at once; the peer is not told in TLS. */
  abort(): void {
    this.#part.destroy();
  }

  /**
   * Closes the connection and waits until it is.
   *
   * @param options The deadline, as for {@linkcode close}, and a signal that
   * ends the wait; the close goes on.
   * @throws {RangeError} when the deadline is neither an integer from 0 to
   * 2147483647 nor `Infinity`.
   * @throws {Deno.errors.TimedOut} when the peer took nothing until the
   * deadline; as each of the following a {@linkcode DroppedBytesError}.
   * @throws {Deno.errors.Interrupted} when an abort, or the close of the
   * proactor, has overtaken the close.
   * @throws {Deno.errors.ConnectionReset} when the peer has gone before it had
   * all.
   */
  async shutdown(options: ShutdownOptions = {}): Promise<void> {
    await closeAndWait(this, options, () => this.#part.loss);
  }

  /** Lets pending reads and writes keep the process alive (the default). */
  ref(): void {
    this.#transport.ref();
  }

  /** Lets the process end while reads or writes are pending. */
  unref(): void {
    this.#transport.unref();
  }

  /** Closes the connection. */
  [Symbol.dispose](): void {
    this.close();
  }

  /** As {@linkcode shutdown}. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.shutdown();
  }

  // --- parts ---------------------------------------------------------------

  #assertOpen(action: string): void {
    if (!this.#part.closing) return;
    throw new Deno.errors.BadResource(
      `Cannot ${action}: the connection is closed`,
    );
  }

  #assertWritable(): void {
    this.#assertOpen("write");
    if (this.#ending === undefined) return;
    throw new Deno.errors.BadResource(
      "Cannot write: the write side is closed",
    );
  }
}
