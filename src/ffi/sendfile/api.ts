/**
 * The seam for what `sendfile` must know of a file.
 *
 * The conventions are those of `Win32Api`.
 *
 * @module
 */

import type { OpenFileApi } from "../file/api.ts";
import type { FileParameters, Handle } from "../win32_api.ts";

/** Every native call about a file that is to be sent. */
export interface SendFileApi {
  /** The error code of the last call on this object that failed. */
  readonly lastError: number;
  /** Opens paths. */
  readonly paths: OpenFileApi;

  /**
   * `GetFileType`.
   *
   * @returns `FILE_TYPE_DISK` or another type, or -1 with the code in
   * `lastError`.
   */
  fileType(file: Handle): number;

  /**
   * `GetFileSizeEx`.
   *
   * @returns Bytes, or -1 with the code in `lastError`.
   */
  fileSize(file: Handle): number;

  /**
   * `NtQueryInformationFile` for the mode of the handle. `TransmitFile` takes
   * its offset from the OVERLAPPED for overlapped handles only, and an
   * unbuffered one can only be read in whole sectors.
   *
   * @returns True for a handle that is overlapped and buffered.
   */
  isOverlapped(file: Handle): boolean;

  /** `ReOpenFile`: another handle of the same file. */
  reOpenFile(file: Handle, parameters: Omit<FileParameters, "name">): Handle;
}
