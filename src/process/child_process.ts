/**
 * A child process, below its standard streams: its end, its signals, its job.
 *
 * @module
 */

import { ERROR_INVALID_HANDLE } from "../ffi/constants.ts";
import { windowsError } from "../ffi/errors.ts";
import { CTRL_BREAK_EVENT } from "../ffi/process/structs.ts";
import type { Handle } from "../ffi/win32_api.ts";
import { InvalidStateError } from "../proactor/future/future.ts";
import type { IocpProactor } from "../proactor/iocp_proactor.ts";
import type { WaitHandleFuture } from "../proactor/wait/wait_handle_future.ts";
import type { ProcessApis } from "./stdio_ends.ts";

/**
 * What `kill` sends. Windows knows no signals: all but `"SIGBREAK"` end the
 * process at once, with exit code 1. `"SIGBREAK"` is a Ctrl-Break, which a
 * process in a group of its own may handle; by default it ends the process.
 */
export type SubprocessSignal = "SIGTERM" | "SIGKILL" | "SIGINT" | "SIGBREAK";

/** How a child has ended. */
export interface SubprocessStatus {
  /** True when the exit code is 0. */
  success: boolean;
  /** The exit code: a u32. */
  code: number;
  /** What we have killed it with, or `null`. */
  signal: SubprocessSignal | null;
}

/** What `CreateProcessW` has made of the options. */
export interface ChildProcessTraits {
  /** The number of the process. */
  pid: number;
  /** The process. */
  process: Handle;
  /** Its first thread while it is suspended, else `0n`. */
  thread: Handle;
  /** The job that ends its descendants, or `0n`. */
  job: Handle;
  /** True when it takes `"SIGBREAK"`. */
  ownGroup: boolean;
}

/** The exit code of what was killed. */
const KILLED = 1;

const SIGNALS = ["SIGTERM", "SIGKILL", "SIGINT", "SIGBREAK"];

/** A child process and its handles. */
export class ChildProcess {
  /** Its number. */
  readonly pid: number;
  readonly #apis: ProcessApis;
  readonly #ownGroup: boolean;
  readonly #exited = Promise.withResolvers<SubprocessStatus>();
  readonly #wait: WaitHandleFuture;
  #status: SubprocessStatus | null = null;
  #killedBy: SubprocessSignal | null = null;
  #handedOver = false;
  #process: Handle;
  #thread: Handle;
  #job: Handle;

  /**
   * Takes the handles over, and waits for the end.
   *
   * @param proactor Waits.
   * @param apis Windows.
   * @param traits The process.
   * @throws {Deno.errors.BadResource} when the proactor is closed.
   */
  constructor(
    proactor: IocpProactor,
    apis: ProcessApis,
    traits: ChildProcessTraits,
  ) {
    this.pid = traits.pid;
    this.#apis = apis;
    this.#ownGroup = traits.ownGroup;
    this.#wait = proactor.waitForHandle(traits.process);
    this.#process = traits.process;
    this.#thread = traits.thread;
    this.#job = traits.job;
    this.#note();
    this.#exited.promise.catch(() => {}); // whoever asks is told
    this.#wait.then(
      () => this.#ended(),
      (error) => this.#lost(proactor.closed ? proactorClosed(error) : error),
    );
  }

  /** How it has ended, as soon as that is known here. */
  get status(): SubprocessStatus | null {
    return this.#status;
  }

  /**
   * Resolves when the process has ended, whoever still uses its streams.
   * Rejects when the proactor is closed before.
   */
  get exited(): Promise<SubprocessStatus> {
    return this.#exited.promise;
  }

  /** True while there may be something to kill. */
  get killable(): boolean {
    return this.#process !== 0n || this.#job !== 0n;
  }

  /**
   * Kills the process, and with a job its descendants. A process that has
   * ended, unknown to the caller, is left alone.
   *
   * @param signal What it is sent.
   * @throws {TypeError} when there is no such signal, or the process has ended.
   * @throws {Deno.errors.NotSupported} when it cannot take `"SIGBREAK"`.
   * @throws {Deno.errors.PermissionDenied} when it may not be killed.
   * @throws {Deno.errors.BadResource} when the proactor was closed before its
   * end.
   */
  kill(signal: SubprocessSignal): void {
    if (!SIGNALS.includes(signal)) {
      throw new TypeError(
        `Cannot kill process: ${
          JSON.stringify(signal)
        } is no signal of Windows`,
      );
    }
    const isBreak = signal === "SIGBREAK";
    if (isBreak ? this.#process === 0n : !this.killable) this.#refuseKill();
    if (isBreak) this.#sendBreak();
    else this.#terminate(signal);
  }

  /**
   * Lets a suspended process run.
   *
   * @throws {InvalidStateError} when it is not suspended.
   * @throws {WindowsError} when Windows refuses.
   */
  resume(): void {
    if (this.#thread === 0n) {
      throw new InvalidStateError("Cannot resume process: it is not suspended");
    }
    const code = this.#apis.processes.resumeThread(this.#thread);
    if (code !== 0) throw this.#error(code, "ResumeThread", "resume");
    this.#thread = this.#close(this.#thread);
  }

  /** @param referenced Whether waiting keeps our process alive. */
  setReferenced(referenced: boolean): void {
    if (referenced) this.#wait.ref();
    else this.#wait.unref();
  }

  /** Somebody has it now: from now on it outlives the proactor. */
  handOver(): void {
    this.#handedOver = true;
  }

  /** Kills what is there to kill. Idempotent, and never throws. */
  destroy(): void {
    try {
      if (this.killable) this.kill("SIGKILL");
    } catch { // it cannot be killed: then it lives on
    }
    this.#job = this.#close(this.#job);
  }

  #ended(): void {
    const code = this.#apis.processes.exitCode(this.#process);
    const signal = code === KILLED ? this.#killedBy : null;
    this.#status = { success: code === 0, code, signal };
    this.#closeHandles();
    this.#closeEmptyJob();
    this.#exited.resolve(this.#status);
  }

  /** The process goes on without us, unless nobody has ever had it. */
  #lost(error: unknown): void {
    if (!this.#handedOver) this.destroy();
    this.#closeHandles();
    this.#exited.reject(error);
  }

  #refuseKill(): never {
    if (this.#status === null) {
      throw new Deno.errors.BadResource(
        "Cannot kill process: the proactor is closed",
      );
    }
    throw new TypeError("Cannot kill process: it has already terminated");
  }

  #terminate(signal: SubprocessSignal): void {
    const { processes } = this.#apis;
    if (this.#job !== 0n) return this.#terminateTree(signal);
    if (processes.hasExited(this.#process)) return;
    const code = processes.terminateProcess(this.#process, KILLED);
    if (code === 0) this.#killedBy ??= signal;
    // It may have ended between the two calls.
    else if (!processes.hasExited(this.#process)) {
      throw this.#error(code, "TerminateProcess", "kill");
    }
  }

  #terminateTree(signal: SubprocessSignal): void {
    const code = this.#apis.processes.terminateJob(this.#job, KILLED);
    if (code !== 0) throw this.#error(code, "TerminateJobObject", "kill");
    this.#killedBy ??= signal;
    if (this.#status !== null) this.#job = this.#close(this.#job);
  }

  #sendBreak(): void {
    const action = `Cannot send SIGBREAK to process ${this.pid}`;
    if (!this.#ownGroup) {
      throw new Deno.errors.NotSupported(
        `${action}: it has no process group of its own`,
      );
    }
    const { processes } = this.#apis;
    if (processes.hasExited(this.#process)) return;
    const code = processes.generateConsoleCtrlEvent(CTRL_BREAK_EVENT, this.pid);
    if (code === 0) return;
    throw windowsError(this.#apis.win32, code, {
      syscall: "GenerateConsoleCtrlEvent",
      action,
      ...code === ERROR_INVALID_HANDLE
        ? {
          state: "it shares no console with us",
          errorClass: Deno.errors.NotSupported,
        }
        : {},
    });
  }

  /** In a worker they end with the thread. */
  #note(): void {
    const { threadHandles } = this.#apis.win32;
    for (const handle of [this.#process, this.#thread]) {
      if (handle !== 0n) threadHandles?.add(handle, "CloseHandle");
    }
  }

  #closeHandles(): void {
    this.#process = this.#close(this.#process);
    this.#thread = this.#close(this.#thread);
  }

  /** Descendants that live on keep the job: they can still be killed. */
  #closeEmptyJob(): void {
    if (this.#job === 0n) return;
    const alive = this.#killedBy === null &&
      this.#apis.processes.activeProcesses(this.#job) > 0;
    if (!alive) this.#job = this.#close(this.#job);
  }

  #close(handle: Handle): Handle {
    if (handle !== 0n) this.#apis.win32.closeHandle(handle);
    return 0n;
  }

  #error(code: number, syscall: string, action: string): Error {
    return windowsError(this.#apis.win32, code, {
      syscall,
      action: `Cannot ${action} process ${this.pid}`,
    });
  }
}

function proactorClosed(cause: unknown): Error {
  return new Deno.errors.Interrupted(
    "Cannot wait for process: the proactor was closed",
    { cause },
  );
}
