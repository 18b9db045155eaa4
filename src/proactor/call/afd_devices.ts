/**
 * The handles of the AFD driver by which sockets are polled.
 *
 * @module
 */

import type { AfdApi } from "../../ffi/socket/afd.ts";
import { windowsError } from "../../ffi/errors.ts";
import { INVALID_HANDLE_VALUE } from "../../ffi/win32_api.ts";
import type { CompletionPort } from "../port/completion_port.ts";
import type { PortHandle } from "../port/port_handle.ts";

/**
 * Few sockets for each: cancelling a poll is linear in the polls of a device.
 */
const MAX_SOCKETS = 32;

/** A handle of the driver, on the port. */
export interface AfdDevice {
  /** What the port knows of it. */
  readonly handle: PortHandle;
  /** Sockets that it polls. */
  sockets: number;
}

/** Opens as many devices as the sockets need, and closes unused ones. */
export class AfdDevices {
  readonly #port: CompletionPort;
  readonly #afd: AfdApi;
  readonly #devices = new Set<AfdDevice>();
  readonly #withRoom = new Set<AfdDevice>();

  /**
   * @param port The completion port.
   * @param afd The driver.
   */
  constructor(port: CompletionPort, afd: AfdApi) {
    this.#port = port;
    this.#afd = afd;
  }

  /** Devices that are open. */
  get size(): number {
    return this.#devices.size;
  }

  /**
   * Takes a device for one more socket.
   *
   * @returns The device, which must be released.
   * @throws {WindowsError} when the driver cannot be opened.
   */
  acquire(): AfdDevice {
    const [device = this.#open()] = this.#withRoom;
    if (++device.sockets === MAX_SOCKETS) this.#withRoom.delete(device);
    return device;
  }

  /**
   * Releases a device. One without sockets is closed only a turn later, since a
   * socket that is waited for again and again needs it right away.
   *
   * @param device What `acquire` gave.
   */
  release(device: AfdDevice): void {
    device.sockets--;
    if (!this.#devices.has(device)) return;
    this.#withRoom.add(device);
    if (device.sockets === 0) this.#port.defer(() => this.#closeUnused(device));
  }

  /** Closes all of them. */
  close(): void {
    for (const device of this.#devices) this.#close(device);
  }

  #closeUnused(device: AfdDevice): void {
    if (device.sockets === 0) this.#close(device);
  }

  #close(device: AfdDevice): void {
    this.#devices.delete(device);
    this.#withRoom.delete(device);
    this.#port.closeHandle(device.handle);
  }

  #open(): AfdDevice {
    const { api } = this.#port;
    const handle = this.#afd.open();
    if (handle === INVALID_HANDLE_VALUE) {
      throw windowsError(api, this.#afd.lastError, {
        syscall: "NtCreateFile",
        action: "Cannot wait for socket",
      });
    }
    const device = { handle: this.#associate(handle), sockets: 0 };
    this.#devices.add(device);
    this.#withRoom.add(device);
    return device;
  }

  #associate(handle: bigint): PortHandle {
    try {
      return this.#port.associate(handle, { warnings: false });
    } catch (error) {
      this.#port.api.closeHandle(handle);
      throw error;
    }
  }
}
