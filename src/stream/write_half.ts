/**
 * The write side of a stream on the completion port: one write in flight, and
 * a queue behind it.
 *
 * @module
 */

import { byteLengthOf } from "../ffi/bytes.ts";
import {
  ERROR_IO_PENDING,
  ERROR_NOT_ENOUGH_MEMORY,
  ERROR_OPERATION_ABORTED,
} from "../ffi/constants.ts";
import { LARGE_BUFFER, type NativeBuffer } from "../ffi/memory.ts";
import type { Address } from "../ffi/win32_api.ts";
import type { CompletionPort } from "../proactor/port/completion_port.ts";
import type { Operation } from "../proactor/port/operation.ts";
import { bytesMoved, thrownCall } from "../proactor/port/call_outcome.ts";
import type { PortHandle } from "../proactor/port/port_handle.ts";
import type { StreamIo } from "./stream_io.ts";
import {
  assertMessage,
  type WriteConsumer,
  type WriteHold,
  type WriteOptions,
} from "./write_options.ts";
import {
  begunWrite,
  NOTHING,
  type QueuedWrite,
  type WriteCallback,
  WriteQueue,
  type WriteWaiter,
} from "./write_queue.ts";

/** Writes that may end at once in a turn. */
const WRITES_PER_TURN = 16;

/** The write side of a stream. */
export class WriteHalf {
  readonly kind = "write";
  readonly #port: CompletionPort;
  readonly #io: StreamIo;
  readonly #messages: boolean;
  readonly #consumer: WriteConsumer;
  readonly #operation: Operation;
  readonly #queue: WriteQueue;
  #inFlight = 0;
  #continuing = false;
  #held: QueuedWrite | null = null;
  #draining: AbortController | null = null;
  #error = 0;
  #dropped = 0;
  #disposed = false;

  /**
   * @param port The completion port.
   * @param owner The handle to write to.
   * @param options Whether writes are messages, and who is told.
   */
  constructor(
    port: CompletionPort,
    owner: PortHandle,
    options: WriteOptions & { consumer: WriteConsumer },
  ) {
    this.#port = port;
    this.#io = options.io;
    this.#messages = options.messages;
    this.#consumer = options.consumer;
    this.#queue = new WriteQueue(port.buffers, options.messages);
    this.#operation = port.acquire(owner, this);
  }

  /** Bytes that are queued or in flight. */
  get buffered(): number {
    return this.#queue.buffered;
  }

  /** True when nothing is queued or in flight. */
  get idle(): boolean {
    return this.#queue.empty;
  }

  /** True when nothing is left to write but the end of the write side. */
  get ending(): boolean {
    return this.#draining !== null;
  }

  /** Bytes that were dropped because of a failure. */
  get dropped(): number {
    return this.#dropped;
  }

  /** True when the kernel has everything, also if its packet has not come. */
  get taken(): boolean {
    const operation = this.#operation;
    if (this.idle || this.ending) return true;
    if (!operation.pending || this.buffered !== this.#inFlight) return false;
    return bytesMoved(this.#port.api, operation) === this.#inFlight;
  }

  /** The Win32 code of a failure, or 0. */
  get error(): number {
    return this.#error;
  }

  /**
   * Writes, at once if nothing is in the way.
   *
   * @param data The caller's again when this returns: what can't be written
   * at once is copied.
   * @param waiter Asked who is told of the end, if that does not come at once.
   * @returns 0 when all is written, 997 when it pends, else why it failed.
   * @throws {RangeError} when a message has 4 GiB or more.
   */
  write(data: Uint8Array<ArrayBuffer>, waiter: WriteWaiter | null): number {
    const length = byteLengthOf(data);
    if (this.#messages) assertMessage(length);
    if (this.#error !== 0) return this.#error;
    if (length === 0 && !this.#messages) return 0;
    if (this.idle && this.#fits(length)) return this.#writeAtOnce(data, waiter);
    const onDone = waiter?.waitForWrite() ?? null;
    return this.#submit(data, { kind: "data", onDone });
  }

  /**
   * Waits until all that was written before is with the kernel.
   *
   * @param onDone Told of it, unless that comes before this returns.
   * @returns As `write`.
   */
  mark(onDone: WriteCallback): number {
    if (this.#error !== 0) return this.#error;
    return this.idle ? 0 : this.#submit(NOTHING, { kind: "mark", onDone });
  }

  /** True when the write side can be ended by itself. */
  get canEnd(): boolean {
    return this.#messages || this.#io.endWrites !== undefined;
  }

  /**
   * Ends the write side, behind what is queued: by a message of length zero, or
   * as the stream does it. Nobody waits until the peer has read.
   *
   * @param onDone Told of the end, unless that comes before this returns.
   * @returns As `write`.
   */
  end(onDone: WriteCallback | null): number {
    if (this.#error !== 0) return this.#error;
    if (this.#io.drain !== undefined) return this.#endWhenRead(onDone);
    const kind = this.#messages ? "data" : "end";
    return this.#submit(NOTHING, { kind, onDone });
  }

  /**
   * Keeps back what is written from now on: others can send to the handle, from
   * when all that was written before is with the kernel until they release it.
   *
   * @param onTurn Told when their turn has come, perhaps at once; or of a
   * failure, by its code, also during their turn.
   * @returns The hold, which must be released.
   */
  hold(onTurn: WriteCallback): WriteHold {
    const rest = { data: NOTHING, length: 0, offset: 0, onDone: onTurn };
    const hold: QueuedWrite = { kind: "hold", ...rest };
    if (this.#error !== 0) onTurn(this.#error);
    else this.#enqueue(hold);
    return { release: (code) => this.#unhold(hold, code) };
  }

  /**
   * Drops what is queued; gives the slot back when the packet has come.
   *
   * @param code What those are told whose writes are dropped.
   */
  dispose(code = ERROR_OPERATION_ABORTED): void {
    if (this.#disposed) return;
    this.#disposed = true;
    if (this.#inFlight > 0 && this.taken) this.#written(this.#inFlight);
    this.#fail(code);
    this.#stopDraining();
    if (!this.#operation.pending && this.#held === null) this.#release();
  }

  /**
   * Called by the dispatch.
   *
   * @param operation Our operation.
   * @param code 0 or a Win32 code.
   * @param bytes Bytes written.
   */
  onCompletion(operation: Operation, code: number, bytes: number): void {
    const { buffer } = operation;
    operation.buffer = null;
    if (buffer !== null) {
      const inPart = code === 0 && bytes < this.#inFlight;
      if (inPart) this.#queue.takeBack(buffer, this.#inFlight);
      this.#port.buffers.release(buffer);
    }
    if (this.#disposed) return this.#release();
    if (code !== 0 || this.#error !== 0) return this.#failed(code);
    this.#written(Math.min(bytes, this.#inFlight));
    this.#continue();
  }

  /** A reader in byte mode would overlook an empty message behind data. */
  #endWhenRead(onDone: WriteCallback | null): number {
    let code = ERROR_IO_PENDING;
    let tell: WriteCallback | null = (end) => code = end;
    const hold = this.hold((end) => {
      if (end === 0) this.#drain(() => hold.release(0));
      tell?.(end);
      tell = null; // a close during the turn is not its failure
    });
    if (tell !== null) tell = onDone;
    const rest = { data: NOTHING, length: 0, offset: 0, onDone: null };
    if (this.#error === 0) this.#queue.push({ kind: "data", ...rest });
    return code;
  }

  #drain(onDone: () => void): void {
    this.#draining = new AbortController();
    this.#io.drain!(this.#draining.signal).then(onDone);
  }

  #stopDraining(): void {
    if (this.#draining !== null) this.#held = null;
    this.#draining?.abort();
  }

  #fits(length: number): boolean {
    return this.#messages || length <= LARGE_BUFFER;
  }

  /** The usual case: nothing is queued unless the write pends. */
  #writeAtOnce(
    bytes: Uint8Array<ArrayBuffer>,
    waiter: WriteWaiter | null,
  ): number {
    const length = byteLengthOf(bytes);
    const buffer = length === 0 ? null : this.#port.buffers.tryAcquire(length);
    buffer?.write(bytes, 0);
    const code = this.#post(buffer, length);
    if (code === ERROR_IO_PENDING) {
      this.#queue.push(begunWrite(length, waiter));
      this.#inFlight = length;
    } else if (code !== 0) this.#fail(code);
    return code;
  }

  #submit(
    data: Uint8Array<ArrayBuffer>,
    options: Pick<QueuedWrite, "kind" | "onDone">,
  ): number {
    const { kind, onDone } = options;
    const length = byteLengthOf(data);
    const write: QueuedWrite = { kind, data, length, offset: 0, onDone: null };
    const code = this.#enqueue(write);
    if (code !== ERROR_IO_PENDING || !this.#keep(write)) return this.#error;
    write.onDone = onDone;
    return code;
  }

  /** A part may be on its way: without memory for the rest, all has failed. */
  #keep(write: QueuedWrite): boolean {
    try {
      this.#queue.keep(write, this.#inFlight);
      return true;
    } catch {
      this.#fail(ERROR_NOT_ENOUGH_MEMORY);
      return false;
    }
  }

  #enqueue(write: QueuedWrite): number {
    const first = this.idle;
    this.#queue.push(write);
    return first ? this.#run() : ERROR_IO_PENDING;
  }

  /** Writes until the queue is empty, a write is in flight or one failed. */
  #run(): number {
    for (let budget = WRITES_PER_TURN; !this.#queue.empty;) {
      if (budget-- === 0) return this.#continueLater();
      const code = this.#start();
      if (code === ERROR_IO_PENDING) return code;
      if (code !== 0) return this.#fail(code), code;
      this.#written(this.#inFlight);
    }
    return 0;
  }

  #continue(): void {
    const code = this.#run();
    if (code === 0) this.#consumer.onDrained();
    else if (code === ERROR_IO_PENDING) this.#consumer.onWritten();
    else this.#tellError(code);
  }

  #continueLater(): number {
    if (!this.#continuing) {
      this.#continuing = true;
      this.#port.defer(() => {
        this.#continuing = false;
        if (this.#error === 0) this.#continue();
      });
    }
    return ERROR_IO_PENDING;
  }

  /** Starts one write of as much of the queue as fits. */
  #start(): number {
    const first = this.#queue.first!;
    if (first.kind === "end") return this.#endWrites();
    if (first.kind === "hold") return this.#giveTurn(first);
    if (first.kind === "mark") return 0;
    const size = this.#queue.nextSize();
    const buffer = this.#queue.fill(size);
    this.#inFlight = buffer === null ? 0 : size;
    return this.#post(buffer, size);
  }

  /** Writes a filled buffer, which is given back when the write has ended. */
  #post(buffer: NativeBuffer | null, size: number): number {
    if (buffer === null && size > 0) return ERROR_NOT_ENOUGH_MEMORY;
    const operation = this.#operation;
    const { address } = buffer ?? operation;
    operation.buffer = buffer;
    this.#port.begin(operation);
    const started = this.#call(address, size);
    const code = this.#port.settle(operation, started);
    if (code !== ERROR_IO_PENDING && buffer !== null) {
      operation.buffer = null;
      this.#port.buffers.release(buffer);
    }
    return code;
  }

  #call(address: Address, size: number): number {
    try {
      return this.#io.write(address, size, this.#operation.address);
    } catch (error) {
      return thrownCall(this.#port, error);
    }
  }

  #endWrites(): number {
    try {
      return this.#io.endWrites!();
    } catch (error) {
      return thrownCall(this.#port, error);
    }
  }

  /** A hold that was released before its turn is passed over. */
  #giveTurn(hold: QueuedWrite): number {
    const { onDone } = hold;
    if (onDone === null) return 0;
    this.#held = hold;
    onDone(0);
    return ERROR_IO_PENDING;
  }

  #unhold(hold: QueuedWrite, code: number): void {
    hold.onDone = null;
    if (this.#held !== hold) return;
    this.#held = null;
    if (this.#disposed) return this.#release();
    if (code !== 0) return this.#failed(code);
    this.#queue.shift();
    this.#continue();
  }

  #written(bytes: number): void {
    this.#inFlight = 0;
    this.#queue.written(bytes);
  }

  #release(): void {
    this.#port.operations.release(this.#operation);
    this.#consumer.onWriteReleased();
  }

  #failed(code: number): void {
    this.#fail(code);
    this.#tellError(this.#error);
  }

  /** A peer that has left before the end came has missed nothing. */
  #tellError(code: number): void {
    if (!this.ending) this.#consumer.onWriteError(code);
  }

  #fail(code: number): void {
    if (this.#error === 0) this.#error = code;
    this.#dropped += this.#queue.buffered;
    for (const write of this.#queue.clear()) write.onDone?.(code);
  }
}
