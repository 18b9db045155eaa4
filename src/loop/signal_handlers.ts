/**
 * The signal handlers of a loop.
 *
 * @module
 */

import { currentContext } from "../ffi/async_context.ts";
import { assertFunction, kindOf } from "./arguments.ts";
import type { Callback } from "./handles.ts";
import type { LoopHost } from "./host.ts";

/**
 * The signal handlers of a loop, one for each signal. Deno calls every listener
 * of the process, so several loops can handle the same signal.
 */
export class SignalHandlers {
  readonly #host: LoopHost;
  readonly #listeners = new Map<Deno.Signal, () => void>();

  /** @param host The loop. */
  constructor(host: LoopHost) {
    this.#host = host;
  }

  /**
   * Sets the handler of a signal, in place of the one before.
   *
   * @param signal The signal.
   * @param callback Called once for each signal that comes.
   * @param args What it is called with.
   * @throws {TypeError} when the system has no such signal to handle, or
   * `callback` is not a function.
   * @throws {InvalidStateError} when the loop is closed.
   */
  add<A extends unknown[]>(
    signal: Deno.Signal,
    callback: Callback<A>,
    args: A,
  ): void {
    assertFunction("add signal handler", callback);
    this.#host.assertOpen("add signal handler");
    assertSignal("add signal handler", signal);
    const call = () =>
      this.#listeners.get(signal) === listener ? callback(...args) : undefined;
    const context = currentContext();
    const listener = () => this.#host.callSoon(call, context, callback);
    listen(signal, listener);
    this.remove(signal);
    this.#listeners.set(signal, listener);
  }

  /**
   * Removes the handler of a signal.
   *
   * @param signal The signal.
   * @returns False when there was none.
   * @throws {TypeError} when it is no string.
   */
  remove(signal: Deno.Signal): boolean {
    assertSignal("remove signal handler", signal);
    const listener = this.#listeners.get(signal);
    if (listener === undefined) return false;
    this.#listeners.delete(signal);
    Deno.removeSignalListener(signal, listener);
    return true;
  }

  /**
   * Sets a handler for a signal that the loop does not handle yet.
   *
   * @param signal The signal.
   * @param callback Called in the loop.
   * @returns Removes the handler, unless it was replaced or removed meanwhile;
   * `undefined` when there is another, or the system has no such signal.
   */
  offer(signal: Deno.Signal, callback: () => void): Disposable | undefined {
    if (this.#listeners.has(signal)) return undefined;
    try {
      this.add(signal, callback, []);
    } catch {
      return undefined;
    }
    const listener = this.#listeners.get(signal);
    const remove = () => {
      if (this.#listeners.get(signal) === listener) this.remove(signal);
    };
    return { [Symbol.dispose]: remove };
  }

  /** Removes all handlers. */
  close(): void {
    for (const signal of [...this.#listeners.keys()]) this.remove(signal);
  }
}

function assertSignal(action: string, signal: unknown): void {
  if (typeof signal === "string") return;
  throw new TypeError(
    `Cannot ${action}: the signal is ${kindOf(signal)}, not a string`,
  );
}

function listen(signal: Deno.Signal, listener: () => void): void {
  try {
    Deno.addSignalListener(signal, listener);
  } catch (cause) {
    throw new TypeError(
      `Cannot add signal handler: this system has no signal "${signal}" to handle`,
      { cause },
    );
  }
}
