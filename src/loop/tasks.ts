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
 * Makes the futures and tasks of a loop, and knows the tasks that are not done.
 * The methods are documented on the page of {@linkcode ProactorEventLoop}.
 */
export class Tasks {
  readonly #host: LoopHost;
  readonly #tasks = new Set<Task<unknown>>();

  /** @param host The loop. */
  constructor(host: LoopHost) {
    this.#host = host;
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
    const host = { context: this.#host.context, tasks: this.#tasks };
    return new Task<T>(source, host, options);
  }

  allTasks(): Set<Task<unknown>> {
    return new Set(this.#tasks);
  }
}
