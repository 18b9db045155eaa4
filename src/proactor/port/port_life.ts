/**
 * How a completion port ends: by a close, or because other code has closed its
 * handle.
 *
 * @module
 */

import { ROOT, runIn } from "../../ffi/async_context.ts";
import {
  ERROR_INVALID_HANDLE,
  ERROR_OPERATION_ABORTED,
} from "../../ffi/constants.ts";
import { windowsError } from "../../ffi/errors.ts";
import type { BufferPool } from "../../ffi/memory.ts";
import type { Win32Api } from "../../ffi/win32_api.ts";
import { timerDelay } from "../arguments.ts";
import { setCallReferenced } from "./call_reference.ts";
import type { Dispatcher } from "./dispatcher.ts";
import type { Operation, OperationTable } from "./operation.ts";
import type { Outstanding } from "./outstanding.ts";
import type { PacketQueue } from "./packet_queue.ts";
import type { ErrorReporter } from "./port_options.ts";
import type { Pump } from "./pump.ts";

/** Owns handles on a port. */
export interface PortDependent {
  /** Closes its handles now. Called once, when the port closes. */
  destroy(): void;
}

/** The channels and listeners of a port. */
export class Dependents {
  readonly #set = new Set<PortDependent>();

  /** @param dependent Destroyed when the port closes. */
  add(dependent: PortDependent): void {
    this.#set.add(dependent);
  }

  /** @param dependent One that has closed before the port. */
  delete(dependent: PortDependent): void {
    this.#set.delete(dependent);
  }

  /**
   * Closes them all.
   *
   * @param onError Called with what they throw.
   */
  destroy(onError: (error: unknown) => void): void {
    for (const dependent of [...this.#set]) {
      try {
        dependent.destroy();
      } catch (error) {
        onError(error);
      }
    }
  }
}

/** Milliseconds that a close gives a thread to start a queued wait. */
const QUEUED_LIMIT = 500;

/** The port that ends. */
export interface EndingPort {
  /** The packets. */
  readonly queue: PacketQueue;
  /** The seam. */
  readonly api: Win32Api;
  /** The slots. */
  readonly operations: OperationTable;
  /** From packets to listeners. */
  readonly dispatcher: Dispatcher;
  /** What is destroyed first. */
  readonly dependents: Dependents;
  /** Native buffers. */
  readonly buffers: BufferPool;
  /** Takes errors that have no caller. */
  readonly report: ErrorReporter;
  /** Dispatches what has completed. */
  drain(): number;
  /** @param operation A pending operation that is cancelled. */
  cancel(operation: Operation): number;
}

/** The parts of a port that end with it. */
export interface PortParts {
  /** What drives the port. */
  pump: Pump;
  /** The counts of what is pending. */
  outstanding: Outstanding;
  /** Ends what needs no packet; no thread may post to the port after it. */
  finish(): Promise<void>;
}

/** The state of a port: open, closed or failed. */
export class PortLife {
  readonly #port: EndingPort;
  readonly #parts: PortParts;
  #onIdle: (() => void) | undefined;
  #stuck: readonly string[] = [];
  #closed = false;
  #failed = false;
  #closing: Promise<number> | undefined;

  /**
   * @param port The port that ends.
   * @param parts Its parts.
   */
  constructor(port: EndingPort, parts: PortParts) {
    this.#port = port;
    this.#parts = parts;
  }

  /** True from `close` on. */
  get closed(): boolean {
    return this.#closed;
  }

  /** What had not ended at the deadline of the close: a line for each. */
  get stuck(): readonly string[] {
    return this.#stuck;
  }

  /** True when other code has closed the port. */
  get failed(): boolean {
    return this.#failed;
  }

  /** True when nothing can be started any more. */
  get ended(): boolean {
    return this.#closed || this.#failed;
  }

  /**
   * Refuses work on a port that has ended.
   *
   * @param action The beginning of the message.
   * @throws {Deno.errors.BadResource} when it has.
   */
  assertOpen(action: string): void {
    if (!this.ended) return;
    const state = this.closed
      ? "the proactor is closed"
      : "the port has failed";
    throw new Deno.errors.BadResource(`Cannot ${action}: ${state}`);
  }

  /** Called when nothing is pending: a close need not wait any longer. */
  idle(): void {
    this.#onIdle?.();
  }

  /**
   * Ends all operations: other code has closed the port, so no packet comes.
   *
   * @param syscall What has failed.
   * @param code Its Win32 code.
   */
  fail(syscall: string, code: number): void {
    if (!this.#failed) {
      this.#failed = true;
      const action = "Cannot take completion packets";
      const error = windowsError(this.#port.api, code, { syscall, action });
      this.#port.report(error, "The completion port has failed");
      this.#destroyDependents();
    }
    this.#abandon(code);
  }

  /**
   * Ends the wait on another thread by a packet.
   *
   * @returns False when the packet could not be queued: try again.
   */
  wake(): boolean {
    const code = this.#failed ? 0 : this.#port.queue.wake();
    if (code === 0) return true;
    const syscall = "PostQueuedCompletionStatus";
    if (code === ERROR_INVALID_HANDLE) this.fail(syscall, code);
    else {
      const action = "Cannot wake the event loop";
      const error = windowsError(this.#port.api, code, { syscall, action });
      this.#port.report(error, "A wait was not ended");
    }
    return false;
  }

  /**
   * Refuses further work, cancels all operations, dispatches their packets
   * until the deadline, then closes the port. Slots without a packet are
   * quarantined.
   *
   * @param deadline Milliseconds.
   * @returns The number of operations in quarantine.
   */
  close(deadline: number): Promise<number> {
    this.#closed = true;
    const close = (deadline: number) => this.#close(deadline);
    return this.#closing ??= runIn(ROOT, close, deadline);
  }

  async #close(deadline: number): Promise<number> {
    const { outstanding, pump } = this.#parts;
    const { operations } = this.#port;
    outstanding.holds++;
    pump.start();
    this.#destroyDependents();
    for (const each of operations.pending()) this.#port.cancel(each);
    await this.#idleWithin(deadline);
    this.#stuck = operations.describe();
    this.#abandon(ERROR_OPERATION_ABORTED);
    await this.#endWait();
    await this.#parts.finish();
    pump.stop();
    return this.#free();
  }

  /** Ends what is pending for its callers; the kernel still owns the slots. */
  #abandon(code: number): void {
    const { operations, dispatcher } = this.#port;
    this.#parts.outstanding.holds = 0;
    const abandon = (each: Operation) => dispatcher.abandon(each, code);
    for (const each of operations.pending()) runIn(ROOT, abandon, each);
    this.idle();
  }

  #destroyDependents(): void {
    this.#port.dependents.destroy((error) => {
      this.#port.report(error, "Exception in a close");
    });
  }

  async #idleWithin(deadline: number): Promise<void> {
    await undefined; // the caller cancels its futures meanwhile
    if (deadline === 0) this.#port.drain();
    if (this.#parts.outstanding.pending === 0 || deadline === 0) return;
    const { promise, resolve } = Promise.withResolvers<void>();
    const timer = setTimeout(resolve, timerDelay(deadline));
    this.#onIdle = resolve;
    await promise.finally(() => clearTimeout(timer));
  }

  /** A queued wait may start at any time or never, so that is bounded. */
  async #endWait(): Promise<void> {
    const { pump } = this.#parts;
    if (pump.waiting === undefined || this.#failed) return;
    if (!this.#port.queue.disarm()) {
      // A wait that no packet can end is ended by the close of the port.
      if (this.#port.queue.wake() !== 0) this.#port.queue.close();
      return pump.ended();
    }
    const { promise, resolve } = Promise.withResolvers<void>();
    const timer = setTimeout(resolve, QUEUED_LIMIT);
    await Promise.race([pump.waiting, promise]);
    clearTimeout(timer);
  }

  #free(): number {
    const { operations, buffers } = this.#port;
    if (!this.#failed) this.#port.queue.close(); // else the handle is not ours
    this.#freeQueue();
    const quarantined = operations.dispose();
    if (quarantined === 0) buffers.dispose();
    return quarantined;
  }

  /** A thread may still start a wait that has lost its port. */
  #freeQueue(): void {
    const { queue } = this.#port;
    const wait = this.#parts.pump.waiting;
    if (wait === undefined) return queue.free();
    setCallReferenced(wait, false);
    wait.then(() => queue.free());
  }
}
