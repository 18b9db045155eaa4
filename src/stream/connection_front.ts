/**
 * What the methods of connections do.
 *
 * A front refers to the object that its user has, the page: whoever waits for a
 * method, or reads a web stream, keeps both. What the port holds (the channel,
 * the queue of reads, the writes) refers to neither.
 *
 * @module
 */

import { byteLengthOf } from "../ffi/bytes.ts";
import {
  ERROR_BAD_PIPE,
  ERROR_BROKEN_PIPE,
  ERROR_PIPE_BUSY,
} from "../ffi/constants.ts";
import { assertArray, stableBytes } from "../proactor/arguments.ts";
import type { CompletionPort } from "../proactor/port/completion_port.ts";
import { closeWhenForgotten } from "../proactor/port/forgotten.ts";
import type { PortHandle } from "../proactor/port/port_handle.ts";
import type { Channel } from "./channel.ts";
import { assertDeadline, type DeadlineOptions } from "./close_deadline.ts";
import type { ConnectionWrites } from "./connection_writes.ts";
import type { SendFileOptions, SendFileSource } from "./file_mover.ts";
import type { MessagePart, ReadQueue } from "./read_queue.ts";
import { sendFile } from "./send_file.ts";
import { readInterrupted, StreamParts } from "./stream_parts.ts";
import type { ReadOptions, StreamTraits } from "./stream_traits.ts";
import {
  closeAndWait,
  type ShutdownOptions,
  unlessAborted,
  type WaitOptions,
} from "./wait_options.ts";
import { type StreamTarget, WebStreams } from "./web_streams.ts";

/** Under this key a connection has its front, for other rooms. */
export const FRONT: unique symbol = Symbol("front");

/** What a connection has read, and nobody has taken. */
export interface ReadAhead {
  /** The bytes. */
  parts: Uint8Array<ArrayBuffer>[];
  /** True when they are not the whole message. */
  more: boolean;
  /** True when nothing follows. */
  ended: boolean;
}

/** A handle on the port. */
export interface OpenedHandle {
  /** The completion port. */
  port: CompletionPort;
  /** A connected handle on it. */
  handle: PortHandle;
}

/**
 * Finds what is behind a connection of this library.
 *
 * @param connection Any value.
 * @returns Its front, or `undefined` when it is something else.
 */
export function frontOf(connection: unknown): ConnectionFront | undefined {
  if (typeof connection !== "object" || connection === null) return undefined;
  const front: unknown = Reflect.get(connection, FRONT);
  return front instanceof ConnectionFront ? front : undefined;
}

/** What the methods of a connection do; {@linkcode StreamConnection} tells
 * what each of them promises. */
export class ConnectionFront {
  readonly #channel: Channel;
  readonly #traits: StreamTraits;
  readonly #reads: ReadQueue;
  readonly #writes: ConnectionWrites;
  readonly #parts: StreamParts;
  readonly #page: StreamTarget;
  #streams: WebStreams | undefined;

  /**
   * @param page The object that the user has; closed when it is forgotten.
   * @param opened The handle, which is the front's from now on.
   * @param traits What is known of the stream.
   */
  constructor(page: StreamTarget, opened: OpenedHandle, traits: StreamTraits) {
    const { port, handle } = opened;
    this.#traits = traits;
    this.#page = page;
    const parts = this.#parts = new StreamParts(port, handle, traits);
    this.#channel = parts.channel;
    this.#reads = parts.reads;
    this.#writes = parts.writes;
    const part = parts.channel;
    closeWhenForgotten(page, { port, part, name: traits.name });
  }

  /** Resolves when the kernel has let go. */
  get finished(): Promise<void> {
    return this.#parts.finished;
  }

  /** The completion port. */
  get port(): CompletionPort {
    return this.#channel.port;
  }

  /** The handle. */
  get handle(): PortHandle {
    return this.#channel.handle;
  }

  /** Bytes that were written but are not with the kernel yet. */
  get bufferedAmount(): number {
    return this.#channel.writer.buffered;
  }

  /** Milliseconds that a close waits, where they were given. */
  get deadline(): number | undefined {
    return this.#traits.deadline;
  }

  /** True when the write side can be closed by itself. */
  get canCloseWrite(): boolean {
    return this.#traits.writable && this.#channel.writer.canEnd;
  }

  // --- reading -------------------------------------------------------------

  /**
   * Reads what is there, or waits for it.
   *
   * @param target Where the bytes go.
   * @param options A signal that ends the wait.
   * @returns The number of bytes, or `null` at the end.
   */
  read(target: Uint8Array, options?: ReadOptions): Promise<number | null> {
    try {
      assertArray("read into", target);
      if (this.#channel.closing && byteLengthOf(target) === 0) {
        return Promise.resolve(0);
      }
      this.assertReadable("read");
      const read = this.#reads.read(target, options?.signal);
      if (this.#reads.busy) this.#reads.owner = this;
      return read;
    } catch (error) {
      return Promise.reject(error);
    }
  }

  /**
   * Reads a message, or a part of one.
   *
   * @param maxLength The most bytes.
   * @param signal Ends the wait.
   * @returns The message, or `null` at the end.
   */
  async readPart(
    maxLength: number,
    signal?: AbortSignal,
  ): Promise<MessagePart | null> {
    return await this.#reads.requestMessage(maxLength, signal);
  }

  /**
   * Writes a message and reads the next one.
   *
   * @param data The message; the caller's again when this returns.
   * @param maxLength The most bytes of the answer.
   * @param signal Ends the wait.
   * @returns The answer, or `null` at the end.
   */
  async transact(
    data: Uint8Array,
    maxLength: number,
    signal?: AbortSignal,
  ): Promise<MessagePart | null> {
    const bytes = stableBytes("transact", data);
    this.assertReadable("transact");
    this.#assertWritable();
    signal?.throwIfAborted();
    const written = this.#exchange(bytes);
    const answer = this.readPart(maxLength, signal);
    const [message] = await Promise.all([answer, written]);
    return message;
  }

  /** One call writes and reads, unless a read or a write is on its way. */
  #exchange(bytes: Uint8Array<ArrayBuffer>): Promise<number> | undefined {
    const { reader, writer } = this.#channel;
    if (this.#reads.busy || reader.readable) throw this.#busy();
    if (reader.pending || !writer.idle) {
      this.#reads.answered();
      return this.#writes.write(bytes, this);
    }
    const code = reader.exchange(bytes);
    if (code === ERROR_PIPE_BUSY) throw this.#busy();
    // Whose mode is right is not connected any more.
    if (code === ERROR_BAD_PIPE) {
      throw this.#writes.error(ERROR_BROKEN_PIPE, "write");
    }
    if (code !== 0) throw this.#writes.error(code, "write");
    return undefined;
  }

  #busy(): Error {
    return new Deno.errors.Busy(
      `Cannot transact on ${this.#traits.name}: ` +
        "a message waits to be read, or somebody for one",
    );
  }

  /** What was read and nobody has taken, and what will follow it. */
  get readAhead(): ReadAhead {
    const { reader } = this.#channel;
    const { more, ended } = reader;
    return { parts: [...this.#reads.kept, reader.peek()], more, ended };
  }

  /**
   * Waits until a read would end at once: with data, at the end, or with an
   * error. Takes nothing.
   *
   * @param signal Ends the wait.
   * @throws {Deno.errors.BadResource} when the connection is closed.
   * @throws {Deno.errors.Interrupted} when it is closed meanwhile.
   * @throws {Deno.errors.NotSupported} when this end only writes.
   */
  whenReadable(signal?: AbortSignal): Promise<void> {
    this.assertReadable("wait for data");
    return this.#reads.ready(signal);
  }

  /** A byte stream. */
  get readable(): ReadableStream<Uint8Array<ArrayBuffer>> {
    return this.#webStreams.readable;
  }

  // --- writing -------------------------------------------------------------

  /**
   * Writes all bytes.
   *
   * @param data The caller's again when this returns.
   * @param options A signal that ends the wait.
   * @returns The number of bytes.
   */
  write(data: Uint8Array, options?: WaitOptions): Promise<number> {
    try {
      const bytes = stableBytes("write", data);
      this.#assertWritable();
      const signal = options?.signal;
      signal?.throwIfAborted();
      return unlessAborted(this.#write(bytes), signal);
    } catch (error) {
      return Promise.reject(error);
    }
  }

  /** No bytes wait for those before them. */
  #write(bytes: Uint8Array<ArrayBuffer>): Promise<number> {
    if (byteLengthOf(bytes) === 0) return this.#writes.mark(this);
    this.#reads.answered();
    return this.#writes.write(bytes, this);
  }

  /**
   * Sends a file, behind what was written.
   *
   * @param file The file.
   * @param options Which part, and a signal.
   * @returns Bytes sent.
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

  /** A stream whose close ends the write side, or the connection. */
  get writable(): WritableStream<Uint8Array<ArrayBufferLike>> {
    return this.#webStreams.writable;
  }

  /**
   * Tells the peer that nothing more will be written.
   *
   * @param options A signal that ends the wait.
   */
  async closeWrite({ signal }: WaitOptions = {}): Promise<void> {
    this.#assertOpen("close the write side");
    if (!this.canCloseWrite) {
      throw new Deno.errors.NotSupported(
        `Cannot close the write side of ${this.#traits.name}: ` +
          "it has no half close",
      );
    }
    signal?.throwIfAborted();
    await unlessAborted(this.#writes.end(), signal);
  }

  // --- end -----------------------------------------------------------------

  /**
   * Closes when what was written is with the kernel, or the deadline has come.
   *
   * @param options The deadline.
   */
  close(options: DeadlineOptions = {}): void {
    assertDeadline(options.deadline);
    this.#reads.fail(readInterrupted);
    this.#channel.close(options.deadline);
  }

  /** Closes at once. */
  abort(): void {
    this.#reads.fail(readInterrupted);
    this.#channel.abort();
  }

  /**
   * Closes, and waits for it.
   *
   * @param options The deadline, and a signal that ends the wait.
   */
  async shutdown(options: ShutdownOptions = {}): Promise<void> {
    await closeAndWait(this, options, () => this.#writes.loss);
  }

  /**
   * Has somebody told when Windows has taken some of what was written.
   *
   * @param onProgress Who is told.
   */
  watchWrites(onProgress: () => void): void {
    this.#channel.onProgress = onProgress;
  }

  /** Lets pending reads and writes keep the process alive. */
  ref(): void {
    this.port.setReferenced(this.handle, true);
  }

  /** Lets the process end while reads or writes are pending. */
  unref(): void {
    this.port.setReferenced(this.handle, false);
  }

  // --- states --------------------------------------------------------------

  /**
   * Refuses to read in the wrong state.
   *
   * @param action The beginning of the message.
   */
  assertReadable(action: string): void {
    this.#assertOpen(action);
    if (this.#traits.readable) return;
    throw new Deno.errors.NotSupported(
      `Cannot ${action}: this end of ${this.#traits.name} only writes`,
    );
  }

  get #webStreams(): WebStreams {
    return this.#streams ??= new WebStreams(this.#page, this.#traits);
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
