/**
 * `copyFile`: copies a file by overlapped reads and writes.
 *
 * @module
 */

import type { FileApi } from "../ffi/file/api.ts";
import { DELETE } from "../ffi/file/constants.ts";
import type { IocpProactor } from "../proactor/iocp_proactor.ts";
import { fullPath } from "../proactor/call/open_path.ts";
import { assertCopyOptions, copyTo, type CopyToOptions } from "./copy_to.ts";
import { deleteFile, queryInformation, setEndOfFile } from "./file_calls.ts";
import type { FileCore } from "./file_core.ts";
import { fileSystem, openHandle } from "./open_handle.ts";
import { openParameters } from "./open_options.ts";

/** Options of {@linkcode copyFile}. */
export interface CopyFileOptions extends CopyToOptions {
  /** The proactor to use instead of the shared one. */
  proactor?: IocpProactor | undefined;
  /**
   * Replaces the file system, for tests.
   *
   * @ignore
   */
  files?: FileApi | undefined;
}

/**
 * Copies the bytes of a file, with many blocks in flight and none of them in
 * JavaScript. A file that is there is emptied first; nobody can open it until
 * it is complete. Attributes, times and other streams of the file are not
 * copied.
 *
 * When the copy fails, is aborted, or the proactor is closed meanwhile, the file
 * is deleted, also one that was there before, and the promise rejects after
 * that. (Only what stops the copy before it opens its target, such as a source
 * that is not there, leaves a file that was there as it was.)
 *
 * @example Usage
 * ```ts
 * import { copyFile } from "@iocp/proactor/file";
 *
 * const bytes = await copyFile("data.bin", "copy.bin");
 * console.log(`${bytes} bytes copied`);
 * ```
 *
 * @param from The path of the file, or a `file:` URL.
 * @param to The path of the copy, or a `file:` URL.
 * @param options Blocks in flight, their size, a signal. An abort waits for the
 * target to be opened, if that has begun.
 * @returns The number of bytes.
 * @throws {TypeError} when a path is empty or holds a NUL.
 * @throws {RangeError} when a number is out of its range.
 * @throws {Deno.errors.NotFound} when there is no such file.
 * @throws {Deno.errors.Busy} when both are the same file, or another handle
 * does not share one of them.
 * @throws {Deno.errors.PermissionDenied} when Windows denies it.
 * @throws {Deno.errors.IsADirectory} when one is a directory.
 * @throws {Deno.errors.NotSupported} when one is a pipe or a device, or the
 * system is not Windows.
 * @throws {Deno.errors.BadResource} when the proactor is closed.
 * @throws {Deno.errors.NotCapable} when `--allow-ffi` was not granted.
 */
export async function copyFile(
  from: string | URL,
  to: string | URL,
  options: CopyFileOptions = {},
): Promise<number> {
  assertCopyOptions(options);
  options.signal?.throwIfAborted();
  const source = await openSource(from, options);
  try {
    const target = await openTarget(to, options);
    try {
      return await copyAll(source, target, options);
    } finally {
      target.close();
      await target.finished;
    }
  } finally {
    source.close();
    await source.finished;
  }
}

function openSource(
  path: string | URL,
  options: CopyFileOptions,
): Promise<FileCore> {
  const system = fileSystem(options);
  return openHandle(system, {
    path: fullPath(system, path, "copy file"),
    kind: "file",
    parameters: openParameters({ hint: "sequential" }, "copy file"),
    skip: true,
    signal: options.signal,
  });
}

/** Not shared, so that it cannot be the source as well. */
function openTarget(
  path: string | URL,
  options: CopyFileOptions,
): Promise<FileCore> {
  const system = fileSystem(options);
  const parameters = openParameters({
    write: true,
    create: true,
    truncate: true,
    shareRead: false,
    shareWrite: false,
    shareDelete: false,
  }, "copy file");
  return openHandle(system, {
    path: fullPath(system, path, "copy file"),
    kind: "file",
    parameters: { ...parameters, access: parameters.access | DELETE },
    skip: true,
    signal: options.signal,
    undo: deleteFile,
  });
}

async function copyAll(
  source: FileCore,
  target: FileCore,
  options: CopyFileOptions,
): Promise<number> {
  const { endOfFile } = await queryInformation(source, "copy");
  // Windows makes a file longer while everybody waits: once is enough.
  await setEndOfFile(target, endOfFile);
  const bytes = await copyTo(source, target, options);
  if (bytes !== endOfFile) await setEndOfFile(target, bytes);
  target.assertOpen("copy to");
  target.keep();
  return bytes;
}
