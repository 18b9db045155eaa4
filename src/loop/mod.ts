/**
 * The event loop of asyncio on Windows, with its tasks, timers and policies.
 *
 * @example Run something on a loop
 * ```ts
 * import { getRunningLoop, run } from "@iocp/proactor/loop";
 *
 * const seconds = await run(() => getRunningLoop().time());
 * console.log(seconds > 0); // true
 * ```
 *
 * @module
 */

export { callSoonThreadsafe } from "./call_soon_threadsafe.ts";
export type { ExceptionContext } from "./exception_handler.ts";
export {
  type Callback,
  type CallbackInContext,
  Handle,
  type Schedulable,
  TimerHandle,
} from "./handles.ts";
export type {
  AsyncContext,
  AsyncSnapshot,
  ContextOption,
} from "../ffi/async_context.ts";
export * from "./policy.ts";
export { run, Runner, type RunnerOptions, type RunOptions } from "./runner.ts";
export type * from "./loop_options.ts";
export type { SchedulerMetrics } from "./scheduler.ts";
export {
  type ExecutorShutdownOptions,
  type WorkerCall,
  WorkerExecutor,
  type WorkerExecutorOptions,
} from "./worker_executor.ts";
export { type ServeForeverOptions, Server } from "./server.ts";
export {
  type ExceptionHandler,
  ProactorEventLoop,
} from "./proactor_event_loop.ts";
export type {
  ExportCallbackOptions,
  RemoteCallback,
  RemoteFunction,
  RemoteToken,
} from "./remote_callback.ts";
export { Task, type TaskFunction, type TaskOptions } from "./task.ts";
export { eagerTaskFactory, type TaskFactory, type TaskMaker } from "./tasks.ts";
export { allTasks, currentTask } from "./task_queries.ts";
export { TaskGroup, type TaskGroupOptions } from "./task_group.ts";
export { Timeout, timeout, timeoutAt, waitFor } from "./timeouts.ts";
export type * from "../stream/protocol.ts";
export * from "../proactor/future/future.ts";
export type { ServerHost } from "../net/tcp/server_addresses.ts";
