/**
 * What is asked about files that are sent, on the simulated Winsock.
 *
 * @module
 */

import type { OpenFileApi } from "../../src/ffi/file/api.ts";
import { FILE_TYPE_DISK } from "../../src/ffi/file/constants.ts";
import type { SendFileApi } from "../../src/ffi/sendfile/api.ts";
import { type Handle, INVALID_HANDLE_VALUE } from "../../src/ffi/win32_api.ts";
import type { SimulatedSockets } from "./sockets.ts";

const ERROR_PATH_NOT_FOUND = 3;
const ERROR_INVALID_HANDLE = 6;
const ERROR_SHARING_VIOLATION = 32;

/** The simulated files. */
export class SimulatedSendFile implements SendFileApi {
  lastError = 0;
  /** Opens paths; a world without a disk knows none. */
  paths: OpenFileApi = new NoPaths();
  /** What `GetFileType` says. */
  type = FILE_TYPE_DISK;
  /** Whether the handles are overlapped. */
  overlapped = true;
  /** What `ReOpenFile` gives. */
  reopened: Handle = INVALID_HANDLE_VALUE;
  readonly #sockets: SimulatedSockets;

  /** @param sockets Where the files are. */
  constructor(sockets: SimulatedSockets) {
    this.#sockets = sockets;
  }

  fileType(file: Handle): number {
    return this.#find(file) === undefined ? -1 : this.type;
  }

  fileSize(file: Handle): number {
    return this.#find(file)?.length ?? -1;
  }

  isOverlapped(_file: Handle): boolean {
    return this.overlapped;
  }

  reOpenFile(_file: Handle): Handle {
    this.lastError = ERROR_SHARING_VIOLATION;
    return this.reopened;
  }

  #find(file: Handle): Uint8Array | undefined {
    const data = this.#sockets.files.get(file);
    if (data === undefined) this.lastError = ERROR_INVALID_HANDLE;
    return data;
  }
}

/** There is no disk. */
class NoPaths implements OpenFileApi {
  readonly lastError = ERROR_PATH_NOT_FOUND;

  getFullPathName(_path: string): string {
    return "";
  }

  createFile(): Promise<never> {
    return Promise.reject(new Error("there is no disk"));
  }

  getFileType(_file: Handle): number {
    return 0;
  }
}
