/**
 * The time-out of a duplex.
 *
 * @module
 */

import { clearTimeout, setTimeout } from "node:timers";
import { assertInteger } from "../proactor/arguments.ts";

const MAX_TIMEOUT = 0x7fff_ffff;

/** Tells, once, that nothing has happened for a while. */
export class IdleTimer {
  readonly #onIdle: () => void;
  #timeout = 0;
  #timer: ReturnType<typeof setTimeout> | undefined;

  /** @param onIdle Called when nothing has happened. */
  constructor(onIdle: () => void) {
    this.#onIdle = onIdle;
  }

  /** Milliseconds; 0 is never. */
  get timeout(): number {
    return this.#timeout;
  }

  /**
   * Begins to wait; does not keep the process alive.
   *
   * @param timeout Milliseconds; 0 is never.
   * @throws {RangeError} when it is not an integer that fits.
   */
  start(timeout: number): void {
    assertInteger("timeout", timeout, [0, MAX_TIMEOUT]);
    this.#timeout = timeout;
    this.stop();
    if (timeout === 0) return;
    this.#timer = setTimeout(this.#onIdle, timeout);
    this.#timer.unref();
  }

  /** Something has happened. */
  refresh(): void {
    this.#timer?.refresh();
  }

  /** Waits no more. */
  stop(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
  }
}
