/**
 * `openFile`: a file on the completion port.
 *
 * @module
 */

import { ERROR_IO_PENDING } from "../ffi/constants.ts";
import {
  ERROR_INVALID_FUNCTION,
  ERROR_NOT_SUPPORTED,
  FSCTL_SET_SPARSE,
} from "../ffi/file/constants.ts";
import { fullPath } from "../proactor/call/open_path.ts";
import type { FileCore } from "./file_core.ts";
import { FileLane } from "./file_lane.ts";
import { fileSystem, openHandle } from "./open_handle.ts";
import {
  assertOpenOptions,
  type OpenFileOptions,
  openParameters,
} from "./open_options.ts";
import { OverlappedFile } from "./overlapped_file.ts";

/** FILE_SET_SPARSE_BUFFER: a BOOLEAN. */
const SET_SPARSE = Uint8Array.of(1);

/**
 * Opens a file. Nothing of it blocks this thread: a path on another computer
 * is waited for on one of Deno's. It takes `--allow-ffi`; Deno's permissions to
 * read and write do not limit it.
 *
 * Names are Windows': `file.txt:stream` is a stream of a file, spaces and
 * periods at the end of a path do not count. A path may begin with a drive, a
 * share, or `\\?\`; pipes and devices are refused before they are opened, also
 * `NUL` and `COM1` where the version of Windows knows them. What a link leads
 * to may identify this process, and not act for it.
 *
 * @example Usage
 * ```ts
 * import { openFile } from "@iocp/proactor/file";
 *
 * await using log = await openFile("app.log", {
 *   append: true,
 *   create: true,
 * });
 * await log.write(new TextEncoder().encode("started\n"));
 * ```
 *
 * @param path A path of any length, or a `file:` URL.
 * @param options As of `Deno.open`; sharing, caching, a signal.
 * @returns The file.
 * @throws {TypeError} when the path is empty or holds a NUL, or options
 * contradict each other.
 * @throws {RangeError} when the path is longer than Windows allows.
 * @throws {Deno.errors.NotFound} when there is no such file.
 * @throws {Deno.errors.AlreadyExists} when `createNew` finds one.
 * @throws {Deno.errors.PermissionDenied} when Windows denies it.
 * @throws {Deno.errors.Busy} when another handle does not share the file.
 * @throws {Deno.errors.IsADirectory} when it is a directory.
 * @throws {Deno.errors.NotSupported} when it is a pipe or a device, the disk
 * has no sparse files, or the system is not Windows.
 * @throws {Deno.errors.BadResource} when the proactor is closed.
 * @throws {Deno.errors.NotCapable} when `--allow-ffi` was not granted.
 */
export async function openFile(
  path: string | URL,
  options: OpenFileOptions = {},
): Promise<OverlappedFile> {
  assertOpenOptions(options);
  const { signal, sparse = false, append = false } = options;
  signal?.throwIfAborted();
  const system = fileSystem(options);
  const full = fullPath(system, path, "open file");
  const core = await openHandle(system, {
    path: full,
    kind: "file",
    parameters: openParameters(options, `open file "${full}"`),
    skip: true,
    signal,
  });
  if (sparse) await makeSparse(core).catch((error) => fail(core, error));
  return new OverlappedFile(core, { path: full, append });
}

function fail(core: FileCore, error: unknown): never {
  core.close();
  throw error;
}

async function makeSparse(core: FileCore): Promise<void> {
  const code = await setSparse(core);
  if (code === 0) return;
  const unknown = code === ERROR_INVALID_FUNCTION ||
    code === ERROR_NOT_SUPPORTED;
  throw core.error(code, {
    syscall: "NtFsControlFile",
    action: "make sparse",
    ...(unknown
      ? {
        errorClass: Deno.errors.NotSupported,
        state: "the disk has no sparse files",
      }
      : {}),
  });
}

function setSparse(core: FileCore): Promise<number> {
  const { promise, resolve } = Promise.withResolvers<number>();
  const lane = new FileLane(core, end);
  const { api } = core.port;
  const { handle } = core.handle;
  try {
    const code = lane.run(({ address }) =>
      api.fsControl(handle, FSCTL_SET_SPARSE, SET_SPARSE, address)
    );
    if (code !== ERROR_IO_PENDING) end(code);
  } catch (error) {
    lane.dispose();
    throw error;
  }
  return promise;

  function end(code: number): void {
    lane.dispose();
    resolve(code);
  }
}
