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

  get finished(): Promise<void> {
    return this.#front.finished;
  }

  get bufferedAmount(): number {
    return this.#front.bufferedAmount;
  }

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

  read(target: Uint8Array, options?: ReadOptions): Promise<number | null> {
    return this.#front.read(target, options);
  }

  get readable(): ReadableStream<Uint8Array<ArrayBuffer>> {
    return this.#front.readable;
  }

  // --- writing ----------------------------------------------------------------

  write(data: Uint8Array, options?: WaitOptions): Promise<number> {
    return this.#front.write(data, options);
  }

  sendFile(file: SendFileSource, options?: SendFileOptions): Promise<number> {
    return this.#front.sendFile(file, options);
  }

  get writable(): WritableStream<Uint8Array<ArrayBufferLike>> {
    return this.#front.writable;
  }

  closeWrite(options?: WaitOptions): Promise<void> {
    return this.#front.closeWrite(options);
  }

  // --- end --------------------------------------------------------------------

  close(options?: DeadlineOptions): void {
    this.#front.close(options);
  }

  abort(): void {
    this.#front.abort();
  }

  shutdown(options?: ShutdownOptions): Promise<void> {
    return this.#front.shutdown(options);
  }

  ref(): void {
    this.#front.ref();
  }

  unref(): void {
    this.#front.unref();
  }

  [Symbol.dispose](): void {
    this.close();
  }

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
