/**
 * `SocketConnection`: what connections of sockets have in common.
 *
 * @module
 */

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

/**
 * What {@linkcode TcpConnection} and {@linkcode UnixConnection} have in common.
 *
 * @typeParam A The addresses of its ends.
 */
export interface SocketConnection<A extends object = object>
  extends StreamConnection {
  /** The address of this end. */
  readonly localAddr: A;
  /** The address of the other end. */
  readonly remoteAddr: A;
  /** True: there is an end for each direction. */
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
   * @throws {Deno.errors.ConnectionReset} when the peer has reset it.
   */
  read(target: Uint8Array, options?: ReadOptions): Promise<number | null>;
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
  write(data: Uint8Array, options?: WaitOptions): Promise<number>;
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
  sendFile(file: SendFileSource, options?: SendFileOptions): Promise<number>;
  /**
   * Writing as a stream. Closing it closes the write side, or the connection
   * when reading has ended.
   */
  readonly writable: WritableStream<Uint8Array<ArrayBufferLike>>;
  /**
   * Tells the peer that nothing more will be written, behind what was (TCP
   * sends a FIN). The peer can go on writing. The second call waits for the
   * first.
   *
   * @param options A signal that ends the wait; the write side is closed all
   * the same.
   * @throws {Deno.errors.BadResource} when the connection is closed.
   */
  closeWrite(options?: WaitOptions): Promise<void>;
  /**
   * Closes the connection at once; what is queued is dropped. When something
   * is, the peer is told by an error instead of the end of the stream: a reset.
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
   * @throws {Deno.errors.ConnectionReset} when the peer has gone before it had
   * all.
   */
  shutdown(options?: ShutdownOptions): Promise<void>;
}
