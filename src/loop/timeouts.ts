/**
 * `timeout` and `waitFor`: how long something may last.
 *
 * @module
 */

import { timerDelay } from "../proactor/arguments.ts";
import { Future, InvalidStateError } from "../proactor/future/future.ts";
import { assertTime } from "./arguments.ts";
import { getRunningLoop } from "./policy.ts";
import type { TaskFunction } from "./task.ts";

/**
 * A time-out that can be changed while it runs. The counterpart of
 * `asyncio.Timeout`; {@linkcode timeout} and {@linkcode timeoutAt} make one.
 *
 * @example Usage
 * ```ts
 * import { timeout } from "@iocp/proactor/loop";
 *
 * using limit = timeout(1000);
 * limit.reschedule(limit.when()! + 500);
 * console.log(limit.expired()); // false
 * ```
 */
export class Timeout implements Disposable {
  readonly #controller = new AbortController();
  #when: number | null = null;
  #timer: ReturnType<typeof setTimeout> | undefined;

  /**
   * Made by {@linkcode timeout}.
   *
   * @ignore
   * @param when When it expires.
   */
  constructor(when: number | null) {
    this.reschedule(when);
  }

  /** Aborted with a `Deno.errors.TimedOut` when the time-out expires. */
  get signal(): AbortSignal {
    return this.#controller.signal;
  }

  /**
   * When it expires.
   *
   * @returns Milliseconds, as `performance.now()`; `null` for never.
   */
  when(): number | null {
    return this.#when;
  }

  /**
   * Tells whether it has expired.
   *
   * @returns True when the signal is aborted.
   */
  expired(): boolean {
    return this.signal.aborted;
  }

  /**
   * Changes when it expires.
   *
   * @param when Milliseconds, as `performance.now()`; `null` for never.
   * @throws {TypeError} when it is neither a number nor `null`.
   * @throws {RangeError} when it is `NaN`.
   * @throws {InvalidStateError} when it has expired.
   */
  reschedule(when: number | null): void {
    if (when !== null) assertTime("time", when);
    if (this.expired()) {
      throw new InvalidStateError(
        "Cannot reschedule the time-out: it has expired",
      );
    }
    clearTimeout(this.#timer);
    this.#when = when;
    if (when !== null && when !== Infinity) this.#wait(when);
  }

  /** Ends the time-out: it does not expire any more. */
  [Symbol.dispose](): void {
    clearTimeout(this.#timer);
  }

  #wait(when: number): void {
    const delay = Math.ceil(Math.max(when - performance.now(), 0));
    const again = () => this.#wait(when);
    const end = () => this.#controller.abort(expired());
    const whole = timerDelay(delay);
    this.#timer = setTimeout(whole < delay ? again : end, whole);
  }
}

/**
 * Makes a time-out: what is given its signal lasts no longer. The counterpart
 * of `asyncio.timeout`. For one that does not change, `AbortSignal.timeout`
 * and `deadline` of `@std/async` do as well.
 *
 * @example Usage
 * ```ts
 * import { connectPipe } from "@iocp/proactor";
 * import { timeout } from "@iocp/proactor/loop";
 *
 * using limit = timeout(1000);
 * using connection = await connectPipe("echo", { signal: limit.signal });
 * limit.reschedule(null); // it is there: the rest may take its time
 * await connection.write(new TextEncoder().encode("hello"));
 * ```
 *
 * @param delay Milliseconds; `null` for never.
 * @returns The time-out.
 * @throws {TypeError} when the delay is neither a number nor `null`.
 * @throws {RangeError} when it is `NaN`.
 */
export function timeout(delay: number | null): Timeout {
  if (delay !== null) assertTime("delay", delay);
  return new Timeout(delay === null ? null : performance.now() + delay);
}

/**
 * Makes a time-out that expires at a time. The counterpart of
 * `asyncio.timeout_at`.
 *
 * @example Usage
 * ```ts
 * import { timeoutAt } from "@iocp/proactor/loop";
 *
 * using limit = timeoutAt(performance.now() + 1000);
 * console.log(limit.expired()); // false
 * ```
 *
 * @param when Milliseconds, as `performance.now()`; `null` for never.
 * @returns The time-out.
 * @throws {TypeError} when the time is neither a number nor `null`.
 * @throws {RangeError} when it is `NaN`.
 */
export function timeoutAt(when: number | null): Timeout {
  return new Timeout(when);
}

/**
 * Waits for something, but not for ever: then it is cancelled, and its end is
 * waited for. The counterpart of `asyncio.wait_for`.
 *
 * @example Usage
 * ```ts
 * import { run, waitFor } from "@iocp/proactor/loop";
 *
 * await run(async () => {
 *   const sum = await waitFor(() => Promise.resolve(1 + 2), 1000);
 *   console.log(sum); // 3
 * });
 * ```
 *
 * @typeParam T The type of the result.
 * @param awaitable A future or a task; a function or a promise becomes a task of
 * the loop that runs. The signal of a function is aborted.
 * @param delay Milliseconds; `null` waits for ever.
 * @returns Its result, also when it comes in spite of the cancellation.
 * @throws {Deno.errors.TimedOut} when it took too long, and was cancelled.
 * @throws {TypeError} when the delay is neither a number nor `null`.
 * @throws {InvalidStateError} when a task is needed and no loop runs.
 */
export async function waitFor<T>(
  awaitable: TaskFunction<T> | PromiseLike<T>,
  delay: number | null,
): Promise<T> {
  using limit = timeout(delay);
  const future = awaitable instanceof Future
    ? awaitable as Future<T>
    : getRunningLoop().createTask(awaitable);
  const { signal } = limit;
  const cancel = () => void future.cancel(signal.reason);
  signal.addEventListener("abort", cancel, { once: true });
  return await future;
}

function expired(): Error {
  return new Deno.errors.TimedOut("Cannot wait longer: the time-out expired");
}
