/**
 * Opens files and directories by their paths, without blocking the thread. All
 * rooms open them by this function.
 *
 * @module
 */

import { windowsError } from "../../ffi/errors.ts";
import type {
  CreateFileAnswer,
  CreateFileParameters,
  OpenFileApi,
} from "../../ffi/file/api.ts";
import {
  ERROR_FILENAME_EXCED_RANGE,
  FILE_TYPE_DISK,
} from "../../ffi/file/constants.ts";
import { assertFilePath, pathText, tooLong } from "../../ffi/file/file_path.ts";
import type { Handle } from "../../ffi/win32_api.ts";
import { CallQueue } from "../port/call_queue.ts";
import type { CompletionPort } from "../port/completion_port.ts";

/**
 * The most threads of Deno's pool that calls of files may hold; the share of
 * all queues may be smaller. A server that does not answer holds one for a
 * minute.
 */
const MAX_THREADS = 8;

/** The threads of all files of this isolate. */
export const fileThreads: CallQueue = new CallQueue(MAX_THREADS);

/** Where paths are opened. */
export interface PathSystem {
  /** Closes handles, and gives the text of errors. */
  port: CompletionPort;
  /** The file system. */
  files: OpenFileApi;
}

/** What to open, and how. */
export interface OpenPathRequest {
  /** The full path; see {@linkcode fullPath}. */
  path: string;
  /** What it should be: `"file"` or `"directory"`. */
  kind: "file" | "directory";
  /** What the kernel is asked. */
  parameters: Omit<CreateFileParameters, "path">;
  /** Abandons opening. */
  signal?: AbortSignal | undefined;
  /**
   * Undoes what opening has created, before the handle of an abandoned call is
   * closed. The promise of such a call then rejects only after that.
   *
   * @param handle The handle.
   */
  undo?: ((handle: Handle) => Promise<unknown>) | undefined;
}

/**
 * The full path of a file or directory, by the current directory of the
 * process.
 *
 * @param system Where files are opened.
 * @param path A path, or a `file:` URL.
 * @param action The beginning of an error's message: `"open file"`.
 * @returns The path.
 * @throws {TypeError} when it is neither, empty, or holds a NUL.
 * @throws {RangeError} when it is too long.
 * @throws {Deno.errors.NotSupported} when it names a pipe or a device.
 * @throws {Deno.errors.BadResource} when the proactor is closed.
 */
export function fullPath(
  system: PathSystem,
  path: string | URL,
  action: string,
): string {
  const { port, files } = system;
  const text = pathText(path, action);
  port.assertOpen(`${action} "${text}"`);
  const full = files.getFullPathName(text);
  if (full === "") throw pathError(system, text, action);
  assertFilePath(full, action);
  return full;
}

function pathError(
  { port, files }: PathSystem,
  path: string,
  action: string,
): Error {
  const code = files.lastError;
  if (code === ERROR_FILENAME_EXCED_RANGE) return tooLong(path, action);
  return windowsError(port.api, code, {
    syscall: "GetFullPathNameW",
    action: `Cannot ${action} "${path}"`,
  });
}

/**
 * Opens what a path leads to, if it is on a disk. A server that does not answer
 * may take a minute, on another thread.
 *
 * @param system Where to open it.
 * @param request What to open.
 * @returns The handle, which is the caller's to close.
 * @throws {Deno.errors.NotSupported} when it is a pipe or a device: a link may
 * have led there.
 * @throws {WindowsError} when Windows refuses.
 */
export async function openPath(
  system: PathSystem,
  request: OpenPathRequest,
): Promise<Handle> {
  const { files } = system;
  const { path, parameters, signal, undo } = request;
  let opening: Promise<CreateFileAnswer> | undefined;
  const open = () => opening = files.createFile({ path, ...parameters });
  try {
    return accept(system, request, await fileThreads.run(open, { signal }));
  } catch (error) {
    const discarded = discard(system, request, opening);
    // An abandoned open may take long, so only `undo` is worth waiting for.
    if (undo !== undefined || !signal?.aborted) await discarded;
    throw error;
  }
}

function accept(
  { port, files }: PathSystem,
  { path, kind }: OpenPathRequest,
  { code, handle }: CreateFileAnswer,
): Handle {
  const action = `Cannot open ${kind} "${path}"`;
  if (code !== 0) {
    throw windowsError(port.api, code, { syscall: "NtCreateFile", action });
  }
  port.assertOpen(`open ${kind} "${path}"`); // it may be closed by now
  if (files.getFileType(handle) === FILE_TYPE_DISK) return handle;
  throw new Deno.errors.NotSupported(`${action}: it is not on a disk`);
}

/** Closes the handle of an abandoned or refused open, once it is there. */
async function discard(
  { port, files }: PathSystem,
  { undo }: OpenPathRequest,
  opening: Promise<CreateFileAnswer> | undefined,
): Promise<void> {
  const answer = await opening?.catch(() => undefined);
  if (answer === undefined || answer.code !== 0) return;
  const { handle } = answer;
  const made = undo !== undefined &&
    files.getFileType(handle) === FILE_TYPE_DISK;
  if (made) await undo(handle).catch(() => {});
  port.api.closeHandle(handle);
}
