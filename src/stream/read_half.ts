/**
 * The read side of a stream on the completion port: one read in flight, and
 * what it brought until somebody takes it.
 *
 * Nothing is ever cancelled to stop reading: a read that is in flight stays,
 * and its data wait for the next taker. Only a read that has waited in silence
 * is cancelled, to go on waiting without its buffer.
 *
 * @module
 */

import { byteLengthOf } from "../ffi/bytes.ts";
import {
  ERROR_IO_PENDING,
  ERROR_MORE_DATA,
  ERROR_NOT_ENOUGH_MEMORY,
  ERROR_OPERATION_ABORTED,
} from "../ffi/constants.ts";
import { LARGE_BUFFER, MIN_BUFFER, type NativeBuffer } from "../ffi/memory.ts";
import type { Address } from "../ffi/win32_api.ts";
import type { CompletionPort } from "../proactor/port/completion_port.ts";
import type {
  CompletionListener,
  Operation,
} from "../proactor/port/operation.ts";
import { isEndOfStream } from "../proactor/call/overlapped_calls.ts";
import type { PortHandle } from "../proactor/port/port_handle.ts";
import { thrownCall } from "../proactor/port/call_outcome.ts";
import {
  type BufferHolder,
  type Reclaimed,
  SILENCE,
} from "../proactor/port/reclaimer.ts";
import { ReadSize } from "./read_size.ts";
import type { StreamIo } from "./stream_io.ts";

/** How a stream reads and what its reads mean. */
export interface ReadOptions {
  /** How bytes move. */
  io: StreamIo;
  /** An immediate or later success without bytes is the end. */
  emptyIsEnd: boolean;
  /** A read without a buffer may wait for data. */
  probe: boolean;
}

/** Who wants to know that a read has ended. */
export interface ReadConsumer {
  /** There are bytes, or the end, or an error. */
  onReadable(): void;
  /** The slot was given back: the last call after `dispose`. */
  onReadReleased(): void;
}

/** The read side of a stream. */
export class ReadHalf implements CompletionListener, BufferHolder {
  /** For the reclaimer of the port. */
  place = -1;
  readonly #port: CompletionPort;
  readonly #io: StreamIo;
  readonly #emptyIsEnd: boolean;
  readonly #probe: boolean;
  readonly #consumer: ReadConsumer;
  readonly #operation: Operation;
  #buffer: NativeBuffer | null = null;
  #start = 0;
  #end = 0;
  readonly #size: ReadSize;
  #probing = false;
  #atOnce = false;
  #hot = false;
  #armedAt = 0;
  #reclaiming = false;
  #more = false;
  #ended = false;
  #error = 0;
  #disposed = false;

  /**
   * @param port The completion port.
   * @param owner The handle to read from.
   * @param options What reads mean on it, and who is told.
   */
  constructor(
    port: CompletionPort,
    owner: PortHandle,
    options: ReadOptions & { consumer: ReadConsumer },
  ) {
    this.#port = port;
    this.#io = options.io;
    this.#emptyIsEnd = options.emptyIsEnd;
    this.#probe = options.probe;
    this.#consumer = options.consumer;
    this.#size = new ReadSize(options.io.bulk === true);
    this.#operation = port.acquire(owner, this);
  }

  /** Bytes that can be taken now. */
  get available(): number {
    return this.#end - this.#start;
  }

  /** True when the peer has ended the stream; bytes may still be there. */
  get ended(): boolean {
    return this.#ended;
  }

  /** The Win32 code of a failure, or 0. */
  get error(): number {
    return this.#error;
  }

  /** True when the bytes are not the whole message. */
  get more(): boolean {
    return this.#more;
  }

  /** True while a read is in flight. */
  get pending(): boolean {
    return this.#operation.pending;
  }

  /** True when `arm` has nothing to wait for. */
  get readable(): boolean {
    return this.#end > this.#start || this.#ended || this.#error !== 0;
  }

  /**
   * Makes sure that a read is in flight.
   *
   * @returns True when something is readable now, so no read is.
   */
  arm(): boolean {
    if (this.readable) return true;
    if (this.#operation.pending || this.#disposed) return false;
    this.#armedAt = this.#port.clock.now;
    if (this.#probe && !this.#hot) return this.#startProbe();
    this.#hot = true;
    return this.#startRead(this.#size.bytes);
  }

  /**
   * Writes a message and starts to read the next one, by one call; for who
   * looks first whether anything is readable or in flight.
   *
   * @param message The message, copied when this returns.
   * @returns 0 when a read is in flight or has ended, else a Win32 code: then
   * nothing was written.
   */
  exchange(message: Uint8Array): number {
    const inputLength = byteLengthOf(message);
    const size = LARGE_BUFFER + inputLength;
    const buffer = this.#port.buffers.tryAcquire(size);
    if (buffer === null) return ERROR_NOT_ENOUGH_MEMORY;
    this.#releaseBuffer();
    this.#armedAt = this.#port.clock.now;
    buffer.write(message, LARGE_BUFFER);
    const code = this.#startExchange(buffer, inputLength);
    this.#holdBuffer(code);
    if (code === ERROR_IO_PENDING) return 0;
    this.#operation.buffer = null;
    this.#buffer = buffer;
    const more = code === ERROR_MORE_DATA;
    if (code !== 0 && !more) return this.#releaseBuffer(), code;
    this.#acceptBytes(more ? LARGE_BUFFER : this.#io.transferred, more);
    return 0;
  }

  /** The answer is where those of reads are, the message behind it. */
  #startExchange(buffer: NativeBuffer, inputLength: number): number {
    const operation = this.#operation;
    const output = buffer.address;
    const input = output + BigInt(LARGE_BUFFER);
    const outputLength = LARGE_BUFFER;
    const exchange = { input, inputLength, output, outputLength };
    operation.buffer = buffer;
    this.#port.begin(operation);
    try {
      const started = this.#io.transact!(exchange, operation.address);
      return this.#port.settle(operation, started);
    } catch (error) {
      return this.#port.settle(operation, thrownCall(this.#port, error));
    }
  }

  /**
   * Copies all bytes, and leaves them.
   *
   * @returns The copy.
   */
  peek(): Uint8Array<ArrayBuffer> {
    return this.#buffer?.copy(this.#start, this.#end) ?? new Uint8Array(0);
  }

  /**
   * Takes all bytes.
   *
   * @returns A copy of them.
   */
  take(): Uint8Array<ArrayBuffer> {
    if (this.#buffer === null) return new Uint8Array(0);
    const data = this.#buffer.copy(this.#start, this.#end);
    this.#taken(this.#end - this.#start);
    return data;
  }

  /**
   * Takes bytes.
   *
   * @param target Where they are copied to.
   * @returns Their number.
   */
  takeInto(target: Uint8Array): number {
    const count = Math.min(byteLengthOf(target), this.available);
    if (count === 0) return 0;
    this.#buffer!.read(target, this.#start, count);
    this.#taken(count);
    return count;
  }

  /** Gives slot and buffer back, at once or when the packet has come. */
  dispose(): void {
    if (this.#disposed) return;
    this.#disposed = true;
    this.#port.reclaimer.delete(this);
    this.#start = this.#end = 0;
    if (!this.#operation.pending) this.#releaseAll();
  }

  /** What it does, in a word. */
  get kind(): "read" {
    return "read";
  }

  /**
   * Called by the dispatch.
   *
   * @param operation Our operation.
   * @param code 0 or a Win32 code.
   * @param bytes Bytes read.
   */
  onCompletion(operation: Operation, code: number, bytes: number): void {
    this.#buffer = operation.buffer;
    operation.buffer = null;
    if (this.#disposed) return this.#releaseAll();
    this.#hot = this.#port.clock.now - this.#armedAt < SILENCE;
    const reclaimed = this.#reclaiming && code === ERROR_OPERATION_ABORTED;
    this.#reclaiming = false;
    const readable = reclaimed
      ? this.#waitOn()
      : this.#probing
      ? this.#probed(code)
      : this.#accept(code, bytes);
    if (readable) this.#consumer.onReadable();
  }

  /**
   * Called by the reclaimer: gives up a buffer that only waits. The packet of a
   * read that is cancelled still comes, with data if they were faster.
   *
   * @param now What `performance.now` says.
   * @returns What became of it.
   */
  reclaim(now: number): Reclaimed {
    if (now - this.#armedAt < SILENCE) return "busy";
    this.#hot = false; // what has come and was not taken goes with its buffer
    const { pending, buffer } = this.#operation;
    if (!pending && this.available === 0) this.#releaseBuffer();
    if (!pending || buffer === null || this.#io.blocking) return "free";
    // Messages have no probe: they are waited for with a page.
    if (!this.#probe && buffer.size === MIN_BUFFER) return "free";
    this.#reclaiming = this.#port.cancel(this.#operation) === 0;
    return "cancelled";
  }

  #taken(count: number): void {
    this.#start += count;
    if (this.#start === this.#end && !this.#hot) this.#releaseBuffer();
  }

  /** A buffer that waits, or is kept for the next read, is looked after. */
  #holdBuffer(code: number): void {
    if (this.place >= 0 || (code !== ERROR_IO_PENDING && !this.#hot)) return;
    this.#port.reclaimer.add(this);
  }

  /** Nothing has come: goes on waiting, as long ago as it has begun. */
  #waitOn(): boolean {
    this.#releaseBuffer();
    this.#size.reset();
    return this.#probe ? this.#startProbe() : this.#startRead(MIN_BUFFER);
  }

  #probed(code: number): boolean {
    this.#probing = false;
    if (code !== 0) return this.#accept(code, 0);
    return this.#startRead(LARGE_BUFFER);
  }

  /** Waits for data without holding a buffer. */
  #startProbe(): boolean {
    this.#probing = true;
    this.#port.begin(this.#operation);
    const started = this.#call(this.#operation.address, 0);
    const code = this.#port.settle(this.#operation, started);
    if (code === ERROR_IO_PENDING) return false;
    this.#probing = false;
    this.#hot = true;
    if (code === 0) return this.#startRead(LARGE_BUFFER);
    return this.#accept(code, 0);
  }

  #startRead(size: number): boolean {
    const buffer = this.#ownBuffer(size);
    if (buffer === null) return this.#accept(ERROR_NOT_ENOUGH_MEMORY, 0);
    const operation = this.#operation;
    operation.buffer = buffer;
    this.#buffer = null;
    this.#port.begin(operation);
    const started = this.#call(buffer.address, buffer.size);
    const code = this.#port.settle(operation, started);
    this.#holdBuffer(code);
    this.#atOnce = code !== ERROR_IO_PENDING;
    if (!this.#atOnce) return false;
    operation.buffer = null;
    this.#buffer = buffer;
    return this.#accept(code, code === 0 ? this.#io.transferred : buffer.size);
  }

  #call(address: Address, size: number): number {
    try {
      return this.#io.read(address, size, this.#operation.address);
    } catch (error) {
      return thrownCall(this.#port, error);
    }
  }

  #ownBuffer(size: number): NativeBuffer | null {
    if (this.#buffer?.size !== size) this.#releaseBuffer();
    return this.#buffer ?? this.#port.buffers.tryAcquire(size);
  }

  /** Returns false when the read brought nothing and is repeated. */
  #accept(code: number, bytes: number): boolean {
    if (code === 0 || code === ERROR_MORE_DATA) {
      return this.#acceptBytes(bytes, code === ERROR_MORE_DATA);
    }
    this.#releaseBuffer();
    if (isEndOfStream(code)) this.#ended = true;
    else this.#error = code;
    return true;
  }

  #acceptBytes(bytes: number, more: boolean): boolean {
    this.#start = 0;
    this.#end = bytes;
    this.#more = more;
    if (bytes > 0) this.#adapt(bytes);
    else if (this.#emptyIsEnd && !more) this.#ended = true;
    if (!this.readable) this.#port.defer(() => this.#repeat());
    return this.readable;
  }

  #adapt(bytes: number): void {
    const { bytesInUse } = this.#port.buffers;
    this.#size.adapt(bytes, this.#atOnce, bytesInUse);
  }

  #repeat(): void {
    if (this.arm()) this.#consumer.onReadable();
  }

  #releaseBuffer(): void {
    if (this.#buffer === null) return;
    this.#port.buffers.release(this.#buffer);
    this.#buffer = null;
  }

  #releaseAll(): void {
    this.#releaseBuffer();
    this.#port.operations.release(this.#operation);
    this.#consumer.onReadReleased();
  }
}
