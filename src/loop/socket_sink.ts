/**
 * Raw sockets, as the loop sends to them.
 *
 * @module
 */

import { copyBytes, viewOf } from "../ffi/bytes.ts";
import type { Bytes } from "../ffi/socket/api.ts";
import { stableBytes } from "../proactor/arguments.ts";
import type { CompletionPort } from "../proactor/port/completion_port.ts";
import type { FileRange } from "../proactor/call/file_to_send.ts";
import { totalLength } from "../proactor/call/gather.ts";
import type { IocpProactor } from "../proactor/iocp_proactor.ts";
import type {
  HandleLike,
  OperationOptions,
} from "../proactor/proactor_options.ts";
import { assertStreamSocket, sendPart } from "../proactor/proactor_parts.ts";
import type { FileSink } from "../stream/file_mover.ts";

/** The most bytes of a call. */
const MAX_PIECE = 16 << 20;

/** What to send. */
export interface SendAllOptions extends OperationOptions {
  /** The bytes, or several arrays of them. */
  data: Uint8Array | readonly Uint8Array[];
}

/**
 * Sends until all is sent. A socket that does not block, as those of other
 * libraries may be, takes less at a time.
 *
 * @param proactor The proactor.
 * @param socket The socket.
 * @param options What to send, and a signal.
 */
export async function sendAll(
  proactor: IocpProactor,
  socket: HandleLike,
  options: SendAllOptions,
): Promise<void> {
  const { data, signal } = options;
  const list: Uint8Array[] = Array.isArray(data) ? [...data] : [data];
  const parts = list.map((part) => stableBytes("send", part));
  for (const piece of piecesOf(parts)) {
    for (let rest = piece; rest.length > 0;) {
      const part = rest;
      rest = [];
      const onRest = (data: Bytes) => rest = [data];
      const one = { handle: socket, data: part, signal, onRest };
      await sendPart(proactor.port, one);
    }
  }
}

/** The first is sent at once; what must wait for its turn is copied. */
function piecesOf(parts: Bytes[]): Bytes[][] {
  if (totalLength(parts) <= MAX_PIECE) return [parts];
  return [...cut(parts.map((part) => copyBytes(part)))];
}

function* cut(parts: Bytes[]): Generator<Bytes[]> {
  let piece: Bytes[] = [];
  for (const part of parts) {
    for (let at = 0; at < part.length;) {
      const room = MAX_PIECE - totalLength(piece);
      const end = Math.min(part.length, at + room);
      piece.push(viewOf(part, at, end));
      at = end;
      if (totalLength(piece) < MAX_PIECE) continue;
      yield piece;
      piece = [];
    }
  }
  if (piece.length > 0) yield piece;
}

/** Sends files to a raw socket. */
export class SocketSink implements FileSink {
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
    assertStreamSocket(proactor.port, socket, "send file");
    this.#proactor = proactor;
    this.#socket = socket;
    this.#signal = signal;
  }

  get port(): CompletionPort {
    return this.#proactor.port;
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
