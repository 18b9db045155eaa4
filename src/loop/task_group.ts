/**
 * `TaskGroup`: tasks that end together.
 *
 * @module
 */

import { InvalidStateError } from "../proactor/future/future.ts";
import { assertFunction } from "./arguments.ts";
import { getRunningLoop } from "./policy.ts";
import type { ProactorEventLoop } from "./proactor_event_loop.ts";
import type { Task, TaskFunction, TaskOptions } from "./task.ts";

/** Options of {@linkcode TaskGroup.run}. */
export interface TaskGroupOptions {
  /** Cancels the tasks of the group, such as the signal of a task. */
  signal?: AbortSignal | undefined;
}

/**
 * Tasks that end together: when one fails, the others are cancelled. The
 * counterpart of `asyncio.TaskGroup`.
 *
 * @example Usage
 * ```ts
 * import { run, TaskGroup } from "@iocp/proactor/loop";
 * import { assertEquals } from "@std/assert";
 *
 * const results = await run((signal) =>
 *   TaskGroup.run((group) => {
 *     const one = group.createTask(() => 1);
 *     const two = group.createTask(() => Promise.resolve(2));
 *     return () => [one.result(), two.result()];
 *   }, { signal })
 * );
 * assertEquals(results(), [1, 2]);
 * ```
 */
export class TaskGroup {
  readonly #loop: ProactorEventLoop = getRunningLoop();
  readonly #controller = new AbortController();
  readonly #tasks = new Set<Task<unknown>>();
  readonly #errors: unknown[] = [];
  #idle: PromiseWithResolvers<void> | undefined;
  #finished = false;

  private constructor() {}

  /**
   * Runs a function that makes tasks, and waits until all have ended.
   *
   * @typeParam T The type of the result.
   * @param body Given the group.
   * @param options A signal that cancels the tasks.
   * @returns What the function returns.
   * @throws {AggregateError} when the function or a task has failed.
   * @throws {TypeError} when `body` is not a function.
   * @throws {InvalidStateError} when no loop runs.
   */
  static async run<T>(
    body: (group: TaskGroup) => T | PromiseLike<T>,
    { signal }: TaskGroupOptions = {},
  ): Promise<T> {
    assertFunction("run task group", body);
    const group = new TaskGroup();
    const cancel = () => group.#cancel(signal!.reason);
    if (signal?.aborted) cancel();
    signal?.addEventListener("abort", cancel, { once: true });
    try {
      return await group.#run(body);
    } finally {
      signal?.removeEventListener("abort", cancel);
    }
  }

  /** Aborted when a task has failed, or the group is cancelled. */
  get signal(): AbortSignal {
    return this.#controller.signal;
  }

  /**
   * Makes a task of the group.
   *
   * @typeParam T The type of the result.
   * @param source The function or the promise.
   * @param options The name, and so on.
   * @returns The task.
   * @throws {TypeError} when `source` is neither a function nor a promise.
   * @throws {InvalidStateError} when the group has ended, or is cancelled.
   */
  createTask<T>(
    source: TaskFunction<T> | PromiseLike<T>,
    options: TaskOptions = {},
  ): Task<T> {
    if (this.#finished || this.signal.aborted) {
      const state = this.#finished ? "has ended" : "is shutting down";
      throw new InvalidStateError(
        `Cannot create task: the task group ${state}`,
      );
    }
    const task = this.#loop.createTask(source, options);
    this.#tasks.add(task as Task<unknown>);
    task.addDoneCallback(() => this.#done(task as Task<unknown>));
    return task;
  }

  async #run<T>(body: (group: TaskGroup) => T | PromiseLike<T>): Promise<T> {
    let result: T | undefined;
    try {
      result = await body(this);
    } catch (error) {
      this.#failed(error);
    }
    while (this.#tasks.size > 0) {
      this.#idle = Promise.withResolvers<void>();
      await this.#idle.promise;
    }
    this.#finished = true;
    this.#throwIfFailed();
    return result as T;
  }

  #done(task: Task<unknown>): void {
    this.#tasks.delete(task);
    const error = task.cancelled() ? null : task.exception();
    if (error !== null) this.#failed(error);
    if (this.#tasks.size === 0) this.#idle?.resolve();
  }

  /** What only passes the cancellation on is no failure of its own. */
  #failed(error: unknown): void {
    const { aborted, reason } = this.signal;
    if (aborted && error === reason) return;
    this.#errors.push(error);
    this.#cancel(new InvalidStateError("A task of the group has failed"));
  }

  #cancel(reason: unknown): void {
    if (this.signal.aborted) return;
    this.#controller.abort(reason);
    for (const task of this.#tasks) task.cancel(this.signal.reason);
  }

  #throwIfFailed(): void {
    if (this.#errors.length > 0) {
      throw new AggregateError(
        this.#errors,
        `Unhandled errors in a task group: ${this.#errors.length}`,
      );
    }
    this.signal.throwIfAborted();
  }
}
