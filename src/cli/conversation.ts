/**
 * The standard streams and a connection, one to one.
 *
 * @module
 */

import { copyBytes } from "../ffi/bytes.ts";
import type { PipeConnection, PipeDirection } from "../pipe/pipe_connection.ts";
import type { DataOutput } from "./data_output.ts";
import { LineSplitter } from "./line_splitter.ts";
import { aborted, pump, Quiet } from "./pump.ts";
import type { ByteSource, Terminal } from "./terminal.ts";

/** How a conversation goes. */
export interface ConversationFlags {
  /** Messages are read one by one, and each line of the input is one. */
  message?: boolean | undefined;
  /** With `message` the whole input is one message. */
  whole?: boolean | undefined;
  /** Text that is sent in place of the input. */
  send?: string | undefined;
  /** Milliseconds without data after the end of the input. */
  linger?: number | undefined;
  /** The directions of this end. */
  direction?: PipeDirection | undefined;
}

/** Milliseconds of silence after which no answer is expected any more. */
const DEFAULT_LINGER = 1000;

/** What a conversation is between. */
export interface ConversationEnds {
  /** The standard streams. */
  terminal: Terminal;
  /** The connection. */
  connection: PipeConnection;
  /** Its number. */
  number: number;
  /** Where what it sends goes. */
  output: Pick<DataOutput, "data">;
}

/**
 * Sends the input and writes what comes, until the peer has left; or, after the
 * input, until nothing has come for a while. Where the pipe has a half close,
 * the peer is told of the end of the input, and gives the end itself.
 *
 * @param ends The standard streams and the connection, closed at the end.
 * @param flags How it goes.
 */
export async function converse(
  ends: ConversationEnds,
  flags: ConversationFlags,
): Promise<void> {
  const { connection, terminal: { interrupted } } = ends;
  using quiet = new Quiet(lingerOf(connection, flags));
  using input = new LazyInput(ends.terminal);
  const received = flags.direction === "out"
    ? quiet.passed
    : receive(ends, flags, quiet);
  const sent = flags.direction === "in"
    ? received
    : send({ ...ends, input }, flags, received).then(() => quiet.start());
  try {
    const silent = sent.then(() => quiet.passed);
    await Promise.race([received, silent, aborted(interrupted)]);
  } finally {
    received.catch(() => {}); // the close ends them
    sent.catch(() => {});
    connection.close();
    await connection.finished;
  }
}

function lingerOf(
  { canCloseWrite }: PipeConnection,
  { linger, direction }: ConversationFlags,
): number {
  if (direction === "out") return 0;
  return linger ?? (canCloseWrite ? Infinity : DEFAULT_LINGER);
}

/** A peer that has left may have said something before. */
async function send(
  ends: Pick<ConversationEnds, "connection"> & { input: LazyInput },
  flags: ConversationFlags,
  received: Promise<void>,
): Promise<void> {
  try {
    await sendInput(ends, flags);
  } catch (error) {
    if (error instanceof Deno.errors.BrokenPipe) await received;
    throw error;
  }
}

/**
 * Writes what comes from a connection until its end.
 *
 * @param ends The connection, and where its data go.
 * @param flags Whether messages are read one by one.
 * @param quiet Told that something has moved.
 */
export async function receive(
  { connection, number, output }: Omit<ConversationEnds, "terminal">,
  flags: Pick<ConversationFlags, "message">,
  quiet?: Quiet,
): Promise<void> {
  if (!flags.message) {
    return await pump(connection, (data) => {
      quiet?.moved();
      return output.data(data, number);
    });
  }
  for (;;) {
    const message = await readWhole(connection);
    if (message === null) return;
    quiet?.moved();
    await output.data(message, number);
  }
}

/** A message may be longer than one call gives. */
async function readWhole(
  connection: PipeConnection,
): Promise<Uint8Array | null> {
  const parts: Uint8Array<ArrayBuffer>[] = [];
  for (;;) {
    const message = await connection.readMessage();
    if (message === null) return null;
    parts.push(message.data);
    if (!message.more) break;
  }
  return parts.length === 1
    ? parts[0]!
    : new Uint8Array(await new Blob(parts).arrayBuffer());
}

async function sendInput(
  { input, connection }: Parameters<typeof send>[0],
  flags: ConversationFlags,
): Promise<void> {
  const write = (data: Uint8Array) => connection.write(data);
  if (flags.send !== undefined) await write(encode(flags.send));
  else await readInput(input, flags, write);
  if (connection.canCloseWrite) await connection.closeWrite();
}

/** The standard input, opened by the first read, and closed for sure. */
export class LazyInput implements ByteSource, Disposable {
  readonly #terminal: Terminal;
  #opened: Promise<ByteSource> | undefined;
  #closed = false;

  /** @param terminal Whose input. */
  constructor(terminal: Terminal) {
    this.#terminal = terminal;
  }

  async read(target: Uint8Array): Promise<number | null> {
    const input = await (this.#opened ??= this.#terminal.openInput());
    return this.#closed ? null : await input.read(target);
  }

  close(): void {
    this.#closed = true;
    this.#opened?.then((input) => input.close(), () => {});
  }

  [Symbol.dispose](): void {
    this.close();
  }
}

/**
 * Reads an input to its end.
 *
 * @param input The input.
 * @param flags How it is cut.
 * @param send Called with each piece, or each message.
 */
export async function readInput(
  input: Pick<ByteSource, "read">,
  { message = false, whole = false }: ConversationFlags,
  send: (data: Uint8Array) => Promise<unknown>,
): Promise<void> {
  if (!message) return await pump(input, send);
  const splitter = new LineSplitter();
  const all: Uint8Array<ArrayBuffer>[] = [];
  await pump(input, async (data) => {
    if (whole) all.push(copyBytes(data));
    else for (const line of splitter.push(data)) await sendLine(line, send);
  });
  if (whole) await send(new Uint8Array(await new Blob(all).arrayBuffer()));
  else for (const line of splitter.flush()) await sendLine(line, send);
}

/** An empty message would end the direction. */
async function sendLine(
  line: Uint8Array,
  send: (data: Uint8Array) => Promise<unknown>,
): Promise<void> {
  if (line.length > 0) await send(line);
}

function encode(text: string): Uint8Array {
  return new TextEncoder().encode(text);
}
