/**
 * Which task the code that runs belongs to.
 *
 * @module
 */

import type { AsyncLocalStorage } from "node:async_hooks";

let storage: AsyncLocalStorage<object> | undefined;

/**
 * Calls the function of a task: it and all that it starts belong to the task.
 *
 * @typeParam R The type of the result.
 * @param task The task.
 * @param callback Its function.
 * @returns What the function returns.
 */
export function runAs<R>(task: object, callback: () => R): R {
  return (storage ??= makeStorage()).run(task, callback);
}

/**
 * The task whose function has called.
 *
 * @returns The task, or `undefined` outside of tasks.
 */
export function runningTask(): object | undefined {
  return storage?.getStore();
}

function makeStorage(): AsyncLocalStorage<object> {
  const hooks = globalThis.process.getBuiltinModule("node:async_hooks");
  return new hooks.AsyncLocalStorage<object>();
}
