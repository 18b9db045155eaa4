/**
 * The futures and tasks of a loop.
 *
 * @module
 */

import { Future } from "../proactor/future/future.ts";
import { assertFunction, isThenable } from "./arguments.ts";
import type { LoopHost } from "./host.ts";
import { Task, type TaskFunction, type TaskOptions } from "./task.ts";

/**
 * Makes a task of the loop, as `createTask` does without a factory.
 *
 * @typeParam T The type of the result.
 * @param source The function or the promise.
 * @param options The name, and so on.
 * @returns The task.
 */
export type TaskMaker = <T>(
  source: TaskFunction<T> | PromiseLike<T>,
  options?: TaskOptions,
) => Task<T>;

/**
 * Makes the tasks of a loop, for `setTaskFactory`.
 *
 * @typeParam T The type of the result.
 * @param make What makes a task of the loop.
 * @param source The function or the promise.
 * @param options The name, and so on.
 * @returns What `createTask` gives.
 */
export type TaskFactory = <T>(
  make: TaskMaker,
  source: TaskFunction<T> | PromiseLike<T>,
  options: TaskOptions,
) => Task<T>;

/**
 * Makes tasks that start at once, for `setTaskFactory`. The counterpart of
 * `asyncio.eager_task_factory`.
 *
 * @example Usage
 * ```ts
 * import { ProactorEventLoop } from "@iocp/proactor";
 * import { eagerTaskFactory } from "@iocp/proactor/loop";
 *
 * await using loop = new ProactorEventLoop();
 * loop.setTaskFactory(eagerTaskFactory);
 * ```
 *
 * @typeParam T The type of the result.
 * @param make What makes a task of the loop.
 * @param source The function or the promise.
 * @param options The name, and so on.
 * @returns The task.
 */
export function eagerTaskFactory<T>(
  make: TaskMaker,
  source: TaskFunction<T> | PromiseLike<T>,
  options: TaskOptions,
): Task<T> {
  return make(source, { ...options, eagerStart: options.eagerStart ?? true });
}

/**
 * Makes the futures and tasks of a loop, and knows the tasks that are not done.
 * The methods are documented on the page of {@linkcode ProactorEventLoop}.
 */
export class Tasks {
  readonly #host: LoopHost;
  readonly #tasks = new Set<Task<unknown>>();
  readonly #isRunning: () => boolean;
  readonly #make: TaskMaker = (source, options) =>
    this.#create(source, options);
  #factory: TaskFactory | null = null;

  /**
   * @param host The loop.
   * @param isRunning Whether it runs.
   */
  constructor(host: LoopHost, isRunning: () => boolean) {
    this.#host = host;
    this.#isRunning = isRunning;
  }

  /** Who makes the tasks; `null` is the loop itself. */
  get factory(): TaskFactory | null {
    return this.#factory;
  }

  set factory(factory: TaskFactory | null) {
    if (factory !== null) assertFunction("set the task factory", factory);
    this.#factory = factory;
  }

  createFuture<T>(): Future<T> {
    return new Future<T>(this.#host.context);
  }

  createTask<T>(
    source: TaskFunction<T> | PromiseLike<T>,
    options: TaskOptions = {},
  ): Task<T> {
    if (!isThenable(source)) assertFunction("create task", source);
    this.#host.assertOpen("create task");
    return this.#factory === null
      ? this.#create(source, options)
      : this.#factory(this.#make, source, options);
  }

  allTasks(): Set<Task<unknown>> {
    return new Set(this.#tasks);
  }

  #create<T>(
    source: TaskFunction<T> | PromiseLike<T>,
    options: TaskOptions = {},
  ): Task<T> {
    const { context } = this.#host;
    const running = this.#isRunning();
    const host = { context, tasks: this.#tasks, running };
    return new Task<T>(source, host, options);
  }
}
