/**
 * A simulated disk behind the seam of files, on the simulated kernel.
 *
 * @module
 */

import { FILE_SHARE_WRITE } from "../../src/ffi/constants.ts";
import { completionCode } from "../../src/ffi/errors.ts";
import type {
  CreateFileAnswer,
  CreateFileParameters,
  FileApi,
  FileInformationAnswer,
  FileInformationSetting,
  NotifyParameters,
  WriteParameters,
} from "../../src/ffi/file/api.ts";
import {
  ERROR_FILE_EXISTS,
  ERROR_FILENAME_EXCED_RANGE,
  FILE_CREATE,
  FILE_DELETE_ON_CLOSE,
  FILE_DIRECTORY_FILE,
  FILE_DISPOSITION_INFORMATION,
  FILE_OPEN_IF,
  FILE_OVERWRITE,
  FILE_OVERWRITE_IF,
  FILE_TYPE_DISK,
  FILE_WRITE_DATA,
} from "../../src/ffi/file/constants.ts";
import { isLiteralPath } from "../../src/ffi/file/file_path.ts";
import {
  type Address,
  type Handle,
  INVALID_HANDLE_VALUE,
} from "../../src/ffi/win32_api.ts";
import { DiskDirectory, type DiskEntry, DiskFile } from "./disk_file.ts";
import { getFullPathName } from "./full_path.ts";
import type { SimulationOptions } from "./options.ts";
import { SimulatedWin32 } from "./simulated_win32.ts";
import { STATUS_PENDING, toDosError } from "./status.ts";

const MAX_PATH_UNITS = 32_767;

/** A call that waits on a thread. */
export interface HeldCall {
  /** The function. */
  name: string;
  /** Lets it go on, and ends it. */
  finish(): void;
}

/** A kernel with a disk. `files` is what the library is given. */
export class SimulatedFiles extends SimulatedWin32 {
  /** The seam. */
  readonly files: FileApi = new DiskApi(this);
  /** What there is, by full path in lower case. */
  readonly entries = new Map<string, DiskEntry>();
  /** While true, calls on other threads go to `heldCalls`. */
  holdCalls = false;
  /** Calls that wait, oldest first. */
  readonly heldCalls: HeldCall[] = [];
  /** Names of the calls on other threads, in the order they began. */
  readonly begun: string[] = [];
  /** Codes that the next calls fail with, by name. */
  readonly failures = new Map<string, number>();
  /** Bytes that one read brings at most. */
  maxRead = Infinity;
  #onThread = false;
  /** What the calls have moved that did not pend, in bytes. */
  readonly blocked: number[] = [];

  /** @param options The settings of the kernel. */
  constructor(options: SimulationOptions = {}) {
    super(options);
    this.sendFile.paths = this.files;
  }

  /**
   * Makes a file.
   *
   * @param path Its full path.
   * @param data Its bytes.
   * @returns The file.
   */
  put(path: string, data: Uint8Array<ArrayBuffer>): DiskEntry {
    return this.#add(path, data, false);
  }

  /**
   * Makes a directory.
   *
   * @param path Its full path.
   * @returns The directory.
   */
  makeDirectory(path: string): DiskEntry {
    return this.#add(path, new Uint8Array(0), true);
  }

  /**
   * Tells what a file holds.
   *
   * @param path Its full path.
   * @returns The bytes, or `undefined` when there is none.
   */
  content(path: string): Uint8Array<ArrayBuffer> | undefined {
    return this.entries.get(path.toLowerCase())?.data;
  }

  /**
   * Lets a directory change.
   *
   * @param path Its full path.
   * @param changes Records, or the NTSTATUS of a read.
   */
  change(path: string, ...changes: (Uint8Array<ArrayBuffer> | number)[]): void {
    for (const open of this.entries.get(path.toLowerCase())!.opens) {
      (open as DiskDirectory).changes.push(...changes);
    }
    this.kernel.settle();
  }

  /**
   * Removes a directory while it may be open: reads of what changes in it end,
   * pending or later, and it is gone with its last handle.
   *
   * @param path Its full path.
   */
  removeDirectory(path: string): void {
    const entry = this.entries.get(path.toLowerCase())!;
    entry.deletePending = true;
    if (entry.opens.size === 0) this.entries.delete(path.toLowerCase());
    this.kernel.settle();
  }

  /** Ends all calls that are held. */
  finishCalls(): void {
    for (const call of this.heldCalls.splice(0)) call.finish();
  }

  /**
   * `NtCreateFile`.
   *
   * @param parameters The arguments.
   * @returns The answer.
   */
  openEntry(parameters: CreateFileParameters): CreateFileAnswer {
    const key = parameters.path.replace(/^\\\\[?.]\\/, "").toLowerCase();
    const known = this.entries.get(key);
    const code = refusal(known, parameters);
    if (code !== 0) {
      return { code, handle: INVALID_HANDLE_VALUE };
    }
    const entry = known ?? this.put(parameters.path, new Uint8Array(0));
    const { disposition } = parameters;
    const overwrites = disposition === FILE_OVERWRITE ||
      disposition === FILE_OVERWRITE_IF;
    if (overwrites) resize(entry, 0);
    const file = this.#open(entry, parameters);
    const handle = this.kernel.handles.open(file);
    this.sockets.files.set(handle, entry.data);
    return { code: 0, handle };
  }

  /**
   * The file of a handle.
   *
   * @param handle The handle.
   * @returns The file, or `null` when it is closed or something else.
   */
  fileOf(handle: Handle): DiskFile | null {
    const file = this.kernel.file(handle);
    return file instanceof DiskFile ? file : null;
  }

  /**
   * `NtNotifyChangeDirectoryFile`.
   *
   * @param handle The directory.
   * @param parameters The buffer.
   * @param overlapped The OVERLAPPED.
   * @returns 0, 997 or a Win32 code.
   */
  notify(
    handle: Handle,
    parameters: NotifyParameters,
    overlapped: Address,
  ): number {
    const failure = this.takeFailure("notifyChangeDirectory");
    if (failure !== 0) return failure;
    const { buffer, length } = parameters;
    const file = this.kernel.file(handle)!;
    const { status } = this.kernel.submit({
      kind: "read",
      handle,
      file,
      overlapped,
      buffer,
      length,
    });
    const ended = status >>> 30 === 0 && status !== STATUS_PENDING;
    if (ended) return 0;
    return completionCode({ ntStatusToDosError: toDosError }, status);
  }

  /**
   * `NtWriteFile` on another thread.
   *
   * @param handle The file.
   * @param parameters What to write.
   * @returns 0, 997 or a Win32 code.
   */
  writeOnThread(handle: Handle, parameters: WriteParameters): number {
    const file = this.fileOf(handle)!;
    this.#onThread = true;
    try {
      const request = { kind: "write" as const, handle, file, ...parameters };
      const { status } = this.kernel.submit(request);
      return completionCode({ ntStatusToDosError: toDosError }, status);
    } finally {
      this.#onThread = false;
    }
  }

  /**
   * Takes the failure that is set for a call.
   *
   * @param name The call.
   * @returns The code, or 0.
   */
  takeFailure(name: string): number {
    const code = this.failures.get(name) ?? 0;
    this.failures.delete(name);
    return code;
  }

  #add(path: string, data: Uint8Array<ArrayBuffer>, directory: boolean) {
    const entry: DiskEntry = {
      data,
      validLength: data.length,
      directory,
      type: FILE_TYPE_DISK,
      sparse: false,
      deletePending: false,
      opens: new Set(),
    };
    this.entries.set(path.toLowerCase(), entry);
    return entry;
  }

  #open(entry: DiskEntry, parameters: CreateFileParameters): DiskFile {
    const { shareMode, options, path } = parameters;
    const remove = (options & FILE_DELETE_ON_CLOSE) !== 0;
    const Class = entry.directory ? DiskDirectory : DiskFile;
    return new Class(entry, {
      maxRead: this.maxRead,
      memory: this.kernel.guard,
      onThread: () => this.#onThread,
      pends: this.kernel.settings.pendingFiles,
      onBlocked: (bytes) => this.blocked.push(bytes),
      shareMode,
      onClosed: () => {
        const gone = entry.deletePending && entry.opens.size === 0;
        if (remove || gone) this.entries.delete(path.toLowerCase());
      },
    });
  }
}

/** Cuts a file, or extends it by zeros that nobody has written. */
function resize(entry: DiskEntry, size: number): void {
  const old = entry.data.subarray(0, size);
  entry.data = new Uint8Array(size);
  entry.data.set(old);
  entry.validLength = Math.min(entry.validLength, size);
}

function refusal(
  entry: DiskEntry | undefined,
  parameters: CreateFileParameters,
): number {
  const { disposition, options, access } = parameters;
  const makes = disposition === FILE_CREATE || disposition === FILE_OPEN_IF ||
    disposition === FILE_OVERWRITE_IF;
  if (entry === undefined) return makes ? 0 : 2;
  if (entry.deletePending) return 5;
  if (disposition === FILE_CREATE) return ERROR_FILE_EXISTS;
  const wantsDirectory = (options & FILE_DIRECTORY_FILE) !== 0;
  if (wantsDirectory !== entry.directory) return entry.directory ? 336 : 267;
  const writes = (access & FILE_WRITE_DATA) !== 0;
  for (const { open } of entry.opens) {
    const shared = open.shareMode !== 0 && parameters.shareMode !== 0;
    const writable = (open.shareMode & FILE_SHARE_WRITE) !== 0;
    if (!shared || (writes && !writable)) return 32;
  }
  return 0;
}

/** The calls; those on other threads end in a later turn, or when let go. */
class DiskApi implements FileApi {
  lastError = 0;
  readonly #disk: SimulatedFiles;

  constructor(disk: SimulatedFiles) {
    this.#disk = disk;
  }

  getFullPathName(path: string): string {
    if (path === "fails") return this.lastError = 123, "";
    if (isLiteralPath(path)) return path;
    const full = getFullPathName(path);
    if (full.length <= MAX_PATH_UNITS) return full;
    return this.lastError = ERROR_FILENAME_EXCED_RANGE, "";
  }

  createFile(parameters: CreateFileParameters): Promise<CreateFileAnswer> {
    return this.#call("createFile", (code) => {
      if (code === 0) return this.#disk.openEntry(parameters);
      return { code, handle: INVALID_HANDLE_VALUE };
    });
  }

  getFileType(file: Handle): number {
    return this.#disk.fileOf(file)?.entry.type ?? 0;
  }

  queryInformation(file: Handle): Promise<FileInformationAnswer> {
    return this.#call("queryInformation", (code) => {
      const size = this.#disk.fileOf(file)?.entry.data.length;
      return {
        code: size === undefined ? 6 : code,
        information: {
          creationTime: 1000,
          lastAccessTime: 2000,
          lastWriteTime: 3000,
          changeTime: null,
          allocationSize: 4096,
          endOfFile: size ?? 0,
          attributes: 32,
        },
      };
    });
  }

  setInformation(
    file: Handle,
    setting: FileInformationSetting,
  ): Promise<number> {
    const { informationClass, data } = setting;
    return this.#call("setInformation", (code) => {
      const entry = this.#disk.fileOf(file)?.entry;
      if (entry === undefined) return 6;
      if (code !== 0) return code;
      if (informationClass === FILE_DISPOSITION_INFORMATION) {
        this.#forget(entry);
      } else {
        resize(entry, Number(new BigInt64Array(data.slice().buffer)[0]));
      }
      return 0;
    });
  }

  writeFile(file: Handle, parameters: WriteParameters): Promise<number> {
    return this.#call("writeFile", (code) => {
      if (this.#disk.fileOf(file) === null) return 6;
      return code !== 0 ? code : this.#disk.writeOnThread(file, parameters);
    });
  }

  flushFileBuffers(file: Handle): Promise<number> {
    return this.#call("flushFileBuffers", (code) => {
      return this.#disk.fileOf(file) === null ? 6 : code;
    });
  }

  notifyChangeDirectory(
    directory: Handle,
    parameters: NotifyParameters,
    overlapped: Address,
  ): number {
    return this.#disk.notify(directory, parameters, overlapped);
  }

  #forget(entry: DiskEntry): void {
    for (const [path, one] of this.#disk.entries) {
      if (one === entry) this.#disk.entries.delete(path);
    }
  }

  #call<T>(name: string, work: (code: number) => T): Promise<T> {
    const disk = this.#disk;
    disk.begun.push(name);
    const finish = () => work(disk.takeFailure(name));
    if (!disk.holdCalls) return Promise.resolve().then(finish);
    return new Promise((resolve) => {
      disk.heldCalls.push({ name, finish: () => resolve(finish()) });
    });
  }
}
