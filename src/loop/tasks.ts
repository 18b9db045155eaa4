/**
 * The futures and tasks of a loop.
 *
 * @module
 */

import { Future } from "../proactor/future/future.ts";
import { assertFunction, isThenable } from "./arguments.ts";
import type { LoopHost } from "./host.ts";
import { Task, type TaskFunction, type TaskOptions } from "./task.ts";

/** Makes the futures and tasks of a loop, and knows the tasks that run. */
export class Tasks {
  readonly #host: LoopHost;
  readonly #tasks = new Set<Task<unknown>>();

  /** @param host The loop. */
  constructor(host: LoopHost) {
    this.#host = host;
  }

  /**
   * Makes a future.
   *
   * @typeParam T The type of the result.
   * @returns A pending future, whose callbacks run in the loop.
   */
  createFuture<T>(): Future<T> {
    return new Future<T>(this.#host.context);
  }

  /**
   * Makes a task.
   *
   * @typeParam T The type of the result.
   * @param source A function, or a promise.
   * @param options The name.
   * @returns The task.
   * @throws {TypeError} when `source` is neither a function nor a promise.
   * @throws {InvalidStateError} when the loop is closed.
   */
  createTask<T>(
    source: TaskFunction<T> | PromiseLike<T>,
    options: TaskOptions = {},
  ): Task<T> {
    if (!isThenable(source)) assertFunction("create task", source);
    this.#host.assertOpen("create task");
    const host = { context: this.#host.context, tasks: this.#tasks };
    return new Task<T>(source, host, options);
  }

  /**
   * The tasks that are not done.
   *
   * @returns A new set.
   */
  all(): Set<Task<unknown>> {
    return new Set(this.#tasks);
  }
}
