/**
 * How the bytes of pipes and other files move.
 *
 * @module
 */

import type { Address, Handle, PipeExchange } from "../ffi/win32_api.ts";
import type { CompletionPort } from "../proactor/port/completion_port.ts";
import type { PortHandle } from "../proactor/port/port_handle.ts";
import { drainPipe } from "../proactor/drain_pipe.ts";
import type { ReadOptions } from "../stream/read_half.ts";
import { FileIo } from "../stream/stream_io.ts";

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
): ReadOptions {
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

  transact(exchange: PipeExchange, overlapped: Address): number {
    const { api } = this.#port;
    return api.transactNamedPipe(this.#pipe, exchange, overlapped);
  }

  drain(signal: AbortSignal): Promise<void> {
    return drainPipe(this.#port, this.#pipe, signal);
  }
}
