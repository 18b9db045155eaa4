/**
 * From packets to the listeners of their operations.
 *
 * @module
 */

import { completionCode } from "../../ffi/errors.ts";
import type { BufferPool } from "../../ffi/memory.ts";
import type { Win32Api } from "../../ffi/win32_api.ts";
import type { FlightRecorder } from "./flight_recorder.ts";
import type { Operation, OperationTable } from "./operation.ts";
import type { Outstanding } from "./outstanding.ts";
import {
  BATCH,
  FIRST_HANDLE_KEY,
  KEY_CALL,
  KEY_WAKE,
  type PacketQueue,
} from "./packet_queue.ts";
import type { ErrorReporter } from "./port_options.ts";

/** What a dispatcher works with. */
export interface DispatcherParts {
  /** The seam. */
  api: Win32Api;
  /** Where packets come from. */
  queue: PacketQueue;
  /** The slots. */
  operations: OperationTable;
  /** Native buffers. */
  buffers: BufferPool;
  /** The counts of what is pending. */
  outstanding: Outstanding;
  /** Takes what listeners throw; never throws. */
  report: ErrorReporter;
  /** Called for calls that other threads have posted, with id and value. */
  onCall: (id: number, value: number) => void;
}

/**
 * Dispatches packets; an exception of a listener does not stop the next one.
 */
export class Dispatcher {
  /** Packets of operations so far. */
  packets = 0;
  /** Batches so far. */
  batches = 0;
  /** Batches as large as a turn may have: more may have waited. */
  fullBatches = 0;
  /** Packets that belonged to no pending operation. */
  unknown = 0;
  /** Packets of operations that were given up before they came. */
  late = 0;
  /** Takes notes, while somebody wants them. */
  recorder: FlightRecorder | null = null;
  readonly #parts: DispatcherParts;
  #active = false;

  /** @param parts What it works with. */
  constructor(parts: DispatcherParts) {
    this.#parts = parts;
  }

  /** True while listeners are being called. */
  get active(): boolean {
    return this.#active;
  }

  /**
   * Dispatches the packets that were taken last.
   *
   * @param count Their number.
   */
  dispatch(count: number): void {
    this.#active = true;
    this.batches++;
    if (count === BATCH) this.fullBatches++;
    for (let i = 0; i < count; i++) {
      this.#parts.queue.read(i);
      this.#dispatchPacket();
    }
    this.#active = false;
  }

  /**
   * Gives up an operation whose packet has not come: its listener is called,
   * its memory belongs to the kernel until the packet comes, if ever.
   *
   * @param operation A pending operation.
   * @param code A Win32 code.
   */
  abandon(operation: Operation, code: number): void {
    const { buffer } = operation;
    if (operation.listener === null) return;
    this.#parts.outstanding.end(operation.owner!);
    operation.buffer = null;
    this.#tell(operation, code, 0);
    operation.listener = null;
    operation.buffer = buffer;
  }

  /**
   * Ends an operation whose packet does not come, since a call on another
   * thread has told how it ended.
   *
   * @param operation A pending operation that was not given up.
   * @param code 0 or a Win32 code.
   * @param bytes Bytes moved.
   */
  finish(operation: Operation, code: number, bytes: number): void {
    operation.pending = false;
    this.#parts.outstanding.end(operation.owner!);
    this.#tell(operation, code, bytes);
  }

  #dispatchPacket(): void {
    const { queue, operations, api } = this.#parts;
    const { key, keyHigh, low, high, status, bytes } = queue;
    if (keyHigh !== 0) return this.#dispatchUnknown();
    if (key < FIRST_HANDLE_KEY) return this.#dispatchPosted(key, low, bytes);
    const operation = operations.find(low, high);
    if (!operation?.pending || !hasKey(operation, key)) {
      return this.#dispatchUnknown();
    }
    const code = status === 0 ? 0 : completionCode(api, status);
    this.#complete(operation, code, bytes);
  }

  #complete(operation: Operation, code: number, bytes: number): void {
    operation.pending = false;
    this.packets++;
    if (operation.listener === null) return this.#takeBack(operation);
    this.#parts.outstanding.end(operation.owner!);
    this.#tell(operation, code, bytes);
  }

  #tell(operation: Operation, code: number, bytes: number): void {
    const { recorder } = this;
    if (recorder !== null) {
      return this.#record(recorder, operation, code, bytes);
    }
    this.#call(operation, code, bytes);
  }

  #record(
    recorder: FlightRecorder,
    operation: Operation,
    code: number,
    bytes: number,
  ): void {
    const since = performance.now();
    this.#call(operation, code, bytes);
    recorder.called(operation, since, code);
  }

  #call(operation: Operation, code: number, bytes: number): void {
    try {
      operation.listener!.onCompletion(operation, code, bytes);
    } catch (error) {
      this.#parts.report(error, "Exception in a completion callback");
    }
  }

  /** The late packet of an operation that was given up: its memory is ours. */
  #takeBack(operation: Operation): void {
    const { buffer, owner } = operation;
    this.late++;
    operation.buffer = null;
    if (buffer !== null) this.#parts.buffers.release(buffer);
    if (owner === null) this.#parts.operations.release(operation);
  }

  #dispatchPosted(key: number, id: number, value: number): void {
    if (key === KEY_WAKE) return;
    if (key !== KEY_CALL) return this.#dispatchUnknown();
    this.packets++;
    try {
      this.#parts.onCall(id, value);
    } catch (error) {
      this.#parts.report(error, "Exception in a posted call");
    }
  }

  #dispatchUnknown(): void {
    this.unknown++;
    const { queue } = this.#parts;
    const key = (BigInt(queue.keyHigh) << 32n) + BigInt(queue.key);
    const address = (BigInt(queue.high) << 32n) + BigInt(queue.low);
    const text = `key ${key}, OVERLAPPED 0x${address.toString(16)}`;
    this.#parts.report(
      new Error(`Cannot dispatch packet: no operation has ${text}`),
      "Unknown completion packet",
    );
  }
}

/** A slot that was given up and released has no handle to compare with. */
function hasKey({ owner }: Operation, key: number): boolean {
  return owner === null || owner.key === key;
}
