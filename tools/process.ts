import { setTimeout as pause } from "node:timers/promises";

/** A program to start. */
export interface CommandLine {
  /** The program and its arguments. */
  argv: readonly string[];
  /** The whole environment; without it, this process's. */
  env?: Record<string, string>;
  /** The folder to start in; without it, this process's. */
  cwd?: string;
  /** How many child generations lie between it and the process meant. */
  depth?: number;
}

/** How a program is run. */
export interface RunOptions {
  /** Takes the standard output, which then goes through this process. */
  onOutput?: (text: string) => void;
  /** Takes the standard error, if the output goes through this process. */
  onErrors?: ((text: string) => void) | undefined;
  /** Milliseconds after which it is killed. */
  timeout?: number;
  /** Whether nothing is written to this process's output. */
  quiet?: boolean;
}

/** How a program ended. */
export interface RunResult {
  /** Its exit code; 128 and the signal's number if a signal ended it. */
  code: number;
  /** Whether this process was asked to stop meanwhile. */
  interrupted: boolean;
}

/** The signals that ask a process to stop. */
export const STOP_SIGNALS: Deno.Signal[] = Deno.build.os === "windows"
  ? ["SIGINT", "SIGBREAK"]
  : ["SIGINT", "SIGTERM", "SIGHUP"];

/** How long output may outlast the program, in milliseconds. */
const OUTPUT_GRACE_MS = 2_000;
const UNREF = { ref: false };

/**
 * Runs a program with this process's input and output. Signals that ask this
 * process to stop are passed on to it.
 */
export async function run(
  line: CommandLine,
  options: RunOptions = {},
): Promise<RunResult> {
  const { onOutput, onErrors, timeout, quiet = false } = options;
  const output = onOutput === undefined ? "inherit" : "piped";
  const child = spawn(line, { input: "inherit", output });
  using signals = forwardSignals(child, line.depth ?? 0);
  const timer = timeout === undefined
    ? undefined
    : setTimeout(() => kill(child.pid, "SIGKILL"), timeout);
  try {
    const copied = onOutput &&
      copyOutput(child, { onOutput, onErrors, quiet });
    const { code } = await child.status;
    // A stray grandchild may keep the output open
    await Promise.race([copied, copied && pause(OUTPUT_GRACE_MS, 0, UNREF)]);
    return { code, interrupted: signals.count > 0 };
  } finally {
    clearTimeout(timer);
  }
}

/** Starts a program. */
export function spawn(
  line: CommandLine,
  { input, output }: { input: "inherit" | "null"; output: "inherit" | "piped" },
): Deno.ChildProcess {
  const [program = "", ...args] = line.argv;
  const { env, cwd } = line;
  return new Deno.Command(program, {
    args,
    ...(cwd === undefined ? {} : { cwd }),
    ...(env === undefined ? {} : { env, clearEnv: true }),
    stdin: input,
    stdout: output,
    stderr: output,
  }).spawn();
}

async function copyOutput(
  { stdout, stderr }: Deno.ChildProcess,
  { onOutput, onErrors, quiet }: RunOptions,
): Promise<void> {
  await Promise.all([
    copy(stdout, quiet ? undefined : Deno.stdout, onOutput),
    copy(stderr, quiet ? undefined : Deno.stderr, onErrors),
  ]);
}

async function copy(
  from: ReadableStream<Uint8Array>,
  to: { writeSync(bytes: Uint8Array): number } | undefined,
  onOutput?: (text: string) => void,
): Promise<void> {
  const decoder = new TextDecoder();
  for await (const chunk of from) {
    if (to !== undefined) writeAll(to, chunk);
    onOutput?.(decoder.decode(chunk, { stream: true }));
  }
}

function writeAll(
  to: { writeSync(bytes: Uint8Array): number },
  bytes: Uint8Array,
): void {
  for (let at = 0; at < bytes.length;) at += to.writeSync(bytes.subarray(at));
}

interface ForwardedSignals extends Disposable {
  /** How many signals came. */
  readonly count: number;
}

/**
 * In a terminal, an interrupt reaches the whole process group, and is not sent
 * to the child a second time.
 */
function forwardSignals(
  child: Deno.ChildProcess,
  depth: number,
): ForwardedSignals {
  let count = 0;
  const listeners = STOP_SIGNALS.map((signal) => {
    const listener = () => {
      count++;
      const sentByTerminal = signal === "SIGINT" && Deno.stdin.isTerminal();
      if (!sentByTerminal) kill(descendant(child.pid, depth), signal);
    };
    Deno.addSignalListener(signal, listener);
    return () => Deno.removeSignalListener(signal, listener);
  });
  return {
    get count() {
      return count;
    },
    [Symbol.dispose]() {
      for (const remove of listeners) remove();
    },
  };
}

/** Sends a signal to a process, which may be gone. */
export function kill(pid: number, signal: Deno.Signal): void {
  try {
    Deno.kill(pid, signal);
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return;
    if (error instanceof TypeError) return; // It has ended
    throw error;
  }
}

function descendant(pid: number, depth: number): number {
  if (depth === 0) return pid;
  const path = `/proc/${pid}/task/${pid}/children`;
  const first = Deno.readTextFileSync(path).split(" ")[0] ?? "";
  return first === "" ? pid : descendant(Number(first), depth - 1);
}

/**
 * Asks a program something, with variables besides this process's environment.
 * Gives its output; `undefined` if it fails, or there is no such program.
 */
export async function ask(
  argv: readonly string[],
  env: Record<string, string> = {},
): Promise<string | undefined> {
  const [program = "", ...args] = argv;
  try {
    const command = new Deno.Command(program, { args, env });
    const { success, stdout } = await command.output();
    return success ? new TextDecoder().decode(stdout) : undefined;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return undefined;
    throw error;
  }
}

/** What a subcommand of Deno says with `--json`. */
export async function denoJson<T>(...words: readonly string[]): Promise<T> {
  const [name = "", ...args] = words;
  const deno = new Deno.Command(Deno.execPath(), {
    args: [name, "--json", ...args],
    stderr: "inherit",
  });
  const { success, stdout } = await deno.output();
  if (!success) {
    throw new Error(`Cannot read what deno ${name} says: it failed`);
  }
  return JSON.parse(new TextDecoder().decode(stdout));
}
