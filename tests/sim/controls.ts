/**
 * What tests hold of the simulated kernel: races, faults, time, leaks.
 *
 * @module
 */

import type {
  Address,
  FileParameters,
  Handle,
  NamedPipeParameters,
} from "../../src/ffi/win32_api.ts";
import type { Caller } from "./caller.ts";
import { type CallName, type FailureOptions, Faults } from "./faults.ts";
import { type HeldPacket, Kernel } from "./kernel.ts";
import { SimulatedIdentity } from "./identity.ts";
import { hex } from "./memory.ts";
import type { Operation, OperationKind } from "./operation.ts";
import type { SimulationOptions } from "./options.ts";
import { PipeEnd } from "./pipe_end.ts";
import type { PortWaits } from "./port_wait.ts";
import { DescriptorTable } from "./security.ts";
import { SimulatedSendFile } from "./sendfile.ts";
import { SimulatedSockets } from "./sockets.ts";
import { toDosError } from "./status.ts";
import { SimulatedThreadIo } from "./thread_io.ts";
import { SimulatedWaits } from "./waits.ts";

/** An operation that `complete` can end. */
export interface ReadyInfo {
  /** The number of the operation: rises by one with each. */
  readonly id: number;
  /** What it does. */
  readonly kind: OperationKind;
  /** The handle it was started on. */
  readonly handle: Handle;
  /** Address of its OVERLAPPED. */
  readonly overlapped: Address;
  /** How it would end. */
  readonly end: "completed" | "cancelled" | "forced";
}

/** Which pending operation `completeWith` ends, and with how many bytes. */
export interface CompleteOptions {
  /** Address of its OVERLAPPED. Default: the oldest operation. */
  overlapped?: Address;
  /** Its kind. Default: any. */
  kind?: OperationKind;
  /** The bytes it reports. Default 0. */
  bytes?: number;
}

/** The side of the simulation that tests see, besides the calls themselves. */
export abstract class SimulationControls {
  /** The kernel; for the implementation of the calls. */
  protected readonly kernel: Kernel;
  /** The faults; for the implementation of the calls. */
  protected readonly faults = new Faults();
  /** Events and the like, and the waits for them. */
  readonly waits: SimulatedWaits;
  /** Threads that read, write and ask. */
  readonly threadIo: SimulatedThreadIo;
  /** Winsock on the kernel. */
  readonly sockets: SimulatedSockets;
  /** Who is there. */
  readonly identity: SimulatedIdentity;
  /** The files that sockets send. */
  readonly sendFile: SimulatedSendFile;
  /** Texts of the security descriptors that were not freed, by address. */
  readonly descriptors = new DescriptorTable();
  /** The arguments of every successful `createNamedPipe`. */
  readonly created: NamedPipeParameters[] = [];
  /** The arguments of every successful `createFile`. */
  readonly opened: FileParameters[] = [];

  /** @param options The settings. */
  constructor(options: SimulationOptions = {}) {
    this.kernel = new Kernel(options);
    this.waits = new SimulatedWaits(this.kernel);
    this.threadIo = new SimulatedThreadIo(this.kernel);
    this.sockets = new SimulatedSockets(this.kernel);
    this.sendFile = new SimulatedSendFile(this.sockets);
    this.identity = new SimulatedIdentity(this.kernel);
  }

  /** While true, operations end only when `complete` picks them. */
  get manual(): boolean {
    return this.kernel.manual;
  }

  set manual(value: boolean) {
    this.kernel.manual = value;
    this.kernel.settle();
  }

  /** While true, a call that could succeed at once returns 997. */
  get forcePending(): boolean {
    return this.kernel.forcePending;
  }

  set forcePending(value: boolean) {
    this.kernel.forcePending = value;
  }

  /** While true, the packets of operations go to `held`. */
  get holdPackets(): boolean {
    return this.kernel.holdPackets;
  }

  set holdPackets(value: boolean) {
    this.kernel.holdPackets = value;
  }

  /** The threads that wait for packets. */
  get threads(): PortWaits {
    return this.kernel.waits;
  }

  /** The operations that could end now; one may be listed with two ends. */
  get ready(): ReadyInfo[] {
    return this.kernel.ready().map(({ operation, end }) => ({
      id: operation.id,
      kind: operation.request.kind,
      handle: operation.request.handle,
      overlapped: operation.request.overlapped,
      end,
    }));
  }

  /** The packets held back, oldest first. */
  get held(): readonly HeldPacket[] {
    return this.kernel.held;
  }

  /** Calls so far, by name. */
  get calls(): Readonly<Partial<Record<CallName, number>>> {
    return this.faults.calls;
  }

  /** The simulated time in milliseconds. */
  get now(): number {
    return this.kernel.clock.now;
  }

  /** Breaches of the rules so far. */
  get violations(): readonly string[] {
    return this.kernel.guard.violations;
  }

  /** Handles open now. */
  get openHandles(): number {
    return this.kernel.handles.size;
  }

  /** Operations that have not ended. */
  get pendingOperations(): number {
    return this.kernel.operations.size;
  }

  /** Operations that ended and whose packet was not dequeued. */
  get undeliveredOperations(): number {
    return this.kernel.undelivered.size;
  }

  /** Bytes of native memory committed now. */
  get committedBytes(): number {
    return this.kernel.guard.memory.committedBytes;
  }

  /**
   * Tells whether a handle is open.
   *
   * @param handle The handle.
   * @returns False for one that is closed, or never was.
   */
  isOpen(handle: Handle): boolean {
    return this.kernel.handles.get(handle) !== undefined;
  }

  /**
   * Ends an operation of the `ready` list.
   *
   * @param index Its place in the list.
   */
  complete(index: number): void {
    const ready = this.kernel.ready()[index];
    if (ready === undefined) {
      throw new RangeError(`Cannot complete operation ${index}: not ready`);
    }
    this.kernel.finish(ready);
    this.kernel.settle();
  }

  /** Ends ready operations, oldest first, until none is left. */
  completeAll(): void {
    while (this.kernel.ready().length > 0) this.complete(0);
  }

  /**
   * Ends a pending operation of a handle with any status.
   *
   * @param handle The handle it was started on.
   * @param status The NTSTATUS.
   * @param options Which operation, and its bytes.
   */
  completeWith(
    handle: Handle,
    status: number,
    options: CompleteOptions = {},
  ): void {
    const operation = this.#pending(handle, options);
    if (operation === undefined) {
      throw new Error(`Cannot complete: nothing is pending on ${hex(handle)}`);
    }
    this.kernel.finishWith(operation, { status, bytes: options.bytes ?? 0 });
    this.kernel.settle();
  }

  /**
   * Gives a packet that was held back to its port.
   *
   * @param index Its place in `held`.
   */
  release(index: number): void {
    this.kernel.release(index);
  }

  /** Gives all packets that were held back to their ports, oldest first. */
  releaseAll(): void {
    while (this.held.length > 0) this.kernel.release(0);
  }

  /**
   * Makes the next calls of a function fail at once.
   *
   * @param name The function.
   * @param code The Win32 code.
   * @param options How many calls, and after how many.
   */
  fail(name: CallName, code: number, options: FailureOptions = {}): void {
    this.faults.fail(name, code, options);
  }

  /**
   * Lets time pass: time-outs fire.
   *
   * @param milliseconds How much time.
   */
  advance(milliseconds: number): void {
    this.kernel.clock.advance(milliseconds);
  }

  /**
   * Lets another process call.
   *
   * @typeParam T What the calls give.
   * @param caller Its token.
   * @param body Makes the calls; those of its promises are ours again.
   * @returns What the body returns.
   */
  as<T>(caller: Caller, body: () => T): T {
    const ours = this.kernel.caller;
    this.kernel.caller = caller;
    try {
      return body();
    } finally {
      this.kernel.caller = ours;
    }
  }

  /**
   * `DisconnectNamedPipe`, as a server that drops its client.
   *
   * @param handle The server's end.
   * @returns 0, or the Win32 code.
   */
  disconnectNamedPipe(handle: Handle): number {
    const end = this.kernel.file(handle);
    if (!(end instanceof PipeEnd) || !end.isServer) return 6;
    const status = end.instance.disconnect();
    this.kernel.settle();
    return toDosError(status);
  }

  /**
   * Lists what is still held, and every breach of the rules.
   *
   * @returns One line each; none when all is clean.
   */
  leaks(): string[] {
    const { operations, undelivered } = this.kernel;
    const { memory, violations } = this.kernel.guard;
    const lines = [...violations.map((text) => `violation: ${text}`)];
    const names = (set: Set<Operation>): string =>
      [...set].map((operation) => operation.name).join(", ");
    if (this.openHandles > 0) lines.push(`${this.openHandles} open handles`);
    if (operations.size > 0) lines.push(`pending: ${names(operations)}`);
    if (undelivered.size > 0) lines.push(`not dequeued: ${names(undelivered)}`);
    if (memory.reservedRanges > 0) {
      lines.push(`${memory.reservedRanges} memory ranges`);
    }
    if (this.waits.registered > 0) {
      lines.push(`${this.waits.registered} registered waits`);
    }
    if (this.descriptors.size > 0) {
      lines.push(`${this.descriptors.size} security descriptors`);
    }
    return lines;
  }

  /**
   * Checks that everything was given back and no rule broken.
   *
   * @throws {Error} with what `leaks` lists.
   */
  assertClean(): void {
    const leaks = this.leaks();
    if (leaks.length === 0) return;
    throw new Error(`Simulated kernel is not clean:\n  ${leaks.join("\n  ")}`);
  }

  #pending(handle: Handle, options: CompleteOptions): Operation | undefined {
    for (const operation of this.kernel.operations) {
      const { request } = operation;
      if (request.handle !== handle) continue;
      if ((options.kind ?? request.kind) !== request.kind) continue;
      if ((options.overlapped ?? request.overlapped) === request.overlapped) {
        return operation;
      }
    }
    return undefined;
  }
}
