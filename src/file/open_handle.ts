/**
 * From a path to an open handle on the port, without blocking the thread.
 *
 * @module
 */

import { windowsError } from "../ffi/errors.ts";
import type { CreateFileAnswer, FileApi } from "../ffi/file_api.ts";
import { FILE_TYPE_DISK } from "../ffi/file_constants.ts";
import { assertFilePath, pathText } from "../ffi/file_path.ts";
import { NativeFiles } from "../ffi/native_files.ts";
import { NativeWin32 } from "../ffi/native_win32.ts";
import type { Handle } from "../ffi/win32_api.ts";
import type { CompletionPort } from "../proactor/completion_port.ts";
import { defaultProactor } from "../proactor/default_proactor.ts";
import type { IocpProactor } from "../proactor/iocp_proactor.ts";
import { FileCore, fileThreads } from "./file_core.ts";
import type { OpenParameters } from "./open_options.ts";

let shared: FileApi | undefined;

/** Loaded on first use. */
function defaultFiles(): FileApi {
  return shared ??= new NativeFiles(new NativeWin32());
}

/** Where files are opened. */
export interface FileSystem {
  /** The completion port. */
  port: CompletionPort;
  /** The file system. */
  files: FileApi;
}

/** What options say of it. */
export interface FileSystemOptions {
  /** The proactor to use instead of the shared one. */
  proactor?: IocpProactor;
  /** Replaces the file system, for tests. */
  files?: FileApi;
}

/**
 * Takes the file system from options.
 *
 * @param options The options.
 * @returns The shared one, unless they name another.
 * @throws {Deno.errors.NotSupported} when the system is not Windows.
 * @throws {Deno.errors.NotCapable} when `--allow-ffi` was not granted.
 */
export function fileSystem(options: FileSystemOptions): FileSystem {
  const { port } = options.proactor ?? defaultProactor();
  return { port, files: options.files ?? defaultFiles() };
}

/** What to open, and how. */
export interface OpenRequest {
  /** The full path; see {@linkcode fullPath}. */
  path: string;
  /** What it should be: `"file"` or `"directory"`. */
  kind: "file" | "directory";
  /** What the kernel is asked. */
  parameters: OpenParameters;
  /** False leaves skip mode off. */
  skip: boolean;
  /** Abandons opening. */
  signal: AbortSignal | undefined;
  /** Gives back what was opened too late, but for the handle. */
  onLate?: (handle: Handle) => Promise<unknown>;
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
  system: FileSystem,
  path: string | URL,
  action: string,
): string {
  const { port, files } = system;
  const text = pathText(path, action);
  port.assertOpen(`${action} "${text}"`);
  const full = files.getFullPathName(text);
  if (full === "") {
    throw windowsError(port.api, files.lastError, {
      syscall: "GetFullPathNameW",
      action: `Cannot ${action} "${text}"`,
    });
  }
  assertFilePath(full, action);
  return full;
}

/**
 * Opens a handle and puts it on a port. A path on a computer that does not
 * answer may take a minute, on another thread.
 *
 * @param system Where to open it.
 * @param request What to open.
 * @returns The handle.
 */
export async function openHandle(
  system: FileSystem,
  request: OpenRequest,
): Promise<FileCore> {
  const { port, files } = system;
  const { path, kind } = request;
  const parameters = { path, ...request.parameters };
  const answer = await fileThreads.run(() => files.createFile(parameters), {
    signal: request.signal,
    onLate: (late) => void closeLate(system, request, late),
  });
  if (answer.code !== 0) {
    throw windowsError(port.api, answer.code, {
      syscall: "NtCreateFile",
      action: `Cannot open ${kind} "${path}"`,
    });
  }
  try {
    return adopt(system, request, answer.handle);
  } catch (error) {
    port.api.closeHandle(answer.handle);
    throw error;
  }
}

async function closeLate(
  { port }: FileSystem,
  { onLate }: OpenRequest,
  { code, handle }: CreateFileAnswer,
): Promise<void> {
  if (code !== 0) return;
  await onLate?.(handle).catch(() => {});
  port.api.closeHandle(handle);
}

/** The port may have been closed meanwhile. */
function adopt(
  { port, files }: FileSystem,
  { path, kind, skip }: OpenRequest,
  handle: Handle,
): FileCore {
  const name = `${kind} "${path}"`;
  port.assertOpen(`open ${name}`);
  if (files.getFileType(handle) !== FILE_TYPE_DISK) {
    throw new Deno.errors.NotSupported(
      `Cannot open ${name}: it is not on a disk`,
    );
  }
  const options = { warnings: false, skip };
  const registered = port.associate(handle, options);
  return new FileCore(port, registered, { files, name });
}
