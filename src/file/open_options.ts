/**
 * How files are opened: from options to what the kernel is asked.
 *
 * @module
 */

import { assertOptions, shownValue } from "../proactor/arguments.ts";
import {
  FILE_SHARE_DELETE,
  FILE_SHARE_READ,
  FILE_SHARE_WRITE,
} from "../ffi/constants.ts";
import type { CreateFileParameters, FileApi } from "../ffi/file/api.ts";
import {
  DELETE,
  FILE_CREATE,
  FILE_DELETE_ON_CLOSE,
  FILE_GENERIC_READ,
  FILE_GENERIC_WRITE,
  FILE_NO_INTERMEDIATE_BUFFERING,
  FILE_NON_DIRECTORY_FILE,
  FILE_OPEN,
  FILE_OPEN_IF,
  FILE_OVERWRITE,
  FILE_OVERWRITE_IF,
  FILE_RANDOM_ACCESS,
  FILE_READ_ATTRIBUTES,
  FILE_SEQUENTIAL_ONLY,
  FILE_WRITE_DATA,
  FILE_WRITE_THROUGH,
  SYNCHRONIZE,
} from "../ffi/file/constants.ts";
import type { IocpProactor } from "../proactor/iocp_proactor.ts";

/** Options of {@linkcode openFile}: those of `Deno.open`, and Windows' own. */
export interface OpenFileOptions {
  /**
   * Opens for reading.
   *
   * @default {true} unless `write` or `append` is true
   */
  read?: boolean | undefined;
  /**
   * Opens for writing.
   *
   * @default {false}
   */
  write?: boolean | undefined;
  /**
   * Opens for writing at the end only, wherever that is by then: nothing that
   * others write is overwritten.
   *
   * @default {false}
   */
  append?: boolean | undefined;
  /**
   * Empties the file. Needs `write`.
   *
   * @default {false}
   */
  truncate?: boolean | undefined;
  /**
   * Makes the file if there is none. Needs `write` or `append`.
   *
   * @default {false}
   */
  create?: boolean | undefined;
  /**
   * Makes the file, and fails if there is one. Needs `write` or `append`.
   *
   * @default {false}
   */
  createNew?: boolean | undefined;
  /**
   * Lets other handles read the file meanwhile.
   *
   * @default {true}
   */
  shareRead?: boolean | undefined;
  /**
   * Lets other handles write the file meanwhile.
   *
   * @default {true}
   */
  shareWrite?: boolean | undefined;
  /**
   * Lets others delete or rename the file meanwhile.
   *
   * @default {true}
   */
  shareDelete?: boolean | undefined;
  /**
   * Makes the file sparse: what is never written takes no room on the disk.
   * Needs `write`. A file that was made stays when the disk has no such files.
   *
   * @default {false}
   */
  sparse?: boolean | undefined;
  /**
   * Reads and writes the disk, not the system's cache. Positions and lengths
   * must be multiples of its sectors (4,096 bytes are one for every disk).
   *
   * @default {false}
   */
  noBuffering?: boolean | undefined;
  /**
   * Ends a write when it is on the disk.
   *
   * @default {false}
   */
  writeThrough?: boolean | undefined;
  /**
   * Deletes the file when its last handle is closed.
   *
   * @default {false}
   */
  deleteOnClose?: boolean | undefined;
  /** How the file will be read, for the system's cache. */
  hint?: "sequential" | "random" | undefined;
  /**
   * Abandons opening: the promise rejects with the signal's reason. A file that
   * was to be made or emptied may have been.
   */
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

/** How the kernel is asked to open a file, but for the path. */
export type OpenParameters = Omit<CreateFileParameters, "path">;

const OPEN_OPTIONS = {
  read: "boolean",
  write: "boolean",
  append: "boolean",
  create: "boolean",
  createNew: "boolean",
  truncate: "boolean",
  sparse: "boolean",
  shareRead: "boolean",
  shareWrite: "boolean",
  shareDelete: "boolean",
  noBuffering: "boolean",
  writeThrough: "boolean",
  deleteOnClose: "boolean",
  signal: "signal",
} as const;

/**
 * Refuses options that are none.
 *
 * @param options The options.
 * @throws {TypeError} when one is of another type.
 */
export function assertOpenOptions(options: OpenFileOptions): void {
  assertOptions(options, OPEN_OPTIONS);
  const { hint } = options;
  if (hint === undefined || hint === "sequential" || hint === "random") return;
  throw new TypeError(
    `Cannot use hint ${shownValue(hint)}: ` +
      'it is neither "sequential" nor "random"',
  );
}

/**
 * Translates options.
 *
 * @param options The options.
 * @param action The beginning of an error's message.
 * @returns What the kernel is asked.
 * @throws {TypeError} when options contradict each other.
 */
export function openParameters(
  options: OpenFileOptions,
  action: string,
): OpenParameters {
  const fault = contradiction(options);
  if (fault !== null) throw new TypeError(`Cannot ${action}: ${fault}`);
  return {
    access: accessMask(options),
    shareMode: shareMode(options),
    disposition: disposition(options),
    options: createOptions(options),
  };
}

function contradiction(options: OpenFileOptions): string | null {
  const { write, append, truncate } = options;
  const reads = options.read ?? !(write || append);
  if (!reads && !write && !append) {
    return `none of "read", "write" and "append" is true`;
  }
  if (truncate && (!write || append)) {
    return `"truncate" needs "write", and cannot go with "append"`;
  }
  if ((options.create || options.createNew) && !write && !append) {
    return `"create" and "createNew" need "write" or "append"`;
  }
  if (options.sparse && (!write || append)) {
    return `"sparse" needs "write", and cannot go with "append"`;
  }
  if (append && options.noBuffering) {
    return `"append" cannot go with "noBuffering"`;
  }
  return null;
}

function accessMask(options: OpenFileOptions): number {
  const { write, append } = options;
  let mask = SYNCHRONIZE | FILE_READ_ATTRIBUTES;
  if (options.read ?? !(write || append)) mask |= FILE_GENERIC_READ;
  // Without the right to write data, the file system appends on its own.
  if (append) mask |= FILE_GENERIC_WRITE & ~FILE_WRITE_DATA;
  else if (write) mask |= FILE_GENERIC_WRITE;
  if (options.deleteOnClose) mask |= DELETE;
  return mask;
}

function shareMode(options: OpenFileOptions): number {
  const { shareRead = true, shareWrite = true, shareDelete = true } = options;
  return (shareRead ? FILE_SHARE_READ : 0) |
    (shareWrite ? FILE_SHARE_WRITE : 0) |
    (shareDelete ? FILE_SHARE_DELETE : 0);
}

function disposition(options: OpenFileOptions): number {
  if (options.createNew) return FILE_CREATE;
  if (options.truncate) {
    return options.create ? FILE_OVERWRITE_IF : FILE_OVERWRITE;
  }
  return options.create ? FILE_OPEN_IF : FILE_OPEN;
}

function createOptions(options: OpenFileOptions): number {
  return FILE_NON_DIRECTORY_FILE |
    (options.writeThrough ? FILE_WRITE_THROUGH : 0) |
    (options.noBuffering ? FILE_NO_INTERMEDIATE_BUFFERING : 0) |
    (options.deleteOnClose ? FILE_DELETE_ON_CLOSE : 0) |
    (options.hint === "sequential" ? FILE_SEQUENTIAL_ONLY : 0) |
    (options.hint === "random" ? FILE_RANDOM_ACCESS : 0);
}
