/**
 * The receiving side of a datagram socket: one receive in flight, and only
 * while somebody waits for a datagram.
 *
 * @module
 */

import {
  ERROR_IO_PENDING,
  ERROR_NOT_ENOUGH_MEMORY,
  ERROR_OPERATION_ABORTED,
} from "../../ffi/constants.ts";
import { LARGE_BUFFER, type NativeBuffer } from "../../ffi/memory.ts";
import type { SocketApi } from "../../ffi/socket/api.ts";
import {
  ADDRESS_AREA_LENGTH,
  ADDRESS_AREA_SIZE,
  encodeDword,
  writeBuffer,
  WSABUF_SIZE,
} from "../../ffi/socket/structs.ts";
import { OVERLAPPED_SIZE } from "../../ffi/structs.ts";
import { isUnreachable } from "../../ffi/socket/unreachable.ts";
import type { Address } from "../../ffi/win32_api.ts";
import type { CompletionPort } from "../../proactor/port/completion_port.ts";
import type {
  CompletionListener,
  Operation,
} from "../../proactor/port/operation.ts";
import type { PortHandle } from "../../proactor/port/port_handle.ts";
import { thrownCall } from "../../proactor/port/call_outcome.ts";
import { SenderCache } from "./udp_address.ts";

/** A datagram. */
export interface Datagram {
  /** All of its bytes; none is a datagram too. */
  data: Uint8Array<ArrayBuffer>;
  /** Who has sent it. */
  addr: Deno.NetAddr;
}

/** Who wants to know that a receive has ended. */
export interface DatagramReadConsumer {
  /** There is a datagram or an error, or a receive must be started again. */
  onReadable(): void;
  /** The slot was given back: the last call after `dispose`. */
  onReadReleased(): void;
}

/** What a reader works with. */
export interface DatagramReaderOptions {
  /** Winsock. */
  sockets: SocketApi;
  /** False ignores that an earlier datagram has reached no one. */
  reportUnreachable: boolean;
  /** Told of what comes. */
  consumer: DatagramReadConsumer;
}

const LENGTH = encodeDword(ADDRESS_AREA_LENGTH);

/** The receiving side of a datagram socket. */
export class DatagramReader implements CompletionListener {
  readonly #port: CompletionPort;
  readonly #owner: PortHandle;
  readonly #options: DatagramReaderOptions;
  readonly #operation: Operation;
  readonly #senders = new SenderCache();
  readonly #buffers = new Uint8Array(WSABUF_SIZE);
  readonly #view = new DataView(this.#buffers.buffer);
  readonly #area = new Uint8Array(ADDRESS_AREA_SIZE);
  #datagram: Datagram | null = null;
  #error = 0;
  #disposed = false;

  /**
   * @param port The completion port.
   * @param owner The socket, bound.
   * @param options Winsock, and who is told.
   */
  constructor(
    port: CompletionPort,
    owner: PortHandle,
    options: DatagramReaderOptions,
  ) {
    this.#port = port;
    this.#owner = owner;
    this.#options = options;
    this.#operation = port.acquire(owner, this);
  }

  /** The datagram that can be taken now. */
  get datagram(): Datagram | null {
    return this.#datagram;
  }

  /** The code of the last receive, when it has failed; or 0. */
  get error(): number {
    return this.#error;
  }

  /**
   * Makes sure that a receive is in flight.
   *
   * @returns True when there is a datagram or an error, so none is.
   */
  arm(): boolean {
    if (this.#datagram !== null || this.#error !== 0) return true;
    if (this.#operation.pending || this.#disposed) return false;
    return this.#start();
  }

  /** Takes the datagram, or the error, away: the next receive may start. */
  next(): void {
    this.#datagram = null;
    this.#error = 0;
  }

  /** Asks for the buffer back. A datagram that was faster is kept. */
  cancel(): void {
    this.#port.cancel(this.#operation);
  }

  /** Gives slot and buffer back, at once or when the packet has come. */
  dispose(): void {
    if (this.#disposed) return;
    this.#disposed = true;
    this.next();
    if (!this.#operation.pending) this.#release();
  }

  /** What it does, in a word. */
  get kind(): "receive" {
    return "receive";
  }

  /**
   * Called by the dispatch.
   *
   * @param operation Our operation.
   * @param code 0 or a Win32 code.
   * @param bytes Bytes received.
   */
  onCompletion(operation: Operation, code: number, bytes: number): void {
    const { buffer } = operation;
    if (!this.#disposed) this.#accept(code, bytes, buffer);
    operation.buffer = null;
    if (buffer !== null) this.#port.buffers.release(buffer);
    if (this.#disposed) return this.#release();
    this.#options.consumer.onReadable();
  }

  /** The largest datagram has less than 64 KiB: none is ever truncated. */
  #start(): boolean {
    const buffer = this.#port.buffers.tryAcquire(LARGE_BUFFER);
    if (buffer === null) return this.#fail(ERROR_NOT_ENOUGH_MEMORY);
    const code = this.#receive(buffer);
    if (code === ERROR_IO_PENDING) return false;
    this.#operation.buffer = null;
    const { transferred } = this.#options.sockets;
    const done = this.#accept(code, transferred, buffer);
    this.#port.buffers.release(buffer);
    if (!done) this.#port.defer(() => this.#repeat());
    return done;
  }

  #receive(buffer: NativeBuffer): number {
    const operation = this.#operation;
    const from = operation.address + BigInt(OVERLAPPED_SIZE);
    const range = { address: buffer.address, length: buffer.size };
    writeBuffer(this.#view, 0, range);
    this.#port.api.copyIn(from + BigInt(ADDRESS_AREA_LENGTH), LENGTH);
    operation.buffer = buffer;
    this.#port.begin(operation);
    return this.#port.settle(operation, this.#call(from));
  }

  #call(from: Address): number {
    const { sockets } = this.#options;
    const { handle } = this.#owner;
    const { address } = this.#operation;
    try {
      return sockets.wsaRecvFrom(handle, this.#buffers, 0, from, address);
    } catch (error) {
      return thrownCall(this.#port, error);
    }
  }

  /** Returns false when the receive has brought nothing and is repeated. */
  #accept(code: number, bytes: number, buffer: NativeBuffer | null): boolean {
    if (code !== 0) return this.#fail(code);
    const data = buffer!.copy(0, bytes);
    this.#datagram = { data, addr: this.#sender() };
    return true;
  }

  #sender(): Deno.NetAddr {
    const from = this.#operation.address + BigInt(OVERLAPPED_SIZE);
    this.#port.api.copyOut(this.#area, from);
    return this.#senders.decode(this.#area);
  }

  #fail(code: number): boolean {
    if (code === ERROR_OPERATION_ABORTED) return false;
    if (!this.#options.reportUnreachable && isUnreachable(code, true)) {
      return false;
    }
    this.#error = code;
    return true;
  }

  #repeat(): void {
    if (!this.#disposed) this.#options.consumer.onReadable();
  }

  #release(): void {
    this.#port.operations.release(this.#operation);
    this.#options.consumer.onReadReleased();
  }
}
