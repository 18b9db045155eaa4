/**
 * The sending side of a datagram socket: one send in flight, and a queue
 * behind it.
 *
 * @module
 */

import { byteLengthOf, copyBytes } from "../../ffi/bytes.ts";
import {
  ERROR_IO_PENDING,
  ERROR_NOT_ENOUGH_MEMORY,
  ERROR_OPERATION_ABORTED,
} from "../../ffi/constants.ts";
import { MIN_BUFFER, type NativeBuffer } from "../../ffi/memory.ts";
import type { Bytes, SocketApi } from "../../ffi/socket/api.ts";
import { writeBuffer, WSABUF_SIZE } from "../../ffi/socket/structs.ts";
import type { CompletionPort } from "../../proactor/port/completion_port.ts";
import type {
  CompletionListener,
  Operation,
} from "../../proactor/port/operation.ts";
import { Fifo } from "../../proactor/port/fifo.ts";
import { bytesMoved, thrownCall } from "../../proactor/port/call_outcome.ts";
import type { PortHandle } from "../../proactor/port/port_handle.ts";

/** What a queued datagram counts beyond its bytes: none is for free. */
export const DATAGRAM_OVERHEAD = 8;

/** Queued sends that may end at once before others get their turn. */
const SENDS_PER_TURN = 16;

/** Who wants to know how sending goes on. */
export interface DatagramWriteConsumer {
  /** Less is queued than before; perhaps nothing. */
  onSent(): void;
  /** The slot was given back: the last call after `dispose`. */
  onWriteReleased(): void;
}

/** A datagram on its way out. */
export interface OutgoingDatagram {
  /** Its bytes. */
  data: Uint8Array<ArrayBuffer>;
  /** A `sockaddr`, or `null` for the peer of a connected socket. */
  to: Bytes | null;
  /**
   * Told of the end, unless that comes before `send` returns.
   *
   * @param code 0, or why it was not sent.
   */
  onDone: (code: number) => void;
}

/** The bytes are in native memory; the caller may have changed its own. */
interface InFlight extends Pick<OutgoingDatagram, "onDone"> {
  size: number;
}

/** The sending side of a datagram socket. */
export class DatagramWriter implements CompletionListener {
  readonly #port: CompletionPort;
  readonly #owner: PortHandle;
  readonly #sockets: SocketApi;
  readonly #consumer: DatagramWriteConsumer;
  readonly #operation: Operation;
  readonly #buffers = new Uint8Array(WSABUF_SIZE);
  readonly #view = new DataView(this.#buffers.buffer);
  readonly #queue = new Fifo<OutgoingDatagram>();
  #current: InFlight | null = null;
  #buffered = 0;
  #continuing = false;
  #disposed = false;

  /**
   * @param port The completion port.
   * @param owner The socket.
   * @param options Winsock, and who is told.
   */
  constructor(
    port: CompletionPort,
    owner: PortHandle,
    options: { sockets: SocketApi; consumer: DatagramWriteConsumer },
  ) {
    this.#port = port;
    this.#owner = owner;
    this.#sockets = options.sockets;
    this.#consumer = options.consumer;
    this.#operation = port.acquire(owner, this);
  }

  /** Bytes that are queued or in flight, and 8 for each datagram. */
  get buffered(): number {
    return this.#buffered;
  }

  /** The bytes alone. */
  get bytes(): number {
    const current = this.#current === null ? 0 : 1;
    const count = this.#queue.length + current;
    return this.#buffered - count * DATAGRAM_OVERHEAD;
  }

  /** True when nothing is queued or in flight. */
  get idle(): boolean {
    return this.#current === null && this.#queue.length === 0;
  }

  /** True when Windows has everything, also if its packet has not come. */
  get taken(): boolean {
    if (this.idle) return true;
    if (this.#queue.length > 0) return false;
    return bytesMoved(this.#port.api, this.#operation) >= 0;
  }

  /**
   * Sends, at once if nothing is in the way.
   *
   * @param datagram Its bytes are the caller's again when this returns: what
   * cannot be sent at once is copied.
   * @returns 0 when it is sent, 997 when `onDone` will be told, else the code
   * of the failure.
   */
  send(datagram: OutgoingDatagram): number {
    if (this.#disposed) return ERROR_OPERATION_ABORTED;
    if (this.idle) return this.#start(datagram);
    this.#buffered += sizeOf(datagram);
    this.#queue.push({ ...datagram, data: copyBytes(datagram.data) });
    return ERROR_IO_PENDING;
  }

  /**
   * Drops what is queued; gives the slot back when the packet has come.
   *
   * @param code What those are told whose datagrams are dropped.
   */
  dispose(code = ERROR_OPERATION_ABORTED): void {
    if (this.#disposed) return;
    this.#disposed = true;
    this.#drop(this.taken ? 0 : code);
    if (!this.#operation.pending) this.#release();
  }

  /** What it does, in a word. */
  get kind(): "send" {
    return "send";
  }

  /**
   * Called by the dispatch.
   *
   * @param operation Our operation.
   * @param code 0 or a Win32 code.
   */
  onCompletion(operation: Operation, code: number): void {
    if (operation.buffer !== null) this.#port.buffers.release(operation.buffer);
    operation.buffer = null;
    if (this.#disposed) return this.#release();
    const { size, onDone } = this.#current!;
    this.#current = null;
    this.#buffered -= size;
    onDone(code);
    this.#continue();
  }

  #start(datagram: OutgoingDatagram): number {
    const size = Math.max(byteLengthOf(datagram.data), MIN_BUFFER);
    const buffer = this.#port.buffers.tryAcquire(size);
    if (buffer === null) return ERROR_NOT_ENOUGH_MEMORY;
    const operation = this.#operation;
    operation.buffer = buffer;
    this.#fill(buffer, datagram.data);
    this.#port.begin(operation);
    const code = this.#port.settle(operation, this.#call(datagram.to));
    if (code === ERROR_IO_PENDING) {
      const inFlight = { size: sizeOf(datagram), onDone: datagram.onDone };
      this.#current = inFlight;
      this.#buffered += inFlight.size;
    } else {
      operation.buffer = null;
      this.#port.buffers.release(buffer);
    }
    return code;
  }

  #fill(buffer: NativeBuffer, data: Bytes): void {
    buffer.write(data, 0);
    const { address } = buffer;
    writeBuffer(this.#view, 0, { address, length: byteLengthOf(data) });
  }

  #call(to: Bytes | null): number {
    const { handle } = this.#owner;
    const { address } = this.#operation;
    const buffers = this.#buffers;
    const sockets = this.#sockets;
    try {
      return to === null
        ? sockets.wsaSend(handle, buffers, 0, address)
        : sockets.wsaSendTo(handle, buffers, 0, to, address);
    } catch (error) {
      return thrownCall(this.#port, error);
    }
  }

  /** A datagram that fails stops none of those behind it. */
  #continue(): void {
    for (let budget = SENDS_PER_TURN; this.#queue.length > 0;) {
      if (this.#current !== null) break;
      if (budget-- === 0) return this.#continueLater();
      const datagram = this.#queue.shift()!;
      this.#buffered -= sizeOf(datagram);
      const code = this.#start(datagram);
      if (code !== ERROR_IO_PENDING) datagram.onDone(code);
    }
    this.#consumer.onSent();
  }

  #continueLater(): void {
    if (this.#continuing) return;
    this.#continuing = true;
    this.#port.defer(() => {
      this.#continuing = false;
      if (!this.#disposed && this.#current === null) this.#continue();
    });
  }

  #drop(code: number): void {
    const queued = this.#queue.clear();
    const rest = this.#current === null ? queued : [this.#current, ...queued];
    this.#current = null;
    this.#buffered = 0;
    for (const { onDone } of rest) onDone(code);
  }

  #release(): void {
    this.#port.operations.release(this.#operation);
    this.#consumer.onWriteReleased();
  }
}

function sizeOf({ data }: OutgoingDatagram): number {
  return byteLengthOf(data) + DATAGRAM_OVERHEAD;
}
