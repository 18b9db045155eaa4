/**
 * Options of the proactor and of its operations.
 *
 * @module
 */

import type { WaitApi } from "../ffi/wait/api.ts";
import type { SendFileApi } from "../ffi/sendfile/api.ts";
import type { SocketApi } from "../ffi/socket/api.ts";
import type { SocketAddress } from "../ffi/socket/sockaddr.ts";
import type { Handle, Win32Api } from "../ffi/win32_api.ts";
import type { CompletionPort } from "./port/completion_port.ts";

/** Options of {@linkcode IocpProactor}. */
export interface IocpProactorOptions {
  /**
   * Threads that may run completions of the port at once. Deno's pool runs other
   * work on a thread that has once waited for packets, and Windows counts that
   * thread: with a low number a poll may be given nothing meanwhile.
   *
   * @default {4294967295}
   */
  concurrency?: number;
  /**
   * False asks Windows for a packet after every operation, also after one
   * that ended at once. For tests and comparisons.
   *
   * @default {true}
   */
  skipCompletionPortOnSuccess?: boolean;
  /**
   * A port that is there, instead of a new one.
   *
   * @ignore
   */
  port?: CompletionPort;
  /**
   * Replaces Windows, for tests.
   *
   * @ignore
   */
  api?: Win32Api;
  /**
   * Replaces Winsock, for tests.
   *
   * @ignore
   */
  sockets?: SocketApi;
  /**
   * Replaces what is asked about files that are sent, for tests.
   *
   * @ignore
   */
  sendFile?: SendFileApi;
  /**
   * Replaces the waits of Windows, for tests.
   *
   * @ignore
   */
  waits?: WaitApi;
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
  access?: number;
  /**
   * `SECURITY_SQOS_PRESENT` and the level at which the server may act in the
   * client's name.
   *
   * @default {0x00110000} (identification)
   */
  qualityOfService?: number;
  /**
   * True waits for a server that does not exist yet.
   *
   * @default {false}
   */
  waitForServer?: boolean;
}

/** Options of {@linkcode IocpProactor.disconnect}. */
export interface DisconnectOptions extends OperationOptions {
  /**
   * True leaves the socket as it was when it was new, but bound, so that it
   * can be connected again.
   *
   * @default {false}
   */
  reuse?: boolean;
}

/** What {@linkcode IocpProactor.recvFrom} gives. */
export interface ReceivedFrom {
  /** The bytes; an empty array is a datagram too. */
  data: Uint8Array<ArrayBuffer>;
  /** The sender; `null` on a stream, which has only one. */
  address: SocketAddress | null;
  /** True when the datagram was longer; the rest is lost. */
  partial: boolean;
}

/** What {@linkcode IocpProactor.recvFromInto} gives. */
export interface ReceivedFromInto {
  /** Bytes that were put into the array. */
  byteLength: number;
  /** The sender; `null` on a stream, which has only one. */
  address: SocketAddress | null;
  /** True when the datagram was longer; the rest is lost. */
  partial: boolean;
}

/** Options of {@linkcode IocpProactor.close}. */
export interface CloseOptions {
  /**
   * Milliseconds that operations have to end after they were cancelled.
   *
   * @default {5000}
   */
  deadline?: number;
}

/** A handle, or an object that owns one. */
export type HandleLike = Handle | {
  /** The handle, or `null` when it is closed. */
  readonly handle: Handle | null;
};
