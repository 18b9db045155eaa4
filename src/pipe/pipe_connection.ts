/**
 * `PipeConnection`: a connected pipe in the shape of `Deno.Conn`.
 *
 * @module
 */

import { assertBytes, assertInteger } from "../proactor/arguments.ts";
import type { CompletionPort } from "../proactor/port/completion_port.ts";
import type { PortHandle } from "../proactor/port/port_handle.ts";
import type { DeadlineOptions } from "../stream/close_deadline.ts";
import { ConnectionFront, FRONT } from "../stream/connection_front.ts";
import type { SendFileOptions, SendFileSource } from "../stream/file_mover.ts";
import type { StreamConnection } from "../stream/stream_connection.ts";
import { FILE_SYSCALLS, type ReadOptions } from "../stream/stream_traits.ts";
import type { ShutdownOptions, WaitOptions } from "../stream/wait_options.ts";
import { pipeIo } from "./pipe_io.ts";
import type {
  EndTraits,
  PeekOptions,
  PipePeek,
  PipePeer,
} from "./pipe_peer_types.ts";

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
export interface PipeTraits extends EndTraits, DeadlineOptions {
  /** The directions of this end. */
  direction: PipeDirection;
  /** A message-type pipe: a write is a message. */
  messageType: boolean;
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

/** Under this key a connection has what is known of its pipe, for other rooms. */
export const TRAITS: unique symbol = Symbol("traits");

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
      syscalls: FILE_SYSCALLS,
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

  /**
   * Asks Windows who is at the other end: process, session, computer, user,
   * integrity level, and whose the pipe is. A server knows the user of a client
   * by the connection; where the client has not said how far it may be acted
   * for, as ours always do, only once something of it was read.
   *
   * @example Usage
   * ```ts
   * import { connectPipe, PipeServer } from "@iocp/proactor/pipe";
   *
   * await using server = PipeServer.listen("peer-example");
   * using _client = await connectPipe("peer-example");
   * using connection = await server.accept();
   * const { user, source } = await connection.peer();
   * console.log(user?.sid.startsWith("S-1-5-"), source); // true connection
   * ```
   *
   * @returns The peer, as far as Windows tells.
   * @throws {Deno.errors.BadResource} when the connection is closed.
   */
  async peer(): Promise<PipePeer> {
    const { peerOf } = await import("./pipe_peer.ts");
    return await peerOf(this.#front, this.#traits);
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

  /**
   * Looks at what could be read now, and leaves it there.
   *
   * @param options The most bytes to look at.
   * @returns The next bytes, and the number of all that can be read.
   * @throws {RangeError} when `maxLength` is not an integer from 0 to 2^32 - 1.
   * @throws {Deno.errors.BadResource} when the connection is closed.
   * @throws {Deno.errors.NotSupported} when this end only writes.
   */
  async peek(options: PeekOptions = {}): Promise<PipePeek> {
    const { peekAt } = await import("./peek_pipe.ts");
    return peekAt(this.#front, this.#traits, options);
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
   * Writes a message and reads the next one, which is the answer: one call of
   * Windows (`TransactNamedPipe`) where nothing else is on its way.
   *
   * @example Usage
   * ```ts
   * import { connectPipe, PipeServer } from "@iocp/proactor/pipe";
   *
   * await using server = PipeServer.listen("sum-example", { type: "message" });
   * const options = { readMode: "message" } as const;
   * using client = await connectPipe("sum-example", options);
   * using peer = await server.accept();
   * const answer = client.transact(Uint8Array.of(3, 4));
   * const [a, b] = (await peer.readMessage())!.data;
   * await peer.write(Uint8Array.of(a! + b!));
   * console.log((await answer)?.data[0]); // 7
   * ```
   *
   * @param data The message; the caller's again when this returns.
   * @param options The most bytes of the answer to return, and a signal that
   * ends the wait: the answer is left to the next read then.
   * @returns The answer, or `null` when the peer has ended its writes or has
   * closed.
   * @throws {TypeError} when `data` is not a `Uint8Array`, or empty.
   * @throws {RangeError} when `maxLength` is not a positive integer.
   * @throws {Deno.errors.Busy} when a message waits to be read, or somebody for
   * one: it would be taken for the answer.
   * @throws {Deno.errors.NotSupported} when this end does not read messages, or
   * has one direction.
   * @throws {Deno.errors.BadResource} when the connection is closed.
   * @throws {Deno.errors.BrokenPipe} when the other end is closed.
   */
  async transact(
    data: Uint8Array,
    options: ReadMessageOptions = {},
  ): Promise<PipeMessage | null> {
    const { maxLength = DEFAULT_MAX_MESSAGE, signal } = options;
    assertInteger("maxLength", maxLength, [1, 0xffff_ffff]);
    assertBytes("transact", data);
    this.#assertMessages();
    return await this.#front.transact(data, maxLength, signal);
  }

  /**
   * For what stands on the connection.
   *
   * @ignore
   */
  get [FRONT](): ConnectionFront {
    return this.#front;
  }

  /**
   * For what stands on the connection.
   *
   * @ignore
   */
  get [TRAITS](): PipeTraits {
    return this.#traits;
  }

  #assertMessages(): void {
    if (this.#traits.messageReadMode) return;
    throw new Deno.errors.NotSupported(
      "Cannot read message: this end of the pipe reads bytes",
    );
  }
}
