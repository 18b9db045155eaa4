/**
 * `PipeConnection`: a connected pipe in the shape of `Deno.Conn`.
 *
 * @module
 */

import { ERROR_IO_PENDING } from "../ffi/constants.ts";
import { windowsError } from "../ffi/errors.ts";
import { assertArray, assertInteger } from "../proactor/arguments.ts";
import type { CompletionPort } from "../proactor/completion_port.ts";
import type { PortHandle } from "../proactor/port_handle.ts";
import {
  Channel,
  type ChannelConsumer,
  DEFAULT_CLOSE_DEADLINE,
} from "../stream/channel.ts";
import { ReadQueue } from "../stream/read_queue.ts";
import { TurnBudget } from "../stream/turn_budget.ts";
import { WebStreams } from "../stream/web_streams.ts";

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
export interface PipeTraits {
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

/** Options of reads. */
export interface ReadOptions {
  /** Ends the wait. Data that come later are kept for the next read. */
  signal?: AbortSignal | undefined;
}

/** Options of {@linkcode PipeConnection.readMessage}. */
export interface ReadMessageOptions extends ReadOptions {
  /**
   * Bytes of a message that one call returns at most.
   *
   * @default {16777216}
   */
  maxLength?: number;
}

/** A message, or a part of one that is longer than was asked for. */
export interface PipeMessage {
  /** The bytes. */
  data: Uint8Array<ArrayBuffer>;
  /** True when the message goes on with the next call. */
  more: boolean;
}

/** Options of {@linkcode PipeConnection.shutdown}. */
export interface ShutdownOptions {
  /**
   * Milliseconds that queued writes have to get through.
   *
   * @default {5000}
   */
  deadline?: number;
}

const DEFAULT_MAX_MESSAGE = 16 * 1024 * 1024;

/**
 * One end of a connected pipe, with the members of `Deno.Conn`.
 *
 * @example Usage
 * ```ts ignore
 * import { connectPipe } from "@iocp/proactor";
 *
 * using connection = await connectPipe("\\\\.\\pipe\\echo");
 * await connection.write(new TextEncoder().encode("hello"));
 * const buffer = new Uint8Array(1024);
 * const count = await connection.read(buffer);
 * console.log(buffer.subarray(0, count ?? 0));
 * ```
 */
export class PipeConnection implements Disposable, AsyncDisposable {
  readonly #channel: Channel;
  readonly #traits: PipeTraits;
  readonly #reads: ReadQueue;
  readonly #budget: TurnBudget;
  readonly #streams = new WebStreams(this);
  readonly #finished = Promise.withResolvers<void>();
  #writesRefused = "";

  /**
   * Made by {@linkcode PipeServer} and {@linkcode connectPipe}.
   *
   * @ignore
   * @param port The completion port.
   * @param handle A connected pipe on it.
   * @param traits What is known of the pipe.
   */
  constructor(port: CompletionPort, handle: PortHandle, traits: PipeTraits) {
    this.#traits = traits;
    this.#budget = new TurnBudget(port);
    const consumer: ChannelConsumer = {
      onReadable: () => this.#reads.advance(),
      onWritten: () => {},
      onDrained: () => {},
      onWriteError: () => {},
      onClosed: () => this.#reads.fail(interrupted()),
      onReleased: () => this.#finished.resolve(),
    };
    this.#channel = new Channel(port, handle, {
      emptyIsEnd: traits.messageType,
      probe: !traits.messageType,
      messages: traits.messageType,
      consumer,
    });
    this.#reads = new ReadQueue(
      this.#channel.reader,
      (code) =>
        windowsError(port.api, code, {
          syscall: "ReadFile",
          action: `Cannot read from pipe "${traits.path}"`,
        }),
    );
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
    const { api } = this.#channel.port;
    const { handle } = this.#channel.handle;
    if (this.#channel.handle.closed) return 0;
    return this.#traits.serverEnd
      ? api.getNamedPipeClientProcessId(handle)
      : api.getNamedPipeServerProcessId(handle);
  }

  /** True on a message-type pipe, where one write is one message. */
  get messageType(): boolean {
    return this.#traits.messageType;
  }

  /** Resolves when the connection is closed and the kernel has let go. */
  get finished(): Promise<void> {
    return this.#finished.promise;
  }

  /** Bytes that were written but are not with the kernel yet. */
  get bufferedAmount(): number {
    return this.#channel.writer.buffered;
  }

  // --- reading -------------------------------------------------------------

  /**
   * Reads what is there, or waits for it.
   *
   * @param target Where the bytes go. It may be used, but must not be
   * transferred, until the promise is settled.
   * @param options A signal that ends the wait; no data are lost by it.
   * @returns The number of bytes, or `null` at the end of the stream.
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
    this.#assertReadable("read");
    if (target.byteLength === 0) return 0;
    const count = await this.#reads.request(() => {
      if (target.byteLength === 0) {
        throw new TypeError("Cannot read: the array was transferred");
      }
      return this.#reads.takeInto(target);
    }, options.signal);
    await this.#budget.spend();
    return count;
  }

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
    this.#assertReadable("read message");
    this.#assertMessages();
    const message = await this.#reads.requestMessage(maxLength, signal);
    await this.#budget.spend();
    return message;
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
   * @throws {Deno.errors.BadResource} when the connection, or its write side,
   * is closed.
   * @throws {Deno.errors.BrokenPipe} when the other end is closed.
   * @throws {Deno.errors.NotSupported} when this end only reads.
   */
  async write(data: Uint8Array): Promise<number> {
    assertArray("write", data);
    this.#assertWritable();
    const { byteLength } = data;
    if (byteLength > 0) await this.#write(data);
    await this.#budget.spend();
    return byteLength;
  }

  /** Writing as a stream. Closing it closes the write side, where the pipe
   * has one of its own and reading goes on, and else the connection. */
  get writable(): WritableStream<Uint8Array<ArrayBufferLike>> {
    return this.#streams.writable;
  }

  /**
   * Tells the peer that nothing more will be written, behind what was: by a
   * message of length zero, which only a message-type pipe has.
   *
   * @throws {Deno.errors.NotSupported} when the pipe is a byte-type pipe: it
   * has no signal for that, only `close`.
   * @throws {Deno.errors.BadResource} when the connection is closed.
   */
  async closeWrite(): Promise<void> {
    if (!this.#traits.messageType) {
      throw new Deno.errors.NotSupported(
        "Cannot close the write side: a byte-type pipe has no half close",
      );
    }
    this.#assertWritable();
    this.#writesRefused = "the write side is closed";
    await this.#write(new Uint8Array(0));
  }

  // --- end -----------------------------------------------------------------

  /**
   * Closes the connection: what was written goes out first (for 5 s at most),
   * and the peer can still read it afterwards. Idempotent.
   */
  close(): void {
    this.#close(DEFAULT_CLOSE_DEADLINE);
  }

  /** Closes the connection at once; what is queued is dropped. */
  abort(): void {
    this.#reads.fail(interrupted());
    this.#channel.destroy();
  }

  /**
   * Closes the connection and waits until it is.
   *
   * @param options The deadline for queued writes.
   * @throws {RangeError} when the deadline is not a positive integer or 0.
   */
  async shutdown(options: ShutdownOptions = {}): Promise<void> {
    const { deadline = DEFAULT_CLOSE_DEADLINE } = options;
    assertInteger("deadline", deadline, [0, 0x7fff_ffff]);
    this.#close(deadline);
    await this.finished;
  }

  /** Lets pending reads and writes keep the process alive (the default). */
  ref(): void {
    this.#channel.port.setReferenced(this.#channel.handle, true);
  }

  /** Lets the process end while reads or writes are pending. */
  unref(): void {
    this.#channel.port.setReferenced(this.#channel.handle, false);
  }

  /** Closes the connection. */
  [Symbol.dispose](): void {
    this.close();
  }

  /** Closes the connection and waits until it is. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.shutdown();
  }

  // --- parts ---------------------------------------------------------------

  #close(deadline: number): void {
    this.#reads.fail(interrupted());
    this.#channel.close(deadline);
  }

  #write(data: Uint8Array): Promise<void> | undefined {
    const { writer } = this.#channel;
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    const bytes = data as Uint8Array<ArrayBuffer>;
    const code = writer.write(bytes, (code) => {
      if (code === 0) resolve();
      else reject(this.#writeError(code));
    });
    if (code === 0) return undefined;
    if (code !== ERROR_IO_PENDING) throw this.#writeError(code);
    return promise;
  }

  #writeError(code: number): Error {
    return windowsError(this.#channel.port.api, code, {
      syscall: "WriteFile",
      action: `Cannot write to pipe "${this.#traits.path}"`,
    });
  }

  #assertReadable(action: string): void {
    this.#assertOpen(action);
    if (this.#traits.direction !== "out") return;
    throw new Deno.errors.NotSupported(
      `Cannot ${action}: this end of the pipe only writes`,
    );
  }

  #assertMessages(): void {
    if (this.#traits.messageReadMode) return;
    throw new Deno.errors.NotSupported(
      "Cannot read message: this end of the pipe reads bytes",
    );
  }

  #assertWritable(): void {
    this.#assertOpen("write");
    if (this.#traits.direction === "in") {
      throw new Deno.errors.NotSupported(
        "Cannot write: this end of the pipe only reads",
      );
    }
    if (this.#writesRefused === "") return;
    throw new Deno.errors.BadResource(`Cannot write: ${this.#writesRefused}`);
  }

  #assertOpen(action: string): void {
    if (!this.#channel.closing) return;
    throw new Deno.errors.BadResource(
      `Cannot ${action}: the connection is closed`,
    );
  }
}

function interrupted(): Error {
  return new Deno.errors.Interrupted("Cannot read: operation canceled");
}
