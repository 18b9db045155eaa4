/**
 * `Subprocess`: a child in the shape of `Deno.ChildProcess`.
 *
 * @module
 */

import { copyBytes } from "../ffi/bytes.ts";
import type { CompletionPort } from "../proactor/port/completion_port.ts";
import { PipeConnection } from "../pipe/pipe_connection.ts";
import type { DeadlineOptions } from "../stream/close_deadline.ts";
import type {
  ChildProcess,
  SubprocessSignal,
  SubprocessStatus,
} from "./child_process.ts";
import type { Launched } from "./launch.ts";
import type { ParentEnd } from "./stdio_ends.ts";

/** The standard streams of a child that are pipes to us. */
export interface SubprocessPipes {
  /** Writes to standard input. */
  readonly stdin: PipeConnection | null;
  /** Reads standard output. */
  readonly stdout: PipeConnection | null;
  /** Reads standard error. */
  readonly stderr: PipeConnection | null;
}

/** Options of {@linkcode Subprocess.output}. */
export interface SubprocessOutputOptions {
  /** Written to standard input, which is closed behind it. */
  input?: Uint8Array | undefined;
}

/** What a child has left behind. */
export interface SubprocessOutput extends SubprocessStatus {
  /** What it wrote to standard output; a `TypeError` if that is not piped. */
  readonly stdout: Uint8Array<ArrayBuffer>;
  /** What it wrote to standard error; a `TypeError` if that is not piped. */
  readonly stderr: Uint8Array<ArrayBuffer>;
}

const CHUNK_SIZE = 65536;

/**
 * A child process, with the members of `Deno.ChildProcess`. Its pipes are
 * overlapped and on the completion port, and so is the wait for its end.
 *
 * Disposing of it kills it. Else it lives on when this process ends, unless it
 * was started with `killOnExit`.
 *
 * @example Usage
 * ```ts
 * import { subprocessExec } from "@iocp/proactor/process";
 *
 * await using child = await subprocessExec("sort.exe", {
 *   stdin: "piped",
 *   stdout: "piped",
 * });
 * const { stdout } = await child.output({
 *   input: new TextEncoder().encode("b\r\na\r\n"),
 * });
 * console.log(new TextDecoder().decode(stdout)); // a b
 * ```
 */
export class Subprocess implements AsyncDisposable {
  readonly #child: ChildProcess;
  readonly #pipes: SubprocessPipes;

  /**
   * Made by {@linkcode subprocessExec} and {@linkcode subprocessShell}.
   *
   * @ignore
   * @param port The completion port.
   * @param launched The process and our ends of its pipes.
   * @param options The deadline of standard input.
   */
  constructor(
    port: CompletionPort,
    { child, ends }: Launched,
    options: DeadlineOptions = {},
  ) {
    this.#child = child;
    const [stdin, stdout, stderr] = ends;
    this.#pipes = {
      stdin: connect(port, stdin, { direction: "out", ...options }),
      stdout: connect(port, stdout, { direction: "in" }),
      stderr: connect(port, stderr, { direction: "in" }),
    };
  }

  /** The number of the process. */
  get pid(): number {
    return this.#child.pid;
  }

  /**
   * Resolves when the process has ended, also while others, such as a child of
   * its own, keep its streams open. Rejects with `Deno.errors.Interrupted` when
   * the proactor is closed before.
   */
  get status(): Promise<SubprocessStatus> {
    return this.#child.exited;
  }

  /** The pipes to the child, for reads and writes without a web stream. */
  get pipes(): SubprocessPipes {
    return this.#pipes;
  }

  /** Standard input. A `TypeError` is thrown when it is not piped. */
  get stdin(): WritableStream<Uint8Array<ArrayBufferLike>> {
    return this.#piped("stdin").writable;
  }

  /** Standard output. A `TypeError` is thrown when it is not piped. */
  get stdout(): ReadableStream<Uint8Array<ArrayBuffer>> {
    return this.#piped("stdout").readable;
  }

  /** Standard error. A `TypeError` is thrown when it is not piped. */
  get stderr(): ReadableStream<Uint8Array<ArrayBuffer>> {
    return this.#piped("stderr").readable;
  }

  /**
   * Writes the input, reads both outputs to their ends and waits for the end of
   * the process; the counterpart of asyncio's `communicate`. Standard input is
   * closed, unless somebody has a writer for it. A child that does not read all
   * of its input is no error.
   *
   * An output ends when all who have inherited it have closed it.
   *
   * @param options The input.
   * @returns The status, and what the child wrote.
   * @throws {TypeError} when there is input, but standard input is not piped;
   * or somebody else has a writer or a reader for a stream that is used here.
   * @throws {Deno.errors.Interrupted} when the child is disposed of, or the
   * proactor is closed.
   */
  async output(
    options: SubprocessOutputOptions = {},
  ): Promise<SubprocessOutput> {
    const { stdout, stderr } = this.#pipes;
    const { input } = options;
    if (input !== undefined) assertUnlocked("stdin", this.#piped("stdin"));
    assertUnlocked("stdout", stdout);
    assertUnlocked("stderr", stderr);
    const [status, out, err] = await Promise.all([
      this.status,
      stdout && readAll(stdout),
      stderr && readAll(stderr),
      this.#feed(input),
    ]);
    return makeOutput(status, out, err);
  }

  /**
   * Ends the process at once, with exit code 1; with `killTree`, its
   * descendants too, also those that have outlived it. `"SIGBREAK"` sends it a
   * Ctrl-Break instead.
   *
   * @param signal What it is sent.
   * @throws {TypeError} when there is no such signal, or the process has ended.
   * @throws {Deno.errors.NotSupported} when it cannot take `"SIGBREAK"`: it has
   * no process group of its own, or shares no console with us.
   * @throws {Deno.errors.PermissionDenied} when it may not be killed.
   * @throws {Deno.errors.BadResource} when the proactor was closed before its
   * end.
   */
  kill(signal: SubprocessSignal = "SIGTERM"): void {
    this.#child.kill(signal);
  }

  /**
   * Lets a process that was started `suspended` run.
   *
   * @throws {InvalidStateError} when it is not suspended.
   */
  resume(): void {
    this.#child.resume();
  }

  /** Lets the child, and reads of its output, keep the process alive. */
  ref(): void {
    this.#child.setReferenced(true);
    for (const pipe of this.#list()) pipe.ref();
  }

  /** Lets the process end before the child does. */
  unref(): void {
    this.#child.setReferenced(false);
    for (const pipe of this.#list()) pipe.unref();
  }

  /** Kills the child if it runs, closes its pipes, and waits for its end. */
  async [Symbol.asyncDispose](): Promise<void> {
    this.#child.destroy();
    for (const pipe of this.#list()) pipe.abort();
    await this.status.catch(() => {}); // the proactor is closed
    await Promise.all(this.#list().map((pipe) => pipe.finished));
  }

  #list(): PipeConnection[] {
    return Object.values(this.#pipes).filter((pipe) => pipe !== null);
  }

  #piped(name: keyof SubprocessPipes): PipeConnection {
    const pipe = this.#pipes[name];
    if (pipe !== null) return pipe;
    throw new TypeError(`Cannot get ${name}: it is not piped`);
  }

  async #feed(input: Uint8Array | undefined): Promise<void> {
    const { stdin } = this.#pipes;
    if (stdin === null || stdin.writable.locked) return;
    try {
      if (input !== undefined) await stdin.write(input);
      await stdin.shutdown();
    } catch (error) {
      stdin.abort();
      if (!isGone(error)) throw error;
    }
  }
}

function connect(
  port: CompletionPort,
  end: ParentEnd | null | undefined,
  { direction, deadline }: DeadlineOptions & { direction: "in" | "out" },
): PipeConnection | null {
  if (!end) return null;
  return new PipeConnection(port, end.handle, {
    path: end.path,
    direction,
    messageType: false,
    messageReadMode: false,
    serverEnd: direction === "in",
    deadline,
  });
}

function assertUnlocked(
  name: keyof SubprocessPipes,
  pipe: PipeConnection | null,
): void {
  const stream = name === "stdin" ? pipe?.writable : pipe?.readable;
  if (!stream?.locked) return;
  throw new TypeError(`Cannot use ${name}: its stream is locked`);
}

/** The child does not read, or stdin was closed before. */
function isGone(error: unknown): boolean {
  return error instanceof Deno.errors.BrokenPipe ||
    error instanceof Deno.errors.BadResource;
}

async function readAll(
  pipe: PipeConnection,
): Promise<Uint8Array<ArrayBuffer>> {
  const parts: Uint8Array<ArrayBuffer>[] = [];
  for (;;) {
    const chunk = new Uint8Array(CHUNK_SIZE);
    const count = await pipe.read(chunk);
    if (count === null) break;
    parts.push(copyBytes(chunk, 0, count));
  }
  pipe.close();
  return await new Blob(parts).bytes();
}

function makeOutput(
  status: SubprocessStatus,
  stdout: Uint8Array<ArrayBuffer> | null,
  stderr: Uint8Array<ArrayBuffer> | null,
): SubprocessOutput {
  return {
    ...status,
    get stdout() {
      return assertPiped("stdout", stdout);
    },
    get stderr() {
      return assertPiped("stderr", stderr);
    },
  };
}

function assertPiped(
  name: string,
  data: Uint8Array<ArrayBuffer> | null,
): Uint8Array<ArrayBuffer> {
  if (data !== null) return data;
  throw new TypeError(`Cannot get ${name}: it is not piped`);
}
