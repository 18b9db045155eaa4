/**
 * A transport in protocol style as the connection that TLS wants.
 *
 * @module
 */

import { byteLengthOf, setBytes, viewOf } from "../../ffi/bytes.ts";
import { Fifo } from "../../proactor/port/fifo.ts";
import type { DeadlineOptions } from "../../stream/close_deadline.ts";
import type { DuplexConnection } from "../../stream/duplex_connection.ts";
import type { Protocol, Transport } from "../../stream/protocol.ts";
import { interrupted } from "./tls_errors.ts";

/** Encrypted bytes that may wait before the transport is paused. */
const HIGH_WATER = 65536;

/** A read that waits for bytes. */
interface Waiting extends PromiseWithResolvers<number | null> {
  target: Uint8Array;
}

/** The protocol of a transport below TLS: reads and writes it by promises. */
export class TransportConnection implements DuplexConnection, Protocol {
  /** Called when there is a transport. */
  onMade: (transport: Transport) => void = () => {};
  /** Called when the peer writes no more. */
  onEnded: () => void = () => {};
  /** Called with the error of the transport, at its end. */
  onLost: (error: Error | null) => void = () => {};
  /** A FIN behind TLS's own end tells nothing more. */
  readonly canCloseWrite = false;
  readonly #finished = Promise.withResolvers<void>();
  readonly #chunks = new Fifo<Uint8Array>();
  #transport: Transport | undefined;
  #buffered = 0;
  #reading: Waiting | undefined;
  #room: PromiseWithResolvers<void> | undefined;
  #writable = true;
  #ended = false;
  #lost: Error | undefined;

  /** Resolves when the transport is closed. */
  get finished(): Promise<void> {
    return this.#finished.promise;
  }

  // --- told by the transport -----------------------------------------------

  connectionMade(transport: Transport): void {
    this.#transport = transport;
    this.onMade(transport);
  }

  dataReceived(data: Uint8Array<ArrayBuffer>): void {
    this.#chunks.push(data);
    this.#buffered += data.length;
    this.#serve();
    if (this.#buffered > HIGH_WATER) this.#transport!.pauseReading();
  }

  /** TLS says whether this is an end, and closes. */
  eofReceived(): boolean {
    this.#ended = true;
    this.#serve();
    this.onEnded();
    return true;
  }

  connectionLost(error: Error | null): void {
    this.#lost = error ?? interrupted("use TLS");
    this.#room?.reject(this.#lost);
    this.#room = undefined;
    this.#serve();
    this.onLost(error);
    this.#finished.resolve();
  }

  pauseWriting(): void {
    this.#writable = false;
  }

  resumeWriting(): void {
    this.#writable = true;
    this.#room?.resolve();
    this.#room = undefined;
  }

  // --- asked by TLS --------------------------------------------------------

  /**
   * Reads what is there, or waits for it.
   *
   * @param target Where the bytes go.
   * @returns Their number, or `null` at the end.
   */
  read(target: Uint8Array): Promise<number | null> {
    this.#reading = { target, ...Promise.withResolvers<number | null>() };
    const { promise } = this.#reading;
    this.#serve();
    return promise;
  }

  /**
   * Writes, and waits while the peer is slow.
   *
   * @param data The bytes.
   * @returns Their number.
   */
  async write(data: Uint8Array): Promise<number> {
    if (this.#lost !== undefined) throw this.#lost;
    this.#transport!.write(data);
    if (!this.#writable) {
      this.#room ??= Promise.withResolvers<void>();
      await this.#room.promise;
    }
    return data.length;
  }

  /** Has nothing to end. */
  async closeWrite(): Promise<void> {}

  /** @param options How long to wait for a peer that takes nothing. */
  close(options: DeadlineOptions = {}): void {
    this.#transport?.close(options);
  }

  /** @param options How long to wait for a peer that takes nothing. */
  async shutdown(options: DeadlineOptions = {}): Promise<void> {
    this.close(options);
    await this.finished;
  }

  /** Closes at once. */
  abort(): void {
    this.#transport?.abort();
  }

  /** A transport always keeps the process alive. */
  ref(): void {}

  /** A transport always keeps the process alive. */
  unref(): void {}

  #serve(): void {
    const reading = this.#reading;
    if (reading === undefined) return;
    if (this.#chunks.length > 0) reading.resolve(this.#take(reading.target));
    else if (this.#lost !== undefined) reading.reject(this.#lost);
    else if (this.#ended) reading.resolve(null);
    else return;
    this.#reading = undefined;
  }

  #take(target: Uint8Array): number {
    const chunk = this.#chunks.first!;
    const count = Math.min(chunk.length, byteLengthOf(target));
    setBytes(target, viewOf(chunk, 0, count), 0);
    if (count === chunk.length) this.#chunks.shift();
    else this.#chunks.replaceFirst(viewOf(chunk, count));
    this.#buffered -= count;
    if (this.#buffered <= HIGH_WATER) this.#transport!.resumeReading();
    return count;
  }
}
