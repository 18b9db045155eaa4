/**
 * The seam between the library and processes.
 *
 * Conventions, as those of `Win32Api`: a call that returns BOOL in C returns
 * the Win32 code, 0 for success; a call that returns a HANDLE returns it, or
 * `0n` with the code in `lastError`.
 *
 * @module
 */

import type { Handle } from "../win32_api.ts";

/** The arguments of `CreateProcessW`. */
export interface ProcessParameters {
  /** The path of the program. */
  application: string;
  /** The command line, whose first part is the program once more. */
  commandLine: string;
  /** `NAME=value` strings, sorted; `null` for those of this process. */
  environment: readonly string[] | null;
  /** The current directory; `null` for that of this process. */
  directory: string | null;
  /** `dwCreationFlags`, but for those that follow from the other members. */
  flags: number;
  /** True asks the program not to show its first window. */
  hidden: boolean;
  /** Standard input, output and error: inheritable, or `0n` for none. */
  standard: readonly [Handle, Handle, Handle];
  /** All handles that are inherited, all inheritable, each once. */
  inherited: readonly Handle[];
  /** Jobs that the process belongs to from its first instruction on. */
  jobs: readonly Handle[];
}

/** What `CreateProcessW` has made. */
export interface CreatedProcess {
  /** 0 or a Win32 code; then there is nothing else. */
  code: number;
  /** The process; the receiver closes it. */
  process: Handle;
  /** Its first thread; the receiver closes it. */
  thread: Handle;
  /** The number of the process. */
  pid: number;
}

/** What `SearchPathW` looks for. */
export interface ProgramSearch {
  /** Absolute directories, first come first served; none with a semicolon. */
  directories: readonly string[];
  /** A file name without directory. */
  name: string;
  /** Appended to a name without a period. */
  extension: string;
}

/** Every call that makes, watches and ends processes. */
export interface ProcessApi {
  /** The error code of the last call on this object that failed. */
  readonly lastError: number;

  // --- processes -----------------------------------------------------------

  /** `CreateProcessW` on another thread. */
  createProcess(parameters: ProcessParameters): Promise<CreatedProcess>;
  /** `ResumeThread`. */
  resumeThread(thread: Handle): number;
  /** `TerminateProcess`. */
  terminateProcess(process: Handle, exitCode: number): number;
  /** `WaitForSingleObject` without waiting: true when it has ended. */
  hasExited(process: Handle): boolean;
  /** `GetExitCodeProcess`: a u32, or -1 with the code in `lastError`. */
  exitCode(process: Handle): number;
  /** `GenerateConsoleCtrlEvent`. */
  generateConsoleCtrlEvent(event: number, group: number): number;

  // --- jobs ----------------------------------------------------------------

  /** `CreateJobObjectW` and, unless 0, its `JOB_OBJECT_LIMIT_*` flags. */
  createJob(limits: number): Handle;
  /** `TerminateJobObject`. */
  terminateJob(job: Handle, exitCode: number): number;
  /** `QueryInformationJobObject`: its processes, or -1 on failure. */
  activeProcesses(job: Handle): number;

  // --- handles -------------------------------------------------------------

  /** `GetStdHandle`, of `STD_*_HANDLE`; `0n` when there is none. */
  standardHandle(id: number): Handle;
  /** `DuplicateHandle` within this process. */
  duplicateHandle(handle: Handle, inheritable: boolean): Handle;
  /** `GetHandleInformation`: `HANDLE_FLAG_*`, or -1 on failure. */
  handleFlags(handle: Handle): number;
  /** `SetHandleInformation` with `HANDLE_FLAG_INHERIT`. */
  setInheritable(handle: Handle, inheritable: boolean): number;
  /** `GetConsoleCP`: true when this process has a console. */
  hasConsole(): boolean;

  // --- names ---------------------------------------------------------------

  /** `GetEnvironmentStringsW`: `NAME=value` strings. */
  environmentStrings(): string[];
  /** `SearchPathW` on another thread: the path, or `""`. */
  searchPath(search: ProgramSearch): Promise<string>;
  /** `GetFullPathNameW`: the path from its root on, or `""`. */
  fullPath(path: string): string;
  /** `GetShortPathNameW` on another thread: the path, or `""`. */
  shortPath(path: string): Promise<string>;
  /** `GetModuleFileNameW`: the path of the running program, or `""`. */
  programPath(): string;
  /** `GetSystemDirectoryW`: `C:\Windows\System32`, or `""`. */
  systemDirectory(): string;
  /** `GetWindowsDirectoryW`: `C:\Windows`, or `""`. */
  windowsDirectory(): string;
}
