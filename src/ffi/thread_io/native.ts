/**
 * {@linkcode ThreadIoApi} over `Deno.dlopen`.
 *
 * @module
 */

import { MEM_RELEASE } from "../constants.ts";
import { FILE_MODE_INFORMATION } from "../file_mode.ts";
import { symbolLoader } from "../load.ts";
import { allocate } from "../memory.ts";
import { loadSymbols } from "../symbols.ts";
import { kernel32ThreadIo } from "./kernel32.ts";
import { ntdllThreadIo } from "./ntdll.ts";
import { OutU32 } from "../out_parameters.ts";
import type { ThreadIoApi, ThreadTransfer } from "./api.ts";
import {
  encodeTransfer,
  makeThreadTransfer,
  TRANSFER_ENDED,
  TRANSFER_FILE,
} from "./thread_transfer.ts";
import type { Address, Handle, Win32Api } from "../win32_api.ts";

/** Loads the symbols for handles that no port drives. */
export const loadThreadIoSymbols = symbolLoader({
  kernel32: kernel32ThreadIo,
  ntdll: ntdllThreadIo,
});

/** Room for a DWORD, and for an IO_STATUS_BLOCK behind it. */
const ANSWER_SIZE = 8n;
const MEMORY_SIZE = 32;

/** The call may take any time: the pool is to have a thread for others. */
const WT_EXECUTELONGFUNCTION = 0x10;

/** The real threads. */
export class NativeThreadIo implements ThreadIoApi {
  lastError = 0;
  readonly #win32: Win32Api;
  readonly #symbols = loadThreadIoSymbols();
  readonly #getLastError = loadSymbols().kernel32.GetLastError;
  #read: Address | undefined;
  #write: Address | undefined;

  /**
   * Loads the DLLs.
   *
   * @param win32 Copies native memory and translates statuses.
   * @throws {Deno.errors.NotSupported} when the system is not Windows.
   * @throws {Deno.errors.NotCapable} when `--allow-ffi` was not granted.
   */
  constructor(win32: Win32Api) {
    this.#win32 = win32;
  }

  fileType(file: Handle): Promise<number> {
    return this.#symbols.kernel32.GetFileTypeOnThread(file);
  }

  fileMode(file: Handle): Promise<number> {
    const { NtQueryInformationFile } = this.#symbols.ntdll;
    return this.#ask(async (answer) => {
      const status = answer + ANSWER_SIZE;
      const mode = FILE_MODE_INFORMATION;
      return await NtQueryInformationFile(file, status, answer, 4, mode) === 0;
    });
  }

  pipeFlags(file: Handle): Promise<number> {
    const { GetNamedPipeInfoOnThread } = this.#symbols.kernel32;
    return this.#ask(async (answer) =>
      await GetNamedPipeInfoOnThread(file, answer, 0n, 0n, 0n) !== 0
    );
  }

  async isConsole(file: Handle): Promise<boolean> {
    const { GetConsoleModeOnThread } = this.#symbols.kernel32;
    const mode = await this.#ask(async (answer) =>
      await GetConsoleModeOnThread(file, answer) !== 0
    );
    return mode >= 0;
  }

  startRead(transfer: ThreadTransfer): number {
    this.#read ??= makeThreadTransfer(this.#win32, "NtReadFile");
    return this.#start(this.#read, transfer);
  }

  startWrite(transfer: ThreadTransfer): number {
    this.#write ??= makeThreadTransfer(this.#win32, "NtWriteFile");
    return this.#start(this.#write, transfer);
  }

  cancel(file: Handle, slot: Address): void {
    this.#win32.copyIn(slot + TRANSFER_FILE, new Uint8Array(4));
    this.#win32.cancelIoEx(file, slot);
  }

  hasEnded(slot: Address): boolean {
    const ended = new OutU32();
    this.#win32.copyOut(ended.bytes, slot + TRANSFER_ENDED);
    return ended.value !== 0;
  }

  /** The DWORD that a call on another thread gives, or -1. */
  async #ask(call: (answer: Address) => Promise<boolean>): Promise<number> {
    const memory = allocate(this.#win32, MEMORY_SIZE);
    try {
      if (!await call(memory)) return -1;
      const answer = new OutU32();
      this.#win32.copyOut(answer.bytes, memory);
      return answer.value;
    } finally {
      this.#win32.virtualFree(memory, 0, MEM_RELEASE);
    }
  }

  #start(call: Address, transfer: ThreadTransfer): number {
    const { slot } = transfer;
    this.#win32.copyIn(slot, encodeTransfer(transfer));
    const { QueueUserWorkItem } = this.#symbols.kernel32;
    const ok = QueueUserWorkItem(call, slot, WT_EXECUTELONGFUNCTION);
    return ok !== 0 ? 0 : (this.lastError = this.#getLastError());
  }
}
