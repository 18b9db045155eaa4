/**
 * `OverlappedFuture`: the future of one overlapped operation.
 *
 * @module
 */

import {
  ERROR_IO_PENDING,
  ERROR_MORE_DATA,
  ERROR_OPERATION_ABORTED,
} from "../../ffi/constants.ts";
import type { NativeBuffer } from "../../ffi/memory.ts";
import type { Address } from "../../ffi/win32_api.ts";
import type { CompletionPort } from "../port/completion_port.ts";
import { Future, type FutureContext } from "./future.ts";
import type { Operation, OperationKind } from "../port/operation.ts";
import type { PortHandle } from "../port/port_handle.ts";
import type { Place, SettleOrder } from "../port/settle_order.ts";

/** One overlapped call: how it starts and what its end means. */
export interface OverlappedCall<T> {
  /** Bytes of native memory that it needs; 0 for none. */
  size: number;
  /** The calls of the handle with which it settles in order. */
  order?: "reads" | "writes" | undefined;
  /**
   * Bytes moved by a start that returned 0; those of `Win32Api` by default.
   *
   * @param operation Its slot.
   * @returns The number.
   */
  transferred?(operation: Operation): number;
  /**
   * Makes the system call.
   *
   * @param operation Its slot, with a buffer of `size` bytes.
   * @returns 0 or a Win32 code.
   */
  start(operation: Operation): number;
  /**
   * Turns the end into a result.
   *
   * @param end The outcome, and the memory.
   * @returns The result.
   */
  finish(end: OverlappedEnd): T;
  /** Called in place of `finish`: it was cancelled, or `start` has thrown. */
  cancelled?(): void;
}

/** The end of an overlapped call. */
export interface OverlappedEnd {
  /** 0 or a Win32 code. */
  code: number;
  /** Bytes moved. */
  bytes: number;
  /** The native memory, until `finish` returns. */
  buffer: NativeBuffer | null;
  /** The slot, until `finish` returns. */
  address: Address;
  /** True when more of the message follows; `finish` may set it. */
  partial: boolean;
}

/**
 * The future of one overlapped operation. Cancelling it is a request to the
 * kernel: the future ends when the packet comes, and data that came before the
 * cancellation are its result. The counterpart of asyncio's
 * `_OverlappedFuture`, which drops them.
 *
 * @typeParam T The type of the result.
 *
 * @example Usage
 * ```ts
 * import { IocpProactor } from "@iocp/proactor";
 * import { pipe } from "@iocp/proactor/pipe";
 *
 * await using proactor = new IocpProactor();
 * const [reader, writer] = pipe({ duplex: true });
 * const received = proactor.recv(reader, 1024);
 * await proactor.send(writer, new TextEncoder().encode("hello"));
 * console.log(await received);
 * reader.close();
 * writer.close();
 * ```
 */
export class OverlappedFuture<T> extends Future<T> {
  readonly #port: CompletionPort;
  readonly #call: OverlappedCall<T>;
  #operation: Operation | null = null;
  #cancelRequested = false;
  #putOff = false;
  #reason: unknown;
  #partial = false;
  #order: SettleOrder | undefined;
  #place: Place | undefined;
  #held = false;
  /**
   * Called synchronously at the end; for the proactor.
   *
   * @ignore
   */
  onDone: (() => void) | undefined;

  /**
   * Made by the proactor; not to be called by others.
   *
   * @ignore
   * @param port The completion port.
   * @param call What to start.
   * @param context How callbacks run.
   */
  constructor(
    port: CompletionPort,
    call: OverlappedCall<T>,
    context?: FutureContext,
  ) {
    super(context);
    this.#port = port;
    this.#call = call;
  }

  /** True until the operation has ended. */
  get pending(): boolean {
    return this.#operation !== null;
  }

  /** True when the result is the first part of a longer message. */
  get partial(): boolean {
    return this.#partial;
  }

  /**
   * Starts the operation. Called once, by the proactor.
   *
   * @ignore
   * @param owner The handle to work on.
   */
  start(owner: PortHandle): void {
    const port = this.#port;
    const operation = port.acquire(owner, this);
    const { size, order } = this.#call;
    if (order !== undefined) this.#order = owner[order];
    operation.buffer = size > 0 ? this.#acquireBuffer(operation, size) : null;
    port.begin(operation);
    const code = port.settle(operation, this.#begin(operation));
    if (code === ERROR_IO_PENDING) {
      this.#operation = operation;
      this.#place = this.#order?.enter();
    } else {
      this.#endAtOnce(operation, code, this.#immediateBytes(operation, code));
    }
  }

  /**
   * Ends a synchronous completion: in the next turn when the budget is spent.
   */
  #endAtOnce(operation: Operation, code: number, bytes: number): void {
    if (this.#port.calls.spend()) return this.#end(operation, code, bytes);
    this.#operation = operation;
    this.#place = this.#order?.enter();
    this.#port.defer(() => this.#endLater(operation, code, bytes));
  }

  /**
   * Asks the kernel to cancel the operation.
   *
   * @param reason What awaiting throws if the cancellation takes effect.
   * @returns False when the future was done already.
   */
  override cancel(reason?: unknown): boolean {
    if (this.done()) return false;
    if (this.#cancelRequested || this.#held) return true;
    this.#cancelRequested = true;
    this.#reason = reason;
    if (this.#operation !== null) this.#port.cancel(this.#operation);
    else if (!this.#putOff) return super.cancel(reason);
    return true;
  }

  /**
   * Ends with a result of a synchronous completion; for the proactor.
   *
   * @ignore
   * @param result The result, which a cancellation does not lose.
   */
  resolveAtOnce(result: T): void {
    if (this.#port.calls.spend()) return this.setResult(result);
    this.#putOff = true;
    this.#port.defer(() => {
      this.setResult(result);
      this.#tell();
    });
  }

  /**
   * What it does, in a word.
   *
   * @ignore
   */
  get kind(): OperationKind {
    const { order } = this.#call;
    if (order === "reads") return "read";
    return order === "writes" ? "write" : "call";
  }

  /**
   * Called by the dispatch.
   *
   * @ignore
   * @param operation The operation that ended.
   * @param code 0 or a Win32 code.
   * @param bytes Bytes moved.
   */
  onCompletion(operation: Operation, code: number, bytes: number): void {
    this.#endLater(operation, code, bytes);
  }

  /**
   * The parts of the description.
   *
   * @ignore
   * @param details What stands behind the state.
   * @returns The state, that of the operation, and the rest.
   */
  protected override describe(details: readonly string[] = []): string[] {
    const state = this.pending ? "pending" : "completed";
    return super.describe([`overlapped=<${state}>`, ...details]);
  }

  #endLater(operation: Operation, code: number, bytes: number): void {
    this.#operation = null;
    this.#end(operation, code, bytes);
    if (!this.#held) this.#tell();
  }

  /** A `start` that throws has not called Windows: the memory is ours. */
  #begin(operation: Operation): number {
    try {
      return this.#call.start(operation);
    } catch (error) {
      operation.pending = false;
      this.#giveBack(operation);
      this.#call.cancelled?.();
      throw error;
    }
  }

  #giveBack(operation: Operation): void {
    const { buffer } = operation;
    operation.buffer = null;
    this.#port.operations.release(operation);
    if (buffer !== null) this.#port.buffers.release(buffer);
  }

  /** A warning has filled the buffer, and leaves the count unset. */
  #immediateBytes(operation: Operation, code: number): number {
    const { size, transferred } = this.#call;
    if (code === ERROR_MORE_DATA) return size;
    if (code !== 0) return 0;
    return transferred?.(operation) ?? this.#port.api.transferred;
  }

  #acquireBuffer(operation: Operation, size: number): NativeBuffer {
    try {
      return this.#port.buffers.acquire(size);
    } catch (error) {
      this.#port.operations.release(operation);
      throw error;
    }
  }

  #end(operation: Operation, code: number, bytes: number): void {
    const { buffer } = operation;
    operation.buffer = null;
    this.#port.operations.release(operation);
    const partial = code === ERROR_MORE_DATA;
    const { address } = operation;
    try {
      this.#resolve({ code, bytes, buffer, address, partial });
    } finally {
      if (buffer !== null) this.#port.buffers.release(buffer);
    }
  }

  #resolve(end: OverlappedEnd): void {
    if (end.code === ERROR_OPERATION_ABORTED && this.#cancelRequested) {
      this.#call.cancelled?.();
      super.cancel(this.#reason);
      this.#leave();
      return;
    }
    try {
      const result = this.#call.finish(end);
      this.#partial = end.partial;
      this.#succeed(result);
    } catch (error) {
      this.setException(error);
      this.#leave();
    }
  }

  #succeed(result: T): void {
    const order = this.#order;
    if (order === undefined) return this.setResult(result);
    if (this.#place === undefined && order.idle) return this.setResult(result);
    this.#held = !order.succeed(this.#place, () => this.#settle(result));
  }

  #settle(result: T): void {
    this.setResult(result);
    this.#held = false;
    this.#tell();
  }

  #tell(): void {
    const { onDone } = this;
    this.onDone = undefined;
    onDone?.();
  }

  #leave(): void {
    if (this.#place !== undefined) this.#order!.leave(this.#place);
  }
}
