/**
 * {@linkcode ThreadIoApi} over `Deno.dlopen`.
 *
 * @module
 */

import { queryFileMode } from "../file_mode.ts";
import { type Loaded, openLibrary } from "../load.ts";
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

/** The loaded functions of the two DLLs for handles that no port drives. */
export interface ThreadIoSymbols {
  /** kernel32.dll */
  kernel32: Loaded<typeof kernel32ThreadIo>;
  /** ntdll.dll */
  ntdll: Loaded<typeof ntdllThreadIo>;
}

let loaded: ThreadIoSymbols | undefined;

/**
 * Loads the symbols for handles that no port drives, once a process.
 *
 * @returns The functions of kernel32 and ntdll.
 * @throws {Deno.errors.NotSupported} when the system is not Windows.
 * @throws {Deno.errors.NotCapable} when `--allow-ffi` was not granted.
 */
export function loadThreadIoSymbols(): ThreadIoSymbols {
  return loaded ??= {
    kernel32: openLibrary("kernel32.dll", kernel32ThreadIo),
    ntdll: openLibrary("ntdll.dll", ntdllThreadIo),
  };
}

/** The call may take any time: the pool is to have a thread for others. */
const WT_EXECUTELONGFUNCTION = 0x10;

/** The real threads. */
export class NativeThreadIo implements ThreadIoApi {
  lastError = 0;
  readonly #win32: Win32Api;
  readonly #symbols: ThreadIoSymbols;
  readonly #getLastError: () => number;
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
    this.#symbols = loadThreadIoSymbols();
    this.#getLastError = loadSymbols().kernel32.GetLastError;
  }

  fileType(file: Handle): number {
    const type = this.#symbols.kernel32.GetFileType(file);
    if (type === 0) this.lastError = this.#getLastError();
    return type;
  }

  fileMode(file: Handle): number {
    const mode = new OutU32();
    const status = queryFileMode(this.#symbols.ntdll, file, mode);
    if (status === 0) return mode.value;
    this.lastError = this.#win32.ntStatusToDosError(status);
    return -1;
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

  #start(call: Address, transfer: ThreadTransfer): number {
    const { slot } = transfer;
    this.#win32.copyIn(slot, encodeTransfer(transfer));
    const { QueueUserWorkItem } = this.#symbols.kernel32;
    const ok = QueueUserWorkItem(call, slot, WT_EXECUTELONGFUNCTION);
    return ok !== 0 ? 0 : (this.lastError = this.#getLastError());
  }
}
