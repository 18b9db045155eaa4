/**
 * `HandleStream`: a handle that somebody else has opened, as a stream.
 *
 * @module
 */

import type { Handle } from "../ffi/win32_api.ts";
import type { CompletionPort } from "../proactor/port/completion_port.ts";
import type { DeadlineOptions } from "../stream/close_deadline.ts";
import { ConnectionFront, FRONT } from "../stream/connection_front.ts";
import type { SendFileOptions, SendFileSource } from "../stream/file_mover.ts";
import type { StreamConnection } from "../stream/stream_connection.ts";
import { FileIo } from "../stream/stream_io.ts";
import type { ReadOptions } from "../stream/stream_traits.ts";
import { ThreadIo } from "../stream/thread_io.ts";
import type { ShutdownOptions, WaitOptions } from "../stream/wait_options.ts";
import type { HandleKind, HandleTraits } from "./handle_kind.ts";

/** What is known of an adopted handle. */
export interface Adoption extends HandleTraits, DeadlineOptions {
  /** What messages call it. */
  name: string;
  /** What it is used for. */
  direction: "in" | "out" | "duplex";
  /** How bytes move. */
  io: FileIo | ThreadIo;
}

/**
 * A stream over a handle that somebody else has opened, such as a standard
 * stream that a parent gave us.
 *
 * @example Usage
 * ```ts
 * import { type HandleStream, openStdin } from "@iocp/proactor/process";
 *
 * using input: HandleStream = await openStdin();
 * console.log(input.kind, input.driver);
 * for await (const chunk of input.readable) console.log(chunk.length);
 * ```
 */
export class HandleStream implements StreamConnection {
  readonly #front: ConnectionFront;
  readonly #adoption: Adoption;

  /**
   * Made by {@linkcode adoptHandle} and the functions that open the standard
   * streams.
   *
   * @ignore
   * @param port The completion port.
   * @param handle The handle.
   * @param adoption What is known of it.
   */
  constructor(port: CompletionPort, handle: Handle, adoption: Adoption) {
    const { io, kind, direction, messageType } = adoption;
    const registered = io instanceof ThreadIo
      ? io.owner
      : port.associate(handle, { warnings: messageType });
    this.#front = new ConnectionFront(this, { port, handle: registered }, {
      io,
      emptyIsEnd: kind !== "pipe" || messageType,
      probe: kind === "pipe" && !messageType && io instanceof FileIo,
      name: adoption.name,
      readable: direction !== "out",
      writable: direction !== "in",
      messages: messageType,
      syscalls: { read: "ReadFile", write: "WriteFile" },
      deadline: adoption.deadline,
    });
    this.#adoption = adoption;
  }

  /** What the handle refers to. */
  get kind(): HandleKind {
    return this.#adoption.kind;
  }

  /**
   * What drives it: the completion port; or a thread for each read or write
   * that is pending, where the handle was not opened for overlapped I/O.
   */
  get driver(): "port" | "thread" {
    return this.#adoption.io instanceof FileIo ? "port" : "thread";
  }

  /**
   * Resolves when the stream is closed and the kernel has let go, however it
   * has ended.
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

  /** True when the write side can be closed by itself. */
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
   * array is filled at once, whatever the state of the stream.
   * @throws {TypeError} when `target` is not a `Uint8Array`.
   * @throws {Deno.errors.BadResource} when the stream is closed.
   * @throws {Deno.errors.Interrupted} when it is closed meanwhile.
   * @throws {Deno.errors.NotSupported} when this end only writes.
   */
  read(target: Uint8Array, options?: ReadOptions): Promise<number | null> {
    return this.#front.read(target, options);
  }

  /**
   * The bytes as a stream, with BYOB readers. Cancelling it closes the stream,
   * and so does its end when writing has ended.
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
   * @throws {Deno.errors.BadResource} when the stream, or its write side, is
   * closed.
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
   * @throws {Deno.errors.BadResource} when the stream, or its write side, is
   * closed.
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
   * one of its own and reading goes on, and else the stream.
   */
  get writable(): WritableStream<Uint8Array<ArrayBufferLike>> {
    return this.#front.writable;
  }

  /**
   * Tells the peer that nothing more will be written, behind what was. See
   * {@linkcode canCloseWrite}: a message-type pipe has a message of length zero
   * for that, which goes out when the peer has read the rest; nobody waits for
   * that. The second call waits for the first.
   *
   * @param options A signal that ends the wait; the write side is closed all
   * the same.
   * @throws {Deno.errors.NotSupported} when the stream has no half close.
   * @throws {Deno.errors.BadResource} when the stream is closed.
   */
  closeWrite(options?: WaitOptions): Promise<void> {
    return this.#front.closeWrite(options);
  }

  // --- end --------------------------------------------------------------------

  /**
   * Closes the stream: what was written goes out first, for as long as the peer
   * takes it, and the peer can still read it afterwards. When it takes nothing
   * until the deadline, the rest is dropped: its writes reject with
   * `Deno.errors.TimedOut`, and the peer is told as by {@linkcode abort}.
   * Idempotent.
   *
   * @param options The deadline, by default that of the stream. The last one
   * that was given counts.
   * @throws {RangeError} when the deadline is neither an integer from 0 to
   * 2147483647 nor `Infinity`.
   */
  close(options?: DeadlineOptions): void {
    this.#front.close(options);
  }

  /**
   * Closes the stream at once; what is queued is dropped. When something is,
   * the peer is told by an error instead of the end of the stream: on a client
   * Windows' error 233, which we take for the end.
   */
  abort(): void {
    this.#front.abort();
  }

  /**
   * Closes the stream and waits until it is.
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

  /** Closes the stream. */
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
