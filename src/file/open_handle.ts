/**
 * From a path to a file or directory on the port.
 *
 * @module
 */

import { portFor } from "../proactor/default_port.ts";
import { defaultFiles } from "../ffi/file/default.ts";
import type { FileApi } from "../ffi/file/api.ts";
import type { CompletionPort } from "../proactor/port/completion_port.ts";
import type { IocpProactor } from "../proactor/iocp_proactor.ts";
import { openPath, type OpenPathRequest } from "../proactor/call/open_path.ts";
import { FileCore, type UndoCall } from "./file_core.ts";

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
  proactor?: IocpProactor | undefined;
  /** Replaces the file system, for tests. */
  files?: FileApi | undefined;
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
  const port = portFor(options.proactor);
  return { port, files: options.files ?? defaultFiles() };
}

/** What to open, and how. */
export interface OpenRequest extends Omit<OpenPathRequest, "undo"> {
  /** False leaves skip mode off. */
  skip: boolean;
  /** Takes back what opening has made; see {@linkcode FileCore.keep}. */
  undo?: UndoCall | undefined;
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
  const { undo, skip, kind, path } = request;
  const back = undo && ((handle: bigint) => undo(files, handle));
  const handle = await openPath(system, { ...request, undo: back });
  try {
    const registered = port.associate(handle, { warnings: false, skip });
    const name = `${kind} "${path}"`;
    return new FileCore(port, registered, { files, name, undo });
  } catch (error) {
    await back?.(handle).catch(() => {});
    port.api.closeHandle(handle);
    throw error;
  }
}
