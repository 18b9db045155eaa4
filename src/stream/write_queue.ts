/**
 * What a stream has not written yet, in order.
 *
 * @module
 */

import { byteLengthOf, copyBytes, viewOf } from "../ffi/bytes.ts";
import {
  type BufferPool,
  LARGE_BUFFER,
  type NativeBuffer,
} from "../ffi/memory.ts";
import { Fifo } from "../proactor/port/fifo.ts";

/**
 * Told when a queued write has ended.
 *
 * @param code 0, or a Win32 code when it failed.
 */
export type WriteCallback = (code: number) => void;

/** Who waits for writes, where they do not end at once. */
export interface WriteWaiter {
  /**
   * The write that is being begun may pend.
   *
   * @returns Told of its end, if it does.
   */
  waitForWrite(): WriteCallback;
}

/** A write, or what stands between writes. */
export interface QueuedWrite {
  /** What else than bytes: the end of the write side, a hold, or a mark. */
  kind: "data" | "end" | "hold" | "mark";
  /** The bytes. */
  data: Uint8Array<ArrayBuffer>;
  /** Their number. */
  length: number;
  /** How many of them are written. */
  offset: number;
  /** Told of the end. */
  onDone: WriteCallback | null;
}

/**
 * Makes a write whose bytes are in native memory.
 *
 * @param length Their number.
 * @param waiter Who waits for it, if anybody does.
 * @returns The write.
 */
export function begunWrite(
  length: number,
  waiter: WriteWaiter | null,
): QueuedWrite {
  const onDone = waiter?.waitForWrite() ?? null;
  return { kind: "data", data: NOTHING, length, offset: 0, onDone };
}

/** From here on a write gains nothing by sharing a buffer with others. */
const MIN_SINGLE = LARGE_BUFFER / 2;

/** No bytes: what stands between writes has none. */
export const NOTHING: Uint8Array<ArrayBuffer> = new Uint8Array(0);

/** Writes in order; the first may be in flight. */
export class WriteQueue {
  readonly #buffers: BufferPool;
  readonly #messages: boolean;
  readonly #list = new Fifo<QueuedWrite>();
  #buffered = 0;
  #single: QueuedWrite | null = null;
  #singleBuffer: NativeBuffer | null = null;

  /**
   * @param buffers Native memory.
   * @param messages One write is one message, whatever its length.
   */
  constructor(buffers: BufferPool, messages: boolean) {
    this.#buffers = buffers;
    this.#messages = messages;
  }

  /** Bytes that are queued or in flight. */
  get buffered(): number {
    return this.#buffered;
  }

  /** True when nothing is queued or in flight. */
  get empty(): boolean {
    return this.#list.length === 0;
  }

  /** Whose turn it is. */
  get first(): QueuedWrite | undefined {
    return this.#list.first;
  }

  /** Room that is held, in writes. */
  get capacity(): number {
    return this.#list.capacity;
  }

  /** @param write What comes last. */
  push(write: QueuedWrite): void {
    this.#list.push(write);
    this.#buffered += write.length;
  }

  /**
   * Copies what is not in native memory yet: the array is the caller's.
   *
   * @param write A write of the queue.
   * @param inFlight How many bytes of the queue are in native memory.
   */
  keep(write: QueuedWrite, inFlight: number): void {
    const first = write === this.first;
    if (first && write.offset + inFlight === write.length) {
      write.data = NOTHING;
      return;
    }
    if (!first && this.#keepSingle(write)) return;
    write.data = copyBytes(write.data, write.offset, write.length);
    write.length -= write.offset;
    write.offset = 0;
  }

  /**
   * How much the next call takes: a message goes as one; bytes go in pieces of
   * at most 64 KiB.
   *
   * @returns Bytes, when a write is first.
   */
  nextSize(): number {
    const { first } = this;
    if (this.#messages || first === this.#single) return first!.length;
    let size = 0;
    for (let i = 0; size < LARGE_BUFFER; i++) {
      const write = this.#list.at(i);
      if (write === undefined || write.kind === "hold") return size;
      if (write === this.#single) return size;
      size += write.length - write.offset;
    }
    return LARGE_BUFFER;
  }

  /**
   * Puts the next bytes into native memory.
   *
   * @param size What `nextSize` has returned.
   * @returns The caller's buffer, or `null` when there is no memory left or
   * nothing to put.
   */
  fill(size: number): NativeBuffer | null {
    if (this.#single !== null && this.first === this.#single) {
      return this.#takeSingle();
    }
    const buffer = size === 0 ? null : this.#buffers.tryAcquire(size);
    if (buffer !== null) this.#gather(buffer, size);
    return buffer;
  }

  /**
   * Takes back a write that the kernel has taken in part only: a write that
   * was in flight alone was not kept, and its array is the caller's.
   *
   * @param buffer What was in flight.
   * @param inFlight How many bytes that was.
   */
  takeBack(buffer: NativeBuffer, inFlight: number): void {
    const { first } = this;
    if (first === undefined || first.length - first.offset !== inFlight) return;
    first.data = buffer.copy(0, inFlight);
    first.length = inFlight;
    first.offset = 0;
  }

  /**
   * Takes written bytes off the queue and tells whose they were.
   *
   * @param bytes Their number.
   */
  written(bytes: number): void {
    this.#buffered -= bytes;
    let rest = bytes;
    while (!this.empty) {
      const write = this.first!;
      const count = Math.min(rest, write.length - write.offset);
      write.offset += count;
      rest -= count;
      if (write.offset < write.length) break;
      this.shift();
      write.onDone?.(0);
      if (rest === 0) break;
    }
  }

  /** Takes the first off the queue. */
  shift(): void {
    this.#list.shift();
  }

  /**
   * Empties the queue.
   *
   * @returns What was in it.
   */
  clear(): QueuedWrite[] {
    const buffer = this.#takeSingle();
    if (buffer !== null) this.#buffers.release(buffer);
    this.#buffered = 0;
    return this.#list.clear();
  }

  /**
   * Fills the buffer that the write will need. One at a time: whoever queues
   * more was asked to pause, and arrays are cheaper to keep than buffers.
   */
  #keepSingle(write: QueuedWrite): boolean {
    const { data, length } = write;
    if (this.#single !== null || length < MIN_SINGLE) return false;
    if (length > LARGE_BUFFER) return false;
    const buffer = this.#buffers.tryAcquire(length);
    if (buffer === null) return false;
    buffer.write(data, 0);
    write.data = NOTHING;
    this.#single = write;
    this.#singleBuffer = buffer;
    return true;
  }

  #takeSingle(): NativeBuffer | null {
    const buffer = this.#singleBuffer;
    this.#single = this.#singleBuffer = null;
    return buffer;
  }

  #gather(buffer: NativeBuffer, size: number): void {
    let filled = 0;
    for (let i = 0; filled < size; i++) {
      const { data, length, offset } = this.#list.at(i)!;
      const count = Math.min(length - offset, size - filled);
      const part = count === byteLengthOf(data)
        ? data
        : viewOf(data, offset, offset + count);
      buffer.write(part, filled);
      filled += count;
    }
  }
}
