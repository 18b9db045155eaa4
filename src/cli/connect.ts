/**
 * `connect`: the standard streams and a pipe.
 *
 * @module
 */

import { normalizePipeName } from "../ffi/pipe_name.ts";
import { connectPipe, type ConnectPipeOptions } from "../pipe/connect_pipe.ts";
import type { PipeConnection, PipeDirection } from "../pipe/pipe_connection.ts";
import { type ConversationFlags, converse } from "./conversation.ts";
import { type DataFlags, DataOutput } from "./data_output.ts";
import { DONE } from "./exit_code.ts";
import { styleOf } from "./style.ts";
import type { Terminal } from "./terminal.ts";

/** The flags of `connect`. */
export interface ConnectFlags extends DataFlags, ConversationFlags {
  /** Milliseconds to wait for a free instance. */
  timeout?: number | undefined;
  /** Waits for a server that is not there yet. */
  wait?: boolean | undefined;
  /** Whose the pipe shall be. */
  expect?: ConnectPipeOptions["expectedServer"] | undefined;
  /** The directions. */
  direction: PipeDirection;
}

/**
 * Connects the standard streams to a pipe.
 *
 * @param terminal The standard streams.
 * @param path The pipe.
 * @param flags How.
 * @returns The exit code.
 */
export async function connect(
  terminal: Terminal,
  path: string,
  flags: ConnectFlags,
): Promise<number> {
  const name = normalizePipeName(path, { remote: true });
  const connection = await connectPipe(name, {
    direction: flags.direction,
    readMode: flags.message ? "message" : "byte",
    timeout: flags.timeout,
    waitForServer: flags.wait,
    expectedServer: flags.expect,
    signal: terminal.interrupted,
  });
  const output = new DataOutput(terminal, flags);
  await tellConnected(terminal, connection, output);
  await converse({ terminal, connection, number: 1, output }, flags);
  return DONE;
}

async function tellConnected(
  terminal: Terminal,
  connection: PipeConnection,
  output: DataOutput,
): Promise<void> {
  const { remoteAddr: { path }, remoteProcessId: pid } = connection;
  const { green, dim } = styleOf(terminal.colors.err);
  const server = pid === 0 ? "" : dim(` (process ${pid})`);
  await output.event(
    { event: "connected", connection: 1, path, pid },
    `${green("connected")} to ${path}${server}`,
  );
}
