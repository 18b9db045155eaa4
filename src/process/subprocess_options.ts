/**
 * Options of subprocesses, checked before any system call.
 *
 * @module
 */

import { urlPath } from "../ffi/file/file_path.ts";
import type { Handle } from "../ffi/win32_api.ts";
import {
  CREATE_NEW_PROCESS_GROUP,
  CREATE_SUSPENDED,
  DETACHED_PROCESS,
} from "../ffi/process/structs.ts";
import { assertHandle, assertOptions } from "../proactor/arguments.ts";
import type { IocpProactor } from "../proactor/iocp_proactor.ts";
import type { HandleLike } from "../proactor/proactor_options.ts";
import {
  assertDeadline,
  type DeadlineOptions,
} from "../stream/close_deadline.ts";
import { assertEnvironment } from "./environment.ts";

/**
 * What a standard stream of a child is: a pipe to us, our own, nothing, or a
 * handle (of a file, or the end of a pipe that is not overlapped).
 */
export type SubprocessStdio = "piped" | "inherit" | "null" | HandleLike;

/** Options of {@linkcode subprocessShell}. */
export interface SubprocessOptions {
  /**
   * The current directory: that of this process by default. Windows keeps 258
   * characters of it: a longer one is replaced by its short name, and refused
   * where it has none.
   */
  cwd?: string | URL | undefined;
  /**
   * Variables that are set in addition to those of this process. Name and value
   * have 32,765 characters at most; all variables together may have more.
   */
  env?: Record<string, string> | undefined;
  /**
   * True begins with an empty environment.
   *
   * @default {false}
   */
  clearEnv?: boolean | undefined;
  /**
   * Standard input.
   *
   * @default {"inherit"}
   */
  stdin?: SubprocessStdio | undefined;
  /**
   * Milliseconds that a close of standard input waits for a child that takes
   * none of what was written; see {@linkcode DeadlineOptions}.
   *
   * @default {5000}
   */
  deadline?: number | undefined;
  /**
   * Standard output.
   *
   * @default {"inherit"}
   */
  stdout?: SubprocessStdio | undefined;
  /**
   * Standard error; `"stdout"` sends it where standard output goes.
   *
   * @default {"inherit"}
   */
  stderr?: SubprocessStdio | "stdout" | undefined;
  /** Kills the process, as `kill("SIGTERM")` does. */
  signal?: AbortSignal | undefined;
  /**
   * True starts the process without a console, in a process group of its own.
   *
   * @default {false}
   */
  detached?: boolean | undefined;
  /**
   * True makes the process the first of a new process group, which takes
   * `"SIGBREAK"` and no Ctrl-C.
   *
   * @default {false}
   */
  newProcessGroup?: boolean | undefined;
  /**
   * True shows no window. A console program gets an invisible console, unless
   * this process has one and the program inherits a standard stream of ours, or
   * is to take `"SIGBREAK"`: then it shares ours.
   *
   * @default {true}
   */
  hide?: boolean | undefined;
  /**
   * True leaves the process suspended until `resume` is called.
   *
   * @default {false}
   */
  suspended?: boolean | undefined;
  /**
   * True puts the process into a job, so that `kill` ends its descendants too.
   * The job is closed when none of them lives at the process's end, by `kill`
   * after it, or when the child is disposed of.
   *
   * @default {false}
   */
  killTree?: boolean | undefined;
  /**
   * True lets Windows end the process and its descendants when this process
   * ends, however that happens. Includes `killTree`.
   *
   * @default {false}
   */
  killOnExit?: boolean | undefined;
  /** A job object that the process belongs to from its beginning. */
  job?: HandleLike | undefined;
  /**
   * Handles that the child inherits, besides its standard streams, under the
   * same values. Nothing else is inherited.
   *
   * @default {[]}
   */
  inheritHandles?: readonly Handle[] | undefined;
  /** The proactor to use instead of the shared one. */
  proactor?: IocpProactor | undefined;
}

/** Options of {@linkcode subprocessExec}. */
export interface SubprocessExecOptions extends SubprocessOptions {
  /**
   * Arguments, each of which the child gets as it is.
   *
   * @default {[]}
   */
  args?: readonly string[] | undefined;
  /**
   * True takes the arguments for parts of a command line, and quotes nothing.
   *
   * @default {false}
   */
  windowsRawArguments?: boolean | undefined;
}

/** The standard streams of a child, by their numbers. */
export type StdioList = readonly [
  SubprocessStdio,
  SubprocessStdio,
  SubprocessStdio | "stdout",
];

/** What is started, checked. */
export interface Launch extends DeadlineOptions {
  /** A name or path, or `null` for the system's shell. */
  command: string | null;
  /** The arguments; of a shell, the command line. */
  args: readonly string[];
  /** True quotes nothing. */
  raw: boolean;
  /** The current directory, or `null`. */
  directory: string | null;
  /** Variables that are set. */
  env: Readonly<Record<string, string>>;
  /** True begins with an empty environment. */
  clearEnv: boolean;
  /** Standard input, output and error. */
  stdio: StdioList;
  /** `dwCreationFlags`, as far as they follow from the options. */
  flags: number;
  /** True shows no window. */
  hide: boolean;
  /** True when a job of its own ends the descendants. */
  tree: boolean;
  /** True when the end of this process ends them. */
  killOnExit: boolean;
  /** A job to join, or `null`. */
  job: Handle | null;
  /** Further handles to inherit. */
  inherited: readonly Handle[];
}

const STDIO = ["piped", "inherit", "null"];

/**
 * Checks the options of a program.
 *
 * @param command The program.
 * @param options What the caller gave.
 * @returns What to start.
 * @throws {TypeError} when something is malformed.
 * @throws {Deno.errors.BadResource} when a handle is closed.
 */
export function resolveExec(
  command: string | URL,
  options: SubprocessExecOptions,
): Launch {
  const { args = [], windowsRawArguments = false } = options;
  const path = toPath("command", command);
  if (path === "" || /[\\/]$|"/.test(path)) {
    throw new TypeError(
      `Cannot start process "${path}": it names no program`,
    );
  }
  if (!Array.isArray(args)) {
    throw new TypeError(`Cannot start process "${path}": args is not an array`);
  }
  const own = [...args];
  for (const arg of own) assertText("one of args", arg);
  const common = resolveCommon(options);
  return { ...common, command: path, args: own, raw: windowsRawArguments };
}

/**
 * Checks the options of a command line for the shell.
 *
 * @param line The command line.
 * @param options What the caller gave.
 * @returns What to start.
 * @throws {TypeError} when something is malformed.
 * @throws {Deno.errors.BadResource} when a handle is closed.
 */
export function resolveShell(line: string, options: SubprocessOptions): Launch {
  assertText("the command line", line);
  return { ...resolveCommon(options), command: null, args: [line], raw: true };
}

const SUBPROCESS_OPTIONS = {
  env: "object",
  clearEnv: "boolean",
  detached: "boolean",
  newProcessGroup: "boolean",
  hide: "boolean",
  suspended: "boolean",
  killTree: "boolean",
  killOnExit: "boolean",
  windowsRawArguments: "boolean",
  inheritHandles: "array",
  signal: "signal",
} as const;

function resolveCommon(
  options: SubprocessOptions,
): Omit<Launch, "command" | "args" | "raw"> {
  assertOptions(options, SUBPROCESS_OPTIONS);
  const { clearEnv = false, hide = true, job } = options;
  const { killTree = false, killOnExit = false, deadline } = options;
  // The caller may change what was checked before the process starts.
  const env = { ...options.env };
  const inheritHandles = [...options.inheritHandles ?? []];
  assertDeadline(deadline);
  assertEnvironment(env);
  for (const handle of inheritHandles) assertHandle("inherit handle", handle);
  return {
    directory: directoryOf(options.cwd),
    env,
    clearEnv,
    stdio: resolveStdio(options),
    flags: creationFlags(options),
    hide,
    tree: killTree || killOnExit,
    killOnExit,
    deadline,
    job: job === undefined ? null : handleOf("join job", job),
    inherited: inheritHandles,
  };
}

function directoryOf(cwd: string | URL | undefined): string | null {
  if (cwd === undefined) return null;
  const path = toPath("cwd", cwd);
  if (path !== "") return path;
  throw new TypeError("Cannot start process: cwd is empty");
}

function creationFlags(options: SubprocessOptions): number {
  const { detached = false, newProcessGroup = false, suspended = false } =
    options;
  return (detached ? DETACHED_PROCESS | CREATE_NEW_PROCESS_GROUP : 0) |
    (newProcessGroup ? CREATE_NEW_PROCESS_GROUP : 0) |
    (suspended ? CREATE_SUSPENDED : 0);
}

function resolveStdio(options: SubprocessOptions): StdioList {
  const { stdin = "inherit", stdout = "inherit", stderr = "inherit" } = options;
  assertStdio("stdin", stdin);
  assertStdio("stdout", stdout);
  if (stderr !== "stdout") assertStdio("stderr", stderr);
  return [stdin, stdout, stderr];
}

function assertStdio(name: string, stdio: SubprocessStdio): void {
  if (typeof stdio !== "string") return void handleOf(`use ${name}`, stdio);
  if (STDIO.includes(stdio)) return;
  throw new TypeError(
    `Cannot use ${name} ${JSON.stringify(stdio)}: ` +
      'it is not "piped", "inherit", "null" or a handle',
  );
}

/**
 * The handle of what may be its owner.
 *
 * @param action The beginning of an error's message.
 * @param handle The handle, or its owner.
 * @returns The handle.
 * @throws {TypeError} when it is neither.
 * @throws {Deno.errors.BadResource} when it is closed.
 */
export function handleOf(action: string, handle: HandleLike): Handle {
  const value = typeof handle === "object" && handle !== null
    ? handle.handle ?? 0n
    : handle;
  assertHandle(action, value);
  return value;
}

function toPath(name: string, path: string | URL): string {
  const text = path instanceof URL ? urlPath(path, "start process") : path;
  assertText(name, text);
  return text;
}

function assertText(name: string, text: unknown): void {
  if (typeof text !== "string") {
    throw new TypeError(
      `Cannot start process: ${name} is a ${typeof text}, not a string`,
    );
  }
  if (!text.includes("\0")) return;
  throw new TypeError(`Cannot start process: ${name} holds a NUL`);
}
