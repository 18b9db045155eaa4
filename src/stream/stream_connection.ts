/**
 * `StreamConnection`: what streams over handles of the completion port have in
 * common.
 *
 * @module
 */

import type { DeadlineOptions } from "./close_deadline.ts";
import type { SendFileOptions, SendFileSource } from "./file_mover.ts";
import type { ReadOptions } from "./stream_traits.ts";
import type { ShutdownOptions, WaitOptions } from "./wait_options.ts";

/**
 * What {@linkcode PipeConnection}, {@linkcode TcpConnection},
 * {@linkcode UnixConnection} and {@linkcode HandleStream} have in common.
 *
 * @example Usage
 * ```ts
 * import { connectPipe, type StreamConnection } from "@iocp/proactor";
 *
 * using connection: StreamConnection = await connectPipe("\\\\.\\pipe\\echo");
 * await connection.write(new TextEncoder().encode("hello"));
 * ```
 */
export interface StreamConnection extends Disposable, AsyncDisposable {
  /**
   * Resolves when the connection is closed and the kernel has let go, however
   * it has ended.
   */
  readonly finished: Promise<void>;
  /** Bytes that were written but are not with the kernel yet. */
  readonly bufferedAmount: number;
  /**
   * Milliseconds that a close waits for a peer that takes nothing, where they
   * were given; see {@linkcode DeadlineOptions}.
   */
  readonly deadline: number | undefined;
  /** True when the write side can be closed by itself. */
  readonly canCloseWrite: boolean;
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
   * @throws {Deno.errors.NotSupported} when this end only writes.
   * @throws {Deno.errors.ConnectionReset} when the peer of a socket has reset it.
   */
  read(target: Uint8Array, options?: ReadOptions): Promise<number | null>;
  /**
   * The bytes as a stream, with BYOB readers. Cancelling it closes the
   * connection, and so does its end when writing has ended.
   */
  readonly readable: ReadableStream<Uint8Array<ArrayBuffer>>;
  /**
   * Writes all bytes. On a message-type pipe they are one message.
   *
   * @param data The caller's again when this returns (before the promise
   * resolves). Empty arrays are not written; see {@linkcode closeWrite}.
   * @param options A signal that ends the wait; the bytes are sent all the
   * same.
   * @returns The number of bytes.
   * @throws {TypeError} when `data` is not a `Uint8Array`.
   * @throws {RangeError} when a message has 4 GiB or more.
   * @throws {Deno.errors.BadResource} when the connection, or its write side,
   * is closed.
   * @throws {Deno.errors.BrokenPipe} when the other end of a pipe is closed.
   * @throws {Deno.errors.ConnectionReset} when the peer of a socket has reset it.
   * @throws {Deno.errors.NotSupported} when this end only reads.
   */
  write(data: Uint8Array, options?: WaitOptions): Promise<number>;
  /**
   * Sends a file, behind what was written; what is written meanwhile goes
   * behind the file. Over sockets Windows reads it by itself (`TransmitFile`),
   * two files at a time; it is copied otherwise. No position in a file is used
   * or moved, but for a `Deno.FsFile`, where it ends behind what was read.
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
   * @throws {Deno.errors.BrokenPipe} when the other end of a pipe is closed.
   * @throws {Deno.errors.ConnectionReset} when the peer of a socket has gone
   * away.
   * @throws {Deno.errors.NotSupported} when this end only reads, or one write
   * is one message, or the file would have to be copied and must not be, or the
   * path is that of a pipe or a device.
   */
  sendFile(file: SendFileSource, options?: SendFileOptions): Promise<number>;
  /**
   * Writing as a stream. Closing it closes the write side, where the stream has
   * one of its own and reading goes on, and else the connection.
   */
  readonly writable: WritableStream<Uint8Array<ArrayBufferLike>>;
  /**
   * Tells the peer that nothing more will be written, behind what was. See
   * {@linkcode canCloseWrite}: TCP has a FIN for that, a message-type pipe a
   * message of length zero, a byte-type pipe nothing. The message goes out when
   * the peer has read the rest; nobody waits for that. The second call waits
   * for the first.
   *
   * @param options A signal that ends the wait; the write side is closed all
   * the same.
   * @throws {Deno.errors.NotSupported} when the stream has no half close.
   * @throws {Deno.errors.BadResource} when the connection is closed.
   */
  closeWrite(options?: WaitOptions): Promise<void>;
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
  close(options?: DeadlineOptions): void;
  /**
   * Closes the connection at once; what is queued is dropped. When something
   * is, the peer is told by an error instead of the end of the stream: a reset
   * on a socket, and on a pipe's client Windows' error 233, which we take for
   * the end.
   */
  abort(): void;
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
   * @throws {Deno.errors.BrokenPipe} when the peer of a pipe has gone before it
   * had all.
   * @throws {Deno.errors.ConnectionReset} when the peer of a socket has.
   */
  shutdown(options?: ShutdownOptions): Promise<void>;
  /** Lets pending reads and writes keep the process alive (the default). */
  ref(): void;
  /** Lets the process end while reads or writes are pending. */
  unref(): void;
  /** Closes the connection. */
  [Symbol.dispose](): void;
  /** As {@linkcode shutdown}. */
  [Symbol.asyncDispose](): Promise<void>;
}
