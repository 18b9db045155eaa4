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
export { callPipe, type CallPipeOptions } from "./call_pipe.ts";
export * from "./named_pipe.ts";
export {
  listPipes,
  type PipeDirectoryOptions,
  pipeExists,
  pipeInfo,
  pipeOwner,
} from "./pipe_directory.ts";
export type { PipeInfo } from "./read_pipes.ts";
export type { PipeHandle } from "./pipe_handle.ts";
export type * from "../stream/types.ts";
export * from "../ffi/windows_error.ts";
