import { kill, spawn, STOP_SIGNALS } from "./process.ts";

const EXIT_CODES: Record<string, number> = {
  SIGHUP: 129,
  SIGINT: 130,
  SIGBREAK: 130,
  SIGTERM: 143,
};
const TAIL_LINES = 15;

/** Raised when something that a machine lacks stops the set-up. */
export class SetupError extends Error {
  override name = "SetupError";
}

/** Raised in a set-up that was asked to stop. */
export class InterruptedError extends Error {
  override name = "InterruptedError";
  /** The exit code that tells the signal. */
  readonly exitCode: number;

  /** Names the signal. */
  constructor(signal: string) {
    super(`Interrupted by ${signal}`);
    this.exitCode = EXIT_CODES[signal] ?? 1;
  }
}

/** Turns a signal that asks this process to stop into an orderly end. */
export class Interruption implements Disposable {
  readonly #children = new Map<Deno.ChildProcess, Deno.Signal>();
  readonly #remove: (() => void)[];
  #signal: string | undefined;

  /** Listens to signals from now on. */
  constructor() {
    this.#remove = STOP_SIGNALS.map((signal) => {
      const listener = () => this.#interrupt(signal);
      Deno.addSignalListener(signal, listener);
      return () => Deno.removeSignalListener(signal, listener);
    });
  }

  /** Ends the work, by an {@linkcode InterruptedError}, if a signal came. */
  check(): void {
    if (this.#signal !== undefined) throw new InterruptedError(this.#signal);
  }

  /** Has a child ended when a signal comes. */
  guard(child: Deno.ChildProcess, signal: Deno.Signal): Disposable {
    this.#children.set(child, signal);
    return { [Symbol.dispose]: () => this.#children.delete(child) };
  }

  #interrupt(signal: string): void {
    this.#signal ??= signal;
    for (const [child, end] of this.#children) kill(child.pid, end);
  }

  /** Stops listening. */
  [Symbol.dispose](): void {
    for (const remove of this.#remove) remove();
  }
}

/** How a program of the set-up is run. */
export interface ProgramOptions {
  /** Ends the program when this process is asked to stop. */
  interruption: Interruption;
  /** What ends it; without it, SIGKILL. */
  end?: Deno.Signal;
  /** The whole environment; without it, this process's. */
  env?: Record<string, string>;
  /** The folder to start in; without it, this process's. */
  cwd?: string;
  /** Takes each line of output. */
  onLine?: (line: string) => void;
}

/**
 * Seals a program off on Linux, as root: it has mount and PID namespaces of its
 * own, so that all its processes and mounts are gone when it ends, and it ends
 * when this process does, however that happens.
 */
export function sealed(argv: readonly string[]): string[] {
  const death = ["setpriv", "--pdeathsig", "KILL"];
  const namespaces = ["--mount", "--pid", "--propagation", "slave"];
  const unshare = ["unshare", ...namespaces, "--fork", "--kill-child=KILL"];
  return [...death, ...unshare, ...argv];
}

/**
 * Runs a program of the set-up, without input and silently, and gives its
 * output. A {@linkcode SetupError} has the end of the output of one that fails;
 * an {@linkcode InterruptedError} tells that this process was asked to stop.
 */
export async function runProgram(
  argv: readonly string[],
  options: ProgramOptions,
): Promise<string> {
  const { interruption, end = "SIGKILL" } = options;
  interruption.check();
  const child = start(argv, options);
  using _guard = interruption.guard(child, end);
  const [output, errors, status] = await Promise.all([
    read(child.stdout, options.onLine),
    read(child.stderr, options.onLine),
    child.status,
  ]);
  interruption.check();
  if (!status.success) throw failure(argv, status.code, output + errors);
  return output;
}

function start(
  argv: readonly string[],
  { env, cwd }: ProgramOptions,
): Deno.ChildProcess {
  try {
    const line = { argv, ...env && { env }, ...cwd && { cwd } };
    return spawn(line, { input: "null", output: "piped" });
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
    throw new SetupError(`Cannot start "${argv[0]}": it is not on PATH`);
  }
}

async function read(
  stream: ReadableStream<Uint8Array<ArrayBuffer>>,
  onLine?: (line: string) => void,
): Promise<string> {
  let text = "";
  for await (const piece of stream.pipeThrough(new TextDecoderStream())) {
    text += piece;
    const last = piece.trimEnd().split("\n").at(-1);
    if (last) onLine?.(last);
  }
  return text;
}

function failure(
  argv: readonly string[],
  code: number,
  output: string,
): SetupError {
  const tail = output.trimEnd().split("\n").slice(-TAIL_LINES).join("\n");
  return new SetupError(
    `Cannot run "${argv.join(" ")}": exit code ${code}\n${tail}`,
  );
}
