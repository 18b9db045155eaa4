/**
 * The seam between the library and the files that sockets with a path leave.
 *
 * A call that returns BOOL in C returns 0 or the Win32 code, as in `Win32Api`.
 *
 * @module
 */

/** The files of sockets. */
export interface SocketFileApi {
  /**
   * `GetFullPathNameW`.
   *
   * @param path Any path.
   * @returns The same from the root on; `path` itself when Windows refuses.
   */
  fullPath(path: string): string;
  /**
   * `DeleteFileW`.
   *
   * @param path The file.
   * @returns 0 or a Win32 code.
   */
  deleteFile(path: string): number;
}
