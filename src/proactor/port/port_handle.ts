/**
 * A handle that is associated with a completion port.
 *
 * @module
 */

import { ERROR_IO_PENDING, ERROR_MORE_DATA } from "../../ffi/constants.ts";
import type { Address, Handle } from "../../ffi/win32_api.ts";
import { SettleOrder } from "./settle_order.ts";

/** Which immediate outcomes of an operation queue a packet. */
export interface PacketModes {
  /** True when an immediate success queues none. */
  skipsOnSuccess: boolean;
  /** True when an immediate warning (ERROR_MORE_DATA) queues one. */
  queuesWarnings: boolean;
}

/**
 * Closes a handle: `CloseHandle`, or `closesocket`.
 *
 * @param handle The handle.
 * @returns 0 or a Win32 code.
 */
export type CloseFunction = (handle: Handle) => number;

/**
 * Asks for the early end of operations: `CancelIoEx`, or what a wait needs.
 *
 * @param overlapped Which operation; `0n` for all of the handle.
 * @returns 0 or a Win32 code.
 */
export type CancelFunction = (overlapped: Address) => number;

/** How a handle is used by its port. */
export interface PortHandleOptions {
  /** The completion key of its packets. */
  key: number;
  /** Which of its outcomes queue a packet. */
  modes: PacketModes;
  /** What closes it. */
  close: CloseFunction;
  /** What asks for the end of its operations. */
  cancel: CancelFunction;
}

/** What the proactor knows of a handle on its port. */
export class PortHandle {
  /** The Windows handle. */
  readonly handle: Handle;
  /** The completion key of its packets. */
  readonly key: number;
  /** True when an immediate success queues no packet. */
  readonly skipsOnSuccess: boolean;
  /** True when an immediate warning (ERROR_MORE_DATA) queues a packet. */
  readonly queuesWarnings: boolean;
  /** Operations that the kernel owns now. */
  pending = 0;
  /** The object that closes the handle, where it may be forgotten. */
  owner: WeakRef<object> | null = null;
  /** The same, while operations are pending: then it is not forgotten. */
  keptOwner: object | null = null;
  /** False when its operations do not keep the process alive. */
  referenced = true;
  /** True from `close` on: what ends now, ends because of us. */
  closed = false;

  readonly #close: CloseFunction;
  readonly #cancel: CancelFunction;
  #reads: SettleOrder | undefined;
  #writes: SettleOrder | undefined;

  /**
   * @param handle The Windows handle.
   * @param options Its completion key, its packets, its close and cancel.
   */
  constructor(handle: Handle, options: PortHandleOptions) {
    const { modes } = options;
    this.handle = handle;
    this.key = options.key;
    this.#close = options.close;
    this.#cancel = options.cancel;
    this.skipsOnSuccess = modes.skipsOnSuccess;
    this.queuesWarnings = modes.queuesWarnings;
  }

  /** How the reads settle that futures stand for. */
  get reads(): SettleOrder {
    return this.#reads ??= new SettleOrder();
  }

  /** How the writes settle that futures stand for. */
  get writes(): SettleOrder {
    return this.#writes ??= new SettleOrder();
  }

  /**
   * Closes the handle, as its kind wants it.
   *
   * @returns 0 or a Win32 code.
   */
  release(): number {
    return this.#close(this.handle);
  }

  /**
   * Asks for the early end of what is pending.
   *
   * @param overlapped Which operation; `0n` for all.
   * @returns 0, or a Win32 code when nothing was left to cancel.
   */
  cancel(overlapped: Address): number {
    return this.#cancel(overlapped);
  }

  /**
   * Says whether a packet follows the outcome of a call: errors queue none,
   * successes unless skipped, warnings as the kernel was found to do it.
   *
   * @param code What the call returned.
   * @returns True when the memory is still the kernel's.
   */
  queuesPacket(code: number): boolean {
    if (code === ERROR_IO_PENDING) return true;
    if (code === 0) return !this.skipsOnSuccess;
    return code === ERROR_MORE_DATA && this.queuesWarnings;
  }
}
