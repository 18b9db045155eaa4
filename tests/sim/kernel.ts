/**
 * The heart of the simulation: operations, their memory, their packets.
 *
 * @module
 */

import {
  FILE_SKIP_COMPLETION_PORT_ON_SUCCESS,
  STATUS_CANCELLED,
} from "../../src/ffi/constants.ts";
import type { Address, Handle } from "../../src/ffi/win32_api.ts";
import type { Caller } from "./caller.ts";
import { SimulatedClock } from "./clock.ts";
import { HandleTable, type KernelObject } from "./handles.ts";
import { MemoryGuard } from "./guard.ts";
import { hex } from "./memory.ts";
import { Npfs } from "./npfs.ts";
import {
  Operation,
  type OperationMemory,
  type Outcome,
  type Request,
  SimulatedFile,
} from "./operation.ts";
import {
  type Settings,
  type SimulationOptions,
  withDefaults,
} from "./options.ts";
import { CompletionPort, encodeEntries, type Packet } from "./port.ts";
import { PortWaits } from "./port_wait.ts";
import { isError, isWarning, STATUS_PENDING } from "./status.ts";

/** Of the simulated computer. */
const PROCESSORS = 2;

/** An operation that may end now, and how. */
export interface ReadyOperation {
  /** The operation. */
  readonly operation: Operation;
  /** Normally, because it was cancelled, or as the file's state forces it. */
  readonly end: "completed" | "cancelled" | "forced";
}

/** A packet that is held back, and the port it goes to. */
export interface HeldPacket {
  /** The port. */
  readonly port: CompletionPort;
  /** The packet. */
  readonly packet: Packet;
}

/** What a submitted request came to. */
export interface Submission {
  /** The NTSTATUS that the call returns. */
  readonly status: number;
  /** The bytes moved, when it ended at once. */
  readonly bytes: number;
}

/** The simulated kernel. */
export class Kernel {
  /** Operations end only when `complete` picks them. */
  manual: boolean;
  /** Operations that could end at once return ERROR_IO_PENDING. */
  forcePending = false;
  /** With `manual`: asked whether an operation that could end does so at once. */
  endsAtOnce: ((operation: Operation) => boolean) | null = null;
  /** Packets go to `held` instead of their port. */
  holdPackets = false;
  /** The packets held back, oldest first. */
  readonly held: HeldPacket[] = [];
  /** The settings. */
  readonly settings: Settings;
  /** Who calls: the token of the process. */
  caller: Caller;
  /** The address space, and who owns which part of it. */
  readonly guard: MemoryGuard;
  /** How operations' buffers are touched. */
  readonly memory: OperationMemory;
  /** The handles. */
  readonly handles: HandleTable;
  /** The simulated time. */
  readonly clock = new SimulatedClock();
  /** The threads that wait for packets. */
  readonly waits: PortWaits = new PortWaits(this);
  /** The ports that are open. */
  readonly ports = new Set<CompletionPort>();
  /** The pipes. */
  readonly npfs: Npfs;
  /** Operations that have not ended. */
  readonly operations = new Set<Operation>();
  /** Operations that ended and whose packet was not dequeued. */
  readonly undelivered = new Set<Operation>();
  #lastId = 0;

  /** @param options The settings. */
  constructor(options: SimulationOptions) {
    this.settings = withDefaults(options);
    this.manual = this.settings.completion === "manual";
    this.guard = new MemoryGuard(this.settings);
    this.memory = this.guard;
    this.handles = new HandleTable(this.settings.reuseHandles);
    this.caller = { user: this.settings.userSid };
    this.npfs = new Npfs(this);
  }

  /**
   * Looks up a file; a stale handle is recorded.
   *
   * @param handle The handle.
   * @returns The file, or null for anything else.
   */
  file(handle: Handle): SimulatedFile | null {
    const object = this.#object(handle);
    return object instanceof SimulatedFile ? object : null;
  }

  /**
   * Looks up a port; a stale handle is recorded.
   *
   * @param handle The handle.
   * @returns The port, or null for anything else.
   */
  port(handle: Handle): CompletionPort | null {
    const object = this.#object(handle);
    return object instanceof CompletionPort ? object : null;
  }

  /**
   * Makes a port.
   *
   * @param concurrency How many running threads may take packets; 0 is as many
   * as there are processors.
   * @returns The port, without a handle.
   */
  newPort(concurrency: number): CompletionPort {
    const unlimited = this.settings.ignoreConcurrency;
    const most = unlimited ? Infinity : concurrency || PROCESSORS;
    const port = new CompletionPort(most);
    this.ports.add(port);
    return port;
  }

  /**
   * Starts an operation.
   *
   * @param request What is asked.
   * @returns What the call returns.
   */
  submit(request: Request): Submission {
    const operation = new Operation(++this.#lastId, request);
    this.guard.claim(operation);
    const started = request.file.start(operation);
    if (started !== STATUS_PENDING) {
      this.guard.claims.release(operation);
      return { status: started, bytes: 0 };
    }
    this.operations.add(operation);
    // A thread that waits for an operation gets nothing at once.
    operation.pending = this.manual || this.forcePending ||
      request.onEnded !== undefined ||
      request.file.alwaysPends(operation);
    if (this.#picksEnd(operation)) this.finish({ operation, end: "completed" });
    this.settle();
    return this.#returned(operation);
  }

  /** Lets the test end an operation before its call returns. */
  #picksEnd(operation: Operation): boolean {
    const { file, onEnded } = operation.request;
    if (this.endsAtOnce === null || onEnded !== undefined) return false;
    if (file.alwaysPends(operation) || !file.canComplete(operation)) {
      return false;
    }
    if (operation.forced !== null) return false;
    operation.pending = !this.endsAtOnce(operation);
    return !operation.pending;
  }

  /** Ends whatever can end, oldest first, unless the test picks. */
  settle(): void {
    if (this.manual) return;
    for (let progress = true; progress;) {
      progress = false;
      for (const operation of this.operations) {
        const end = this.#endsOf(operation)[0];
        if (end === undefined) continue;
        this.finish({ operation, end });
        progress = true;
      }
    }
  }

  /**
   * Lists the ends that are possible now.
   *
   * @returns The operations, oldest first; one may have two ends.
   */
  ready(): ReadyOperation[] {
    const ready: ReadyOperation[] = [];
    for (const operation of this.operations) {
      for (const end of this.#endsOf(operation)) ready.push({ operation, end });
    }
    return ready;
  }

  /**
   * Ends an operation.
   *
   * @param ready The operation and how it ends.
   */
  finish(ready: ReadyOperation): void {
    const { operation, end } = ready;
    if (end === "completed") {
      this.#end(operation, operation.request.file.complete(operation));
      return;
    }
    const status = end === "forced" ? operation.forced : STATUS_CANCELLED;
    this.finishWith(operation, {
      status: status ?? STATUS_CANCELLED,
      bytes: 0,
    });
  }

  /**
   * Ends an operation with an outcome of the caller's choice.
   *
   * @param operation The operation.
   * @param outcome The end.
   */
  finishWith(operation: Operation, outcome: Outcome): void {
    operation.request.file.remove(operation);
    this.#end(operation, outcome);
  }

  /**
   * `CancelIoEx`.
   *
   * @param file The file.
   * @param overlapped Which operation, or `0n` for all.
   * @returns How many operations were found.
   */
  cancel(file: SimulatedFile, overlapped: Address): number {
    let found = 0;
    for (const operation of [...this.operations]) {
      const { request } = operation;
      const wanted = overlapped === 0n || request.overlapped === overlapped;
      if (request.file !== file || !wanted) continue;
      if (!file.canCancel(operation)) continue;
      found += 1;
      operation.cancelRequested = true;
    }
    this.settle();
    return found;
  }

  /**
   * Takes packets out of a port, if it gives any; the kernel lets go of their operations.
   *
   * @param port The port.
   * @param limit How many at most.
   * @returns OVERLAPPED_ENTRY records.
   */
  dequeue(port: CompletionPort, limit: number): Uint8Array<ArrayBuffer> {
    const packets = port.limited ? [] : port.take(limit);
    for (const packet of packets) this.retire(packet);
    return encodeEntries(packets);
  }

  /**
   * Lets go of the memory of a packet's operation, after writing its status.
   *
   * @param packet The packet.
   */
  retire(packet: Packet): void {
    if (packet.operation !== null) this.#letGo(packet.operation);
  }

  /**
   * Gives a packet that was held back to its port.
   *
   * @param index Its place in `held`.
   */
  release(index: number): void {
    const [held] = this.held.splice(index, 1);
    if (held === undefined) {
      throw new RangeError(
        `Cannot release packet ${index}: none is held there`,
      );
    }
    this.#push(held);
  }

  /**
   * Tells whether an operation holds the lock of a file. Who asks about a
   * synchronous file waits for that, as who reads or writes does: ReactOS,
   * ntoskrnl/io/iomgr/iofunc.c (IopLockFileObject); libuv, src/win/pipe.c.
   *
   * @param file The file.
   * @returns True when another call on the file would block.
   */
  isLocked(file: SimulatedFile): boolean {
    if (file.overlapped || this.settings.ignoreFileLocks) return false;
    return [...this.operations].some(({ request }) => request.file === file);
  }

  /**
   * Ends an object whose last handle was closed.
   *
   * @param object The object.
   */
  destroy(object: KernelObject): void {
    if (object instanceof SimulatedFile) object.cleanup();
    if (!(object instanceof CompletionPort)) return;
    this.ports.delete(object);
    for (const packet of object.close()) this.retire(packet);
  }

  #object(handle: Handle): unknown {
    if (this.handles.isStale(handle)) {
      this.guard.violations.push(`use of closed handle ${hex(handle)}`);
    }
    return this.handles.get(handle);
  }

  #endsOf(operation: Operation): ReadyOperation["end"][] {
    if (operation.forced !== null) return ["forced"];
    const { file } = operation.request;
    const ends: ReadyOperation["end"][] = [];
    const cancelled = operation.cancelRequested && file.canCancel(operation);
    if (cancelled && !this.manual) return ["cancelled"];
    if (file.canComplete(operation)) ends.push("completed");
    if (cancelled) ends.push("cancelled");
    return ends;
  }

  #end(operation: Operation, outcome: Outcome): void {
    operation.outcome = outcome;
    operation.timer?.cancel();
    this.operations.delete(operation);
    if (operation.pending) this.#deliver(operation, outcome);
  }

  /**
   * What a call returns after its operation was started. An error that is
   * returned queues no packet, nor does a success in skip mode: MS,
   * SetFileCompletionNotificationModes. Of warnings it says nothing.
   */
  #returned(operation: Operation): Submission {
    const { outcome } = operation;
    if (operation.pending || outcome === null) {
      operation.pending = true;
      return { status: STATUS_PENDING, bytes: 0 };
    }
    const { notificationModes } = operation.request.file;
    const skips = notificationModes & FILE_SKIP_COMPLETION_PORT_ON_SUCCESS;
    const warned = isWarning(outcome.status) && this.settings.warningPackets;
    const silent = isError(outcome.status) || (skips !== 0 && !warned);
    this.guard.report(operation);
    if (silent) this.#letGo(operation);
    else this.#deliver(operation, outcome);
    return outcome;
  }

  #deliver(operation: Operation, outcome: Outcome): void {
    const { file, overlapped, onEnded } = operation.request;
    const { association } = file;
    if (onEnded !== undefined) {
      this.#letGo(operation);
      onEnded(outcome);
      return;
    }
    if (association === null || association.port.closed) {
      this.#letGo(operation);
      return;
    }
    const { port, key } = association;
    this.undelivered.add(operation);
    const held = { port, packet: { key, overlapped, operation, ...outcome } };
    if (this.holdPackets) this.held.push(held);
    else this.#push(held);
  }

  #push(held: HeldPacket): void {
    if (held.port.closed) this.retire(held.packet);
    else held.port.push(held.packet);
  }

  /** The kernel is done with the memory of an operation. */
  #letGo(operation: Operation): void {
    this.undelivered.delete(operation);
    this.guard.release(operation);
  }
}
