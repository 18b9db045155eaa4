/**
 * What moves a file over a stream, loaded when the first one is sent.
 *
 * @module
 */

import { viewOf } from "../ffi/bytes.ts";
import { ERROR_OPERATION_ABORTED } from "../ffi/constants.ts";
import { windowsError } from "../ffi/errors.ts";
import { isWindowsError } from "../ffi/windows_error.ts";
import { WSAENOTCONN } from "../ffi/socket/constants.ts";
import { cancelBySignal } from "../proactor/future/cancel_by_signal.ts";
import type { CompletionPort } from "../proactor/port/completion_port.ts";
import type { FileRange } from "../proactor/call/file_to_send.ts";
import {
  type OverlappedCall,
  OverlappedFuture,
} from "../proactor/future/overlapped_future.ts";
import {
  FileMover,
  type FileSink,
  isRefusal,
  type SendFileOptions,
  type SendFileSource,
} from "./file_mover.ts";
import type { FileStream } from "./file_stream.ts";
import type { WriteTurn } from "./write_turn.ts";

/** Sends one file over a stream. */
export class FileSender {
  readonly #stream: FileStream;
  readonly #turn: WriteTurn;

  /**
   * @param stream The stream.
   * @param turn The file's place among the writes; ended by {@linkcode send}.
   */
  constructor(stream: FileStream, turn: WriteTurn) {
    this.#stream = stream;
    this.#turn = turn;
  }

  /**
   * Sends the file when its turn has come.
   *
   * @param source The file.
   * @param options Which part, and how.
   * @returns Bytes sent.
   */
  async send(
    source: SendFileSource,
    options: SendFileOptions,
  ): Promise<number> {
    const [stream, turn] = [this.#stream, this.#turn];
    const { signal } = options;
    const sink = new StreamSink(stream, signal);
    const opening = FileMover.open(sink, source, options);
    try {
      using mover = await openInTurn(stream, turn, { opening, signal });
      const sent = await mover.move();
      turn.end(0);
      return sent;
    } catch (error) {
      const lost = signal?.aborted ? null : stream.lost?.();
      turn.end(sink.begun ? codeOf(error) : 0);
      throw lost ?? error;
    }
  }
}

/** A file that is being opened. */
interface Opening {
  opening: Promise<FileMover>;
  signal: AbortSignal | undefined;
}

/**
 * Opens the file while earlier writes go out. A stream that is lost does not
 * wait for a path that does not answer.
 */
async function openInTurn(
  stream: FileStream,
  turn: WriteTurn,
  { opening, signal }: Opening,
): Promise<FileMover> {
  const come = turn.come(signal).then((code) => {
    if (code !== 0) throw stream.toError(code);
  });
  const lost = turn.lost.then((code) => {
    throw stream.toError(code);
  });
  try {
    const [mover] = await Promise.race([Promise.all([opening, come]), lost]);
    return mover;
  } catch (error) {
    opening.then((mover) => mover[Symbol.dispose](), () => {});
    throw error;
  }
}

/** Sends to the handle of a stream, past its writes. */
class StreamSink implements FileSink {
  /** True when something may have been sent. */
  begun = false;
  readonly #stream: FileStream;
  readonly #signal: AbortSignal | undefined;

  constructor(stream: FileStream, signal: AbortSignal | undefined) {
    this.#stream = stream;
    this.#signal = signal;
  }

  get port(): CompletionPort {
    return this.#stream.channel.port;
  }

  get transmit(): FileSink["transmit"] {
    const { io } = this.#stream;
    if (io.transmit === undefined) return undefined;
    return async (piece: FileRange) => {
      try {
        return await this.#run(io.transmit!(this.port.api, piece));
      } catch (error) {
        throw this.#peerGone(error) ?? error;
      }
    };
  }

  async write(data: Uint8Array<ArrayBuffer>): Promise<void> {
    for (let rest = data; rest.byteLength > 0;) {
      rest = viewOf(rest, await this.#run(this.#writeCall(rest)));
    }
  }

  /** A connection that was reset is none for `TransmitFile`. */
  #peerGone(error: unknown): Error | undefined {
    if (!isWindowsError(error) || error.winerror !== WSAENOTCONN) return;
    return windowsError(this.port.api, error.winerror, {
      syscall: error.syscall,
      action: "Cannot send file",
      state: "the peer is gone",
      errorClass: Deno.errors.ConnectionReset,
    });
  }

  #assertOpen(): void {
    const { channel, toError } = this.#stream;
    if (channel.handle.closed) throw toError(ERROR_OPERATION_ABORTED);
  }

  #writeCall(data: Uint8Array<ArrayBuffer>): OverlappedCall<number> {
    const { io, toError } = this.#stream;
    const { byteLength } = data;
    return {
      size: byteLength,
      transferred: () => io.transferred,
      start: ({ buffer, address }) => {
        buffer!.write(data, 0);
        return io.write(buffer!.address, byteLength, address);
      },
      finish: ({ code, bytes }) => {
        if (code !== 0) throw toError(code);
        return bytes;
      },
    };
  }

  async #run(call: OverlappedCall<number>): Promise<number> {
    const future = new OverlappedFuture(this.port, call);
    const { begun } = this;
    this.#assertOpen();
    if (!cancelBySignal(future, this.#signal)) {
      future.start(this.#stream.channel.handle);
      this.begun = true;
    }
    try {
      const bytes = await future;
      this.#stream.channel.progressed();
      return bytes;
    } catch (error) {
      if (isRefusal(error)) this.begun = begun;
      throw error;
    }
  }
}

function codeOf(error: unknown): number {
  return isWindowsError(error) ? error.winerror : ERROR_OPERATION_ABORTED;
}
