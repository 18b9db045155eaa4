/**
 * `PipeConnection`: a connected pipe in the shape of `Deno.Conn`.
 *
 * @module
 */

import type { Handle } from "../ffi/win32_api.ts";
import { assertInteger } from "../proactor/arguments.ts";
import type { CompletionPort } from "../proactor/port/completion_port.ts";
import type { PortHandle } from "../proactor/port/port_handle.ts";
import { drainPipe } from "../proactor/drain_pipe.ts";
import type { DeadlineOptions } from "../stream/close_deadline.ts";
import type { ReadOptions as ReadSideOptions } from "../stream/read_half.ts";
import {
  type ReadOptions,
  StreamConnection,
} from "../stream/stream_connection.ts";
import { FileIo } from "../stream/stream_io.ts";

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
  maxLength?: number;
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
export class PipeConnection extends StreamConnection {
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
    super(port, handle, {
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
    const { api } = this.port;
    const { handle, closed } = this.handle;
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
    this.assertReadable("read message");
    this.#assertMessages();
    return await this.readPart(maxLength, signal);
  }

  #assertMessages(): void {
    if (this.#traits.messageReadMode) return;
    throw new Deno.errors.NotSupported(
      "Cannot read message: this end of the pipe reads bytes",
    );
  }
}

/**
 * How a pipe reads and writes. On a message-type pipe an empty read is an
 * empty message, so it cannot be used to wait for data.
 *
 * @param port The completion port.
 * @param handle The pipe.
 * @param messageType True for a message-type pipe.
 * @returns The options of the read side.
 */
export function pipeIo(
  port: CompletionPort,
  handle: PortHandle,
  messageType: boolean,
): ReadSideOptions {
  const io = fileIo(port, handle.handle, messageType);
  return { io, emptyIsEnd: messageType, probe: !messageType };
}

/**
 * How the bytes of a pipe move.
 *
 * @param port The completion port.
 * @param pipe The pipe, or another file.
 * @param messageType True for a message-type pipe.
 * @returns The calls.
 */
export function fileIo(
  port: CompletionPort,
  pipe: Handle,
  messageType: boolean,
): FileIo {
  return messageType ? new MessageIo(port, pipe) : new FileIo(port.api, pipe);
}

/** The end of the write side is an empty message, which must not be behind
 * data: who reads such a pipe as bytes goes over it to what comes next. */
class MessageIo extends FileIo {
  readonly #port: CompletionPort;
  readonly #pipe: Handle;

  constructor(port: CompletionPort, pipe: Handle) {
    super(port.api, pipe);
    this.#port = port;
    this.#pipe = pipe;
  }

  drain(signal: AbortSignal): Promise<void> {
    return drainPipe(this.#port, this.#pipe, signal);
  }
}
