/**
 * The calls of files that have no overlapped form, on another thread.
 *
 * @module
 */

import type {
  FileApi,
  FileInformation,
  FileInformationSetting,
} from "../ffi/file/api.ts";
import {
  FILE_DISPOSITION_INFORMATION,
  FILE_END_OF_FILE_INFORMATION,
} from "../ffi/file/constants.ts";
import { encodeLargeInteger } from "../ffi/file/structs.ts";
import type { Handle } from "../ffi/win32_api.ts";
import type { FileCore } from "./file_core.ts";

/**
 * Asks for sizes and times.
 *
 * @param file The file.
 * @param action What is tried, for errors: `"stat"`.
 * @returns The answer.
 */
export async function queryInformation(
  file: FileCore,
  action: string,
): Promise<FileInformation> {
  const { code, information } = await file.call(
    action,
    (files, handle) => files.queryInformation(handle),
  );
  if (code === 0) return file.end = information.endOfFile, information;
  throw file.error(code, { syscall: "NtQueryInformationFile", action });
}

/**
 * Cuts a file off, or extends it by zeros.
 *
 * @param file The file.
 * @param size Its new size in bytes.
 */
export async function setEndOfFile(
  file: FileCore,
  size: number,
): Promise<void> {
  await setInformation(file, "truncate", {
    informationClass: FILE_END_OF_FILE_INFORMATION,
    data: encodeLargeInteger(size),
  });
  file.end = size;
}

/**
 * Deletes a file when its handles are closed.
 *
 * @param files The file system.
 * @param handle The file, opened with the right to delete it.
 * @returns 0 or a Win32 code.
 */
export function deleteFile(files: FileApi, handle: Handle): Promise<number> {
  return files.setInformation(handle, {
    informationClass: FILE_DISPOSITION_INFORMATION,
    data: Uint8Array.of(1),
  });
}

/**
 * Waits until what was written is on the disk.
 *
 * @param file The file.
 */
export async function flushFileBuffers(file: FileCore): Promise<void> {
  const action = "flush";
  const code = await file.call(
    action,
    (files, handle) => files.flushFileBuffers(handle),
  );
  if (code === 0) return;
  throw file.error(code, { syscall: "NtFlushBuffersFile", action });
}

async function setInformation(
  file: FileCore,
  action: string,
  setting: FileInformationSetting,
): Promise<void> {
  const code = await file.call(
    action,
    (files, handle) => files.setInformation(handle, setting),
  );
  if (code === 0) return;
  throw file.error(code, { syscall: "NtSetInformationFile", action });
}
