/**
 * How much is outstanding on a port.
 *
 * @module
 */

import type { PortHandle } from "./port_handle.ts";

/** Counts what the kernel owns, and what keeps the process alive. */
export class Outstanding {
  /** Operations that the kernel owns. */
  pending = 0;
  /** Other reasons to wait for packets, such as calls that threads may post. */
  holds = 0;
  #referenced = 0;

  /** Reasons to keep dispatching. */
  get total(): number {
    return this.pending + this.holds;
  }

  /** Those of them that keep the process alive. */
  get referenced(): number {
    return this.#referenced + this.holds;
  }

  /** @param owner The handle on which an operation is pending now. */
  begin(owner: PortHandle): void {
    if (owner.pending++ === 0) owner.keptOwner = owner.owner?.deref() ?? null;
    this.pending++;
    if (owner.referenced) this.#referenced++;
  }

  /** @param owner The handle whose operation has ended. */
  end(owner: PortHandle): void {
    if (--owner.pending === 0) owner.keptOwner = null;
    this.pending--;
    if (owner.referenced) this.#referenced--;
  }

  /**
   * Says whether the operations of a handle keep the process alive.
   *
   * @param owner The handle.
   * @param referenced True at first.
   */
  setReferenced(owner: PortHandle, referenced: boolean): void {
    if (owner.referenced === referenced) return;
    owner.referenced = referenced;
    this.#referenced += referenced ? owner.pending : -owner.pending;
  }
}
