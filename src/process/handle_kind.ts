/**
 * What a handle is that somebody else has opened.
 *
 * @module
 */

import { ERROR_INVALID_HANDLE, PIPE_TYPE_MESSAGE } from "../ffi/constants.ts";
import { windowsError } from "../ffi/errors.ts";
import {
  FILE_SYNCHRONOUS_IO,
  FILE_TYPE_CHAR,
  FILE_TYPE_DISK,
} from "../ffi/file/constants.ts";
import type { ProcessApi } from "../ffi/process/api.ts";
import type { ThreadIoApi } from "../ffi/thread_io/api.ts";
import type { Handle, Win32Api } from "../ffi/win32_api.ts";
import { CallQueue } from "../proactor/port/call_queue.ts";

/** What a handle refers to. */
export type HandleKind = "pipe" | "socket" | "file" | "device" | "console";

/** What is known of a handle. */
export interface HandleTraits {
  /** What it refers to. */
  kind: HandleKind;
  /** True when it was opened for overlapped I/O. */
  overlapped: boolean;
  /** True for a message-type pipe. */
  messageType: boolean;
}

/** The seams that tell. */
export interface HandleApis {
  /** The text of errors. */
  win32: Win32Api;
  /** Whether a handle is open. */
  processes: Pick<ProcessApi, "handleFlags" | "lastError">;
  /** Kinds and modes. */
  threads: ThreadIoApi;
}

/** Threads of Deno's pool that may wait for answers at once. */
const MAX_QUESTIONS = 2;

const questions = new CallQueue(MAX_QUESTIONS);

/**
 * Asks Windows what a handle is, on another thread: while somebody reads from a
 * handle that was not opened for overlapped I/O, the answer waits for the end
 * of the read.
 *
 * @param apis Windows.
 * @param handle The handle.
 * @param signal Abandons the question.
 * @returns What is known of it.
 * @throws {Deno.errors.BadResource} when it is not open.
 */
export async function inspectHandle(
  apis: HandleApis,
  handle: Handle,
  signal?: AbortSignal,
): Promise<HandleTraits> {
  const { processes } = apis;
  if (processes.handleFlags(handle) < 0) {
    throw inspectionError(apis, handle, {
      code: processes.lastError,
      syscall: "GetHandleInformation",
    });
  }
  return await questions.run(() => ask(apis, handle), { signal });
}

async function ask(apis: HandleApis, handle: Handle): Promise<HandleTraits> {
  const { threads } = apis;
  const type = await threads.fileType(handle);
  if (type === 0) {
    const code = ERROR_INVALID_HANDLE;
    throw inspectionError(apis, handle, { code, syscall: "GetFileType" });
  }
  const mode = await threads.fileMode(handle);
  const overlapped = mode >= 0 && (mode & FILE_SYNCHRONOUS_IO) === 0;
  const none = { messageType: false };
  if (type === FILE_TYPE_DISK) return { kind: "file", overlapped, ...none };
  if (type === FILE_TYPE_CHAR) {
    const kind = await threads.isConsole(handle) ? "console" : "device";
    return { kind, overlapped, ...none };
  }
  const flags = await threads.pipeFlags(handle);
  if (flags < 0) return { kind: "socket", overlapped, ...none };
  const messageType = (flags & PIPE_TYPE_MESSAGE) !== 0;
  return { kind: "pipe", overlapped, messageType };
}

function inspectionError(
  apis: HandleApis,
  handle: Handle,
  { code, syscall }: { code: number; syscall: string },
): Error {
  const action = `Cannot adopt handle ${handle}`;
  return windowsError(apis.win32, code, { syscall, action });
}
