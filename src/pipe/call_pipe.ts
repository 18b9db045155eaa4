/**
 * `callPipe`: a question to a server of messages, and its answer.
 *
 * @module
 */

import { copyBytes } from "../ffi/bytes.ts";
import {
  assertBytes,
  assertInteger,
  MAX_DWORD,
} from "../proactor/arguments.ts";
import { connectPipe, type ConnectPipeOptions } from "./connect_pipe.ts";
import type { PipeConnection } from "./pipe_connection.ts";

/** Options of {@linkcode callPipe}. */
export interface CallPipeOptions
  extends Omit<ConnectPipeOptions, "direction" | "readMode"> {
  /**
   * The most bytes of the answer.
   *
   * @default {16777216}
   */
  maxLength?: number | undefined;
}

const DEFAULT_MAX_ANSWER = 16 * 1024 * 1024;

/**
 * Connects to a message-type pipe, sends a message, reads the answer and
 * leaves: what `CallNamedPipe` does, without a blocked thread.
 *
 * @example Usage
 * ```ts
 * import { callPipe, PipeServer } from "@iocp/proactor/pipe";
 *
 * await using server = PipeServer.listen("time-example", { type: "message" });
 * const answer = callPipe("time-example", new TextEncoder().encode("time?"));
 * using peer = await server.accept();
 * await peer.readMessage();
 * await peer.write(new TextEncoder().encode("noon"));
 * console.log(new TextDecoder().decode(await answer)); // noon
 * ```
 *
 * @param path `\\.\pipe\name`, `//./pipe/name`, or `name` alone; or
 * `\\server\pipe\name`.
 * @param data The message; the caller's again when this returns.
 * @param options The most bytes of the answer; time-out to connect, expected
 * server, signal.
 * @returns The answer.
 * @throws {TypeError} when the name or an option is malformed, or the message
 * is empty.
 * @throws {RangeError} when a number is out of its range, or the answer is
 * longer than `maxLength`.
 * @throws {Deno.errors.NotFound} when there is no such pipe.
 * @throws {Deno.errors.TimedOut} when no instance was free in time.
 * @throws {Deno.errors.PermissionDenied} when the pipe is not open to us, or
 * not that of the expected server.
 * @throws {Deno.errors.BrokenPipe} when the server leaves without an answer.
 * @throws {Deno.errors.NotSupported} when the pipe has no messages, or the
 * system is not Windows.
 * @throws {Deno.errors.NotCapable} when `--allow-ffi` was not granted.
 */
export async function callPipe(
  path: string,
  data: Uint8Array,
  options: CallPipeOptions = {},
): Promise<Uint8Array<ArrayBuffer>> {
  const { maxLength = DEFAULT_MAX_ANSWER, ...rest } = options;
  assertInteger("maxLength", maxLength, [1, MAX_DWORD]);
  assertBytes("call pipe with", data);
  const message = copyBytes(data);
  const connection = await connectPipe(path, { ...rest, readMode: "message" });
  try {
    return await ask(connection, message, { maxLength, signal: rest.signal });
  } finally {
    connection.abort();
  }
}

async function ask(
  connection: PipeConnection,
  message: Uint8Array,
  options: { maxLength: number; signal: AbortSignal | undefined },
): Promise<Uint8Array<ArrayBuffer>> {
  const answer = await connection.transact(message, options);
  const name = `pipe "${connection.localAddr.path}"`;
  if (answer === null) {
    throw new Deno.errors.BrokenPipe(
      `Cannot call ${name}: the server has left without an answer`,
    );
  }
  if (!answer.more) return answer.data;
  throw new RangeError(
    `Cannot call ${name}: the answer is longer than ${options.maxLength} bytes`,
  );
}
