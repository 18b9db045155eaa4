/**
 * `listen`: a pipe, its clients and the standard streams.
 *
 * @module
 */

import { normalizePipeName } from "../ffi/pipe_name.ts";
import type { PipeConnection, PipeDirection } from "../pipe/pipe_connection.ts";
import { PipeServer } from "../pipe/pipe_server.ts";
import {
  type ConversationFlags,
  converse,
  LazyInput,
  readInput,
  receive,
} from "./conversation.ts";
import { type DataFlags, DataOutput } from "./data_output.ts";
import { ArgumentError, DONE } from "./exit_code.ts";
import { aborted, pump } from "./pump.ts";
import { type ServerFlags, serverOptions } from "./server_flags.ts";
import { type Style, styleOf } from "./style.ts";
import type { Terminal } from "./terminal.ts";

/** The flags of `listen`. */
export interface ListenFlags extends DataFlags, ConversationFlags, ServerFlags {
  /** Sends everybody back what he has sent. */
  echo?: boolean | undefined;
  /** Ends with the first client. */
  once?: boolean | undefined;
  /** The directions. */
  direction: PipeDirection;
}

/**
 * Serves a pipe.
 *
 * @param terminal The standard streams.
 * @param path The pipe.
 * @param flags How.
 * @returns The exit code.
 */
export async function listen(
  terminal: Terminal,
  path: string,
  flags: ListenFlags,
): Promise<number> {
  assertSensible(flags);
  const listening = new Listening(terminal, normalizePipeName(path), flags);
  await listening.run();
  return DONE;
}

/** Refuses flags that would do nothing. */
function assertSensible({ echo, once, linger, direction }: ListenFlags): void {
  if (echo && direction !== "duplex") {
    throw new ArgumentError("Cannot echo: the pipe has one direction");
  }
  if (linger === undefined || once) return;
  throw new ArgumentError("Cannot use --linger: it needs --once");
}

class Listening {
  readonly #terminal: Terminal;
  readonly #flags: ListenFlags;
  readonly #server: PipeServer;
  readonly #output: DataOutput;
  readonly #style: Style;
  readonly #clients = new Map<number, PipeConnection>();
  readonly #served = new Set<Promise<void>>();
  readonly #input: LazyInput;
  readonly #failed = Promise.withResolvers<never>();
  #count = 0;

  constructor(terminal: Terminal, path: string, flags: ListenFlags) {
    this.#terminal = terminal;
    this.#flags = flags;
    this.#style = styleOf(terminal.colors.err);
    this.#output = new DataOutput(terminal, flags);
    this.#input = new LazyInput(terminal);
    this.#server = PipeServer.listen(path, {
      type: flags.message ? "message" : "byte",
      direction: flags.direction,
      onError: (error) => terminal.note(`error: ${errorText(error)}`),
      ...serverOptions(flags),
    });
  }

  async run(): Promise<void> {
    const { path } = this.#server.addr;
    await this.#output.event(
      { event: "listening", path },
      `${this.#style.green("listening")} on ${path}`,
    );
    try {
      const { interrupted } = this.#terminal;
      const served = this.#flags.once ? this.#serveOne() : this.#serveAll();
      const failed = this.#failed.promise;
      await Promise.race([served, failed, aborted(interrupted)]);
    } finally {
      this.#input.close();
      this.#server.close();
      for (const connection of this.#clients.values()) connection.close();
      await Promise.allSettled(this.#served);
      await this.#server.finished;
    }
  }

  async #serveOne(): Promise<void> {
    const connection = await this.#server.accept();
    this.#server.close();
    await this.#serve(connection);
  }

  async #serveAll(): Promise<void> {
    for await (const connection of this.#server) {
      const served = this.#serve(connection);
      this.#served.add(served);
      served.catch(this.#failed.reject)
        .finally(() => this.#served.delete(served));
      if (this.#count === 1) this.#broadcast().catch(this.#failed.reject);
    }
  }

  async #serve(connection: PipeConnection): Promise<void> {
    const number = ++this.#count;
    this.#clients.set(number, connection);
    await this.#tellConnected(connection, number);
    try {
      await this.#talk(connection, number);
    } catch (error) {
      if (this.#terminal.interrupted.aborted) return;
      if (!isPeersFault(error)) throw error;
      this.#terminal.note(`client ${number}: ${errorText(error)}`);
    } finally {
      this.#clients.delete(number);
      connection.close();
      await connection.finished;
      await this.#tellClosed(number);
    }
  }

  async #talk(connection: PipeConnection, number: number): Promise<void> {
    const flags = this.#flags;
    const output = this.#output;
    const terminal = this.#terminal;
    if (flags.echo) return await this.#echo(connection, number);
    const ends = { terminal, connection, number, output };
    if (flags.once) return await converse(ends, flags);
    if (flags.send !== undefined) await connection.write(encode(flags.send));
    if (flags.direction === "out") return await connection.finished;
    await receive(ends, flags);
  }

  async #echo(connection: PipeConnection, number: number): Promise<void> {
    const output = this.#output;
    const answer = async (data: Uint8Array) => {
      await output.data(data, number);
      await connection.write(data);
    };
    if (!connection.messageType) return await pump(connection, answer);
    const echo = { data: answer };
    await receive({ connection, number, output: echo }, { message: true });
    await connection.closeWrite();
  }

  /** From the first client on, everybody gets the input. */
  async #broadcast(): Promise<void> {
    const { echo = false, direction, send } = this.#flags;
    if (echo || direction === "in" || send !== undefined) return;
    await readInput(this.#input, this.#flags, async (data) => {
      const writes = [...this.#clients.values()].map((connection) =>
        connection.write(data)
      );
      await Promise.allSettled(writes); // who has left is told by his own read
    });
  }

  async #tellConnected(
    { remoteProcessId: pid }: PipeConnection,
    connection: number,
  ): Promise<void> {
    const process = pid === 0 ? "" : this.#style.dim(` (process ${pid})`);
    await this.#output.event(
      { event: "connected", connection, pid },
      `client ${connection} ${this.#style.green("connected")}${process}`,
    );
  }

  async #tellClosed(connection: number): Promise<void> {
    await this.#output.event(
      { event: "closed", connection },
      `client ${connection} ${this.#style.yellow("left")}`,
    );
  }
}

/** What one client does is no failure of the server. */
function isPeersFault(error: unknown): boolean {
  const { BrokenPipe, ConnectionReset, Interrupted } = Deno.errors;
  return [BrokenPipe, ConnectionReset, Interrupted].some((type) =>
    error instanceof type
  );
}

function encode(text: string): Uint8Array {
  return new TextEncoder().encode(text);
}

function errorText(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
