/**
 * The completion port itself: who is on it, what is pending, and the dispatch
 * of packets to listeners. Everything that drives I/O goes through here.
 *
 * @module
 */

import {
  ERROR_IO_PENDING,
  ERROR_MORE_DATA,
  ERROR_OPERATION_ABORTED,
  FILE_SKIP_COMPLETION_PORT_ON_SUCCESS,
  FILE_SKIP_SET_EVENT_ON_HANDLE,
  INFINITE,
  MEM_RELEASE,
} from "../ffi/constants.ts";
import { completionCode, windowsError } from "../ffi/errors.ts";
import { allocate, BufferPool } from "../ffi/memory.ts";
import {
  ENTRY_BYTES,
  ENTRY_KEY,
  ENTRY_OVERLAPPED,
  ENTRY_SIZE,
  ENTRY_STATUS,
} from "../ffi/structs.ts";
import {
  type Address,
  type Handle,
  INVALID_HANDLE_VALUE,
  type Win32Api,
} from "../ffi/win32_api.ts";
import {
  type CompletionListener,
  type Operation,
  OperationTable,
} from "./operation.ts";
import { PortHandle } from "./port_handle.ts";
import { Pump, type PumpHost } from "./pump.ts";
import { warningMode } from "./warning_probe.ts";

/** Packets that one call may dequeue. */
const BATCH = 128;

/** Completion keys below this one are ours, not a handle's. */
const FIRST_HANDLE_KEY = 16;
const KEY_WAKE = 1;
const KEY_CALL = 2;

/** Takes errors that have no caller. */
export type ErrorReporter = (error: unknown, message: string) => void;

/** How a port is made. */
export interface CompletionPortOptions {
  /** Threads that may run completions at once. */
  concurrency: number;
  /** False forces a packet for every operation. */
  skipOnSuccess: boolean;
  /** Takes errors that have no caller. */
  report: ErrorReporter;
}

/** Counters of a port. */
export interface PortMetrics {
  /** Operations that the kernel owns now. */
  pending: number;
  /** Slots that are handed out now, pending or not. */
  slotsInUse: number;
  /** Bytes of native buffers that are handed out now. */
  bufferBytes: number;
  /** Packets dispatched so far. */
  packets: number;
  /** Calls that dequeued packets so far. */
  batches: number;
  /** Waits on another thread so far. */
  waits: number;
  /** Packets that belonged to no pending operation. */
  unknownPackets: number;
  /** Operations whose packet never came before the close. */
  quarantined: number;
}

/** A completion port with its slots, buffers and pump. */
export class CompletionPort implements PumpHost {
  /** The seam. */
  readonly api: Win32Api;
  /** The slots. */
  readonly operations: OperationTable;
  /** Native buffers. */
  readonly buffers: BufferPool;
  /** Takes errors that have no caller. */
  report: ErrorReporter;
  /** Told of calls that other threads have posted: their id and value. */
  onCall: ((id: number, value: number) => void) | undefined;

  readonly #port: Handle;
  readonly #skipOnSuccess: boolean;
  readonly #pump: Pump;
  readonly #entries = new Uint8Array(BATCH * ENTRY_SIZE);
  readonly #view = new DataView(this.#entries.buffer);
  readonly #waitEntries: Address;
  readonly #count = new Uint32Array(1);
  readonly #deferred: (() => void)[] = [];
  #nextKey = FIRST_HANDLE_KEY;
  #pending = 0;
  #referenced = 0;
  #holds = 0;
  #dispatching = false;
  #packets = 0;
  #batches = 0;
  #waits = 0;
  #unknown = 0;
  #onIdle: (() => void) | undefined;
  #closing: Promise<number> | undefined;

  /**
   * @param api The seam.
   * @param options Concurrency, skip mode and where errors go.
   * @throws {WindowsError} when Windows refuses another port.
   */
  constructor(api: Win32Api, options: CompletionPortOptions) {
    this.api = api;
    this.report = options.report;
    this.#skipOnSuccess = options.skipOnSuccess;
    this.#port = createPort(api, options.concurrency);
    this.#waitEntries = allocate(api, BATCH * ENTRY_SIZE + 4);
    this.operations = new OperationTable(api);
    this.buffers = new BufferPool(api);
    this.#pump = new Pump(this);
  }

  /** True from `close` on. */
  get closed(): boolean {
    return this.#closing !== undefined;
  }

  /** The port's own handle. */
  get handle(): Handle {
    return this.#port;
  }

  /** Reasons to go on dispatching. */
  get outstanding(): number {
    return this.#pending + this.#holds;
  }

  /** Those of them that keep the process alive. */
  get referenced(): number {
    return this.#referenced + this.#holds;
  }

  /** True when work was put off to the next turn. */
  get deferred(): boolean {
    return this.#deferred.length > 0;
  }

  /**
   * Reads the counters.
   *
   * @returns A snapshot.
   */
  metrics(): PortMetrics {
    return {
      pending: this.#pending,
      slotsInUse: this.operations.inUse,
      bufferBytes: this.buffers.bytesInUse,
      packets: this.#packets,
      batches: this.#batches,
      waits: this.#waits,
      unknownPackets: this.#unknown,
      quarantined: this.operations.quarantined,
    };
  }

  // --- handles -------------------------------------------------------------

  /**
   * Puts a handle on the port.
   *
   * @param handle A handle opened with FILE_FLAG_OVERLAPPED.
   * @param options Whether its reads may end with ERROR_MORE_DATA.
   * @returns What the port knows of it from now on.
   * @throws {Deno.errors.BadResource} when it is not a handle, or the port is
   * closed.
   * @throws {WindowsError} when it is on a port already, or not overlapped.
   */
  associate(handle: Handle, options: { warnings: boolean }): PortHandle {
    this.assertOpen("register handle");
    const key = this.#nextKey++;
    const result = this.api.createIoCompletionPort(handle, this.#port, key, 0);
    if (result === 0n) throw this.#associationError(handle);
    return new PortHandle(handle, key, this.#setModes(handle, options));
  }

  /**
   * Closes a handle. Operations still pending on it end by their packets.
   *
   * @param handle A handle of this port.
   * @returns 0 or a Win32 code.
   */
  closeHandle(handle: PortHandle): number {
    if (handle.closed) return 0;
    handle.closed = true;
    if (handle.pending > 0) this.api.cancelIoEx(handle.handle, 0n);
    return this.api.closeHandle(handle.handle);
  }

  /**
   * Says whether the operations of a handle keep the process alive.
   *
   * @param handle A handle of this port.
   * @param referenced True at first.
   */
  setReferenced(handle: PortHandle, referenced: boolean): void {
    if (handle.referenced === referenced) return;
    handle.referenced = referenced;
    this.#referenced += referenced ? handle.pending : -handle.pending;
    this.#pump.review();
  }

  #setModes(handle: Handle, options: { warnings: boolean }) {
    const noSkip = { skipsOnSuccess: false, queuesWarnings: true };
    if (!this.#skipOnSuccess) return noSkip;
    const mode = options.warnings ? warningMode(this.api) : "packet";
    if (mode === "unknown") return noSkip;
    const flags = FILE_SKIP_COMPLETION_PORT_ON_SUCCESS |
      FILE_SKIP_SET_EVENT_ON_HANDLE;
    const code = this.api.setFileCompletionNotificationModes(handle, flags);
    if (code !== 0) return noSkip;
    return { skipsOnSuccess: true, queuesWarnings: mode === "packet" };
  }

  #associationError(handle: Handle): Error {
    return windowsError(this.api, this.api.lastError, {
      syscall: "CreateIoCompletionPort",
      action: `Cannot register handle ${handle}`,
    });
  }

  // --- operations ----------------------------------------------------------

  /**
   * Takes a slot for an operation.
   *
   * @param owner The handle it will work on.
   * @param listener Who is told of its end.
   * @returns The operation, not yet started.
   * @throws {Deno.errors.BadResource} when the port or the handle is closed.
   */
  acquire(owner: PortHandle, listener: CompletionListener): Operation {
    this.assertOpen("start operation");
    if (owner.closed) {
      throw new Deno.errors.BadResource(
        "Cannot start operation: the handle is closed",
      );
    }
    return this.operations.acquire(owner, listener);
  }

  /**
   * Gives the slot to the kernel. Comes before the system call.
   *
   * @param operation An operation with its buffer in place.
   */
  begin(operation: Operation): void {
    operation.pending = true;
  }

  /**
   * Takes the outcome of the system call. Comes straight after it.
   *
   * @param operation The operation that was begun.
   * @param code What the call returned.
   * @returns 997 when a packet will follow; else the final code, and the slot
   * is not the kernel's.
   */
  settle(operation: Operation, code: number): number {
    const owner = operation.owner!;
    if (!queuesPacket(owner, code)) {
      operation.pending = false;
      return code;
    }
    owner.pending++;
    this.#pending++;
    if (owner.referenced) this.#referenced++;
    this.#pump.start();
    return ERROR_IO_PENDING;
  }

  /**
   * Asks the kernel to end an operation early. Its packet still comes, with
   * data if they were faster.
   *
   * @param operation A pending operation.
   * @returns 0, or a Win32 code when nothing was left to cancel.
   */
  cancel(operation: Operation): number {
    if (!operation.pending || operation.owner!.closed) return 0;
    return this.api.cancelIoEx(operation.owner!.handle, operation.address);
  }

  // --- turns ---------------------------------------------------------------

  /**
   * Puts work off to the next turn, behind what has completed until then.
   *
   * @param work Called once.
   */
  defer(work: () => void): void {
    this.#deferred.push(work);
    this.#pump.hurry();
  }

  /** Runs the work that was put off. */
  runDeferred(): void {
    if (this.#deferred.length === 0) return;
    for (const work of this.#deferred.splice(0)) {
      try {
        work();
      } catch (error) {
        this.report(error, "Exception in deferred work");
      }
    }
  }

  /** Keeps the pump waiting although nothing is pending. */
  hold(): void {
    this.#holds++;
    this.#pump.start();
  }

  /** Takes back a `hold`. */
  unhold(): void {
    this.#holds--;
    this.#pump.review();
  }

  /**
   * Dispatches what has completed.
   *
   * @param timeout Milliseconds to wait on this thread for the first packet.
   * @returns The number of packets; 0 when called from within a callback.
   */
  drain(timeout = 0): number {
    if (this.#dispatching) return 0;
    const count = this.api.getQueuedCompletionStatusEx(
      this.#port,
      this.#entries,
      timeout,
    );
    if (count > 0) this.#dispatch(count);
    return count;
  }

  /** Waits for packets on another thread. */
  wait(): Promise<number> {
    this.#waits++;
    return this.api.waitForCompletions(
      this.#port,
      this.#waitEntries,
      BATCH,
      INFINITE,
    );
  }

  /** Dispatches what a wait has brought. */
  collect(arrived: number): void {
    if (arrived === 0) return;
    const count = this.#count;
    const end = this.#waitEntries + BigInt(BATCH * ENTRY_SIZE);
    this.api.copyOut(new Uint8Array(count.buffer), end);
    const bytes = this.#entries.subarray(0, count[0]! * ENTRY_SIZE);
    this.api.copyOut(bytes, this.#waitEntries);
    this.#dispatch(count[0]!);
  }

  /** Makes a wait return. */
  wake(): void {
    const code = this.api.postQueuedCompletionStatus(
      this.#port,
      0,
      KEY_WAKE,
      0n,
    );
    if (code !== 0) throw this.#postError(code);
  }

  /**
   * Posts a call to the port, as another thread would.
   *
   * @param id What `onCall` is told.
   * @param value A u32 that goes with it.
   * @throws {WindowsError} when the packet cannot be queued.
   */
  postCall(id: number, value: number): void {
    const code = postCall(this.api, { port: this.#port, id }, value);
    if (code !== 0) throw this.#postError(code);
  }

  #postError(code: number): Error {
    return windowsError(this.api, code, {
      syscall: "PostQueuedCompletionStatus",
      action: "Cannot wake the event loop",
    });
  }

  // --- dispatch ------------------------------------------------------------

  #dispatch(count: number): void {
    this.#dispatching = true;
    this.#batches++;
    for (let i = 0; i < count; i++) this.#dispatchEntry(i * ENTRY_SIZE);
    this.#dispatching = false;
    if (this.#pending === 0) this.#onIdle?.();
  }

  #dispatchEntry(offset: number): void {
    const view = this.#view;
    const key = view.getUint32(offset + ENTRY_KEY, true);
    const low = view.getUint32(offset + ENTRY_OVERLAPPED, true);
    const high = view.getUint32(offset + ENTRY_OVERLAPPED + 4, true);
    const bytes = view.getUint32(offset + ENTRY_BYTES, true);
    if (key < FIRST_HANDLE_KEY) return this.#dispatchPosted(key, low, bytes);
    const operation = this.operations.find(low, high);
    if (!operation?.pending || operation.owner!.key !== key) {
      return this.#dispatchUnknown(key, low, high);
    }
    const status = view.getUint32(offset + ENTRY_STATUS, true);
    const code = status === 0 ? 0 : completionCode(this.api, status);
    this.#complete(operation, code, bytes);
  }

  #complete(operation: Operation, code: number, bytes: number): void {
    const owner = operation.owner!;
    operation.pending = false;
    owner.pending--;
    this.#pending--;
    this.#packets++;
    if (owner.referenced) this.#referenced--;
    try {
      operation.listener!.onCompletion(operation, code, bytes);
    } catch (error) {
      this.report(error, "Exception in a completion callback");
    }
  }

  #dispatchPosted(key: number, id: number, value: number): void {
    if (key === KEY_WAKE) return;
    if (key !== KEY_CALL) return this.#dispatchUnknown(key, id, 0);
    try {
      this.onCall?.(id, value);
    } catch (error) {
      this.report(error, "Exception in a posted call");
    }
  }

  #dispatchUnknown(key: number, low: number, high: number): void {
    this.#unknown++;
    const address = (BigInt(high) << 32n) + BigInt(low);
    const text = `key ${key}, OVERLAPPED 0x${address.toString(16)}`;
    this.report(
      new Error(`Cannot dispatch packet: no operation has ${text}`),
      "Unknown completion packet",
    );
  }

  // --- close ---------------------------------------------------------------

  /**
   * Refuses further work, cancels, dispatches what comes until the deadline,
   * then closes the port. What never came stays in quarantine.
   *
   * @param deadline Milliseconds.
   * @returns The number of operations in quarantine.
   */
  close(deadline: number): Promise<number> {
    return this.#closing ??= this.#close(deadline);
  }

  /**
   * Refuses work on a closed port.
   *
   * @param action The beginning of the message.
   * @throws {Deno.errors.BadResource} when the port is closed.
   */
  assertOpen(action: string): void {
    if (!this.closed) return;
    throw new Deno.errors.BadResource(
      `Cannot ${action}: the proactor is closed`,
    );
  }

  async #close(deadline: number): Promise<number> {
    this.hold();
    for (const operation of this.operations.pending()) this.cancel(operation);
    await this.#idleWithin(deadline);
    this.#holds = 0;
    this.#abandon();
    await this.#endWait();
    this.#pump.stop();
    this.api.closeHandle(this.#port);
    return this.#free();
  }

  #idleWithin(deadline: number): Promise<void> {
    if (this.#pending === 0) return Promise.resolve();
    const { promise, resolve } = Promise.withResolvers<void>();
    const timer = setTimeout(resolve, deadline);
    this.#onIdle = resolve;
    return promise.finally(() => clearTimeout(timer));
  }

  /** Tells the listeners of operations that will not come back in time. */
  #abandon(): void {
    for (const operation of this.operations.pending()) {
      const listener = operation.listener!;
      operation.buffer = null; // the kernel's for ever
      try {
        listener.onCompletion(operation, ERROR_OPERATION_ABORTED, 0);
      } catch (error) {
        this.report(error, "Exception in a completion callback");
      }
    }
  }

  async #endWait(): Promise<void> {
    const wait = this.#pump.waiting;
    if (wait === undefined) return;
    this.wake();
    await wait;
  }

  #free(): number {
    const quarantined = this.operations.dispose();
    if (quarantined === 0) this.buffers.dispose();
    this.api.virtualFree(this.#waitEntries, 0, MEM_RELEASE);
    return quarantined;
  }
}

/** Errors queue none, successes unless skipped, warnings as measured. */
function queuesPacket(owner: PortHandle, code: number): boolean {
  if (code === ERROR_IO_PENDING) return true;
  if (code === 0) return !owner.skipsOnSuccess;
  return code === ERROR_MORE_DATA && owner.queuesWarnings;
}

function createPort(api: Win32Api, concurrency: number): Handle {
  const none = INVALID_HANDLE_VALUE;
  const port = api.createIoCompletionPort(none, 0n, 0, concurrency);
  if (port !== 0n) return port;
  throw windowsError(api, api.lastError, {
    syscall: "CreateIoCompletionPort",
    action: "Cannot create completion port",
  });
}

/**
 * Posts a call to a port of this process; any thread may do it.
 *
 * @param api The seam of the calling thread.
 * @param target The port and the id of the callback.
 * @param value A u32 that goes with it.
 * @returns 0 or a Win32 code.
 */
export function postCall(
  api: Win32Api,
  target: { port: Handle; id: number },
  value: number,
): number {
  const { port, id } = target;
  return api.postQueuedCompletionStatus(port, value, KEY_CALL, BigInt(id));
}
