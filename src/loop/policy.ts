/**
 * The policy: which event loop is the current one. And `run`.
 *
 * @module
 */

import { defaultProactor } from "../proactor/default_proactor.ts";
import { InvalidStateError } from "../proactor/future/future.ts";
import { assertFunction, kindOf } from "./arguments.ts";
import { loops, ProactorEventLoop } from "./proactor_event_loop.ts";
import type { Task, TaskFunction } from "./task.ts";

/** Milliseconds that {@linkcode run} waits for calls in workers: asyncio's. */
const EXECUTOR_TIMEOUT = 300_000;

/** Options of {@linkcode run}. */
export interface RunOptions {
  /**
   * The debug mode of the loop.
   *
   * @default {false}
   */
  debug?: boolean | undefined;
}

/**
 * Makes loops and keeps the current one of the thread. The counterpart of
 * `asyncio.AbstractEventLoopPolicy`.
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
   * The loop that runs, or else the current one. When there is none, or it is
   * closed, the loop of the default proactor.
   *
   * @returns The loop.
   * @throws {Deno.errors.NotSupported} when the system is not Windows.
   * @throws {Deno.errors.NotCapable} when `--allow-ffi` was not granted.
   */
  getEventLoop(): ProactorEventLoop {
    const loop = loops.running ?? this.#current;
    return loop === null || loop.isClosed() ? sharedLoop() : loop;
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
 * The loop that runs, or else the current one. When there is none, or it is
 * closed, the loop of the default proactor, which is made on first use.
 *
 * @example Usage
 * ```ts
 * import { getEventLoop } from "@iocp/proactor/loop";
 *
 * const loop = getEventLoop();
 * loop.callSoon(() => loop.stop());
 * await loop.runForever();
 * ```
 *
 * @returns The loop.
 * @throws {Deno.errors.NotSupported} when the system is not Windows.
 * @throws {Deno.errors.NotCapable} when `--allow-ffi` was not granted.
 */
export function getEventLoop(): ProactorEventLoop {
  return policy.getEventLoop();
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

/**
 * Runs an asynchronous function in a new loop. Then it cancels the tasks that
 * are left and waits for them, waits up to five minutes for the calls in the
 * default executor, and closes the loop. The counterpart of `asyncio.run`.
 *
 * @example Usage
 * ```ts
 * import { getRunningLoop, run } from "@iocp/proactor/loop";
 * import { assertEquals } from "@std/assert";
 *
 * const sum = await run(async () => {
 *   const loop = getRunningLoop();
 *   const one = loop.createTask(() => Promise.resolve(1));
 *   return await one + 2;
 * });
 * assertEquals(sum, 3);
 * ```
 *
 * @typeParam T The type of the result.
 * @param main The function; its signal is aborted when its task is cancelled.
 * @param options The debug mode.
 * @returns What the function returns.
 * @throws {InvalidStateError} when a loop runs in this thread.
 * @throws {TypeError} when `main` is not a function.
 * @throws {Deno.errors.NotSupported} when the system is not Windows.
 * @throws {Deno.errors.NotCapable} when `--allow-ffi` was not granted.
 */
export async function run<T>(
  main: TaskFunction<T>,
  options: RunOptions = {},
): Promise<T> {
  assertFunction("run", main);
  if (loops.running !== undefined) {
    throw new InvalidStateError("Cannot run: an event loop is already running");
  }
  const loop = newEventLoop();
  if (options.debug !== undefined) loop.setDebug(options.debug);
  setEventLoop(loop);
  try {
    return await loop.runUntilComplete(loop.createTask(main));
  } finally {
    await shutDown(loop);
  }
}

function sharedLoop(): ProactorEventLoop {
  const proactor = defaultProactor();
  return loops.driverOf(proactor) ?? new ProactorEventLoop({ proactor });
}

async function shutDown(loop: ProactorEventLoop): Promise<void> {
  try {
    await cancelTasks(loop);
    await loop.shutdownDefaultExecutor({ timeout: EXECUTOR_TIMEOUT });
  } finally {
    setEventLoop(null);
    await loop.close();
  }
}

async function cancelTasks(loop: ProactorEventLoop): Promise<void> {
  const tasks = [...loop.allTasks()];
  if (tasks.length === 0) return;
  for (const task of tasks) task.cancel();
  await loop.runUntilComplete(Promise.allSettled(tasks));
  for (const task of tasks) reportFailure(loop, task);
}

function reportFailure(loop: ProactorEventLoop, task: Task<unknown>): void {
  const exception = task.cancelled() ? null : task.exception();
  if (exception === null) return;
  loop.callExceptionHandler({
    message: "Unhandled exception during the shutdown of run()",
    exception,
    task,
  });
}
