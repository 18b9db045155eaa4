/**
 * Windows I/O on one completion port, for Deno: named pipes, an event loop
 * like asyncio's, and the proactor below them.
 *
 * @example Serve a named pipe
 * ```ts ignore
 * import { PipeServer } from "@iocp/proactor";
 *
 * const server = PipeServer.listen("\\\\.\\pipe\\echo", { type: "byte" });
 * for await (const connection of server) {
 *   connection.readable.pipeTo(connection.writable).catch(console.error);
 * }
 * ```
 *
 * @module
 */

export {
  isWindowsError,
  WindowsError,
  type WindowsErrorFields,
} from "./src/ffi/errors.ts";
export type { Handle as WindowsHandle } from "./src/ffi/win32_api.ts";
export {
  CancelledError,
  Future,
  type FutureCallback,
  type FutureContext,
  InvalidStateError,
} from "./src/proactor/future.ts";
export { IocpProactor } from "./src/proactor/iocp_proactor.ts";
export type { PortMetrics } from "./src/proactor/port_options.ts";
export type {
  CloseOptions,
  ConnectOptions,
  HandleLike,
  IocpProactorOptions,
  OperationOptions,
} from "./src/proactor/proactor_options.ts";
export { OverlappedFuture } from "./src/proactor/overlapped_future.ts";
export { pipe, type PipeOptions } from "./src/pipe/anonymous_pipe.ts";
export {
  connectPipe,
  type ConnectPipeOptions,
} from "./src/pipe/connect_pipe.ts";
export {
  type PipeAddr,
  PipeConnection,
  type PipeDirection,
  type PipeMessage,
  type ReadMessageOptions,
} from "./src/pipe/pipe_connection.ts";
export { PipeHandle } from "./src/pipe/pipe_handle.ts";
export {
  PipeServer,
  type ServedConnection,
  type ServerShutdownOptions,
} from "./src/pipe/pipe_server.ts";
export type { PipeSecurity } from "./src/pipe/security.ts";
export type { PipeServerOptions } from "./src/pipe/server_options.ts";
export {
  type ReadOptions,
  type ShutdownOptions,
  StreamConnection,
} from "./src/stream/stream_connection.ts";
export type {
  Protocol,
  ProtocolFactory,
  Transport,
  WriteBufferLimits,
} from "./src/stream/protocol.ts";
export {
  BaseEventLoop,
  type BaseEventLoopOptions,
} from "./src/loop/base_event_loop.ts";
export { callSoonThreadsafe } from "./src/loop/call_soon_threadsafe.ts";
export type {
  ExceptionContext,
  ExceptionHandler,
} from "./src/loop/exception_handler.ts";
export { type Callback, Handle, TimerHandle } from "./src/loop/handles.ts";
export {
  EventLoopPolicy,
  getEventLoop,
  getEventLoopPolicy,
  getRunningLoop,
  newEventLoop,
  run,
  type RunOptions,
  setEventLoop,
  setEventLoopPolicy,
} from "./src/loop/policy.ts";
export {
  type LoopOptions,
  ProactorEventLoop,
  type ProactorEventLoopOptions,
} from "./src/loop/proactor_event_loop.ts";
export type {
  ExportCallbackOptions,
  RemoteCallback,
  RemoteFunction,
  RemoteToken,
} from "./src/loop/remote_callback.ts";
export { Task, type TaskFunction, type TaskOptions } from "./src/loop/task.ts";
