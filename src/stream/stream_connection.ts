/**
 * `StreamConnection`: a stream in the shape of `Deno.Conn`.
 *
 * @module
 */

import { byteLengthOf } from "../ffi/bytes.ts";
import { assertArray, stableBytes } from "../proactor/arguments.ts";
import type { CompletionPort } from "../proactor/port/completion_port.ts";
import { closeWhenForgotten } from "../proactor/port/forgotten.ts";
import type { PortHandle } from "../proactor/port/port_handle.ts";
import type { Channel } from "./channel.ts";
import { assertDeadline, type DeadlineOptions } from "./close_deadline.ts";
import type { ConnectionWrites } from "./connection_writes.ts";
import type { MessagePart, ReadQueue } from "./read_queue.ts";
import type { SendFileOptions, SendFileSource } from "./file_mover.ts";
import { sendFile } from "./send_file.ts";
import { readInterrupted, streamParts } from "./stream_parts.ts";
import type { ReadOptions, StreamTraits } from "./stream_traits.ts";
import { TurnOrder } from "./turn_budget.ts";
import { WebStreams } from "./web_streams.ts";

export type { DeadlineOptions, DroppedBytesError } from "./close_deadline.ts";
export type { ReadOptions, StreamTraits } from "./stream_traits.ts";

/**
 * A stream over a handle of the completion port, with the members of
 * `Deno.Conn`; see {@linkcode PipeConnection}.
 *
 * @example Usage
 * ```ts
 * import { connectPipe } from "@iocp/proactor";
 * import type { StreamConnection } from "@iocp/proactor/pipe";
 *
 * using connection: StreamConnection = await connectPipe("\\\\.\\pipe\\echo");
 * await connection.write(new TextEncoder().encode("hello"));
 * ```
 */
export abstract class StreamConnection implements Disposable, AsyncDisposable {
  readonly #channel: Channel;
  readonly #traits: StreamTraits;
  readonly #reads: ReadQueue;
  readonly #writes: ConnectionWrites;
  readonly #streams: WebStreams;
  readonly #readTurns: TurnOrder;
  readonly #writeTurns: TurnOrder;
  readonly #finished: Promise<void>;

  /**
   * Made by servers and by the functions that connect.
   *
   * @ignore
   * @param port The completion port.
   * @param handle A connected handle on it.
   * @param traits What is known of the stream.
   */
  constructor(port: CompletionPort, handle: PortHandle, traits: StreamTraits) {
    this.#traits = traits;
    this.#streams = new WebStreams(this, traits);
    this.#readTurns = new TurnOrder(port);
    this.#writeTurns = new TurnOrder(port);
    const parts = streamParts(port, handle, traits);
    this.#channel = parts.channel;
    this.#reads = parts.reads;
    this.#writes = parts.writes;
    this.#finished = parts.finished;
    const part = parts.channel;
    closeWhenForgotten(this, { port, part, name: traits.name });
  }

  /** Resolves when the connection is closed and the kernel has let go, however
   * it has ended. */
  get finished(): Promise<void> {
    return this.#finished;
  }

  /** Bytes that were written but are not with the kernel yet. */
  get bufferedAmount(): number {
    return this.#channel.writer.buffered;
  }

  /** Milliseconds that a close waits for a peer that takes nothing, where they
   * were given; see {@linkcode DeadlineOptions}. */
  get deadline(): number | undefined {
    return this.#traits.deadline;
  }

  /** True when the write side can be closed by itself. */
  get canCloseWrite(): boolean {
    return this.#traits.writable && this.#channel.writer.canEnd;
  }

  /**
   * The completion port; for the kinds of streams.
   *
   * @ignore
   */
  protected get port(): CompletionPort {
    return this.#channel.port;
  }

  /**
   * The handle; for the kinds of streams.
   *
   * @ignore
   */
  protected get handle(): PortHandle {
    return this.#channel.handle;
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
   * @throws {Deno.errors.NotSupported} when this end only writes.
   */
  async read(
    target: Uint8Array,
    options: ReadOptions = {},
  ): Promise<number | null> {
    assertArray("read into", target);
    if (byteLengthOf(target) === 0 && this.#channel.closing) return 0;
    this.assertReadable("read");
    const count = await this.#reads.read(target, options.signal);
    const turn = this.#readTurns.spend();
    if (turn !== undefined) await turn;
    return count;
  }

  /**
   * Reads a message; for streams that have such.
   *
   * @ignore
   * @param maxLength The most bytes.
   * @param signal Ends the wait.
   * @returns The message, or `null` at the end.
   */
  protected async readPart(
    maxLength: number,
    signal?: AbortSignal,
  ): Promise<MessagePart | null> {
    const message = await this.#reads.requestMessage(maxLength, signal);
    const turn = this.#readTurns.spend();
    if (turn !== undefined) await turn;
    return message;
  }

  /**
   * Waits until a read would end at once: with data, at the end, or with an
   * error. Takes nothing. For `waitReadable`.
   *
   * @ignore
   * @param signal Ends the wait.
   * @throws {Deno.errors.BadResource} when the connection is closed.
   * @throws {Deno.errors.Interrupted} when it is closed meanwhile.
   * @throws {Deno.errors.NotSupported} when this end only writes.
   */
  whenReadable(signal?: AbortSignal): Promise<void> {
    this.assertReadable("wait for data");
    return this.#reads.ready(signal);
  }

  /** The bytes as a stream, with BYOB readers. Cancelling it closes the
   * connection, and so does its end when writing has ended. */
  get readable(): ReadableStream<Uint8Array<ArrayBuffer>> {
    return this.#streams.readable;
  }

  // --- writing -------------------------------------------------------------

  /**
   * Writes all bytes. On a message-type pipe they are one message.
   *
   * @param data The caller's again when this returns (before the promise
   * resolves). Empty arrays are not written; see {@linkcode closeWrite}.
   * @returns The number of bytes.
   * @throws {TypeError} when `data` is not a `Uint8Array`.
   * @throws {RangeError} when a message has 4 GiB or more.
   * @throws {Deno.errors.BadResource} when the connection, or its write side,
   * is closed.
   * @throws {Deno.errors.BrokenPipe} when the other end is closed.
   * @throws {Deno.errors.NotSupported} when this end only reads.
   */
  async write(data: Uint8Array): Promise<number> {
    const bytes = stableBytes("write", data);
    this.#assertWritable();
    const length = byteLengthOf(bytes);
    if (length > 0) {
      this.#reads.answered();
      await this.#writes.write(bytes);
    } else await this.#writes.mark();
    const turn = this.#writeTurns.spend();
    if (turn !== undefined) await turn;
    return length;
  }

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
   * @throws {Deno.errors.ConnectionReset} when the peer has gone away.
   * @throws {Deno.errors.NotSupported} when this end only reads, or one write
   * is one message, or the file would have to be copied and must not be, or the
   * path is that of a pipe or a device.
   */
  async sendFile(
    file: SendFileSource,
    options: SendFileOptions = {},
  ): Promise<number> {
    this.#assertWritable();
    const { io, messages } = this.#traits;
    const toError = (code: number) => this.#writes.error(code, "write");
    const lost = () => this.#writes.loss ?? null;
    const stream = { channel: this.#channel, io, messages, toError, lost };
    return await sendFile(stream, file, options);
  }

  /** Writing as a stream. Closing it closes the write side, where the stream
   * has one of its own and reading goes on, and else the connection. */
  get writable(): WritableStream<Uint8Array<ArrayBufferLike>> {
    return this.#streams.writable;
  }

  /**
   * Tells the peer that nothing more will be written, behind what was. See
   * {@linkcode canCloseWrite}: TCP has a FIN for that, a message-type pipe a
   * message of length zero, a byte-type pipe nothing. The message goes out when
   * the peer has read the rest; nobody waits for that. The second call waits
   * for the first.
   *
   * @throws {Deno.errors.NotSupported} when the stream has no half close.
   * @throws {Deno.errors.BadResource} when the connection is closed.
   */
  async closeWrite(): Promise<void> {
    this.#assertOpen("close the write side");
    if (!this.canCloseWrite) {
      throw new Deno.errors.NotSupported(
        `Cannot close the write side of ${this.#traits.name}: ` +
          "it has no half close",
      );
    }
    await this.#writes.end();
  }

  // --- end -----------------------------------------------------------------

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
  close(options: DeadlineOptions = {}): void {
    assertDeadline(options.deadline);
    this.#reads.fail(readInterrupted());
    this.#channel.close(options.deadline);
  }

  /**
   * Closes the connection at once; what is queued is dropped. When something
   * is, the peer is told by an error instead of the end of the stream: a reset
   * on a socket, and on a pipe's client Windows' error 233, which we take for the
   * end.
   */
  abort(): void {
    this.#reads.fail(readInterrupted());
    this.#channel.abort();
  }

  /**
   * Closes the connection and waits until it is.
   *
   * @param options The deadline, as for {@linkcode close}.
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
  async shutdown(options: DeadlineOptions = {}): Promise<void> {
    this.close(options);
    await this.finished;
    if (this.#writes.loss !== undefined) throw this.#writes.loss;
  }

  /**
   * Has somebody told when Windows has taken some of what was written; for what
   * stands on the connection.
   *
   * @ignore
   * @param onProgress Who is told.
   */
  watchWrites(onProgress: () => void): void {
    this.#channel.onProgress = onProgress;
  }

  /** Lets pending reads and writes keep the process alive (the default). */
  ref(): void {
    this.port.setReferenced(this.handle, true);
  }

  /** Lets the process end while reads or writes are pending. */
  unref(): void {
    this.port.setReferenced(this.handle, false);
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

  /**
   * Refuses to read in the wrong state.
   *
   * @ignore
   * @param action The beginning of the message.
   */
  protected assertReadable(action: string): void {
    this.#assertOpen(action);
    if (this.#traits.readable) return;
    throw new Deno.errors.NotSupported(
      `Cannot ${action}: this end of ${this.#traits.name} only writes`,
    );
  }

  #assertWritable(): void {
    this.#assertOpen("write");
    if (!this.#traits.writable) {
      throw new Deno.errors.NotSupported(
        `Cannot write: this end of ${this.#traits.name} only reads`,
      );
    }
    if (!this.#writes.ended) return;
    throw new Deno.errors.BadResource("Cannot write: the write side is closed");
  }

  #assertOpen(action: string): void {
    if (!this.#channel.closing) return;
    throw new Deno.errors.BadResource(
      `Cannot ${action}: the connection is closed`,
    );
  }
}
