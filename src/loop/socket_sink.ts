/**
 * How the loop sends files to raw sockets: loaded when the first one is sent.
 *
 * @module
 */

import { portOf } from "../proactor/default_port.ts";
import type { FileRange } from "../proactor/call/file_to_send.ts";
import type { IocpProactor } from "../proactor/iocp_proactor.ts";
import type { CompletionPort } from "../proactor/port/completion_port.ts";
import type { HandleLike } from "../proactor/proactor_options.ts";
import { assertStreamSocket } from "../proactor/proactor_parts.ts";
import {
  FileMover,
  type FileSink,
  type SendFileOptions,
  type SendFileSource,
} from "../stream/file_mover.ts";
import { sendAll } from "./send_all.ts";

/** A file, and how it is sent. */
export interface FileToSend {
  /** The file. */
  source: SendFileSource;
  /** Which part, and how. */
  options: SendFileOptions;
}

/**
 * Sends a file to a raw socket.
 *
 * @param proactor The proactor.
 * @param socket A connected stream socket.
 * @param file The file, and how it is sent.
 * @returns Bytes sent.
 * @throws {TypeError} when it is a socket, but no stream.
 * @throws {Deno.errors.BadResource} when it is closed, or no socket.
 */
export async function sendFile(
  proactor: IocpProactor,
  socket: HandleLike,
  { source, options }: FileToSend,
): Promise<number> {
  const sink = new SocketSink(proactor, socket, options.signal);
  using mover = await FileMover.open(sink, source, options);
  return await mover.move();
}

/** Sends files to a raw socket. */
class SocketSink implements FileSink {
  readonly #proactor: IocpProactor;
  readonly #socket: HandleLike;
  readonly #signal: AbortSignal | undefined;

  /**
   * @param proactor The proactor.
   * @param socket A connected stream socket.
   * @param signal Cancels.
   * @throws {TypeError} when it is a socket, but no stream.
   * @throws {Deno.errors.BadResource} when it is closed, or no socket.
   */
  constructor(
    proactor: IocpProactor,
    socket: HandleLike,
    signal: AbortSignal | undefined,
  ) {
    assertStreamSocket(portOf(proactor), socket, "send file");
    this.#proactor = proactor;
    this.#socket = socket;
    this.#signal = signal;
  }

  get port(): CompletionPort {
    return portOf(this.#proactor);
  }

  async transmit({ file, offset, length }: FileRange): Promise<number> {
    const options = { offset, count: length, signal: this.#signal };
    return await this.#proactor.sendfile(this.#socket, file, options);
  }

  async write(data: Uint8Array<ArrayBuffer>): Promise<void> {
    const signal = this.#signal;
    await sendAll(this.#proactor, this.#socket, { data, signal });
  }
}
