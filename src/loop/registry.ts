/**
 * Which loop runs in this thread, and which loop drives a proactor.
 *
 * @module
 */

import { portOf } from "../proactor/default_port.ts";
import { InvalidStateError } from "../proactor/future/future.ts";
import type { IocpProactor } from "../proactor/iocp_proactor.ts";

/**
 * Knows which loop runs in this thread, and which loop drives a proactor.
 *
 * @typeParam L The loops.
 */
export class LoopRegistry<L extends object> {
  readonly #drivers = new WeakMap<IocpProactor, L>();
  /** The loop that runs now, or `undefined` when none runs. */
  running: L | undefined;

  /**
   * The loop that drives a proactor.
   *
   * @param proactor The proactor.
   * @returns The loop, or `undefined` when there is none.
   */
  driverOf(proactor: IocpProactor): L | undefined {
    return this.#drivers.get(proactor);
  }

  /**
   * Makes a loop the driver of a proactor.
   *
   * @param loop The loop.
   * @param proactor The proactor.
   * @throws {InvalidStateError} when the proactor has a loop already.
   * @throws {Deno.errors.BadResource} when the proactor is closed.
   */
  register(loop: L, proactor: IocpProactor): void {
    portOf(proactor).assertOpen("create event loop");
    if (this.#drivers.has(proactor)) {
      throw new InvalidStateError(
        "Cannot create event loop: the proactor has one already",
      );
    }
    this.#drivers.set(proactor, loop);
  }
}
