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
   * Threads that may process packets of the port at the same time. Windows
   * counts each running thread that has once waited for packets, and Deno's
   * pool runs other work on such threads: with a low number polls may find
   * nothing as long as that runs.
   *
   * @default {4294967295}
   */
  concurrency?: number | undefined;
  /**
   * False asks Windows for a packet after every operation, also after a
   * synchronous completion. For tests and comparisons.
   *
   * @default {true}
   */
  skipCompletionPortOnSuccess?: boolean | undefined;
  /**
   * A port that is there, instead of a new one.
   *
   * @ignore
   */
  port?: CompletionPort | undefined;
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
   * Replaces the functions for files that are sent, for tests.
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

/** Options of an operation that receives. */
export interface ReceiveOptions extends OperationOptions {
  /**
   * `dwFlags` of `WSARecv`, such as 2 (`MSG_PEEK`), which leaves what it gives
   * to the next receive. Of sockets only.
   *
   * @default {0}
   */
  flags?: number | undefined;
}

/** Options of {@linkcode IocpProactor.waitForHandle}. */
export interface WaitHandleOptions extends OperationOptions {
  /**
   * The longest wait in milliseconds, rounded up; with 0 the object is only
   * tested. Windows counts in ticks, and may end a wait up to 16 ms before or
   * after the time.
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
   * `SECURITY_SQOS_PRESENT` and the level at which the server may impersonate
   * the client.
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

/** Options of {@linkcode IocpProactor.disconnect}. */
export interface DisconnectOptions extends OperationOptions {
  /**
   * True makes the socket as good as new, but bound, so that it can be
   * connected again. On the end that leaves first that takes as long as TCP's
   * TIME_WAIT, up to some minutes: to go on at once, make another socket.
   *
   * @default {false}
   */
  reuse?: boolean | undefined;
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
   * Milliseconds that operations have to end after their cancellation.
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
