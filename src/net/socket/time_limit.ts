/**
 * How long a connection may take.
 *
 * @module
 */

import { assertInteger } from "../../proactor/arguments.ts";

const MAX_TIMEOUT = 0x7fff_ffff;

/**
 * Refuses what no timer can wait.
 *
 * @param timeout Milliseconds, or `Infinity`.
 * @throws {RangeError} when it is neither.
 */
export function assertTimeout(timeout: number): void {
  if (timeout === Infinity) return;
  assertInteger("timeout", timeout, [0, MAX_TIMEOUT]);
}

/** The caller's signal, or the end of its time. */
export class TimeLimit implements Disposable {
  readonly #controller = new AbortController();
  readonly #theirs: AbortSignal | undefined;
  readonly #forward = () => this.#controller.abort(this.#theirs!.reason);
  readonly #timer: ReturnType<typeof setTimeout> | undefined;

  /**
   * Starts the time.
   *
   * @param name What is connected to.
   * @param options Milliseconds, and the caller's signal.
   */
  constructor(
    name: string,
    options: { timeout: number; signal: AbortSignal | undefined },
  ) {
    const { timeout, signal } = options;
    this.#theirs = signal;
    signal?.addEventListener("abort", this.#forward, { once: true });
    if (timeout === Infinity) return;
    const error = new Deno.errors.TimedOut(
      `Cannot connect to ${name}: the time-out expired`,
    );
    this.#timer = setTimeout(() => this.#controller.abort(error), timeout);
  }

  /** Aborted by either. */
  get signal(): AbortSignal {
    return this.#controller.signal;
  }

  /** Stops the time. */
  [Symbol.dispose](): void {
    clearTimeout(this.#timer);
    this.#theirs?.removeEventListener("abort", this.#forward);
  }
}
