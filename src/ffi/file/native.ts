/**
 * {@linkcode FileApi} over `Deno.dlopen`. The memory of a call on another
 * thread is native and its own: such a call may outlive its caller.
 *
 * @module
 */

import { ERROR_IO_PENDING, MEM_RELEASE, STATUS_PENDING } from "../constants.ts";
import { completionCode } from "../errors.ts";
import type {
  CreateFileAnswer,
  CreateFileParameters,
  FileApi,
  FileInformationAnswer,
  FileInformationSetting,
  NotifyParameters,
  WriteParameters,
} from "./api.ts";
import {
  ERROR_FILENAME_EXCED_RANGE,
  FILE_ATTRIBUTE_NORMAL,
  FILE_NETWORK_OPEN_INFORMATION,
} from "./constants.ts";
import { isLiteralPath, toNtPath } from "./file_path.ts";
import {
  decodeFileInformation,
  NETWORK_OPEN_INFORMATION_SIZE,
} from "./structs.ts";
import { symbolLoader } from "../load.ts";
import { loadSymbols } from "../symbols.ts";
import { kernel32Files } from "./kernel32.ts";
import { ntdllFiles } from "./ntdll.ts";
import { allocate } from "../memory.ts";
import {
  allocateObjectAttributes,
  CREATE_HANDLE,
  CREATE_STATUS,
} from "../object_attributes.ts";
import {
  decodeUnits,
  encodeWideString,
  OVERLAPPED_OFFSET,
} from "../structs.ts";
import {
  type Address,
  type Handle,
  INVALID_HANDLE_VALUE,
  type Win32Api,
} from "../win32_api.ts";

/** Loads the symbols that only files need. */
export const loadFileSymbols = symbolLoader({
  kernel32: kernel32Files,
  ntdll: ntdllFiles,
});

type Bytes = Uint8Array<ArrayBuffer>;

const MAX_PATH_UNITS = 32_768;
const STATUS_BLOCK_SIZE = 16n;

/** The real file system. */
export class NativeFiles implements FileApi {
  lastError = 0;
  readonly #win32: Win32Api;
  readonly #kernel32 = loadFileSymbols().kernel32;
  readonly #ntdll = loadFileSymbols().ntdll;
  readonly #getLastError = loadSymbols().kernel32.GetLastError;
  readonly #path = new Uint8Array(MAX_PATH_UNITS * 2);

  /**
   * Loads the functions.
   *
   * @param win32 Allocates and copies native memory.
   * @throws {Deno.errors.NotSupported} when the system is not Windows.
   * @throws {Deno.errors.NotCapable} when `--allow-ffi` was not granted.
   */
  constructor(win32: Win32Api) {
    this.#win32 = win32;
  }

  getFullPathName(path: string): string {
    if (isLiteralPath(path)) return path;
    const name = encodeWideString(path);
    const full = this.#path;
    const units = this.#kernel32.GetFullPathNameW(
      name,
      MAX_PATH_UNITS,
      full,
      null,
    );
    if (units === 0) return this.lastError = this.#getLastError(), "";
    // What does not fit is told by its length only, and not written.
    if (units >= MAX_PATH_UNITS) {
      return this.lastError = ERROR_FILENAME_EXCED_RANGE, "";
    }
    return decodeUnits(full.subarray(0, units * 2));
  }

  async createFile(
    parameters: CreateFileParameters,
  ): Promise<CreateFileAnswer> {
    const name = toNtPath(parameters.path);
    const memory = allocateObjectAttributes(this.#win32, name);
    const status = await this.#ntdll.NtCreateFile(
      memory + BigInt(CREATE_HANDLE),
      parameters.access,
      memory,
      memory + BigInt(CREATE_STATUS),
      0n,
      FILE_ATTRIBUTE_NORMAL,
      parameters.shareMode,
      parameters.disposition,
      parameters.options,
      0n,
      0,
    );
    return this.#created(memory, status);
  }

  getFileType(file: Handle): number {
    return this.#kernel32.GetFileType(file);
  }

  async queryInformation(file: Handle): Promise<FileInformationAnswer> {
    const size = NETWORK_OPEN_INFORMATION_SIZE;
    const memory = allocate(this.#win32, Number(STATUS_BLOCK_SIZE) + size);
    const status = await this.#ntdll.NtQueryInformationFile(
      file,
      memory,
      memory + STATUS_BLOCK_SIZE,
      size,
      FILE_NETWORK_OPEN_INFORMATION,
    );
    const bytes = this.#read(memory + STATUS_BLOCK_SIZE, size);
    this.#free(memory);
    const information = decodeFileInformation(bytes);
    return { code: this.#code(status), information };
  }

  async setInformation(
    file: Handle,
    setting: FileInformationSetting,
  ): Promise<number> {
    const { informationClass, data } = setting;
    const size = Number(STATUS_BLOCK_SIZE) + data.byteLength;
    const memory = allocate(this.#win32, size);
    this.#win32.copyIn(memory + STATUS_BLOCK_SIZE, data);
    const status = await this.#ntdll.NtSetInformationFile(
      file,
      memory,
      memory + STATUS_BLOCK_SIZE,
      data.byteLength,
      informationClass,
    );
    this.#free(memory);
    return this.#code(status);
  }

  async writeFile(
    file: Handle,
    { buffer, length, overlapped }: WriteParameters,
  ): Promise<number> {
    const status = await this.#ntdll.NtWriteFileOnThread(
      file,
      0n,
      0n,
      overlapped, // what the packet carries
      overlapped, // an OVERLAPPED begins with an IO_STATUS_BLOCK
      buffer,
      length,
      overlapped + BigInt(OVERLAPPED_OFFSET),
      0n,
    );
    return status === STATUS_PENDING ? ERROR_IO_PENDING : this.#code(status);
  }

  async flushFileBuffers(file: Handle): Promise<number> {
    const memory = allocate(this.#win32, Number(STATUS_BLOCK_SIZE));
    const status = await this.#ntdll.NtFlushBuffersFile(file, memory);
    this.#free(memory);
    return this.#code(status);
  }

  notifyChangeDirectory(
    directory: Handle,
    parameters: NotifyParameters,
    overlapped: Address,
  ): number {
    const status = this.#ntdll.NtNotifyChangeDirectoryFile(
      directory,
      0n,
      0n,
      overlapped, // what the packet carries
      overlapped, // an OVERLAPPED begins with an IO_STATUS_BLOCK
      parameters.buffer,
      parameters.length,
      parameters.filter,
      parameters.recursive ? 1 : 0,
    );
    if (status === STATUS_PENDING) return ERROR_IO_PENDING;
    // STATUS_NOTIFY_ENUM_DIR is a success: what it means is in the packet.
    return status >>> 30 === 0 ? 0 : this.#code(status);
  }

  #created(memory: Address, status: number): CreateFileAnswer {
    const bytes = this.#read(memory, CREATE_HANDLE + 8);
    this.#free(memory);
    const code = this.#code(status);
    if (code !== 0) return { code, handle: INVALID_HANDLE_VALUE };
    const view = new DataView(bytes.buffer);
    return { code, handle: view.getBigUint64(CREATE_HANDLE, true) };
  }

  #read(address: Address, length: number): Bytes {
    const bytes = new Uint8Array(length);
    this.#win32.copyOut(bytes, address);
    return bytes;
  }

  #free(memory: Address): void {
    this.#win32.virtualFree(memory, 0, MEM_RELEASE);
  }

  #code(status: number): number {
    if (status === 0) return 0;
    return this.lastError = completionCode(this.#win32, status);
  }
}
