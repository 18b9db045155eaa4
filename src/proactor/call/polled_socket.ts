/**
 * One socket, its poll, and all waiters for it.
 *
 * @module
 */

import {
  AFD_POLL_INFO_SIZE,
  AFD_POLL_LOCAL_CLOSE,
  AFD_READABLE,
  AFD_WRITABLE,
  type AfdApi,
  decodePollEvents,
  encodePollInfo,
} from "../../ffi/socket/afd.ts";
import {
  ERROR_INVALID_HANDLE,
  ERROR_IO_PENDING,
  ERROR_OPERATION_ABORTED,
} from "../../ffi/constants.ts";
import { windowsError } from "../../ffi/errors.ts";
import type { Socket } from "../../ffi/socket/api.ts";
import { OVERLAPPED_SIZE } from "../../ffi/structs.ts";
import type { Address } from "../../ffi/win32_api.ts";
import type { CompletionPort } from "../port/completion_port.ts";
import type { CompletionListener, Operation } from "../port/operation.ts";
import { thrownCall } from "../port/call_outcome.ts";
import type { AfdDevice } from "./afd_devices.ts";

/** What a socket is waited for. */
export type Direction = "readable" | "writable";

/** A waiter for a socket. */
export interface Waiter {
  /** What it waits for. */
  readonly direction: Direction;
  /**
   * Called once, unless removed before. It must not add or remove waiters.
   *
   * @param error Why the wait has failed; `undefined` when the socket is ready.
   */
  settle(error?: Error): void;
}

/** What a polled socket works with. */
export interface PolledSocketParts {
  /** The completion port. */
  port: CompletionPort;
  /** The driver. */
  afd: AfdApi;
  /** The handle that is polled. */
  device: AfdDevice;
  /** The base socket. */
  socket: Socket;
  /** Called when there are no waiters and no poll is pending. */
  onIdle: () => void;
}

const EVENTS = { readable: AFD_READABLE, writable: AFD_WRITABLE };

/**
 * The poll of a socket. Two polls for one socket on one device give wrong
 * answers, so there is one: a waiter for an event that it does not ask for
 * cancels it, and it is re-armed for all. Its answer counts for waiters that
 * were added before it started only: for later ones it may be out of date.
 */
export class PolledSocket implements CompletionListener {
  readonly #parts: PolledSocketParts;
  /** The waiters, and the number of polls when they were added. */
  readonly #waiters = {
    readable: new Map<Waiter, number>(),
    writable: new Map<Waiter, number>(),
  };
  #operation: Operation | null = null;
  #events = 0;
  #polls = 0;
  #canceled = false;

  /** @param parts What it works with. */
  constructor(parts: PolledSocketParts) {
    this.#parts = parts;
  }

  /**
   * Adds a waiter, which may be settled before this returns.
   *
   * @param waiter The waiter.
   */
  add(waiter: Waiter): void {
    this.#waiters[waiter.direction].set(waiter, this.#polls);
    this.#update();
  }

  /**
   * Removes a waiter. A poll that no waiter needs is cancelled.
   *
   * @param waiter The waiter; an unknown one is ignored.
   */
  remove(waiter: Waiter): void {
    if (this.#waiters[waiter.direction].delete(waiter)) this.#update();
  }

  /** @param error Settles all waiters. */
  fail(error: Error): void {
    const { readable, writable } = this.#waiters;
    const waiters = [...readable.keys(), ...writable.keys()];
    readable.clear();
    writable.clear();
    for (const waiter of waiters) waiter.settle(error);
  }

  /** What it does, in a word. */
  get kind(): "poll" {
    return "poll";
  }

  /**
   * Called by the dispatch.
   *
   * @param operation The poll.
   * @param code 0 or a Win32 code.
   */
  onCompletion(operation: Operation, code: number): void {
    this.#operation = null;
    this.#finish(operation, code);
  }

  /** The events that have waiters; 0 for none. */
  #wanted(): number {
    const { readable, writable } = this.#waiters;
    const events = (readable.size > 0 ? AFD_READABLE : 0) |
      (writable.size > 0 ? AFD_WRITABLE : 0);
    return events === 0 ? 0 : events | AFD_POLL_LOCAL_CLOSE;
  }

  #update(): void {
    const wanted = this.#wanted();
    if (this.#operation !== null) this.#review(this.#operation, wanted);
    else if (wanted === 0) this.#parts.onIdle();
    else this.#tryPoll(wanted);
  }

  /** Cancels a poll that no waiter needs, or that misses an event. */
  #review(operation: Operation, wanted: number): void {
    const suffices = wanted !== 0 && (wanted & ~this.#events) === 0;
    if (suffices || this.#canceled) return;
    this.#canceled = true;
    this.#parts.port.cancel(operation);
  }

  #tryPoll(events: number): void {
    try {
      this.#poll(events);
    } catch (error) {
      this.fail(error as Error); // no slot
      this.#parts.onIdle();
    }
  }

  #poll(events: number): void {
    const { port, device, socket } = this.#parts;
    const operation = port.acquire(device.handle, this);
    port.api.copyIn(infoOf(operation), encodePollInfo(socket, events));
    this.#events = events;
    this.#polls++;
    this.#canceled = false;
    port.begin(operation);
    const code = port.settle(operation, this.#call(operation));
    if (code === ERROR_IO_PENDING) this.#operation = operation;
    else this.#finish(operation, code);
  }

  #call(operation: Operation): number {
    const { port, afd, device } = this.#parts;
    const { handle } = device.handle;
    try {
      return afd.poll(handle, infoOf(operation), operation.address);
    } catch (error) {
      return thrownCall(port, error);
    }
  }

  #finish(operation: Operation, code: number): void {
    const { api, operations } = this.#parts.port;
    const bytes = new Uint8Array(AFD_POLL_INFO_SIZE);
    if (code === 0) api.copyOut(bytes, infoOf(operation));
    operations.release(operation);
    if (code === 0) this.#serve(decodePollEvents(bytes));
    else if (code !== ERROR_OPERATION_ABORTED) this.fail(this.#error(code));
    this.#update();
  }

  #serve(events: number): void {
    const closed = (events & AFD_POLL_LOCAL_CLOSE) !== 0;
    const error = closed ? closedError(this.#parts.socket) : undefined;
    for (const direction of ["readable", "writable"] as const) {
      if (closed || (events & EVENTS[direction]) !== 0) {
        this.#settle(direction, error);
      }
    }
  }

  /** Settles the waiters that were added before the poll started. */
  #settle(direction: Direction, error: Error | undefined): void {
    const waiters = this.#waiters[direction];
    for (const [waiter, joined] of waiters) {
      if (joined === this.#polls) continue;
      waiters.delete(waiter);
      waiter.settle(error);
    }
  }

  #error(code: number): Error {
    const { port, socket } = this.#parts;
    if (code === ERROR_INVALID_HANDLE) return closedError(socket);
    return windowsError(port.api, code, {
      syscall: "NtDeviceIoControlFile",
      action: `Cannot wait for socket ${socket}`,
    });
  }
}

/** The AFD_POLL_INFO stands in the slot, behind the OVERLAPPED. */
function infoOf(operation: Operation): Address {
  return operation.address + BigInt(OVERLAPPED_SIZE);
}

function closedError(socket: Socket): Error {
  return new Deno.errors.BadResource(
    `Cannot wait for socket ${socket}: it was closed`,
  );
}
