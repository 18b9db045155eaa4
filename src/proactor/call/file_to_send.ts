/**
 * Files that are sent by `TransmitFile`, or by copying.
 *
 * @module
 */

import {
  FILE_FLAG_OVERLAPPED,
  FILE_FLAG_SEQUENTIAL_SCAN,
  FILE_SHARE_DELETE,
  FILE_SHARE_READ,
  FILE_SHARE_WRITE,
  GENERIC_READ,
} from "../../ffi/constants.ts";
import { windowsError } from "../../ffi/errors.ts";
import type { CreateFileParameters } from "../../ffi/file/api.ts";
import {
  FILE_GENERIC_READ,
  FILE_NON_DIRECTORY_FILE,
  FILE_OPEN,
  FILE_SEQUENTIAL_ONLY,
  FILE_TYPE_DISK,
} from "../../ffi/file/constants.ts";
import type { SendFileApi } from "../../ffi/sendfile/api.ts";
import {
  type FileParameters,
  type Handle,
  INVALID_HANDLE_VALUE,
} from "../../ffi/win32_api.ts";
import { assertHandle } from "../arguments.ts";
import type { CompletionPort } from "../port/completion_port.ts";
import { fullPath, openPath } from "./open_path.ts";
import type { HandleLike, OperationOptions } from "../proactor_options.ts";

/**
 * A file to send: its path (or `file:` URL), or a handle of it, however that
 * was opened. Paths are opened as {@linkcode openFile} opens them: pipes and
 * devices are refused, and this thread is not blocked.
 */
export type FileLike = string | URL | HandleLike;

/** Options of {@linkcode IocpProactor.sendfile}. */
export interface TransmitFileOptions extends OperationOptions {
  /**
   * Where in the file to begin, in bytes.
   *
   * @default {0}
   */
  offset?: number | undefined;
  /** Bytes to send at most: all to the end of the file by default. */
  count?: number | undefined;
  /**
   * Called after each 64 MiB or less with the number of bytes sent so far.
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

/** How a file to send is opened. */
export interface SendFileSeam {
  /** Closes files, and gives the text of errors. */
  port: CompletionPort;
  /** Opens files, and reads their properties. */
  files: SendFileApi;
}

/** `TransmitFile` takes 2^31 - 2 bytes at most. */
const MAX_PIECE = 0x7fff_0000;
const PROGRESS_PIECE = 64 << 20;

const SHARE_ALL = FILE_SHARE_READ | FILE_SHARE_WRITE | FILE_SHARE_DELETE;

const OPENED: Omit<CreateFileParameters, "path"> = {
  access: FILE_GENERIC_READ,
  shareMode: SHARE_ALL,
  disposition: FILE_OPEN,
  options: FILE_NON_DIRECTORY_FILE | FILE_SEQUENTIAL_ONLY,
};

const REOPENED: Omit<FileParameters, "name"> = {
  access: GENERIC_READ,
  shareMode: SHARE_ALL,
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
   * @param seam Windows.
   * @param file A handle of it.
   * @param owned True for a handle that is this object's from now on.
   * @throws {TypeError} when it is no file on a disk.
   * @throws {Deno.errors.BadResource} when the handle is closed.
   * @throws {WindowsError} when Windows refuses for another reason.
   */
  private constructor(seam: SendFileSeam, file: HandleLike, owned: boolean) {
    this.#seam = seam;
    this.#owned = owned;
    this.#handle = owned ? file as Handle : this.#borrow(file);
    try {
      this.#size = this.#measure();
    } catch (error) {
      this[Symbol.dispose]();
      throw error;
    }
  }

  /**
   * Opens a file, or borrows an open one. A handle is examined before the call
   * returns, since later its value may belong to another object.
   *
   * @param seam Windows.
   * @param file Its path or handle.
   * @param signal Abandons opening.
   * @returns The file.
   * @throws {TypeError} when it is neither, or no file on a disk.
   * @throws {Deno.errors.BadResource} when the handle is closed.
   * @throws {Deno.errors.NotFound} when there is no such file.
   * @throws {Deno.errors.NotSupported} when the path is that of a pipe or a
   * device.
   * @throws {WindowsError} when Windows refuses for another reason.
   */
  static async open(
    seam: SendFileSeam,
    file: FileLike,
    signal?: AbortSignal,
  ): Promise<FileToSend> {
    const isPath = typeof file === "string" || file instanceof URL;
    if (!isPath) return new FileToSend(seam, file, false);
    const system = { port: seam.port, files: seam.files.paths };
    const handle = await openPath(system, {
      path: fullPath(system, file, "send file"),
      kind: "file",
      parameters: OPENED,
      signal,
    });
    return new FileToSend(seam, handle, true);
  }

  /** The overlapped handle; perhaps the caller's. */
  get handle(): Handle {
    return this.#handle;
  }

  /**
   * The part of the file that exists of what is wanted.
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
   * Opens the file anew when its handle is the caller's, which may be on a
   * port.
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
    this.#seam.port.api.closeHandle(this.#handle);
  }

  /**
   * Gives away the handle.
   *
   * @returns The handle, which the receiver must close.
   */
  release(): Handle {
    this.#owned = false;
    return this.#handle;
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
    const other = this.#seam.files.reOpenFile(handle, REOPENED);
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
    const { port, files } = this.#seam;
    return windowsError(port.api, files.lastError, { syscall, action: ACTION });
  }
}

/**
 * Sends a file piece by piece.
 *
 * @param file The file.
 * @param options Which part, and what is called after each piece.
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
