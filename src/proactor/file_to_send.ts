/**
 * Files that are sent by `TransmitFile`, or by copying.
 *
 * @module
 */

import { fileURLToPath } from "node:url";
import {
  FILE_FLAG_OVERLAPPED,
  FILE_FLAG_SEQUENTIAL_SCAN,
  FILE_SHARE_DELETE,
  FILE_SHARE_READ,
  FILE_SHARE_WRITE,
  GENERIC_READ,
} from "../ffi/constants.ts";
import { windowsError } from "../ffi/errors.ts";
import { FILE_TYPE_DISK } from "../ffi/file_constants.ts";
import type { SendFileApi } from "../ffi/sendfile_api.ts";
import {
  type FileParameters,
  type Handle,
  INVALID_HANDLE_VALUE,
  type Win32Api,
} from "../ffi/win32_api.ts";
import { assertHandle, assertInteger } from "./arguments.ts";
import type { HandleLike, OperationOptions } from "./proactor_options.ts";

/** A file to send: its path, or a handle of it, however that was opened. */
export type FileLike = string | URL | HandleLike;

/** Options of {@linkcode IocpProactor.sendfile}. */
export interface TransmitFileOptions extends OperationOptions {
  /**
   * Where in the file to begin, in bytes.
   *
   * @default {0}
   */
  offset?: number;
  /** Bytes to send at most: all to the end of the file by default. */
  count?: number | undefined;
  /**
   * Told how many bytes were sent so far, after each 64 MiB or less.
   *
   * @param sent Bytes.
   */
  onProgress?: ((sent: number) => void) | undefined;
}

/** A part of a file. */
export interface FileRange {
  /** The file. */
  file: Handle;
  /** Where it begins. */
  offset: number;
  /** Bytes. */
  length: number;
}

/** What a file to send is opened with. */
export interface SendFileSeam {
  /** Opens and closes files, and gives the text of errors. */
  api: Win32Api;
  /** Looks at files. */
  files: SendFileApi;
}

/** `TransmitFile` takes 2^31 - 2 bytes at most. */
const MAX_PIECE = 0x7fff_0000;
const PROGRESS_PIECE = 64 << 20;

const OPENED: Omit<FileParameters, "name"> = {
  access: GENERIC_READ,
  shareMode: FILE_SHARE_READ | FILE_SHARE_WRITE | FILE_SHARE_DELETE,
  flags: FILE_FLAG_OVERLAPPED | FILE_FLAG_SEQUENTIAL_SCAN,
};

const ACTION = "Cannot send file";

/**
 * A file that is about to be sent. Its handle is overlapped, so that it can be
 * read at any offset and no position in it moves.
 */
export class FileToSend implements Disposable {
  readonly #seam: SendFileSeam;
  readonly #size: number;
  #handle: Handle;
  #owned: boolean;

  /**
   * Opens a file, or looks at one that is open.
   *
   * @param seam Windows.
   * @param file Its path or handle.
   * @throws {TypeError} when it is neither, or no file on a disk.
   * @throws {Deno.errors.BadResource} when the handle is closed.
   * @throws {Deno.errors.NotFound} when there is no such file.
   * @throws {WindowsError} when Windows refuses for another reason.
   */
  constructor(seam: SendFileSeam, file: FileLike) {
    this.#seam = seam;
    const path = file instanceof URL ? fileURLToPath(file) : file;
    this.#owned = typeof path === "string";
    this.#handle = typeof path === "string"
      ? this.#open(path)
      : this.#borrow(path);
    try {
      this.#size = this.#measure();
    } catch (error) {
      this[Symbol.dispose]();
      throw error;
    }
  }

  /** The overlapped handle; perhaps the caller's. */
  get handle(): Handle {
    return this.#handle;
  }

  /**
   * The part of the file that there is.
   *
   * @param options What is wanted.
   * @returns Where it begins, and its length in bytes.
   */
  range(options: TransmitFileOptions): FileRange {
    const { offset = 0, count = Infinity } = options;
    const length = Math.max(Math.min(count, this.#size - offset), 0);
    return { file: this.#handle, offset, length };
  }

  /**
   * Makes sure that the handle is on no port: the caller's may be.
   *
   * @throws {WindowsError} when Windows gives no other handle of the file.
   */
  own(): void {
    if (!this.#owned) this.#reopen(this.#handle);
  }

  /** Closes the file, unless the handle is the caller's. */
  [Symbol.dispose](): void {
    if (!this.#owned) return;
    this.#owned = false;
    this.#seam.api.closeHandle(this.#handle);
  }

  /**
   * Leaves the close of the handle to others.
   *
   * @returns The handle.
   */
  release(): Handle {
    this.#owned = false;
    return this.#handle;
  }

  #open(name: string): Handle {
    const { api } = this.#seam;
    const handle = api.createFile({ name, ...OPENED });
    if (handle !== INVALID_HANDLE_VALUE) return handle;
    throw windowsError(api, api.lastError, {
      syscall: "CreateFileW",
      action: `Cannot open file "${name}"`,
    });
  }

  #borrow(file: HandleLike): Handle {
    const handle = typeof file === "object" && file !== null
      ? file.handle ?? 0n
      : file;
    assertHandle("send file", handle);
    const { files } = this.#seam;
    const type = files.fileType(handle);
    if (type < 0) throw this.#error("GetFileType");
    if (type !== FILE_TYPE_DISK) {
      throw new TypeError(
        `${ACTION}: the handle is not that of a regular file`,
      );
    }
    return files.isOverlapped(handle) ? handle : this.#reopen(handle);
  }

  #reopen(handle: Handle): Handle {
    const other = this.#seam.files.reOpenFile(handle, OPENED);
    if (other === INVALID_HANDLE_VALUE) throw this.#error("ReOpenFile");
    this.#owned = true;
    return this.#handle = other;
  }

  #measure(): number {
    const size = this.#seam.files.fileSize(this.#handle);
    if (size < 0) throw this.#error("GetFileSizeEx");
    return size;
  }

  #error(syscall: string): Error {
    const { api, files } = this.#seam;
    return windowsError(api, files.lastError, { syscall, action: ACTION });
  }
}

/**
 * Refuses what are no options.
 *
 * @param options The options.
 * @throws {RangeError} when a number is not 0 or more, or not whole.
 */
export function assertTransmitOptions(options: TransmitFileOptions): void {
  const { offset = 0, count = 0 } = options;
  assertInteger("offset", offset, [0, Number.MAX_SAFE_INTEGER]);
  assertInteger("count", count, [0, Number.MAX_SAFE_INTEGER]);
}

/**
 * Sends a file piece by piece.
 *
 * @param file The file.
 * @param options Which part, and who is told.
 * @param send Sends one piece; gives the number of bytes.
 * @returns Bytes sent; fewer than asked for when the file ends before.
 */
export async function sendPieces(
  file: FileToSend,
  options: TransmitFileOptions,
  send: (piece: FileRange) => PromiseLike<number>,
): Promise<number> {
  const range = file.range(options);
  const most = options.onProgress ? PROGRESS_PIECE : MAX_PIECE;
  let sent = 0;
  while (sent < range.length) {
    const length = Math.min(range.length - sent, most);
    const offset = range.offset + sent;
    const count = await send({ file: range.file, offset, length });
    if (count === 0) break; // the file has become shorter
    sent += count;
    options.onProgress?.(sent);
  }
  return sent;
}
