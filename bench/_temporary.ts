/**
 * Files of the benchmarks, which need no permission but `--allow-ffi`.
 *
 * @module
 */

import { openFile, type OverlappedFile } from "../src/file/mod.ts";

/** A file that lives until the process ends, whoever else has opened it. */
export interface Temporary {
  /** Where it is. */
  path: string;
  /** This library's file, which removes it when it is closed. */
  file: OverlappedFile;
}

/**
 * Makes a file in the folder for temporary files that all users may write to.
 *
 * @param size Bytes; all are there, and zero.
 * @returns The file. It is removed when it is closed, also by the process's
 * end.
 */
export async function openTemporary(size: number): Promise<Temporary> {
  const path = `C:\\Windows\\Temp\\proactor-bench-${crypto.randomUUID()}.bin`;
  const file = await openFile(path, {
    read: true,
    write: true,
    createNew: true,
    deleteOnClose: true,
  });
  await file.truncate(size);
  return { path, file };
}
