/**
 * `watchDirectory`: what changes in a directory, by the completion port.
 *
 * @module
 */

import {
  FILE_SHARE_DELETE,
  FILE_SHARE_READ,
  FILE_SHARE_WRITE,
} from "../ffi/constants.ts";
import type { FileApi } from "../ffi/file/api.ts";
import {
  FILE_DIRECTORY_FILE,
  FILE_LIST_DIRECTORY,
  FILE_NOTIFY_CHANGE_ATTRIBUTES,
  FILE_NOTIFY_CHANGE_CREATION,
  FILE_NOTIFY_CHANGE_DIR_NAME,
  FILE_NOTIFY_CHANGE_FILE_NAME,
  FILE_NOTIFY_CHANGE_LAST_ACCESS,
  FILE_NOTIFY_CHANGE_LAST_WRITE,
  FILE_NOTIFY_CHANGE_SECURITY,
  FILE_NOTIFY_CHANGE_SIZE,
  FILE_OPEN,
  FILE_OPEN_FOR_BACKUP_INTENT,
  SYNCHRONIZE,
} from "../ffi/file/constants.ts";
import {
  assertInteger,
  assertOptions,
  shownValue,
} from "../proactor/arguments.ts";
import type { IocpProactor } from "../proactor/iocp_proactor.ts";
import { fullPath } from "../proactor/call/open_path.ts";
import { DirectoryWatcher } from "./directory_watcher.ts";
import { fileSystem, openHandle } from "./open_handle.ts";
import type { OpenParameters } from "./open_options.ts";

/**
 * What counts as a change: `FILE_NOTIFY_CHANGE_*`. The names are about what is
 * made, removed or renamed, the others about what is modified.
 */
export type DirectoryChange =
  | "fileName"
  | "directoryName"
  | "attributes"
  | "size"
  | "lastWrite"
  | "lastAccess"
  | "creation"
  | "security";

const CHANGES: Readonly<Record<DirectoryChange, number>> = {
  fileName: FILE_NOTIFY_CHANGE_FILE_NAME,
  directoryName: FILE_NOTIFY_CHANGE_DIR_NAME,
  attributes: FILE_NOTIFY_CHANGE_ATTRIBUTES,
  size: FILE_NOTIFY_CHANGE_SIZE,
  lastWrite: FILE_NOTIFY_CHANGE_LAST_WRITE,
  lastAccess: FILE_NOTIFY_CHANGE_LAST_ACCESS,
  creation: FILE_NOTIFY_CHANGE_CREATION,
  security: FILE_NOTIFY_CHANGE_SECURITY,
};

/** Options of {@linkcode watchDirectory}. */
export interface WatchDirectoryOptions {
  /**
   * Watches the directories below too.
   *
   * @default {true}
   */
  recursive?: boolean | undefined;
  /**
   * What counts as a change.
   *
   * @default {["fileName", "directoryName", "size", "lastWrite"]}
   */
  changes?: readonly DirectoryChange[] | undefined;
  /**
   * Bytes for changes that nobody has read yet, 256 to 65536. What does not
   * fit is lost, and an `"overflow"` tells so.
   *
   * @default {65536}
   */
  bufferSize?: number | undefined;
  /** Ends watching: the iteration throws the signal's reason. */
  signal?: AbortSignal | undefined;
  /** The proactor to use instead of the shared one. */
  proactor?: IocpProactor | undefined;
  /**
   * Replaces the file system, for tests.
   *
   * @ignore
   */
  files?: FileApi | undefined;
}

const DEFAULT_CHANGES: readonly DirectoryChange[] = [
  "fileName",
  "directoryName",
  "size",
  "lastWrite",
];

const WATCH_OPTIONS = {
  recursive: "boolean",
  changes: "array",
  signal: "signal",
} as const;

/** Directories of other computers take no more. */
const MAX_BUFFER = 65_536;
const MIN_BUFFER = 256;

/**
 * Watches a directory. What changes after the promise has resolved is told,
 * however slowly the events are taken, or an `"overflow"` says that some are
 * lost. Between two events the next read is with the kernel already.
 *
 * When the directory itself is deleted, the iteration ends with a `NotFound`,
 * behind the events that came before. When it is renamed, watching goes on, and
 * the events have the old path.
 *
 * @example Usage
 * ```ts
 * import { watchDirectory } from "@iocp/proactor/file";
 *
 * const signal = AbortSignal.timeout(60_000);
 * for await (const event of await watchDirectory("inbox", { signal })) {
 *   if (event.kind === "rename") console.log(event.oldPath, "->", event.path);
 *   else console.log(event.kind, event.path);
 * }
 * ```
 *
 * @param path The path of the directory, or a `file:` URL.
 * @param options What to watch for, a signal.
 * @returns The watcher.
 * @throws {TypeError} when the path is empty or holds a NUL, or a change is
 * unknown or none is given.
 * @throws {RangeError} when the size of the buffer is out of its range.
 * @throws {Deno.errors.NotFound} when there is no such directory.
 * @throws {Deno.errors.NotADirectory} when it is a file.
 * @throws {Deno.errors.PermissionDenied} when Windows denies it.
 * @throws {Deno.errors.NotSupported} when it is a pipe or a device, or the
 * system is not Windows.
 * @throws {Deno.errors.BadResource} when the proactor is closed.
 * @throws {Deno.errors.NotCapable} when `--allow-ffi` was not granted.
 */
export async function watchDirectory(
  path: string | URL,
  options: WatchDirectoryOptions = {},
): Promise<DirectoryWatcher> {
  assertOptions(options, WATCH_OPTIONS);
  const { recursive = true, bufferSize = MAX_BUFFER, signal } = options;
  const filter = filterOf(options.changes ?? DEFAULT_CHANGES);
  assertInteger("bufferSize", bufferSize, [MIN_BUFFER, MAX_BUFFER]);
  signal?.throwIfAborted();
  const system = fileSystem(options);
  const full = fullPath(system, path, "watch directory");
  const core = await openHandle(system, {
    path: full,
    kind: "directory",
    parameters: PARAMETERS,
    skip: false,
    signal,
  });
  const { files } = system;
  const settings = { files, bufferSize, filter, recursive, path: full, signal };
  try {
    signal?.throwIfAborted();
    return new DirectoryWatcher(core, settings);
  } catch (error) {
    core.close();
    throw error;
  }
}

const PARAMETERS: OpenParameters = {
  access: FILE_LIST_DIRECTORY | SYNCHRONIZE,
  shareMode: FILE_SHARE_READ | FILE_SHARE_WRITE | FILE_SHARE_DELETE,
  disposition: FILE_OPEN,
  options: FILE_DIRECTORY_FILE | FILE_OPEN_FOR_BACKUP_INTENT,
};

function filterOf(changes: readonly DirectoryChange[]): number {
  let filter = 0;
  for (const change of changes) {
    if (typeof change !== "string" || !Object.hasOwn(CHANGES, change)) {
      const shown = shownValue(change);
      throw new TypeError(
        `Cannot use changes ${shown}: there is no such change`,
      );
    }
    filter |= CHANGES[change];
  }
  if (filter !== 0) return filter;
  throw new TypeError("Cannot use changes: none is given");
}
