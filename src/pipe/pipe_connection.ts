/**
 * `PipeConnection`: a connected pipe in the shape of `Deno.Conn`.
 *
 * @module
 */

import { assertInteger } from "../proactor/arguments.ts";
import type { CompletionPort } from "../proactor/port/completion_port.ts";
import type { PortHandle } from "../proactor/port/port_handle.ts";
import type { DeadlineOptions } from "../stream/close_deadline.ts";
import { ConnectionFront, FRONT } from "../stream/connection_front.ts";
import type { SendFileOptions, SendFileSource } from "../stream/file_mover.ts";
import type { StreamConnection } from "../stream/stream_connection.ts";
import type { ReadOptions } from "../stream/stream_traits.ts";
import type { ShutdownOptions, WaitOptions } from "../stream/wait_options.ts";
import { pipeIo } from "./pipe_io.ts";

/** The address of a pipe. */
export interface PipeAddr {
  /** Always `"pipe"`. */
  transport: "pipe";
  /** `\\.\pipe\name`. */
  path: string;
}

/** The directions of a pipe, seen from this end. */
export type PipeDirection = "duplex" | "in" | "out";

/** What the library knows of a connected pipe. */
export interface PipeTraits extends DeadlineOptions {
  /** `\\.\pipe\name`. */
  path: string;
  /** The directions of this end. */
  direction: PipeDirection;
  /** A message-type pipe: a write is a message. */
  messageType: boolean;
  /** This end reads message by message. */
  messageReadMode: boolean;
  /** True for the server's end. */
  serverEnd: boolean;
}

/** Options of {@linkcode PipeConnection.readMessage}. */
export interface ReadMessageOptions extends ReadOptions {
  /**
   * Bytes of a message that one call returns at most.
   *
   * @default {16777216}
   */
  maxLength?: number | undefined;
}

/** A message, or a part of one that is longer than was asked for. */
export interface PipeMessage {
  /** The bytes. */
  data: Uint8Array<ArrayBuffer>;
  /** True when the message goes on with the next call. */
  more: boolean;
}

const DEFAULT_MAX_MESSAGE = 16 * 1024 * 1024;

/**
 * One end of a connected pipe, with the members of `Deno.Conn`.
 *
 * @example Usage
 * ```ts
 * import { connectPipe } from "@iocp/proactor";
 *
 * using connection = await connectPipe("\\\\.\\pipe\\echo");
 * await connection.write(new TextEncoder().encode("hello"));
 * const buffer = new Uint8Array(1024);
 * const count = await connection.read(buffer);
 * console.log(buffer.subarray(0, count ?? 0));
 * ```
 */
export class PipeConnection implements StreamConnection {
  readonly #front: ConnectionFront;
  readonly #traits: PipeTraits;

  /**
   * Made by {@linkcode PipeServer} and {@linkcode connectPipe}.
   *
   * @ignore
   * @param port The completion port.
   * @param handle A connected pipe on it.
   * @param traits What is known of the pipe.
   */
  constructor(port: CompletionPort, handle: PortHandle, traits: PipeTraits) {
    this.#front = new ConnectionFront(this, { port, handle }, {
      ...pipeIo(port, handle, traits.messageType),
      name: `pipe "${traits.path}"`,
      readable: traits.direction !== "out",
      writable: traits.direction !== "in",
      messages: traits.messageType,
      syscalls: { read: "ReadFile", write: "WriteFile" },
      deadline: traits.deadline,
    });
    this.#traits = traits;
  }

  /** The pipe's address; both ends have the same. */
  get localAddr(): PipeAddr {
    return { transport: "pipe", path: this.#traits.path };
  }

  /** The pipe's address; both ends have the same. */
  get remoteAddr(): PipeAddr {
    return this.localAddr;
  }

  /** The process at the other end; 0 when Windows does not tell. */
  get remoteProcessId(): number {
    const { port: { api }, handle: { handle, closed } } = this.#front;
    if (closed) return 0;
    return this.#traits.serverEnd
      ? api.getNamedPipeClientProcessId(handle)
      : api.getNamedPipeServerProcessId(handle);
  }

  /** True on a message-type pipe, where one write is one message. */
  get messageType(): boolean {
    return this.#traits.messageType;
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

  /**
   * True when the write side can be closed by itself: on a message-type pipe.
   */
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
   * @throws {Deno.errors.NotSupported} when this end only writes.
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
   * @throws {Deno.errors.BrokenPipe} when the other end is closed.
   * @throws {Deno.errors.NotSupported} when this end only reads.
   */
  write(data: Uint8Array, options?: WaitOptions): Promise<number> {
    return this.#front.write(data, options);
  }

  /**
   * Sends a file, behind what was written; what is written meanwhile goes
   * behind the file. It is read and written piece by piece. No position in a
   * file is used or moved, but for a `Deno.FsFile`, where it ends behind what
   * was read.
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
   * @throws {Deno.errors.BrokenPipe} when the other end is closed.
   * @throws {Deno.errors.NotSupported} when this end only reads, or one write
   * is one message, or the file would have to be copied and must not be, or the
   * path is that of a pipe or a device.
   */
  sendFile(file: SendFileSource, options?: SendFileOptions): Promise<number> {
    return this.#front.sendFile(file, options);
  }

  /**
   * Writing as a stream. Closing it closes the write side, where the stream has
   * one of its own and reading goes on, and else the connection.
   */
  get writable(): WritableStream<Uint8Array<ArrayBufferLike>> {
    return this.#front.writable;
  }

  /**
   * Tells the peer that nothing more will be written, behind what was. A
   * message-type pipe has a message of length zero for that, which goes out
   * when the peer has read the rest; nobody waits for that. A byte-type pipe
   * has nothing. The second call waits for the first.
   *
   * @param options A signal that ends the wait; the write side is closed all
   * the same.
   * @throws {Deno.errors.NotSupported} when the stream has no half close.
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
   * is, the peer is told by an error instead of the end of the stream: on a
   * client Windows' error 233, which we take for the end.
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
   * @throws {Deno.errors.BrokenPipe} when the peer has gone before it had all.
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

  // --- messages --------------------------------------------------------------

  /**
   * Reads one message of a message-type pipe, whatever its length.
   *
   * @param options The most bytes to return, and a signal.
   * @returns The message, or `null` when the peer has ended its writes (by a
   * message of length zero) or has closed.
   * @throws {RangeError} when `maxLength` is not a positive integer.
   * @throws {Deno.errors.NotSupported} when this end does not read messages,
   * or only writes.
   * @throws {Deno.errors.BadResource} when the connection is closed.
   * @throws {Deno.errors.Interrupted} when it is closed meanwhile.
   */
  async readMessage(
    options: ReadMessageOptions = {},
  ): Promise<PipeMessage | null> {
    const { maxLength = DEFAULT_MAX_MESSAGE, signal } = options;
    assertInteger("maxLength", maxLength, [1, 0xffff_ffff]);
    this.#front.assertReadable("read message");
    this.#assertMessages();
    return await this.#front.readPart(maxLength, signal);
  }

  /**
   * For what stands on the connection.
   *
   * @ignore
   */
  get [FRONT](): ConnectionFront {
    return this.#front;
  }

  #assertMessages(): void {
    if (this.#traits.messageReadMode) return;
    throw new Deno.errors.NotSupported(
      "Cannot read message: this end of the pipe reads bytes",
    );
  }
}
