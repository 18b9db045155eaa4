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

/** What closes a handle and cancels its operations. */
export interface HandleControl {
  /**
   * Closes the handle.
   *
   * @param handle The handle.
   * @returns 0 or a Win32 code.
   */
  closeHandle(handle: Handle): number;
  /**
   * Requests the cancellation of operations: `CancelIoEx`, or what a wait
   * needs.
   *
   * @param handle The handle.
   * @param overlapped Which operation; `0n` for all of the handle.
   * @returns 0 or a Win32 code.
   */
  cancelIoEx(handle: Handle, overlapped: Address): number;
}

/** How a handle is used by its port. */
export interface PortHandleOptions {
  /** The completion key of its packets. */
  key: number;
  /** Which of its outcomes queue a packet. */
  modes: PacketModes;
  /** What closes it and cancels its operations. */
  control: HandleControl;
}

/** What a port knows of a handle on it. */
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
  /** The object that closes the handle, where it may be collected. */
  owner: WeakRef<object> | null = null;
  /** The same while operations are pending, so that it is not collected. */
  keptOwner: object | null = null;
  /** False when its operations do not keep the process alive. */
  referenced = true;
  /** True from `close` on: what ends from then on, ends because of it. */
  closed = false;

  readonly #control: HandleControl;
  #reads: SettleOrder | undefined;
  #writes: SettleOrder | undefined;

  /**
   * @param handle The Windows handle.
   * @param options Its completion key, its packets, and what closes it.
   */
  constructor(handle: Handle, options: PortHandleOptions) {
    const { modes } = options;
    this.handle = handle;
    this.key = options.key;
    this.#control = options.control;
    this.skipsOnSuccess = modes.skipsOnSuccess;
    this.queuesWarnings = modes.queuesWarnings;
  }

  /** The order in which reads settle. */
  get reads(): SettleOrder {
    return this.#reads ??= new SettleOrder();
  }

  /** The order in which writes settle. */
  get writes(): SettleOrder {
    return this.#writes ??= new SettleOrder();
  }

  /**
   * Closes the handle by the function of its kind.
   *
   * @returns 0 or a Win32 code.
   */
  release(): number {
    return this.#control.closeHandle(this.handle);
  }

  /**
   * Requests the cancellation of what is pending.
   *
   * @param overlapped Which operation; `0n` for all.
   * @returns 0, or a Win32 code when nothing was left to cancel.
   */
  cancel(overlapped: Address): number {
    return this.#control.cancelIoEx(this.handle, overlapped);
  }

  /**
   * Tells whether a packet follows the outcome of a call: errors queue none,
   * successes one unless skipped, warnings as `warning_probe.ts` has found.
   *
   * @param code What the call returned.
   * @returns True when the kernel owns the memory until that packet.
   */
  queuesPacket(code: number): boolean {
    if (code === ERROR_IO_PENDING) return true;
    if (code === 0) return !this.skipsOnSuccess;
    return code === ERROR_MORE_DATA && this.queuesWarnings;
  }
}
