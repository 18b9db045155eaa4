/**
 * {@linkcode ProcessApi} over `Deno.dlopen`.
 *
 * `CreateProcessW` lasts 10 to 100 ms and longer where a virus scanner looks
 * at the program, so it runs on another thread. There is no way to learn that
 * thread's last error; where the call fails, it is repeated on this thread,
 * which either gives the code or has succeeded after all.
 *
 * For the rest `GetLastError` is the very next call after the one that failed,
 * in the same function.
 *
 * @module
 */

import { MEM_RELEASE } from "../constants.ts";
import { isLiteralPath } from "../file/file_path.ts";
import { duplicateHandle } from "../duplicate_handle.ts";
import { symbolLoader } from "../load.ts";
import { loadSymbols } from "../symbols.ts";
import { kernel32Process } from "./kernel32.ts";
import { allocate } from "../memory.ts";
import { OutU32 } from "../out_parameters.ts";
import type {
  CreatedProcess,
  ProcessApi,
  ProcessParameters,
  ProgramSearch,
} from "./api.ts";
import {
  ACCOUNTING_SIZE,
  ACTIVE_PROCESSES,
  encodeJobLimits,
  HANDLE_FLAG_INHERIT,
} from "./structs.ts";
import { SpawnMemory } from "./spawn_memory.ts";
import { decodeUnits, encodeWideString } from "../structs.ts";
import {
  type Address,
  type Handle,
  INVALID_HANDLE_VALUE,
  type Win32Api,
} from "../win32_api.ts";

/** Loads the symbols of processes; streams do without them. */
export const loadProcessSymbols = symbolLoader({
  kernel32: kernel32Process,
});

const BASIC_ACCOUNTING = 1;
const EXTENDED_LIMITS = 9;
const RESUME_FAILED = 0xffff_ffff;
const WAIT_OBJECT_0 = 0;
/** The longest path, in characters. */
const MAX_PATH = 32767;

type PathFunction = (
  buffer: Uint8Array<ArrayBuffer>,
  length: number,
) => number;

/** The real processes. */
export class NativeProcesses implements ProcessApi {
  lastError = 0;
  readonly #win32: Win32Api;
  readonly #kernel32 = loadProcessSymbols().kernel32;
  readonly #getLastError = loadSymbols().kernel32.GetLastError;

  /**
   * Loads the DLL.
   *
   * @param win32 Allocates and copies native memory.
   * @throws {Deno.errors.NotSupported} when the system is not Windows.
   * @throws {Deno.errors.NotCapable} when `--allow-ffi` was not granted.
   */
  constructor(win32: Win32Api) {
    this.#win32 = win32;
  }

  async createProcess(parameters: ProcessParameters): Promise<CreatedProcess> {
    const memory = new SpawnMemory(this.#win32, this.#kernel32, parameters);
    try {
      const ok = await this.#kernel32.CreateProcessOnThread(
        ...memory.arguments(),
      );
      return ok !== 0 ? memory.result() : this.#createNow(memory);
    } finally {
      memory.free();
    }
  }

  resumeThread(thread: Handle): number {
    const count = this.#kernel32.ResumeThread(thread);
    return count !== RESUME_FAILED
      ? 0
      : (this.lastError = this.#getLastError());
  }

  terminateProcess(process: Handle, exitCode: number): number {
    const ok = this.#kernel32.TerminateProcess(process, exitCode);
    return ok !== 0 ? 0 : (this.lastError = this.#getLastError());
  }

  hasExited(process: Handle): boolean {
    return this.#kernel32.WaitForSingleObject(process, 0) === WAIT_OBJECT_0;
  }

  exitCode(process: Handle): number {
    const code = new OutU32();
    const ok = this.#kernel32.GetExitCodeProcess(process, code.bytes);
    if (ok === 0) return this.lastError = this.#getLastError(), -1;
    return code.value;
  }

  generateConsoleCtrlEvent(event: number, group: number): number {
    const ok = this.#kernel32.GenerateConsoleCtrlEvent(event, group);
    return ok !== 0 ? 0 : (this.lastError = this.#getLastError());
  }

  createJob(limits: number): Handle {
    const job = this.#kernel32.CreateJobObjectW(null, null);
    if (job === 0n) return this.lastError = this.#getLastError(), 0n;
    if (limits === 0) return job;
    const information = encodeJobLimits(limits);
    const ok = this.#kernel32.SetInformationJobObject(
      job,
      EXTENDED_LIMITS,
      information,
      information.byteLength,
    );
    if (ok !== 0) return job;
    this.lastError = this.#getLastError();
    this.#win32.closeHandle(job);
    return 0n;
  }

  terminateJob(job: Handle, exitCode: number): number {
    const ok = this.#kernel32.TerminateJobObject(job, exitCode);
    return ok !== 0 ? 0 : (this.lastError = this.#getLastError());
  }

  activeProcesses(job: Handle): number {
    const information = new Uint8Array(ACCOUNTING_SIZE);
    const ok = this.#kernel32.QueryInformationJobObject(
      job,
      BASIC_ACCOUNTING,
      information,
      information.byteLength,
      null,
    );
    if (ok === 0) return this.lastError = this.#getLastError(), -1;
    return new DataView(information.buffer).getUint32(ACTIVE_PROCESSES, true);
  }

  standardHandle(id: number): Handle {
    const handle = this.#kernel32.GetStdHandle(id);
    return handle === INVALID_HANDLE_VALUE ? 0n : handle;
  }

  duplicateHandle(handle: Handle, inheritable: boolean): Handle {
    const source = { handle, inheritable };
    const getLastError = this.#getLastError;
    const made = duplicateHandle(this.#kernel32, getLastError, source);
    if (made.code !== 0) this.lastError = made.code;
    return made.handle;
  }

  handleFlags(handle: Handle): number {
    const flags = new OutU32();
    const ok = this.#kernel32.GetHandleInformation(handle, flags.bytes);
    if (ok === 0) return this.lastError = this.#getLastError(), -1;
    return flags.value;
  }

  setInheritable(handle: Handle, inheritable: boolean): number {
    const flags = inheritable ? HANDLE_FLAG_INHERIT : 0;
    const ok = this.#kernel32.SetHandleInformation(
      handle,
      HANDLE_FLAG_INHERIT,
      flags,
    );
    return ok !== 0 ? 0 : (this.lastError = this.#getLastError());
  }

  hasConsole(): boolean {
    return this.#kernel32.GetConsoleCP() !== 0;
  }

  environmentStrings(): string[] {
    const block = this.#kernel32.GetEnvironmentStringsW();
    if (block === 0n) return [];
    const strings: string[] = [];
    for (let address = block;;) {
      const units = this.#kernel32.lstrlenW(address);
      if (units === 0) break;
      strings.push(this.#readString(address, units));
      address += BigInt(units * 2 + 2);
    }
    this.#kernel32.FreeEnvironmentStringsW(block);
    return strings;
  }

  async searchPath(search: ProgramSearch): Promise<string> {
    const { directories, name, extension } = search;
    const strings = [directories.join(";"), name, extension].map(
      encodeWideString,
    );
    const size = strings.reduce((sum, one) => sum + one.byteLength, 0);
    const memory = allocate(this.#win32, size + MAX_PATH * 2);
    try {
      return await this.#search(memory, strings);
    } finally {
      this.#win32.virtualFree(memory, 0, MEM_RELEASE);
    }
  }

  fullPath(path: string): string {
    if (isLiteralPath(path)) return path;
    const kernel32 = this.#kernel32;
    const name = encodeWideString(path);
    return readPath((buffer, length) =>
      kernel32.GetFullPathNameW(name, length, buffer, null)
    );
  }

  async shortPath(path: string): Promise<string> {
    const name = encodeWideString(path);
    const memory = allocate(this.#win32, name.byteLength + MAX_PATH * 2);
    const short = memory + BigInt(name.byteLength);
    this.#win32.copyIn(memory, name);
    try {
      const units = await this.#kernel32.GetShortPathOnThread(
        memory,
        short,
        MAX_PATH,
      );
      return units < MAX_PATH ? this.#readString(short, units) : "";
    } finally {
      this.#win32.virtualFree(memory, 0, MEM_RELEASE);
    }
  }

  programPath(): string {
    const kernel32 = this.#kernel32;
    return readPath((...to) => kernel32.GetModuleFileNameW(0n, ...to));
  }

  systemDirectory(): string {
    return readPath(this.#kernel32.GetSystemDirectoryW);
  }

  windowsDirectory(): string {
    return readPath(this.#kernel32.GetWindowsDirectoryW);
  }

  #createNow(memory: SpawnMemory): CreatedProcess {
    const ok = this.#kernel32.CreateProcessW(...memory.arguments());
    if (ok !== 0) return memory.result();
    const code = this.lastError = this.#getLastError();
    return { code, process: 0n, thread: 0n, pid: 0 };
  }

  /** Strings first, then the result, in the order of the arguments. */
  async #search(
    memory: Address,
    strings: readonly Uint8Array<ArrayBuffer>[],
  ): Promise<string> {
    let end = memory;
    const [path, name, extension] = strings.map((string) => {
      const address = end;
      this.#win32.copyIn(address, string);
      end += BigInt(string.byteLength);
      return address;
    });
    const units = await this.#kernel32.SearchPathOnThread(
      path!,
      name!,
      extension!,
      MAX_PATH,
      end,
      0n,
    );
    return units < MAX_PATH ? this.#readString(end, units) : "";
  }

  #readString(address: Address, units: number): string {
    const bytes = new Uint8Array(units * 2);
    if (units > 0) this.#win32.copyOut(bytes, address);
    return decodeUnits(bytes);
  }
}

function readPath(call: PathFunction): string {
  const buffer = new Uint8Array(MAX_PATH * 2);
  const units = call(buffer, MAX_PATH);
  return units < MAX_PATH ? decodeUnits(buffer.subarray(0, units * 2)) : "";
}
