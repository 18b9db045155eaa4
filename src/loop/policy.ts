/**
 * The policy: which event loop is the current one.
 *
 * @module
 */

import { InvalidStateError } from "../proactor/future/future.ts";
import { kindOf } from "./arguments.ts";
import { loops, ProactorEventLoop } from "./proactor_event_loop.ts";

/**
 * Makes loops and keeps the current one of the thread. The counterpart of
 * `asyncio.AbstractEventLoopPolicy`.
 *
 * @deprecated As in Python 3.14: the option `loopFactory` of `run` and `Runner`
 * says which loop.
 *
 * @example Loops in debug mode
 * ```ts
 * import { ProactorEventLoop } from "@iocp/proactor";
 * import { EventLoopPolicy, setEventLoopPolicy } from "@iocp/proactor/loop";
 *
 * class DebugPolicy extends EventLoopPolicy {
 *   override newEventLoop(): ProactorEventLoop {
 *     return new ProactorEventLoop({ debug: true });
 *   }
 * }
 * setEventLoopPolicy(new DebugPolicy());
 * ```
 */
export class EventLoopPolicy {
  #current: ProactorEventLoop | null = null;

  /**
   * The current loop, also when it is closed.
   *
   * @returns The loop.
   * @throws {InvalidStateError} when there is none.
   */
  getEventLoop(): ProactorEventLoop {
    if (this.#current !== null) return this.#current;
    throw new InvalidStateError(
      "Cannot get the event loop: this thread has no current one",
    );
  }

  /**
   * Sets the current loop.
   *
   * @param loop The loop, or `null` for none.
   * @throws {TypeError} when `loop` is something else.
   */
  setEventLoop(loop: ProactorEventLoop | null): void {
    if (loop !== null && !(loop instanceof ProactorEventLoop)) {
      throw new TypeError(
        `Cannot set the event loop: ${kindOf(loop)} is no ProactorEventLoop`,
      );
    }
    this.#current = loop;
  }

  /**
   * Makes a loop with a proactor of its own.
   *
   * @returns The loop, which the caller must close.
   * @throws {Deno.errors.NotSupported} when the system is not Windows.
   * @throws {Deno.errors.NotCapable} when `--allow-ffi` was not granted.
   */
  newEventLoop(): ProactorEventLoop {
    return new ProactorEventLoop();
  }
}

let policy = new EventLoopPolicy();

/**
 * The policy of this thread.
 *
 * @deprecated As in Python 3.14: give `run` or `Runner` a `loopFactory`.
 *
 * @example Usage
 * ```ts
 * import { EventLoopPolicy, getEventLoopPolicy } from "@iocp/proactor/loop";
 * import { assertInstanceOf } from "@std/assert";
 *
 * assertInstanceOf(getEventLoopPolicy(), EventLoopPolicy);
 * ```
 *
 * @returns The policy.
 */
export function getEventLoopPolicy(): EventLoopPolicy {
  return policy;
}

/**
 * Replaces the policy of this thread.
 *
 * @deprecated As in Python 3.14: give `run` or `Runner` a `loopFactory`.
 *
 * @example Usage
 * ```ts
 * import { EventLoopPolicy, setEventLoopPolicy } from "@iocp/proactor/loop";
 *
 * setEventLoopPolicy(new EventLoopPolicy());
 * ```
 *
 * @param replacement The policy, or `null` for a new one of the default class.
 * @throws {TypeError} when `replacement` is something else.
 */
export function setEventLoopPolicy(replacement: EventLoopPolicy | null): void {
  const next = replacement ?? new EventLoopPolicy();
  if (!(next instanceof EventLoopPolicy)) {
    throw new TypeError(
      `Cannot set the policy: ${kindOf(next)} is no EventLoopPolicy`,
    );
  }
  policy = next;
}

/**
 * The loop that runs in this thread.
 *
 * @example Usage
 * ```ts
 * import { InvalidStateError } from "@iocp/proactor";
 * import { getRunningLoop } from "@iocp/proactor/loop";
 * import { assertThrows } from "@std/assert";
 *
 * assertThrows(() => getRunningLoop(), InvalidStateError);
 * ```
 *
 * @returns The loop.
 * @throws {InvalidStateError} when none runs.
 */
export function getRunningLoop(): ProactorEventLoop {
  const loop = loops.running;
  if (loop !== undefined) return loop;
  throw new InvalidStateError(
    "Cannot get the running event loop: none is running",
  );
}

/**
 * The loop that runs, or else the one that {@linkcode setEventLoop} has set.
 * None is made, as in Python 3.14.
 *
 * @example Usage
 * ```ts
 * import { getEventLoop, run } from "@iocp/proactor/loop";
 *
 * console.log(await run(() => getEventLoop().isRunning())); // true
 * ```
 *
 * @returns The loop.
 * @throws {InvalidStateError} when there is none.
 */
export function getEventLoop(): ProactorEventLoop {
  return loops.running ?? policy.getEventLoop();
}

/**
 * Sets the current loop of this thread.
 *
 * @example Usage
 * ```ts
 * import { setEventLoop } from "@iocp/proactor/loop";
 *
 * setEventLoop(null);
 * ```
 *
 * @param loop The loop, or `null` for none.
 * @throws {TypeError} when `loop` is something else.
 */
export function setEventLoop(loop: ProactorEventLoop | null): void {
  policy.setEventLoop(loop);
}

/**
 * Makes a loop with a proactor of its own.
 *
 * @example Usage
 * ```ts
 * import { newEventLoop } from "@iocp/proactor/loop";
 *
 * await using loop = newEventLoop();
 * loop.callLater(10, () => loop.stop());
 * await loop.runForever();
 * ```
 *
 * @returns The loop, which the caller must close.
 * @throws {Deno.errors.NotSupported} when the system is not Windows.
 * @throws {Deno.errors.NotCapable} when `--allow-ffi` was not granted.
 */
export function newEventLoop(): ProactorEventLoop {
  return policy.newEventLoop();
}
