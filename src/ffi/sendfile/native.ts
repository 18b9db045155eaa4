/**
 * {@linkcode SendFileApi} over `Deno.dlopen`.
 *
 * `GetLastError` is always the very next call after the one that failed, in
 * the same function, as in `native_win32.ts`.
 *
 * @module
 */

import { defaultFiles } from "../file/default.ts";
import type { OpenFileApi } from "../file/api.ts";
import {
  FILE_NO_INTERMEDIATE_BUFFERING,
  FILE_SYNCHRONOUS_IO,
} from "../file/constants.ts";
import { queryFileMode } from "../file_mode.ts";
import { symbolLoader } from "../load.ts";
import { loadSymbols } from "../symbols.ts";
import { kernel32SendFile } from "./kernel32.ts";
import { ntdllSendFile } from "./ntdll.ts";
import { OutU32, OutU64 } from "../out_parameters.ts";
import type { SendFileApi } from "./api.ts";
import {
  type FileParameters,
  type Handle,
  INVALID_HANDLE_VALUE,
} from "../win32_api.ts";

/** Loads the symbols about files that are sent. */
export const loadSendFileSymbols = symbolLoader({
  kernel32: kernel32SendFile,
  ntdll: ntdllSendFile,
});

const FILE_TYPE_UNKNOWN = 0x0;
const UNSUITABLE = FILE_NO_INTERMEDIATE_BUFFERING | FILE_SYNCHRONOUS_IO;

/** Files of the real Windows. */
export class NativeSendFile implements SendFileApi {
  lastError = 0;
  readonly paths: OpenFileApi = defaultFiles();
  readonly #kernel32 = loadSendFileSymbols().kernel32;
  readonly #ntdll = loadSendFileSymbols().ntdll;
  readonly #getLastError = loadSymbols().kernel32.GetLastError;

  fileType(file: Handle): number {
    const type = this.#kernel32.GetFileType(file);
    if (type !== FILE_TYPE_UNKNOWN) return type;
    this.lastError = this.#getLastError();
    return this.lastError === 0 ? type : -1;
  }

  fileSize(file: Handle): number {
    const size = new OutU64();
    const ok = this.#kernel32.GetFileSizeEx(file, size.bytes);
    if (ok === 0) return this.lastError = this.#getLastError(), -1;
    return Number(size.value);
  }

  isOverlapped(file: Handle): boolean {
    const mode = new OutU32();
    const status = queryFileMode(this.#ntdll, file, mode);
    return status === 0 && (mode.value & UNSUITABLE) === 0;
  }

  reOpenFile(file: Handle, parameters: Omit<FileParameters, "name">): Handle {
    const handle = this.#kernel32.ReOpenFile(
      file,
      parameters.access,
      parameters.shareMode,
      parameters.flags,
    );
    if (handle === INVALID_HANDLE_VALUE) {
      this.lastError = this.#getLastError();
    }
    return handle;
  }
}

let shared: SendFileApi | undefined;

/**
 * The functions, as everything in this isolate shares them; loaded on first
 * use.
 *
 * @returns The functions.
 * @throws {Deno.errors.NotSupported} when the system is not Windows.
 * @throws {Deno.errors.NotCapable} when `--allow-ffi` was not granted.
 */
export function defaultSendFile(): SendFileApi {
  return shared ??= new NativeSendFile();
}
