/**
 * Options of the proactor and of its operations.
 *
 * @module
 */

import type { WaitApi } from "../ffi/wait/api.ts";
import type { SendFileApi } from "../ffi/sendfile/api.ts";
import type { SocketApi } from "../ffi/socket/api.ts";
import type { Handle, Win32Api } from "../ffi/win32_api.ts";

/** Options of {@linkcode IocpProactor}. */
export interface IocpProactorOptions {
  /**
   * Threads that may run completions of the port at once. Deno's pool runs other
   * work on a thread that has once waited for packets, and Windows counts that
   * thread: with a low number a poll may be given nothing meanwhile.
   *
   * @default {4294967295}
   */
  concurrency?: number | undefined;
  /**
   * False asks Windows for a packet after every operation, also after one
   * that ended at once. For tests and comparisons.
   *
   * @default {true}
   */
  skipCompletionPortOnSuccess?: boolean | undefined;
  /**
   * Replaces Windows, for tests.
   *
   * @ignore
   */
  api?: Win32Api | undefined;
  /**
   * Replaces Winsock, for tests.
   *
   * @ignore
   */
  sockets?: SocketApi | undefined;
  /**
   * Replaces what is asked about files that are sent, for tests.
   *
   * @ignore
   */
  sendFile?: SendFileApi | undefined;
  /**
   * Replaces the waits of Windows, for tests.
   *
   * @ignore
   */
  waits?: WaitApi | undefined;
}

/** Options of an operation that can be cancelled. */
export interface OperationOptions {
  /** Cancels the operation; awaiting it then throws the signal's reason. */
  signal?: AbortSignal | undefined;
}

/** Options of {@linkcode IocpProactor.waitForHandle}. */
export interface WaitHandleOptions extends OperationOptions {
  /**
   * The longest wait in milliseconds, rounded up; 0 only looks. Windows counts
   * in ticks, and may end a wait up to 16 ms before or after the time.
   *
   * @default {Infinity}
   */
  timeout?: number | undefined;
}

/** Options of {@linkcode IocpProactor.connectPipe}. */
export interface ConnectOptions extends OperationOptions {
  /**
   * `dwDesiredAccess` of `CreateFileW`.
   *
   * @default {0xC0000000} (`GENERIC_READ | GENERIC_WRITE`)
   */
  access?: number | undefined;
  /**
   * `SECURITY_SQOS_PRESENT` and the level at which the server may act in the
   * client's name.
   *
   * @default {0x00110000} (identification)
   */
  qualityOfService?: number | undefined;
  /**
   * True waits for a server that does not exist yet.
   *
   * @default {false}
   */
  waitForServer?: boolean | undefined;
}

/** Options of {@linkcode IocpProactor.close}. */
export interface CloseOptions {
  /**
   * Milliseconds that operations have to end after they were cancelled.
   *
   * @default {5000}
   */
  deadline?: number | undefined;
}

/** A handle, or an object that owns one. */
export type HandleLike = Handle | {
  /** The handle, or `null` when it is closed. */
  readonly handle: Handle | null;
};
