/**
 * Windows I/O on one completion port, for Deno: named pipes, an event loop
 * like asyncio's, and the proactor below them.
 *
 * What else the library has is behind a door of its own: anonymous pipes in
 * `./pipe`, sockets in `./net`, `./file`, `./process`, tasks and policies in
 * `./loop`, the operations of the port in `./proactor`.
 *
 * @example Serve a named pipe
 * ```ts
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

export * from "./src/ffi/windows_error.ts";
export type { Handle as WindowsHandle } from "./src/ffi/win32_api.ts";
export {
  CancelledError,
  Future,
  type FutureCallback,
  type FutureContext,
  InvalidStateError,
} from "./src/proactor/future/future.ts";
export { IocpProactor } from "./src/proactor/iocp_proactor.ts";
export type { PortMetrics } from "./src/proactor/port/port_options.ts";
export type {
  CloseOptions,
  HandleLike,
  IocpProactorOptions,
  OperationOptions,
} from "./src/proactor/proactor_options.ts";
export { OverlappedFuture } from "./src/proactor/future/overlapped_future.ts";
export { WaitHandleFuture } from "./src/proactor/wait/wait_handle_future.ts";
export * from "./src/pipe/named_pipe.ts";
export type * from "./src/stream/types.ts";
export { toNodeDuplex } from "./src/stream/to_node_duplex.ts";
export type * from "./src/stream/protocol.ts";
export { ProactorEventLoop } from "./src/loop/proactor_event_loop.ts";
export type { ProactorEventLoopOptions } from "./src/loop/loop_options.ts";
