/**
 * `Runner` and `run`: a main function in a loop, with all that belongs to its
 * end.
 *
 * @module
 */

import { InvalidStateError } from "../proactor/future/future.ts";
import { assertFunction, isThenable } from "./arguments.ts";
import { newEventLoop, setEventLoop } from "./policy.ts";
import {
  loops,
  type ProactorEventLoop,
  signalsOf,
} from "./proactor_event_loop.ts";
import type { Task, TaskFunction, TaskOptions } from "./task.ts";

/** Milliseconds that a close waits for calls in workers: asyncio's. */
const EXECUTOR_TIMEOUT = 300_000;

/** Options of {@linkcode Runner} and {@linkcode run}. */
export interface RunnerOptions {
  /** The debug mode of the loop: that of the loop by default. */
  debug?: boolean | undefined;
  /**
   * Makes the loop; it does not become the current one of `getEventLoop` then.
   * By default that is `newEventLoop`, and it does.
   *
   * @returns A new loop, which the runner closes.
   */
  loopFactory?: (() => ProactorEventLoop) | undefined;
}

/** Options of `run` of a {@linkcode Runner}. */
export type RunOptions = Pick<TaskOptions, "context">;

/**
 * Runs several main functions, one after another, in one loop. The counterpart
 * of `asyncio.Runner`.
 *
 * The loop is made on first use. While a function runs, the first Ctrl-C
 * cancels its task: its signal is aborted, `finally` blocks run, and `run`
 * rejects with `Deno.errors.Interrupted`. From then on Ctrl-C has its default
 * action, which ends the process. A handler of `loop.addSignalHandler` takes
 * the place of all this; in a worker there is no such handler.
 *
 * @example Usage
 * ```ts
 * import { getRunningLoop, Runner } from "@iocp/proactor/loop";
 * import { assertEquals, assertStrictEquals } from "@std/assert";
 *
 * await using runner = new Runner({ debug: true });
 * const first = await runner.run(() => getRunningLoop());
 * assertStrictEquals(await runner.run(() => getRunningLoop()), first);
 * assertEquals(first.getDebug(), true);
 * ```
 */
export class Runner implements AsyncDisposable {
  readonly #options: RunnerOptions;
  #loop: ProactorEventLoop | undefined;
  #closed = false;

  /**
   * Makes a runner. Its loop is made on first use.
   *
   * @param options The debug mode, and who makes the loop.
   * @throws {TypeError} when `loopFactory` is not a function.
   */
  constructor(options: RunnerOptions = {}) {
    const { loopFactory } = options;
    if (loopFactory !== undefined) assertFunction("make a runner", loopFactory);
    this.#options = { ...options };
  }

  /**
   * The loop of the runner.
   *
   * @returns The loop, which is made now if there is none yet.
   * @throws {InvalidStateError} when the runner is closed.
   * @throws {Deno.errors.NotSupported} when the system is not Windows.
   * @throws {Deno.errors.NotCapable} when `--allow-ffi` was not granted.
   */
  getLoop(): ProactorEventLoop {
    if (this.#closed) {
      throw new InvalidStateError("Cannot use the runner: it is closed");
    }
    return this.#loop ??= this.#makeLoop();
  }

  /**
   * Runs a function as a task until it has ended.
   *
   * @typeParam T The type of the result.
   * @param main The function; its signal is aborted when its task is cancelled.
   * Or a promise.
   * @param options The async context of the task.
   * @returns What it returns.
   * @throws {InvalidStateError} when a loop runs in this thread, or the runner
   * is closed.
   * @throws {TypeError} when `main` is neither a function nor a promise.
   * @throws {Deno.errors.Interrupted} when Ctrl-C has cancelled the task.
   * @throws {Deno.errors.NotSupported} when the system is not Windows.
   * @throws {Deno.errors.NotCapable} when `--allow-ffi` was not granted.
   */
  async run<T>(
    main: TaskFunction<T> | PromiseLike<T>,
    options: RunOptions = {},
  ): Promise<T> {
    if (!isThenable(main)) assertFunction("run", main);
    assertNoLoopRuns("run");
    const loop = this.getLoop();
    const { context } = options;
    const task = loop.createTask(main, { context });
    return await runTask(loop, task);
  }

  /**
   * Cancels the tasks that are left and waits for them, waits up to five
   * minutes for the calls in the default executor, and closes the loop. Does
   * nothing when there is no loop, or a second time.
   *
   * @throws {InvalidStateError} when a loop runs in this thread.
   */
  async close(): Promise<void> {
    const loop = this.#loop;
    if (loop === undefined || this.#closed) return;
    assertNoLoopRuns("close the runner");
    this.#closed = true;
    try {
      await cancelTasks(loop);
      const timeout = EXECUTOR_TIMEOUT;
      await loop.runUntilComplete(loop.shutdownDefaultExecutor({ timeout }));
    } finally {
      if (this.#options.loopFactory === undefined) setEventLoop(null);
      await loop.close();
    }
  }

  /** Closes the runner. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }

  #makeLoop(): ProactorEventLoop {
    const { debug, loopFactory } = this.#options;
    const loop = (loopFactory ?? newEventLoop)();
    if (loopFactory === undefined) setEventLoop(loop);
    if (debug !== undefined) loop.setDebug(debug);
    return loop;
  }
}

/**
 * Runs an asynchronous function in a new loop. Then it cancels the tasks that
 * are left and waits for them, waits up to five minutes for the calls in the
 * default executor, and closes the loop. The counterpart of `asyncio.run`; see
 * {@linkcode Runner} for Ctrl-C.
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
 * Or a promise.
 * @param options The debug mode, and who makes the loop.
 * @returns What the function returns.
 * @throws {InvalidStateError} when a loop runs in this thread.
 * @throws {TypeError} when `main` is neither a function nor a promise.
 * @throws {Deno.errors.Interrupted} when Ctrl-C has cancelled the function.
 * @throws {Deno.errors.NotSupported} when the system is not Windows.
 * @throws {Deno.errors.NotCapable} when `--allow-ffi` was not granted.
 */
export async function run<T>(
  main: TaskFunction<T> | PromiseLike<T>,
  options: RunnerOptions = {},
): Promise<T> {
  await using runner = new Runner(options);
  return await runner.run(main);
}

/** Ctrl-C cancels the task while it runs, once. */
class Interrupt implements Disposable {
  readonly #task: Task<unknown>;
  readonly #handler: Disposable | undefined;
  #cancelled = false;

  constructor(loop: ProactorEventLoop, task: Task<unknown>) {
    this.#task = task;
    if ("WorkerGlobalScope" in globalThis) return;
    this.#handler = signalsOf(loop).offer("SIGINT", () => this.#cancel());
  }

  /** Whether the task has ended so because of Ctrl-C, and nothing else. */
  get effective(): boolean {
    return this.#cancelled && this.#task.cancelled();
  }

  [Symbol.dispose](): void {
    this.#handler?.[Symbol.dispose]();
  }

  #cancel(): void {
    this[Symbol.dispose](); // the next one ends the process
    this.#cancelled = this.#task.cancelling() === 0 && this.#task.cancel();
  }
}

async function runTask<T>(loop: ProactorEventLoop, task: Task<T>): Promise<T> {
  using interrupt = new Interrupt(loop, task as Task<unknown>);
  try {
    return await loop.runUntilComplete(task);
  } catch (cause) {
    if (!interrupt.effective) throw cause;
    throw new Deno.errors.Interrupted("Cannot go on: Ctrl-C was pressed", {
      cause,
    });
  }
}

function assertNoLoopRuns(action: string): void {
  if (loops.running === undefined) return;
  throw new InvalidStateError(
    `Cannot ${action}: an event loop is already running`,
  );
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
