/**
 * `currentTask` and `allTasks`: the tasks of the loop that runs.
 *
 * @module
 */

import { getRunningLoop } from "./policy.ts";
import type { ProactorEventLoop } from "./proactor_event_loop.ts";
import { runningTask } from "./running_task.ts";
import { Task } from "./task.ts";

/**
 * The task whose function has called, directly or by what it has awaited. The
 * counterpart of `asyncio.current_task`; a callback that a task has scheduled
 * belongs to the task too.
 *
 * @example Usage
 * ```ts
 * import { currentTask, getRunningLoop, run } from "@iocp/proactor/loop";
 *
 * await run(async () => {
 *   const one = () => currentTask()?.getName();
 *   console.log(await getRunningLoop().createTask(one, { name: "one" })); // one
 * });
 * ```
 *
 * @param loop The loop of the task: the one that runs by default.
 * @returns The task, or `null` outside of the loop's tasks.
 * @throws {InvalidStateError} when no loop is given and none runs.
 */
export function currentTask(
  loop: ProactorEventLoop = getRunningLoop(),
): Task<unknown> | null {
  const task = runningTask();
  if (!(task instanceof Task)) return null;
  return loop.allTasks().has(task) ? task : null;
}

/**
 * The tasks of a loop that are not done. The counterpart of
 * `asyncio.all_tasks`.
 *
 * @example Usage
 * ```ts
 * import { allTasks, run } from "@iocp/proactor/loop";
 *
 * console.log(await run(() => allTasks().size)); // 1
 * ```
 *
 * @param loop The loop: the one that runs by default.
 * @returns A new set.
 * @throws {InvalidStateError} when no loop is given and none runs.
 */
export function allTasks(
  loop: ProactorEventLoop = getRunningLoop(),
): Set<Task<unknown>> {
  return loop.allTasks();
}
