/**
 * What a handle is that somebody else has opened.
 *
 * @module
 */

import { windowsError } from "../ffi/errors.ts";
import {
  FILE_SYNCHRONOUS_IO,
  FILE_TYPE_CHAR,
  FILE_TYPE_DISK,
} from "../ffi/file/constants.ts";
import type { ProcessApi } from "../ffi/process/api.ts";
import type { ThreadIoApi } from "../ffi/thread_io/api.ts";
import type { Handle, Win32Api } from "../ffi/win32_api.ts";

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
  /** Pipes, and the text of errors. */
  win32: Win32Api;
  /** Consoles. */
  processes: ProcessApi;
  /** Kinds and modes. */
  threads: ThreadIoApi;
}

/**
 * Asks Windows what a handle is.
 *
 * @param apis Windows.
 * @param handle The handle.
 * @returns What is known of it.
 * @throws {Deno.errors.BadResource} when it is not open.
 */
export function inspectHandle(apis: HandleApis, handle: Handle): HandleTraits {
  const type = apis.threads.fileType(handle);
  if (type === 0) {
    throw windowsError(apis.win32, apis.threads.lastError, {
      syscall: "GetFileType",
      action: `Cannot adopt handle ${handle}`,
    });
  }
  const mode = apis.threads.fileMode(handle);
  const overlapped = mode >= 0 && (mode & FILE_SYNCHRONOUS_IO) === 0;
  const none = { messageType: false };
  if (type === FILE_TYPE_DISK) return { kind: "file", overlapped, ...none };
  if (type === FILE_TYPE_CHAR) {
    const kind = apis.processes.isConsole(handle) ? "console" : "device";
    return { kind, overlapped, ...none };
  }
  const pipe = apis.win32.getNamedPipeInfo(handle);
  if (pipe === null) return { kind: "socket", overlapped, ...none };
  return { kind: "pipe", overlapped, messageType: pipe.messageType };
}
