/**
 * From checked options to a running child.
 *
 * @module
 */

import { portOf } from "../proactor/default_port.ts";
import { defaultProcesses } from "../ffi/process/default.ts";
import { windowsError } from "../ffi/errors.ts";
import type { CreatedProcess, ProcessParameters } from "../ffi/process/api.ts";
import {
  CREATE_NEW_PROCESS_GROUP,
  CREATE_NO_WINDOW,
  CREATE_SUSPENDED,
  DETACHED_PROCESS,
  JOB_OBJECT_LIMIT_KILL_ON_JOB_CLOSE,
} from "../ffi/process/structs.ts";
import type { Handle } from "../ffi/win32_api.ts";
import { CallQueue } from "../proactor/port/call_queue.ts";
import type { CompletionPort } from "../proactor/port/completion_port.ts";
import type { IocpProactor } from "../proactor/iocp_proactor.ts";
import { batchCommandLine, isBatchFile } from "./batch_command.ts";
import { ChildProcess } from "./child_process.ts";
import { assertLength, commandLine } from "./command_line.ts";
import { mergeEnvironment, variable } from "./environment.ts";
import { findProgram } from "./find_program.ts";
import { Inheritance } from "./inheritance.ts";
import { shortFullPath } from "./short_path.ts";
import { type ParentEnds, type ProcessApis, StdioEnds } from "./stdio_ends.ts";
import type { Launch } from "./subprocess_options.ts";

/** `CreateProcessW` does not find the current directory. */
const ERROR_DIRECTORY = 267;

/** Threads of Deno's pool that new processes may hold at once. */
const MAX_LAUNCHES = 4;

const launches = new CallQueue(MAX_LAUNCHES);

/** A child and our ends of its pipes, which the receiver must close. */
export interface Launched {
  /** The process. */
  child: ChildProcess;
  /** Our ends. */
  ends: ParentEnds;
}

/** What is run, and what it is told. */
type Program = Pick<
  ProcessParameters,
  "application" | "commandLine" | "directory" | "environment"
>;

/**
 * Starts a process. A few are started at once, in their order.
 *
 * @param proactor Waits for its end.
 * @param launch What to start.
 * @param signal Gives up while the process is being made, and kills it later.
 * @returns The process and our ends of its pipes.
 * @throws {TypeError} when the arguments cannot be given to a batch file.
 * @throws {RangeError} when the command line or the directory is too long.
 * @throws {Deno.errors.NotSupported} when the program or the directory is a
 * pipe or a device.
 * @throws {Deno.errors.NotFound} when there is no such program.
 * @throws {Deno.errors.BadResource} when the proactor or a handle is closed.
 * @throws {WindowsError} when Windows refuses for another reason.
 */
export async function launchProcess(
  proactor: IocpProactor,
  launch: Launch,
  signal?: AbortSignal,
): Promise<Launched> {
  const port = portOf(proactor);
  port.assertOpen("start process");
  const apis = { win32: port.api, processes: defaultProcesses() };
  return await launches.run(async () => {
    const launched = await new Launcher(proactor, apis, launch).start();
    if (signal?.aborted) discard(port, launched);
    else if (signal) killBySignal(port, launched.child, signal);
    return launched;
  }, { signal });
}

/**
 * Gives up a process that nobody has got yet.
 *
 * @param port The completion port.
 * @param launched The process, which is killed, and our ends, which are closed.
 */
export function discard(
  port: CompletionPort,
  { child, ends }: Launched,
): void {
  child.destroy();
  for (const end of ends) if (end !== null) port.closeHandle(end.handle);
}

function killBySignal(
  port: CompletionPort,
  child: ChildProcess,
  signal: AbortSignal,
): void {
  const abort = () => {
    try {
      if (child.killable) child.kill("SIGTERM");
    } catch (error) {
      port.report(error, "A process was not killed by its signal");
    }
  };
  signal.addEventListener("abort", abort, { once: true });
  const forget = () => signal.removeEventListener("abort", abort);
  child.exited.then(forget, forget);
}

/** Starts one process. */
class Launcher {
  readonly #proactor: IocpProactor;
  readonly #apis: ProcessApis;
  readonly #launch: Launch;
  #job: Handle = 0n;

  constructor(proactor: IocpProactor, apis: ProcessApis, launch: Launch) {
    this.#proactor = proactor;
    this.#apis = apis;
    this.#launch = launch;
  }

  async start(): Promise<Launched> {
    const environment = this.#apis.processes.environmentStrings();
    const program = await this.#program(environment);
    const directory = await this.#directory();
    portOf(this.#proactor).assertOpen("start process");
    try {
      this.#job = this.#makeJob();
      return await this.#startWith({
        ...program,
        directory,
        environment: this.#environment(environment),
      });
    } finally { // a child has taken the job over
      if (this.#job !== 0n) this.#apis.win32.closeHandle(this.#job);
    }
  }

  async #startWith(program: Program): Promise<Launched> {
    // First, while no handle of ours can have the value of a closed one.
    const inheritance = new Inheritance(this.#apis, this.#launch.inherited);
    try {
      return await this.#startInheriting(program);
    } finally {
      inheritance.end();
    }
  }

  async #startInheriting(program: Program): Promise<Launched> {
    const ends = new StdioEnds(this.#apis, this.#launch.stdio);
    let child: ChildProcess | undefined;
    try {
      child = this.#adopt(await this.#create(program, ends));
      return { child, ends: ends.attach(portOf(this.#proactor)) };
    } catch (error) {
      child?.destroy();
      ends.closeAll();
      throw error;
    }
  }

  /** The child's ends are closed as soon as the child has them. */
  async #create(
    program: Program,
    ends: StdioEnds,
  ): Promise<CreatedProcess> {
    const { inherited, job } = this.#launch;
    try {
      const created = await this.#apis.processes.createProcess({
        ...program,
        flags: this.#flags(),
        hidden: this.#launch.hide,
        standard: ends.child,
        inherited: handleList(ends.child, inherited),
        jobs: [this.#job, job ?? 0n].filter((one) => one !== 0n),
      });
      if (created.code === 0) return created;
      throw this.#failed(created.code, program.application);
    } finally {
      ends.closeChild();
    }
  }

  #adopt(created: CreatedProcess): ChildProcess {
    const { win32, processes } = this.#apis;
    const { process, thread, pid } = created;
    const suspended = (this.#launch.flags & CREATE_SUSPENDED) !== 0;
    try {
      const child = new ChildProcess(this.#proactor, this.#apis, {
        pid,
        process,
        thread: suspended ? thread : 0n,
        job: this.#job,
        ownGroup: (this.#launch.flags & CREATE_NEW_PROCESS_GROUP) !== 0,
      });
      this.#job = 0n;
      if (!suspended) win32.closeHandle(thread);
      return child;
    } catch (error) { // nobody would ever hear of its end
      processes.terminateProcess(process, 1);
      win32.closeHandle(process);
      win32.closeHandle(thread);
      throw error;
    }
  }

  async #program(
    environment: readonly string[],
  ): Promise<Omit<Program, "directory" | "environment">> {
    const { command, args, raw, env } = this.#launch;
    const shell = `${this.#apis.processes.systemDirectory()}\\cmd.exe`;
    if (command === null) {
      const line = `cmd.exe /d /s /c "${args[0]}"`;
      assertLength(line);
      return { application: shell, commandLine: line };
    }
    const own = Object.entries(env).map(([name, value]) => `${name}=${value}`);
    const childPath = variable(own, "PATH");
    const place = { childPath, environment };
    const application = await findProgram(this.#apis, command, place);
    if (!isBatchFile(application)) {
      return { application, commandLine: commandLine(command, args, { raw }) };
    }
    const line = batchCommandLine(application, args, { raw });
    return { application: shell, commandLine: line };
  }

  async #directory(): Promise<string | null> {
    const { directory } = this.#launch;
    if (directory === null) return null;
    return await shortFullPath(this.#apis, directory, {
      action: "start process in",
      missing: ERROR_DIRECTORY,
    });
  }

  #environment(parent: readonly string[]): string[] | null {
    const { env, clearEnv } = this.#launch;
    if (!clearEnv && Object.keys(env).length === 0) return null;
    return mergeEnvironment(parent, { env, clearEnv });
  }

  /** In a worker a job ends with the thread; one that kills lives longer. */
  #noted(job: Handle): Handle {
    const { threadHandles } = this.#apis.win32;
    if (!this.#launch.killOnExit) threadHandles?.add(job, "CloseHandle");
    return job;
  }

  #makeJob(): Handle {
    const { tree, killOnExit } = this.#launch;
    if (!tree) return 0n;
    const { processes, win32 } = this.#apis;
    const limits = killOnExit ? JOB_OBJECT_LIMIT_KILL_ON_JOB_CLOSE : 0;
    const job = processes.createJob(limits);
    if (job !== 0n) return this.#noted(job);
    throw windowsError(win32, processes.lastError, {
      syscall: "CreateJobObjectW",
      action: "Cannot make job for process",
    });
  }

  /**
   * A console program without a console would open one with a window. Who may
   * inherit ours by a standard stream, or is to take a Ctrl-Break on it, must
   * share it. Whether the stream is a console is not asked: the answer would
   * wait for a read that somebody has pending on it.
   */
  #flags(): number {
    const { flags, hide, stdio } = this.#launch;
    if (!hide || (flags & DETACHED_PROCESS) !== 0) return flags;
    const { processes } = this.#apis;
    const shares = (flags & CREATE_NEW_PROCESS_GROUP) !== 0 ||
      stdio.includes("inherit");
    const shared = shares && processes.hasConsole();
    return shared ? flags : flags | CREATE_NO_WINDOW;
  }

  #failed(code: number, application: string): Error {
    const { directory } = this.#launch;
    const where = code === ERROR_DIRECTORY ? ` in "${directory}"` : "";
    return windowsError(this.#apis.win32, code, {
      syscall: "CreateProcessW",
      action: `Cannot start process "${application}"${where}`,
    });
  }
}

/** Each handle once, or Windows refuses the list. */
function handleList(
  standard: readonly Handle[],
  inherited: readonly Handle[],
): Handle[] {
  return [...new Set([...standard, ...inherited])].filter((one) => one !== 0n);
}
