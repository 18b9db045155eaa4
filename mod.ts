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
export { PipeServer } from "./src/pipe/pipe_server.ts";
export type { PipeAccess } from "./src/pipe/pipe_access.ts";
export type { PipeSecurity } from "./src/pipe/security.ts";
export type { PipeServerOptions } from "./src/pipe/server_options.ts";
export type {
  ServedConnection,
  ServerShutdownOptions,
} from "./src/stream/served_connection.ts";
export type {
  DeadlineOptions,
  DroppedBytesError,
} from "./src/stream/close_deadline.ts";
export type { Conn } from "./src/stream/conn.ts";
export type { StreamConnection } from "./src/stream/stream_connection.ts";
export type { StreamServer } from "./src/stream/stream_server.ts";
export type { ReadOptions } from "./src/stream/stream_traits.ts";
export type {
  ShutdownOptions,
  WaitOptions,
} from "./src/stream/wait_options.ts";
export type {
  DuplexConnection,
  NodeDuplexOptions,
} from "./src/stream/duplex_connection.ts";
export type { NodeDuplex } from "./src/stream/node_duplex.ts";
export { toNodeDuplex } from "./src/stream/to_node_duplex.ts";
export type { StreamTarget } from "./src/stream/web_streams.ts";
export type {
  BufferedProtocol,
  Protocol,
  ProtocolFactory,
  Transport,
  WriteBufferLimits,
  WriteBufferOptions,
} from "./src/stream/protocol.ts";
export { ProactorEventLoop } from "./src/loop/proactor_event_loop.ts";
export type { ProactorEventLoopOptions } from "./src/loop/loop_options.ts";
export type {
  SendFileOptions,
  SendFileSource,
} from "./src/stream/file_mover.ts";
export type { SeekableFile } from "./src/stream/file_reader.ts";
