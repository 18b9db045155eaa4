/**
 * {@linkcode WaitApi} over `Deno.dlopen`.
 *
 * `GetLastError` is always the very next call after the one that failed, in
 * the same function, as in `native_win32.ts`.
 *
 * @module
 */

import { ERROR_IO_PENDING } from "../constants.ts";
import { duplicateHandle } from "../duplicate_handle.ts";
import { symbolLoader } from "../load.ts";
import { loadSymbols } from "../symbols.ts";
import { kernel32Waits } from "./kernel32.ts";
import { ntdllWaits } from "./ntdll.ts";
import { findFunction } from "../machine_code.ts";
import { OutU64 } from "../out_parameters.ts";
import { decodeUnits } from "../structs.ts";
import type { WaitApi, WaitParameters } from "./api.ts";
import { waitCallback } from "./wait_callback.ts";
import {
  type Address,
  type Handle,
  INVALID_HANDLE_VALUE,
  type Win32Api,
} from "../win32_api.ts";

/** Loads the symbols that only waits need. */
export const loadWaitSymbols = symbolLoader({
  kernel32: kernel32Waits,
  ntdll: ntdllWaits,
});

const OBJECT_TYPE_INFORMATION = 2;
/** The structure, and the name behind it. */
const TYPE_INFORMATION_SIZE = 256;

const WAIT_FAILED = 0xffff_ffff;
const STACK_SIZE = 65_536n;
const STACK_SIZE_PARAM_IS_A_RESERVATION = 0x1_0000;

// The callback only posts, so it need not leave the thread that waits.
const WT_EXECUTEINWAITTHREAD = 0x4;
const WT_EXECUTEONLYONCE = 0x8;
const FLAGS = WT_EXECUTEINWAITTHREAD | WT_EXECUTEONLYONCE;

/** The waits of the real Windows. */
export class NativeWaits implements WaitApi {
  lastError = 0;
  readonly #kernel32 = loadWaitSymbols().kernel32;
  readonly #ntdll = loadWaitSymbols().ntdll;
  readonly #type = new Uint8Array(TYPE_INFORMATION_SIZE);
  readonly #getLastError = loadSymbols().kernel32.GetLastError;
  readonly #callback: Address;
  readonly #flush: Address;

  /**
   * Loads the functions, and makes the callback.
   *
   * @param win32 Copies native memory and gives the text of errors.
   * @throws {Deno.errors.NotSupported} when the system is not Windows.
   * @throws {Deno.errors.NotCapable} when `--allow-ffi` was not granted.
   */
  constructor(win32: Win32Api) {
    this.#callback = waitCallback(win32);
    this.#flush = findFunction(win32, "FlushFileBuffers");
  }

  isMutex(object: Handle): boolean {
    const type = this.#type;
    const status = this.#ntdll.NtQueryObject(
      object,
      OBJECT_TYPE_INFORMATION,
      type,
      TYPE_INFORMATION_SIZE,
      0n,
    );
    return status === 0 && hasTypeName(type, "Mutant");
  }

  tryWait(object: Handle): number {
    const result = this.#kernel32.WaitForSingleObject(object, 0);
    if (result !== WAIT_FAILED) return result;
    return this.lastError = this.#getLastError();
  }

  duplicateHandle(handle: Handle): Handle {
    const source = { handle, inheritable: false };
    const getLastError = this.#getLastError;
    const made = duplicateHandle(this.#kernel32, getLastError, source);
    if (made.code !== 0) this.lastError = made.code;
    return made.handle;
  }

  registerWait(parameters: WaitParameters): Handle {
    const wait = new OutU64();
    const ok = this.#kernel32.RegisterWaitForSingleObject(
      wait.bytes,
      parameters.object,
      this.#callback,
      parameters.context,
      parameters.milliseconds,
      FLAGS,
    );
    if (ok === 0) return this.lastError = this.#getLastError(), 0n;
    return wait.value;
  }

  unregisterWait(wait: Handle): number {
    const ok = this.#kernel32.UnregisterWaitEx(wait, 0n);
    if (ok !== 0) return 0;
    const code = this.#getLastError();
    return code === ERROR_IO_PENDING ? code : (this.lastError = code);
  }

  unregisterWaitAndJoin(wait: Handle): Promise<number> {
    return this.#kernel32.UnregisterWaitAndJoin(wait, INVALID_HANDLE_VALUE);
  }

  startFlush(file: Handle): Handle {
    // A thread's function takes a pointer and returns a DWORD: this one does.
    const thread = this.#kernel32.CreateThread(
      0n,
      STACK_SIZE,
      this.#flush,
      file,
      STACK_SIZE_PARAM_IS_A_RESERVATION,
      0n,
    );
    if (thread === 0n) this.lastError = this.#getLastError();
    return thread;
  }

  cancelSynchronousIo(thread: Handle): number {
    const ok = this.#kernel32.CancelSynchronousIo(thread);
    return ok !== 0 ? 0 : (this.lastError = this.#getLastError());
  }
}

/** The structure begins with the length of the name in bytes; the name itself
 * is in the same memory, where a pointer says. */
function hasTypeName(type: Uint8Array<ArrayBuffer>, name: string): boolean {
  return type[0] === name.length * 2 && decodeUnits(type).includes(name);
}
