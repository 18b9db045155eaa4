/**
 * What programs put on connections of any kind: frames, reconnection, and one
 * sender for many clients.
 *
 * @example Frames over a pipe
 * ```ts
 * import { connectPipe, PipeServer } from "@iocp/proactor/pipe";
 * import {
 *   LengthPrefixDecoderStream,
 *   LengthPrefixEncoderStream,
 * } from "@iocp/proactor/stream";
 *
 * await using server = PipeServer.listen("frames-example");
 * using client = await connectPipe("frames-example");
 * using served = await server.accept();
 *
 * const writer = new LengthPrefixEncoderStream();
 * void writer.readable.pipeTo(client.writable).catch(() => {});
 * await writer.writable.getWriter().write(new TextEncoder().encode("hello"));
 *
 * const frames = served.readable.pipeThrough(new LengthPrefixDecoderStream());
 * for await (const frame of frames) {
 *   console.log(new TextDecoder().decode(frame)); // hello
 *   break;
 * }
 * ```
 *
 * @module
 */

export {
  Broadcast,
  broadcast,
  type BroadcastOptions,
  type SlowReaderPolicy,
} from "./broadcast.ts";
export {
  ContentLengthDecoderStream,
  ContentLengthEncoderStream,
} from "./framing/content_length.ts";
export type { FrameOptions } from "./framing/frame_stream.ts";
export {
  type LengthPrefix,
  type LengthPrefixDecoderOptions,
  LengthPrefixDecoderStream,
  type LengthPrefixEncoderOptions,
  LengthPrefixEncoderStream,
} from "./framing/length_prefix.ts";
export {
  type BackoffOptions,
  type ConnectAttempt,
  type Reconnectable,
  reconnecting,
  type ReconnectingOptions,
} from "./reconnecting.ts";
export type { StreamConnection } from "./stream_connection.ts";
export type { StreamServer } from "./stream_server.ts";
