/**
 * Raw sockets, as the loop sends to them.
 *
 * @module
 */

import type { CompletionPort } from "../proactor/completion_port.ts";
import type { FileRange } from "../proactor/file_to_send.ts";
import { totalLength } from "../proactor/gather.ts";
import type { IocpProactor } from "../proactor/iocp_proactor.ts";
import type {
  HandleLike,
  OperationOptions,
} from "../proactor/proactor_options.ts";
import type { FileSink } from "../stream/file_mover.ts";

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
  let sent = await proactor.send(socket, data, { signal });
  const parts = Array.isArray(data) ? data : [data];
  for (const total = totalLength(parts); sent < total;) {
    sent += await proactor.send(socket, rest(parts, sent), { signal });
  }
}

/** What stands behind so many bytes. */
function rest(parts: readonly Uint8Array[], sent: number): Uint8Array[] {
  let before = sent;
  return parts.map((part) => {
    const skipped = Math.min(before, part.byteLength);
    before -= skipped;
    return part.subarray(skipped);
  });
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
    proactor.streamSocket(socket, "send file");
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
