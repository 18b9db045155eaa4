/**
 * Files on the completion port: reading and writing at positions, copying, and
 * watching folders.
 *
 * @example Write and read at a position
 * ```ts
 * import { openFile } from "@iocp/proactor/file";
 *
 * await using file = await openFile("notes.bin", {
 *   read: true,
 *   write: true,
 *   create: true,
 * });
 * await file.write(new Uint8Array([1, 2, 3]), { at: 0 });
 * const buffer = new Uint8Array(2);
 * console.log(await file.read(buffer, { at: 1 })); // 2
 * ```
 *
 * @module
 */

export { copyFile, type CopyFileOptions } from "./copy_file.ts";
export type { CopyToOptions } from "./copy_to.ts";
export type {
  DirectoryChangeEvent,
  DirectoryEvent,
  DirectoryOverflowEvent,
  DirectoryRenameEvent,
} from "./change_events.ts";
export { DirectoryWatcher } from "./directory_watcher.ts";
export type { OverlappedFileInfo } from "./file_info.ts";
export { openFile } from "./open_file.ts";
export type { OpenFileOptions } from "./open_options.ts";
export {
  type FileOperationOptions,
  OverlappedFile,
} from "./overlapped_file.ts";
export {
  type DirectoryChange,
  watchDirectory,
  type WatchDirectoryOptions,
} from "./watch_directory.ts";
export * from "../ffi/windows_error.ts";
export type { StreamTarget } from "../stream/web_streams.ts";
