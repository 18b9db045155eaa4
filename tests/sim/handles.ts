/**
 * The handle table of the simulated process.
 *
 * @module
 */

import type { Handle } from "../../src/ffi/win32_api.ts";
import type { SimulatedFile } from "./operation.ts";
import type { CompletionPort } from "./port.ts";
import type { WaitableObject } from "./waitable.ts";

/** What a handle stands for. */
export type KernelObject = SimulatedFile | CompletionPort | WaitableObject;

/**
 * Handles, multiples of four, whose values are used again: MS, CloseHandle; R.
 * Chen, The Old New Thing, "Why are kernel HANDLEs always a multiple of four?".
 */
export class HandleTable {
  readonly #objects = new Map<Handle, KernelObject>();
  readonly #closed = new Set<Handle>();
  readonly #free: Handle[] = [];
  readonly #reuse: boolean;
  #next = 0x1a4n;

  /** @param reuse Whether closed values are handed out again at once. */
  constructor(reuse: boolean) {
    this.#reuse = reuse;
  }

  /** Handles open now. */
  get size(): number {
    return this.#objects.size;
  }

  /**
   * Opens a handle.
   *
   * @param object What it stands for.
   * @returns The handle.
   */
  open(object: KernelObject): Handle {
    const handle = this.#free.pop() ?? this.#fresh();
    this.#closed.delete(handle);
    this.#objects.set(handle, object);
    return handle;
  }

  /**
   * Looks a handle up.
   *
   * @param handle The handle.
   * @returns Its object, if it is open.
   */
  get(handle: Handle): KernelObject | undefined {
    return this.#objects.get(handle);
  }

  /**
   * Tells whether a handle was open once and is not now.
   *
   * @param handle The handle.
   * @returns True for a stale handle.
   */
  isStale(handle: Handle): boolean {
    return this.#closed.has(handle);
  }

  /**
   * Closes an open handle.
   *
   * @param handle The handle.
   * @returns True when it was the last one of its object.
   */
  close(handle: Handle): boolean {
    const object = this.#objects.get(handle);
    this.#objects.delete(handle);
    this.#closed.add(handle);
    if (this.#reuse) this.#free.push(handle);
    for (const other of this.#objects.values()) {
      if (other === object) return false;
    }
    return true;
  }

  #fresh(): Handle {
    const handle = this.#next;
    this.#next += 4n;
    return handle;
  }
}
