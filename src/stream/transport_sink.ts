/**
 * Sends files over transports that are written to, as those that encrypt.
 *
 * @module
 */

import type { CompletionPort } from "../proactor/port/completion_port.ts";
import {
  FileMover,
  type FileSink,
  type SendFileOptions,
  type SendFileSource,
} from "./file_mover.ts";
import type { Protocol, Transport } from "./protocol.ts";
import { assertSendable } from "./send_file.ts";

/**
 * Writes a file to a transport, with regard to its limits.
 *
 * @param port The port on which files are read.
 * @param transport The transport.
 * @param file The file, which part of it, and how.
 * @returns Bytes sent.
 * @throws {Deno.errors.BadResource} when the transport is closing.
 * @throws {Deno.errors.NotSupported} when it sends datagrams, or copying is
 * necessary and not allowed.
 */
export async function sendFileOver(
  port: CompletionPort,
  transport: Transport,
  { source, options }: { source: SendFileSource; options: SendFileOptions },
): Promise<number> {
  assertSendable(transport);
  using sink = new TransportSink(port, transport);
  using mover = await FileMover.open(sink, source, options);
  return await mover.move();
}

/** Writes to a transport, and waits while its buffer is full. */
class TransportSink implements FileSink, Protocol, Disposable {
  readonly port: CompletionPort;
  getBuffer?: (sizeHint: number) => Uint8Array;
  bufferUpdated?: (byteLength: number) => void;
  readonly #transport: Transport;
  readonly #protocol: Protocol;
  #room: PromiseWithResolvers<void> | null = null;

  /** Stands between the transport and its protocol until it is disposed. */
  constructor(port: CompletionPort, transport: Transport) {
    this.port = port;
    this.#transport = transport;
    this.#protocol = transport.getProtocol();
    if (this.#protocol.getBuffer !== undefined) this.#lendBuffers();
    transport.setProtocol(this);
  }

  async write(data: Uint8Array<ArrayBuffer>): Promise<void> {
    const transport = this.#transport;
    assertSendable(transport);
    transport.write(data);
    const { high } = transport.getWriteBufferLimits();
    if (transport.getWriteBufferSize() <= high) return;
    this.#room = Promise.withResolvers<void>();
    await this.#room.promise;
  }

  /** Whether there is `getBuffer` decides how a transport delivers. */
  #lendBuffers(): void {
    const protocol = this.#protocol;
    this.getBuffer = (sizeHint) => protocol.getBuffer!(sizeHint);
    this.bufferUpdated = (byteLength) => protocol.bufferUpdated?.(byteLength);
  }

  dataReceived(data: Uint8Array<ArrayBuffer>): void {
    this.#protocol.dataReceived?.(data);
  }

  eofReceived(): boolean | void {
    return this.#protocol.eofReceived?.();
  }

  pauseWriting(): void {
    this.#protocol.pauseWriting?.();
  }

  resumeWriting(): void {
    this.#room?.resolve();
    this.#protocol.resumeWriting?.();
  }

  connectionLost(error: Error | null): void {
    this.#room?.reject(error ?? closed());
    this.#protocol.connectionLost?.(error);
  }

  [Symbol.dispose](): void {
    if (this.#transport.getProtocol() !== this) return;
    this.#transport.setProtocol(this.#protocol);
  }
}

function closed(): Error {
  return new Deno.errors.ConnectionAborted(
    "Cannot send file: the connection is closed",
  );
}
