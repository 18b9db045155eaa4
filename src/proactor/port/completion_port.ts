/**
 * The completion port: its handles, its pending operations, and the dispatch of
 * packets to listeners. All I/O goes through it.
 *
 * @module
 */

import { ERROR_IO_PENDING } from "../../ffi/constants.ts";
import { BufferPool } from "../../ffi/memory.ts";
import type { Handle, Win32Api } from "../../ffi/win32_api.ts";
import { associate } from "./association.ts";
import { CallBudget } from "./call_budget.ts";
import { Dependents, PortLife } from "./port_life.ts";
import { Dispatcher } from "./dispatcher.ts";
import { FlightRecorder, type RecordOptions } from "./flight_recorder.ts";
import { type LateHost, LateReads } from "./late_reads.ts";
import {
  type CompletionListener,
  type Operation,
  OperationTable,
  SLOT_SIZE,
} from "./operation.ts";
import { Outstanding } from "./outstanding.ts";
import { FIRST_HANDLE_KEY, PacketQueue } from "./packet_queue.ts";
import type { PortHandle } from "./port_handle.ts";
import type { PortObserver } from "./port_observer.ts";
import {
  type CompletionPortOptions,
  type ErrorReporter,
  type HandleOptions,
  type PortMetrics,
  tell,
} from "./port_options.ts";
import { Pump } from "./pump.ts";
import { Reclaimer } from "./reclaimer.ts";
import { TurnClock } from "./turn_clock.ts";
import { PortTurns, type TurnHost } from "./turns.ts";

/** A completion port with its slots, buffers and pump. */
export class CompletionPort implements TurnHost, LateHost {
  /** The seam. */
  readonly api: Win32Api;
  /** The packets. */
  readonly queue: PacketQueue;
  /** The slots. */
  readonly operations: OperationTable;
  /** From packets to listeners. */
  readonly dispatcher: Dispatcher;
  /** Native buffers. */
  readonly buffers: BufferPool;
  /** How many synchronous completions this turn still allows. */
  readonly calls: CallBudget = new CallBudget();
  /** The time of a turn. */
  readonly clock: TurnClock = new TurnClock();
  /** Reads that start after the batch was dispatched. */
  readonly late: LateReads;
  /** Takes back memory that nobody needs for now. */
  readonly reclaimer: Reclaimer = new Reclaimer(this);
  /** What is destroyed when the port closes. */
  readonly dependents: Dependents = new Dependents();
  /** Called for calls that other threads have posted, with id and value. */
  onCall: ((id: number, value: number) => void) | undefined;
  /** Who watches, if anybody does. */
  observer: PortObserver | null = null;
  /** Awaited before the close: no thread may post to the port after it. */
  onClose: (() => Promise<void>) | undefined;
  #reporter: ErrorReporter;
  readonly #skipOnSuccess: boolean;
  readonly #pump: Pump;
  readonly #turns: PortTurns;
  #synchronous = 0;
  #nextKey = FIRST_HANDLE_KEY;
  readonly #outstanding = new Outstanding();
  readonly #life: PortLife;

  /**
   * @param api The seam.
   * @param options Concurrency, skip mode and where errors go.
   * @throws {WindowsError} when Windows refuses another port.
   */
  constructor(api: Win32Api, options: CompletionPortOptions) {
    this.api = api;
    this.#reporter = options.report;
    this.#skipOnSuccess = options.skipOnSuccess;
    this.queue = new PacketQueue(api, options.concurrency);
    this.operations = new OperationTable(api);
    this.buffers = new BufferPool(api);
    this.dispatcher = new Dispatcher({
      api,
      queue: this.queue,
      operations: this.operations,
      buffers: this.buffers,
      outstanding: this.#outstanding,
      report: this.report,
      onCall: (id, value) => this.onCall?.(id, value),
    });
    this.#turns = new PortTurns(this, {
      outstanding: this.#outstanding,
      idle: () => this.#life.idle(),
      failed: () =>
        this.#life.fail("GetQueuedCompletionStatusEx", api.lastError),
      review: () => this.#pump.review(),
    });
    this.#pump = new Pump(this.#turns);
    this.late = new LateReads(this, this.#pump);
    this.#life = new PortLife(this, {
      pump: this.#pump,
      outstanding: this.#outstanding,
      finish: () => this.#finish(),
    });
  }

  /** Takes errors that have no caller; throws nothing itself. */
  get report(): ErrorReporter {
    return (error, message) => {
      this.observer?.failed(error, message);
      tell(this.#reporter, error, message);
    };
  }

  set report(reporter: ErrorReporter) {
    this.#reporter = reporter;
  }

  /** True from `close` on. */
  get closed(): boolean {
    return this.#life.closed;
  }

  /** The port's own handle. */
  get handle(): Handle {
    return this.queue.handle;
  }

  /** Reasons to keep dispatching: pending operations and holds. */
  get outstanding(): number {
    return this.#outstanding.total;
  }

  /** Those of them that keep the process alive. */
  get referenced(): number {
    return this.#outstanding.referenced;
  }

  /** What had not ended at the deadline of the close: a line for each. */
  get stuck(): readonly string[] {
    return this.#life.stuck;
  }

  /**
   * Reads the counters.
   *
   * @returns A snapshot.
   */
  metrics(): PortMetrics {
    const { operations, buffers, dispatcher } = this;
    const { packets, batches, recorder } = dispatcher;
    const pendingByKind = operations.kinds();
    return {
      pending: this.#outstanding.pending,
      pendingByKind,
      armedAccepts: pendingByKind.accept ?? 0,
      slotsInUse: operations.inUse,
      slots: operations.capacity,
      bufferBytes: buffers.bytesInUse,
      nativeBytes: buffers.bytesAllocated + operations.capacity * SLOT_SIZE,
      packets,
      batches,
      fullBatches: dispatcher.fullBatches,
      packetsPerBatch: batches === 0 ? 0 : packets / batches,
      longestBatch: this.#turns.measureBatches(),
      longestCallback: recorder?.longestCallback ?? 0,
      synchronous: this.#synchronous,
      starvedTurns: this.calls.exhausted,
      rests: this.#pump.rests,
      waits: this.#turns.waits,
      queuedWaits: this.#pump.queuedWaits,
      latePackets: dispatcher.late,
      unknownPackets: dispatcher.unknown,
      quarantined: operations.quarantined,
    };
  }

  /**
   * Begins to record; what was recorded by another recorder ends.
   *
   * @param options How much is kept.
   * @returns The recorder.
   */
  record(options: RecordOptions): FlightRecorder {
    const { dispatcher } = this;
    const recorder: FlightRecorder = new FlightRecorder(options, () => {
      if (dispatcher.recorder === recorder) dispatcher.recorder = null;
    });
    return dispatcher.recorder = recorder;
  }

  /**
   * Puts a handle on the port.
   *
   * @param handle A handle opened with FILE_FLAG_OVERLAPPED.
   * @param options Whether its reads may end with ERROR_MORE_DATA, whether
   * skip mode may be used on it, and what closes it.
   * @returns What the port knows of it from now on.
   * @throws {Deno.errors.BadResource} when it is not a handle, or the port is
   * closed.
   * @throws {WindowsError} when it is on a port already, or not overlapped.
   */
  associate(handle: Handle, options: HandleOptions): PortHandle {
    this.assertOpen("register handle");
    return associate(this.api, handle, {
      port: this.queue.handle,
      key: options.key ?? this.newKey(),
      joined: options.key !== undefined,
      skipOnSuccess: this.#skipOnSuccess && options.skip !== false,
      warnings: options.warnings,
      closer: options.closer,
      owned: options.owned ?? true,
    });
  }

  /** Makes a completion key that no packet has yet. */
  newKey(): number {
    return this.#nextKey++;
  }

  /**
   * Closes a handle. Operations pending on it end with their packets.
   *
   * @param handle A handle of this port.
   * @returns 0 or a Win32 code.
   */
  closeHandle(handle: PortHandle): number {
    if (handle.closed) return 0;
    handle.closed = true;
    if (handle.pending > 0) handle.cancel(0n);
    return handle.release();
  }

  /** Says whether the operations of a handle keep the process alive. */
  setReferenced(handle: PortHandle, referenced: boolean): void {
    this.#outstanding.setReferenced(handle, referenced);
    this.#pump.review();
  }

  /**
   * Takes a slot for an operation.
   *
   * @param owner The handle it will work on.
   * @param listener Called when it has ended.
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
   * Gives the slot to the kernel. Called right before the system call.
   *
   * @param operation An operation with its buffer in place.
   */
  begin(operation: Operation): void {
    operation.pending = true;
  }

  /**
   * Takes the outcome of the system call. Called right after it.
   *
   * @param operation The operation that was begun.
   * @param code What the call returned.
   * @returns 997 when a packet will follow; else the final code, in our slot.
   */
  settle(operation: Operation, code: number): number {
    const owner = operation.owner!;
    const { recorder } = this.dispatcher;
    if (recorder !== null) recorder.started(operation, code);
    if (!owner.queuesPacket(code)) {
      operation.pending = false;
      this.#synchronous++;
      return code;
    }
    this.#outstanding.begin(owner);
    this.#pump.start();
    return ERROR_IO_PENDING;
  }

  /**
   * Ends a pending operation whose call, on another thread, queues no packet;
   * `settle` was told 997. One that was given up stays as it is.
   *
   * @param operation The operation.
   * @param code What the call returned.
   * @param bytes Bytes moved.
   */
  finish(operation: Operation, code: number, bytes: number): void {
    if (operation.listener === null || this.#life.ended) return;
    this.dispatcher.finish(operation, code, bytes);
    if (this.#outstanding.pending === 0) this.#life.idle();
    this.#pump.review();
  }

  /**
   * Asks the kernel to cancel an operation. Its packet still comes, with data
   * when it was faster.
   *
   * @param operation A pending operation.
   * @returns 0, or a Win32 code when nothing was left to cancel.
   */
  cancel(operation: Operation): number {
    const { pending, owner } = operation;
    if (!pending || owner === null || owner.closed) return 0;
    this.dispatcher.recorder?.cancelled(operation);
    return owner.cancel(operation.address);
  }

  /** @param work Called once, in the next turn, behind what has completed. */
  defer(work: () => void): void {
    this.#turns.defer(work);
    this.#pump.hurry();
  }

  /** Keeps the pump running although nothing is pending. */
  hold(): void {
    if (this.#life.ended) return;
    this.#outstanding.holds++;
    this.#pump.start();
  }

  /** Takes back a `hold`. */
  unhold(): void {
    if (this.#life.ended) return;
    this.#outstanding.holds--;
    this.#pump.review();
  }

  /** Waits for the end of a wait on another thread that nothing needs. */
  async settled(): Promise<void> {
    const pump = this.#pump;
    if (this.outstanding === 0 && !pump.queued) await pump.ended();
  }

  /**
   * Dispatches what has completed.
   *
   * @param timeout Milliseconds to wait on this thread for the first packet.
   * @returns Their number; 0 when called from within a callback.
   */
  poll(timeout: number): number {
    return this.#turns.poll(timeout);
  }

  /**
   * Dispatches packets.
   *
   * @param timeout Milliseconds to wait on this thread for the first.
   * @returns Their number.
   */
  drain(timeout = 0): number {
    return this.#turns.drain(timeout);
  }

  /** Ends the wait on another thread; false when that has to be tried again. */
  wake(): boolean {
    return this.#life.wake();
  }

  async #finish(): Promise<void> {
    this.reclaimer.stop();
    await this.onClose?.();
    this.#turns.finish();
  }

  /**
   * Cancels all operations, dispatches their packets until the deadline, then
   * closes the port.
   *
   * @param deadline Milliseconds.
   * @returns The number of operations in quarantine.
   */
  close(deadline: number): Promise<number> {
    return this.#life.close(deadline);
  }

  /**
   * Refuses work on a closed port.
   *
   * @param action The beginning of the message.
   * @throws {Deno.errors.BadResource} when the port is closed.
   */
  assertOpen(action: string): void {
    this.#life.assertOpen(action);
  }
}
