/**
 * What is known of a file besides its bytes.
 *
 * @module
 */

import type { FileInformation } from "../ffi/file/api.ts";

/** The members of `Deno.FileInfo` that a handle tells, and Windows' own. */
export interface OverlappedFileInfo {
  /** Always true. */
  isFile: true;
  /** Always false. */
  isDirectory: false;
  /** Always false: a link is opened as what it leads to. */
  isSymlink: false;
  /** Bytes of the file. */
  size: number;
  /** Bytes it takes on the disk: fewer than `size` when it is sparse. */
  allocationSize: number;
  /** When it was last written; `null` where that is not known. */
  mtime: Date | null;
  /** When it was last accessed; `null` where that is not known. */
  atime: Date | null;
  /** When it was created; `null` where that is not known. */
  birthtime: Date | null;
  /** When anything of it was last changed; `null` where that is not known. */
  ctime: Date | null;
  /** `FILE_ATTRIBUTE_*`. */
  attributes: number;
}

/**
 * Shapes what Windows has told.
 *
 * @param information What it has told.
 * @returns The same, as Deno's users know it.
 */
export function fileInfo(information: FileInformation): OverlappedFileInfo {
  return {
    isFile: true,
    isDirectory: false,
    isSymlink: false,
    size: information.endOfFile,
    allocationSize: information.allocationSize,
    mtime: date(information.lastWriteTime),
    atime: date(information.lastAccessTime),
    birthtime: date(information.creationTime),
    ctime: date(information.changeTime),
    attributes: information.attributes,
  };
}

function date(time: number | null): Date | null {
  return time === null ? null : new Date(time);
}
