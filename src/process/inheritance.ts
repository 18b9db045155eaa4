/**
 * Handles of the caller that a child inherits under the same values.
 *
 * @module
 */

import { windowsError } from "../ffi/errors.ts";
import { HANDLE_FLAG_INHERIT } from "../ffi/process/structs.ts";
import type { Handle } from "../ffi/win32_api.ts";
import type { ProcessApis } from "./stdio_ends.ts";

interface Lease {
  /** Children that are being made with it. */
  count: number;
  /** True when it was inheritable before. */
  inheritable: boolean;
}

/** Several children may be made with one handle at the same time. */
const leases = new Map<Handle, Lease>();

/** Makes handles inheritable for as long as a child is being made. */
export class Inheritance {
  readonly #apis: ProcessApis;
  readonly #handles: Handle[] = [];

  /**
   * @param apis Windows.
   * @param handles The handles.
   * @throws {Deno.errors.BadResource} when one is not open.
   */
  constructor(apis: ProcessApis, handles: readonly Handle[]) {
    this.#apis = apis;
    try {
      for (const handle of new Set(handles)) this.#begin(handle);
    } catch (error) {
      this.end();
      throw error;
    }
  }

  /** Makes the handles what they were. */
  end(): void {
    for (const handle of this.#handles.splice(0)) this.#end(handle);
  }

  #begin(handle: Handle): void {
    const lease = leases.get(handle);
    if (lease === undefined) {
      const inheritable = this.#makeInheritable(handle);
      leases.set(handle, { count: 1, inheritable });
    } else lease.count++;
    this.#handles.push(handle);
  }

  #makeInheritable(handle: Handle): boolean {
    const { processes } = this.#apis;
    const flags = processes.handleFlags(handle);
    if (flags < 0) {
      throw this.#error(processes.lastError, "GetHandleInformation");
    }
    if ((flags & HANDLE_FLAG_INHERIT) !== 0) return true;
    const code = processes.setInheritable(handle, true);
    if (code !== 0) throw this.#error(code, "SetHandleInformation");
    return false;
  }

  #end(handle: Handle): void {
    const lease = leases.get(handle)!;
    if (--lease.count > 0) return;
    leases.delete(handle);
    if (lease.inheritable) return;
    // It fails when the caller has closed the handle meanwhile.
    this.#apis.processes.setInheritable(handle, false);
  }

  #error(code: number, syscall: string): Error {
    return windowsError(this.#apis.win32, code, {
      syscall,
      action: "Cannot inherit handle",
    });
  }
}
