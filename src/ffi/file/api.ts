/**
 * The seam between the library and the file system.
 *
 * Conventions, as those of `Win32Api`: a call returns 0 or the Win32 code, and
 * for overlapped calls 997 (ERROR_IO_PENDING) says that a packet follows. What
 * returns a promise runs on another thread, since it may wait for a disk or
 * another computer: the file must stay open until the promise is settled. It
 * rejects only for want of native memory.
 *
 * @module
 */

import type { Address, Handle } from "../win32_api.ts";

/** The arguments of `NtCreateFile`. The handle is always overlapped. */
export interface CreateFileParameters {
  /** A path as `getFullPathName` gives it. */
  path: string;
  /** `DesiredAccess`. */
  access: number;
  /** `ShareAccess`: `FILE_SHARE_*`. */
  shareMode: number;
  /** `CreateDisposition`. */
  disposition: number;
  /** `CreateOptions`. */
  options: number;
}

/** What came of `createFile`. */
export interface CreateFileAnswer {
  /** 0 or a Win32 code. */
  code: number;
  /** The handle, which the receiver must close, or `INVALID_HANDLE_VALUE`. */
  handle: Handle;
}

/** `FILE_NETWORK_OPEN_INFORMATION`. Times are milliseconds since 1970. */
export interface FileInformation {
  /** When the file was created; `null` where that is not known. */
  creationTime: number | null;
  /** When it was last accessed. */
  lastAccessTime: number | null;
  /** When it was last written. */
  lastWriteTime: number | null;
  /** When anything of it was last changed. */
  changeTime: number | null;
  /** Bytes on the disk. */
  allocationSize: number;
  /** Bytes of the file. */
  endOfFile: number;
  /** `FILE_ATTRIBUTE_*`. */
  attributes: number;
}

/** What came of `queryInformation`. */
export interface FileInformationAnswer {
  /** 0 or a Win32 code. */
  code: number;
  /** What Windows has told; of zeros on failure. */
  information: FileInformation;
}

/** What to set with `setInformation`. */
export interface FileInformationSetting {
  /** `FileInformationClass`. */
  informationClass: number;
  /** The structure of the class. */
  data: Uint8Array<ArrayBuffer>;
}

/** What `writeFile` writes, all of it native memory. */
export interface WriteParameters {
  /** The bytes. */
  buffer: Address;
  /** Their number. */
  length: number;
  /** The OVERLAPPED, with the position in the file. */
  overlapped: Address;
}

/** How `notifyChangeDirectory` watches. */
export interface NotifyParameters {
  /** Native memory for the records, aligned to 4 bytes. */
  buffer: Address;
  /** Its bytes. */
  length: number;
  /** `CompletionFilter`: `FILE_NOTIFY_CHANGE_*`. */
  filter: number;
  /** `WatchTree`: also the directories below. */
  recursive: boolean;
}

/** The calls that lead from a path to a handle. */
export interface OpenFileApi {
  /** The error code of the last call on this object that failed. */
  readonly lastError: number;

  /**
   * `GetFullPathNameW`.
   *
   * @returns The path, or `""` with the code in `lastError`.
   */
  getFullPathName(path: string): string;
  /**
   * `NtCreateFile`, on another thread. Whoever serves the path, a pipe behind a
   * link perhaps, may identify this process, not act for it.
   */
  createFile(parameters: CreateFileParameters): Promise<CreateFileAnswer>;
  /** `GetFileType`; 0 when it is not known. */
  getFileType(file: Handle): number;
}

/** Every call that only files need. */
export interface FileApi extends OpenFileApi {
  /** `NtQueryInformationFile` for sizes and times, on another thread. */
  queryInformation(file: Handle): Promise<FileInformationAnswer>;
  /** `NtSetInformationFile`, on another thread. */
  setInformation(
    file: Handle,
    setting: FileInformationSetting,
  ): Promise<number>;
  /**
   * `NtWriteFile`, on another thread: an overlapped write that makes a file
   * longer is carried out while its caller waits. Source: Microsoft, KB 156932,
   * Asynchronous disk I/O appears as synchronous. A packet may follow, and be
   * there before the promise is settled.
   *
   * @returns 0, 997 or a Win32 code, as of any overlapped call.
   */
  writeFile(file: Handle, parameters: WriteParameters): Promise<number>;
  /** `NtFlushBuffersFile`, on another thread. */
  flushFileBuffers(file: Handle): Promise<number>;
  /**
   * `NtNotifyChangeDirectoryFile`, which is `ReadDirectoryChangesW`. The handle
   * must not be in skip mode: every success queues a packet.
   */
  notifyChangeDirectory(
    directory: Handle,
    parameters: NotifyParameters,
    overlapped: Address,
  ): number;
}
