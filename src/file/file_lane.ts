/**
 * One operation at a time on a file, with a slot and a buffer of its own.
 *
 * @module
 */

import { ERROR_IO_PENDING, ERROR_OPERATION_ABORTED } from "../ffi/constants.ts";
import { encodeOffset, END_OF_FILE } from "../ffi/file/structs.ts";
import type { NativeBuffer } from "../ffi/memory.ts";
import { OVERLAPPED_OFFSET } from "../ffi/structs.ts";
import type {
  CompletionListener,
  Operation,
} from "../proactor/port/operation.ts";
import { thrownCall } from "../proactor/port/call_outcome.ts";
import type { FileCore } from "./file_core.ts";

/** Bytes by which a write may make a file longer on this thread, for which
 * Windows lets it wait. Cached reads cost a copy of their bytes. */
const MAX_EXTENSION = 65_536;

/**
 * Told of the end of an operation that was pending.
 *
 * @param code 0 or a Win32 code.
 * @param bytes Bytes moved.
 */
export type LaneCallback = (code: number, bytes: number) => void;

/** Where in the file, and how much. */
export interface FileRange {
  /** Bytes from the start, or `END_OF_FILE`. */
  position: number;
  /** Bytes; the buffer holds as many. */
  length: number;
}

/** A slot of a file until `dispose`. */
export class FileLane implements CompletionListener {
  /** Native memory; while an operation is pending, it is the kernel's. */
  buffer: NativeBuffer | null = null;
  readonly #file: FileCore;
  readonly #onEnd: LaneCallback;
  readonly #operation: Operation;
  #pending = false;
  #cancelled = false;
  #writeEnd = 0;
  /** Told when a write on another thread has its packet. */
  #leave: (() => void) | undefined;
  #disposed = false;

  /**
   * @param file The file.
   * @param onEnd Told of the ends of operations that were pending.
   * @throws {Deno.errors.BadResource} when the file is closed.
   */
  constructor(file: FileCore, onEnd: LaneCallback) {
    this.#file = file;
    this.#onEnd = onEnd;
    this.#operation = file.port.acquire(file.handle, this);
    file.addLane(this);
  }

  /** Bytes moved by the last operation that ended at once. */
  get transferred(): number {
    return this.#file.port.api.transferred;
  }

  /**
   * Takes a buffer.
   *
   * @param size Its bytes at least.
   * @throws {WindowsError} when Windows has no memory left.
   */
  allocate(size: number): void {
    this.buffer = this.#file.buffers.acquire(size);
  }

  /**
   * `ReadFile` into the buffer.
   *
   * @param range Where in the file, and how much.
   * @returns 0 with `transferred`, 997 when the callback will be told, or a
   * Win32 code.
   */
  read(range: FileRange): number {
    const { api } = this.#file.port;
    const { handle } = this.#file.handle;
    this.#locate(range.position);
    return this.run(({ buffer, address }) =>
      api.readFile(handle, buffer!.address, range.length, address)
    );
  }

  /**
   * `WriteFile` from the buffer.
   *
   * @param range Where in the file, and how much.
   * @returns As `read`.
   */
  write(range: FileRange): number {
    const { api } = this.#file.port;
    const { handle } = this.#file.handle;
    const { position, length } = range;
    this.#locate(position);
    this.#writeEnd = position === END_OF_FILE ? Infinity : position + length;
    if (length > MAX_EXTENSION && this.#writeEnd > this.#file.end) {
      return this.#writeOnThread(length);
    }
    const code = this.run(({ buffer, address }) =>
      api.writeFile(handle, buffer!.address, length, address)
    );
    if (code === 0) this.#written();
    return code;
  }

  /**
   * Starts a call with the slot and the buffer.
   *
   * @param call Makes it; returns what it returned.
   * @returns 0, 997 when the callback will be told, or a Win32 code.
   * @throws {unknown} what `call` throws; slot and buffer are the lane's again.
   */
  run(call: (operation: Operation) => number): number {
    // The value of a closed handle may be another's by now.
    if (this.#file.closing) return ERROR_OPERATION_ABORTED;
    const operation = this.#operation;
    const { port } = this.#file;
    operation.buffer = this.buffer;
    this.buffer = null;
    port.begin(operation);
    const code = port.settle(operation, this.#call(call));
    this.#pending = code === ERROR_IO_PENDING;
    if (!this.#pending) this.#takeBuffer();
    return code;
  }

  /** Asks for an early end of what is pending. */
  cancel(): void {
    this.#cancelled = true;
    if (this.#pending) this.#file.port.cancel(this.#operation);
  }

  /** Gives slot and buffer back, at once or when the packet has come. */
  dispose(): void {
    if (this.#disposed) return;
    this.#disposed = true;
    if (this.#pending) this.cancel();
    else this.#release();
  }

  /** What it does, in a word. */
  get kind(): "file" {
    return "file";
  }

  /**
   * Called by the dispatch.
   *
   * @param _operation Our operation.
   * @param code 0 or a Win32 code.
   * @param bytes Bytes moved.
   */
  onCompletion(_operation: Operation, code: number, bytes: number): void {
    this.#pending = false;
    this.#takeBuffer();
    this.#leave?.();
    this.#leave = undefined;
    if (code === 0) this.#written();
    if (this.#disposed) this.#release();
    else this.#onEnd(code, bytes);
  }

  /** The call is as good as pending, and its packet may be faster than the end
   * of the call. What queues none is ended here. */
  #writeOnThread(length: number): number {
    const file = this.#file;
    if (file.closing) return ERROR_OPERATION_ABORTED;
    const operation = this.#operation;
    const buffer = operation.buffer = this.buffer!;
    const { address: overlapped } = operation;
    const range = { buffer: buffer.address, length, overlapped };
    this.buffer = null;
    this.#cancelled = false;
    file.port.begin(operation);
    file.port.settle(operation, ERROR_IO_PENDING);
    this.#pending = true;
    const leave = this.#leave = file.enter();
    const call = file.run((files, handle) => {
      const refused = Promise.resolve(ERROR_OPERATION_ABORTED);
      return this.#cancelled ? refused : files.writeFile(handle, range);
    });
    call.catch((error) => thrownCall(file.port, error)).then((code) => {
      leave();
      if (file.handle.queuesPacket(code)) return;
      file.port.finish(operation, code, code === 0 ? length : 0);
    });
    return ERROR_IO_PENDING;
  }

  /** A write has moved the end of the file, or has not. */
  #written(): void {
    const end = this.#writeEnd;
    if (end !== Infinity && end > this.#file.end) this.#file.end = end;
    this.#writeEnd = 0;
  }

  #call(call: (operation: Operation) => number): number {
    try {
      return call(this.#operation);
    } catch (error) { // the kernel was not asked
      this.#operation.pending = false;
      this.#takeBuffer();
      throw error;
    }
  }

  #locate(position: number): void {
    const target = this.#operation.address + BigInt(OVERLAPPED_OFFSET);
    this.#file.port.api.copyIn(target, encodeOffset(position));
  }

  #takeBuffer(): void {
    this.buffer = this.#operation.buffer;
    this.#operation.buffer = null;
  }

  /** The next operation of the slot may know nothing of offsets. */
  #release(): void {
    // A slot that never came back stays the kernel's.
    if (!this.#operation.pending) this.#locate(0);
    if (this.buffer !== null) this.#file.buffers.release(this.buffer);
    this.buffer = null;
    this.#file.port.operations.release(this.#operation);
    this.#file.deleteLane(this);
  }
}
