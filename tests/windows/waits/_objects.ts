/**
 * Kernel objects to wait for, made by the functions of kernel32.dll.
 *
 * @module
 */

import { loadWaitSymbols } from "../../../src/ffi/wait/native.ts";
import { encodeWideString } from "../../../src/ffi/structs.ts";
import type { Handle } from "../../../src/ffi/win32_api.ts";
import { libraryPath } from "../_library.ts";

loadWaitSymbols();

const kernel32 = Deno.dlopen(libraryPath("kernel32.dll"), {
  CreateEventW: {
    parameters: ["buffer", "i32", "i32", "buffer"],
    result: "usize",
  },
  SetEvent: { parameters: ["usize"], result: "i32" },
  CreateSemaphoreW: {
    parameters: ["buffer", "i32", "i32", "buffer"],
    result: "usize",
  },
  ReleaseSemaphore: { parameters: ["usize", "i32", "buffer"], result: "i32" },
  CreateMutexW: { parameters: ["buffer", "i32", "buffer"], result: "usize" },
  ReleaseMutex: { parameters: ["usize"], result: "i32" },
  CreateWaitableTimerW: {
    parameters: ["buffer", "i32", "buffer"],
    result: "usize",
  },
  SetWaitableTimer: {
    parameters: ["usize", "buffer", "i32", "usize", "usize", "i32"],
    result: "i32",
  },
  FindFirstChangeNotificationW: {
    parameters: ["buffer", "i32", "u32"],
    result: "usize",
  },
  FindCloseChangeNotification: { parameters: ["usize"], result: "i32" },
  GetTempPathW: { parameters: ["u32", "buffer"], result: "u32" },
  CreateDirectoryW: { parameters: ["buffer", "buffer"], result: "i32" },
  RemoveDirectoryW: { parameters: ["buffer"], result: "i32" },
  CreateProcessW: {
    parameters: [
      ...["buffer", "buffer", "buffer", "buffer"] as const,
      ...["i32", "u32", "usize", "buffer", "buffer", "buffer"] as const,
    ],
    result: "i32",
  },
  TerminateProcess: { parameters: ["usize", "u32"], result: "i32" },
  DuplicateHandle: {
    parameters: [
      ...["usize", "usize", "usize", "buffer"] as const,
      ...["u32", "i32", "u32"] as const,
    ],
    result: "i32",
  },
  CloseHandle: { parameters: ["usize"], result: "i32" },
}).symbols;

const CURRENT_PROCESS = 0xffff_ffff_ffff_ffffn;
const FILE_NOTIFY_CHANGE_DIR_NAME = 2;
const CREATE_NO_WINDOW = 0x0800_0000;
const STARTUPINFO_SIZE = 104;

function assertMade(ok: boolean, call: string): void {
  if (!ok) throw new Error(`${call} failed`);
}

function made(handle: Handle, call: string): Handle {
  assertMade(handle !== 0n && handle !== CURRENT_PROCESS, call);
  return handle;
}

/**
 * Makes an event that is not signalled.
 *
 * @param manualReset False for one that a wait resets.
 * @returns The handle.
 */
export function createEvent(manualReset = true): Handle {
  const reset = Number(manualReset);
  return made(kernel32.CreateEventW(null, reset, 0, null), "CreateEventW");
}

/**
 * Signals an event.
 *
 * @param event The handle.
 */
export function setEvent(event: Handle): void {
  assertMade(kernel32.SetEvent(event) !== 0, "SetEvent");
}

/**
 * Makes a semaphore of which none is free.
 *
 * @returns The handle.
 */
export function createSemaphore(): Handle {
  const handle = kernel32.CreateSemaphoreW(null, 0, 1000, null);
  return made(handle, "CreateSemaphoreW");
}

/**
 * Frees some of a semaphore.
 *
 * @param semaphore The handle.
 * @param count How many.
 */
export function releaseSemaphore(semaphore: Handle, count: number): void {
  const ok = kernel32.ReleaseSemaphore(semaphore, count, null);
  assertMade(ok !== 0, "ReleaseSemaphore");
}

/**
 * Makes or opens a mutex.
 *
 * @param name Its name, if other threads shall find it.
 * @returns The handle.
 */
export function createMutex(name?: string): Handle {
  const text = name === undefined ? null : encodeWideString(name);
  return made(kernel32.CreateMutexW(null, 0, text), "CreateMutexW");
}

/**
 * Gives a mutex back that this thread owns.
 *
 * @param mutex The handle.
 * @returns False when it owns none.
 */
export function releaseMutex(mutex: Handle): boolean {
  return kernel32.ReleaseMutex(mutex) !== 0;
}

/**
 * Starts a timer.
 *
 * @param milliseconds When it is signalled.
 * @param manualReset False for one that a wait resets.
 * @returns The handle.
 */
export function startTimer(milliseconds: number, manualReset: boolean): Handle {
  const timer = made(
    kernel32.CreateWaitableTimerW(null, Number(manualReset), null),
    "CreateWaitableTimerW",
  );
  const due = BigInt64Array.of(-10_000n * BigInt(milliseconds));
  const bytes = new Uint8Array(due.buffer);
  const ok = kernel32.SetWaitableTimer(timer, bytes, 0, 0n, 0n, 0);
  assertMade(ok !== 0, "SetWaitableTimer");
  return timer;
}

/** Watches for directories that come and go in the temporary directory. */
export class DirectoryWatch {
  /** The change notification. */
  readonly handle: Handle;
  readonly #folder: string;

  /** Starts to watch. */
  constructor() {
    const units = new Uint16Array(300);
    const bytes = new Uint8Array(units.buffer);
    const length = kernel32.GetTempPathW(units.length, bytes);
    this.#folder = String.fromCharCode(...units.subarray(0, length));
    const path = encodeWideString(this.#folder);
    this.handle = made(
      kernel32.FindFirstChangeNotificationW(
        path,
        0,
        FILE_NOTIFY_CHANGE_DIR_NAME,
      ),
      "FindFirstChangeNotificationW",
    );
  }

  /** Makes a directory, and removes it. */
  change(): void {
    const name = `${this.#folder}wait-test-${crypto.randomUUID()}`;
    const path = encodeWideString(name);
    assertMade(kernel32.CreateDirectoryW(path, null) !== 0, "CreateDirectoryW");
    assertMade(kernel32.RemoveDirectoryW(path) !== 0, "RemoveDirectoryW");
  }

  /** Watches no more. */
  close(): void {
    kernel32.FindCloseChangeNotification(this.handle);
  }
}

/**
 * Starts a process that does not end by itself.
 *
 * @returns Its handle.
 */
export function startProcess(): Handle {
  const startup = new Uint8Array(STARTUPINFO_SIZE);
  new DataView(startup.buffer).setUint32(0, STARTUPINFO_SIZE, true);
  const information = new BigUint64Array(3);
  const ok = kernel32.CreateProcessW(
    null,
    encodeWideString("cmd.exe /c pause"),
    null,
    null,
    0,
    CREATE_NO_WINDOW,
    0n,
    null,
    startup,
    new Uint8Array(information.buffer),
  );
  assertMade(ok !== 0, "CreateProcessW");
  kernel32.CloseHandle(information[1]!);
  return information[0]!;
}

/**
 * Ends a process.
 *
 * @param process The handle.
 */
export function terminateProcess(process: Handle): void {
  assertMade(kernel32.TerminateProcess(process, 3) !== 0, "TerminateProcess");
}

/**
 * Duplicates a handle with other rights.
 *
 * @param handle The handle.
 * @param access The rights.
 * @returns The duplicate.
 */
export function withAccess(handle: Handle, access: number): Handle {
  const out = new BigUint64Array(1);
  const bytes = new Uint8Array(out.buffer);
  const self = CURRENT_PROCESS;
  const ok = kernel32.DuplicateHandle(self, handle, self, bytes, access, 0, 0);
  assertMade(ok !== 0, "DuplicateHandle");
  return out[0]!;
}

/**
 * Closes handles.
 *
 * @param handles The handles.
 */
export function closeHandles(...handles: Handle[]): void {
  for (const handle of handles) {
    assertMade(kernel32.CloseHandle(handle) !== 0, "CloseHandle");
  }
}
