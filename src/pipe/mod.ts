/**
 * Pipes: servers and clients of named pipes, and anonymous pipes.
 *
 * @example Two messages through a named pipe
 * ```ts
 * import { connectPipe, PipeServer } from "@iocp/proactor";
 *
 * const path = `\\\\.\\pipe\\${crypto.randomUUID()}`;
 * await using server = PipeServer.listen(path, { type: "message" });
 * const accepted = server.accept();
 * await using client = await connectPipe(path);
 * await using peer = await accepted;
 * await client.write(new TextEncoder().encode("hello"));
 * const message = await peer.readMessage();
 * console.log(message?.data.length); // 5
 * ```
 *
 * @module
 */

export { pipe, type PipeOptions } from "./anonymous_pipe.ts";
export { connectPipe, type ConnectPipeOptions } from "./connect_pipe.ts";
export {
  type PipeAddr,
  PipeConnection,
  type PipeDirection,
  type PipeMessage,
  type ReadMessageOptions,
} from "./pipe_connection.ts";
export type { PipeHandle } from "./pipe_handle.ts";
export { PipeServer } from "./pipe_server.ts";
export type { PipeAccess } from "./pipe_access.ts";
export type { PipeSecurity } from "./security.ts";
export type { PipeServerOptions } from "./server_options.ts";
export type {
  DeadlineOptions,
  DroppedBytesError,
} from "../stream/close_deadline.ts";
export type { Conn } from "../stream/conn.ts";
export type { StreamConnection } from "../stream/stream_connection.ts";
export type { StreamServer } from "../stream/stream_server.ts";
export type { ReadOptions } from "../stream/stream_traits.ts";
export type { ShutdownOptions, WaitOptions } from "../stream/wait_options.ts";
export type { SendFileOptions, SendFileSource } from "../stream/file_mover.ts";
export type { SeekableFile } from "../stream/file_reader.ts";
export type {
  ServedConnection,
  ServerShutdownOptions,
} from "../stream/served_connection.ts";
export type { StreamTarget } from "../stream/web_streams.ts";
export type {
  DuplexConnection,
  NodeDuplexOptions,
} from "../stream/duplex_connection.ts";
export type { NodeDuplex } from "../stream/node_duplex.ts";
export {
  isWindowsError,
  WindowsError,
  type WindowsErrorFields,
} from "../ffi/errors.ts";
