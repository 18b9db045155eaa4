/**
 * `UnixConnection`: a connection by path in the shape of `Deno.UnixConn`.
 *
 * @module
 */

import type { CompletionPort } from "../../proactor/port/completion_port.ts";
import type { PortHandle } from "../../proactor/port/port_handle.ts";
import type { DeadlineOptions } from "../../stream/close_deadline.ts";
import { ConnectionFront, FRONT } from "../../stream/connection_front.ts";
import type {
  SendFileOptions,
  SendFileSource,
} from "../../stream/file_mover.ts";
import type { StreamConnection } from "../../stream/stream_connection.ts";
import type { ReadOptions } from "../../stream/stream_traits.ts";
import type {
  ShutdownOptions,
  WaitOptions,
} from "../../stream/wait_options.ts";
import { socketStream } from "../socket/socket_io.ts";
import type { SocketTraits } from "../socket/socket_kind.ts";
import { type UnixAddr, unixText } from "./unix_socket.ts";

/** What the library knows of a connection by path. */
export type UnixTraits = SocketTraits<UnixAddr>;

/**
 * One end of a connection by path, with the members of `Deno.UnixConn`.
 *
 * @example Usage
 * ```ts
 * import { connectUnix } from "@iocp/proactor/net";
 *
 * using connection = await connectUnix({ path: "echo.sock" });
 * await connection.write(new TextEncoder().encode("hello"));
 * const buffer = new Uint8Array(1024);
 * const count = await connection.read(buffer);
 * console.log(buffer.subarray(0, count ?? 0));
 * ```
 */
export class UnixConnection implements StreamConnection {
  readonly #front: ConnectionFront;
  readonly #traits: UnixTraits;

  /**
   * Made by {@linkcode UnixListener} and {@linkcode connectUnix}.
   *
   * @ignore
   * @param port The completion port.
   * @param handle A connected socket on it.
   * @param traits What is known of the connection.
   */
  constructor(port: CompletionPort, handle: PortHandle, traits: UnixTraits) {
    const stream = socketStream(handle, traits, unixName(traits));
    this.#front = new ConnectionFront(this, { port, handle }, stream);
    this.#traits = traits;
  }

  /** The address of this end. */
  get localAddr(): UnixAddr {
    return { ...this.#traits.local };
  }

  /** The address of the other end. */
  get remoteAddr(): UnixAddr {
    return { ...this.#traits.remote };
  }

  /**
   * Resolves when the connection is closed and the kernel has let go, however
   * it has ended.
   */
  get finished(): Promise<void> {
    return this.#front.finished;
  }

  /** Bytes that were written but are not with the kernel yet. */
  get bufferedAmount(): number {
    return this.#front.bufferedAmount;
  }

  /**
   * Milliseconds that a close waits for a peer that takes nothing, where they
   * were given; see {@linkcode DeadlineOptions}.
   */
  get deadline(): number | undefined {
    return this.#front.deadline;
  }

  /** True: there is an end for each direction. */
  get canCloseWrite(): boolean {
    return this.#front.canCloseWrite;
  }

  // --- reading ----------------------------------------------------------------

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
   * @throws {Deno.errors.ConnectionReset} when the peer has reset it.
   */
  read(target: Uint8Array, options?: ReadOptions): Promise<number | null> {
    return this.#front.read(target, options);
  }

  /**
   * The bytes as a stream, with BYOB readers. Cancelling it closes the
   * connection, and so does its end when writing has ended.
   */
  get readable(): ReadableStream<Uint8Array<ArrayBuffer>> {
    return this.#front.readable;
  }

  // --- writing ----------------------------------------------------------------

  /**
   * Writes all bytes.
   *
   * @param data The caller's again when this returns (before the promise
   * resolves). Empty arrays are not written.
   * @param options A signal that ends the wait; the bytes are sent all the
   * same.
   * @returns The number of bytes.
   * @throws {TypeError} when `data` is not a `Uint8Array`.
   * @throws {Deno.errors.BadResource} when the connection, or its write side,
   * is closed.
   * @throws {Deno.errors.ConnectionReset} when the peer has reset it.
   */
  write(data: Uint8Array, options?: WaitOptions): Promise<number> {
    return this.#front.write(data, options);
  }

  /**
   * Sends a file, behind what was written; what is written meanwhile goes
   * behind the file. Windows reads it by itself (`TransmitFile`), two files at
   * a time; more are copied. No position in a file is used or moved, but for a
   * `Deno.FsFile`, where it ends behind what was read.
   *
   * When it fails or is aborted halfway, nothing more can be written, because
   * nobody knows how much the peer has got.
   *
   * @param file Its path, a handle of it (however that was opened), or a
   * `Deno.FsFile`.
   * @param options Which part, and a signal.
   * @returns Bytes sent; fewer than `count` when the file ends before.
   * @throws {TypeError} when `file` is no regular file.
   * @throws {RangeError} when a number is not 0 or more.
   * @throws {Deno.errors.NotFound} when there is no such file.
   * @throws {Deno.errors.BadResource} when the connection, or its write side,
   * is closed.
   * @throws {Deno.errors.ConnectionReset} when the peer has gone away.
   * @throws {Deno.errors.NotSupported} when the file would have to be copied
   * and must not be, or the path is that of a pipe or a device.
   */
  sendFile(file: SendFileSource, options?: SendFileOptions): Promise<number> {
    return this.#front.sendFile(file, options);
  }

  /**
   * Writing as a stream. Closing it closes the write side, or the connection
   * when reading has ended.
   */
  get writable(): WritableStream<Uint8Array<ArrayBufferLike>> {
    return this.#front.writable;
  }

  /**
   * Tells the peer that nothing more will be written, behind what was. It can
   * go on writing. The second call waits for the first.
   *
   * @param options A signal that ends the wait; the write side is closed all
   * the same.
   * @throws {Deno.errors.BadResource} when the connection is closed.
   */
  closeWrite(options?: WaitOptions): Promise<void> {
    return this.#front.closeWrite(options);
  }

  // --- end --------------------------------------------------------------------

  /**
   * Closes the connection: what was written goes out first, for as long as the
   * peer takes it, and the peer can still read it afterwards. When it takes
   * nothing until the deadline, the rest is dropped: its writes reject with
   * `Deno.errors.TimedOut`, and the peer is told as by {@linkcode abort}.
   * Idempotent, unlike that of `Deno.Conn`.
   *
   * @param options The deadline, by default that of the connection. The last
   * one that was given counts.
   * @throws {RangeError} when the deadline is neither an integer from 0 to
   * 2147483647 nor `Infinity`.
   */
  close(options?: DeadlineOptions): void {
    this.#front.close(options);
  }

  /**
   * Closes the connection at once; what is queued is dropped. When something
   * is, the peer is told by an error instead of the end of the stream: a reset.
   */
  abort(): void {
    this.#front.abort();
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
  shutdown(options?: ShutdownOptions): Promise<void> {
    return this.#front.shutdown(options);
  }

  /** Lets pending reads and writes keep the process alive (the default). */
  ref(): void {
    this.#front.ref();
  }

  /** Lets the process end while reads or writes are pending. */
  unref(): void {
    this.#front.unref();
  }

  /** Closes the connection. */
  [Symbol.dispose](): void {
    this.close();
  }

  /** As {@linkcode shutdown}. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.shutdown();
  }

  /**
   * For what stands on the connection.
   *
   * @ignore
   */
  get [FRONT](): ConnectionFront {
    return this.#front;
  }
}

/**
 * What messages call a connection: a client has no path of its own.
 *
 * @param traits What is known of it.
 * @returns `peer of unix socket "C:\x.sock"`
 */
export function unixName({ local, remote }: UnixTraits): string {
  return `peer of ${unixText(remote.path === "" ? local : remote)}`;
}
