/**
 * {@linkcode ThreadIoApi} over `Deno.dlopen`. The calls of ntdll return the
 * status, which also comes from another thread as it is.
 *
 * @module
 */

import { queryFileMode } from "./file_mode.ts";
import {
  loadSymbols,
  loadThreadIoSymbols,
  type ThreadIoSymbols,
} from "./load.ts";
import { OutU32 } from "./out_parameters.ts";
import type {
  PostedCompletion,
  ThreadIoApi,
  ThreadTransfer,
} from "./thread_io_api.ts";
import type { Address, Handle, Win32Api } from "./win32_api.ts";

const IO_STATUS_SIZE = 16;
const IO_STATUS_INFORMATION = 8;

/** The real threads. */
export class NativeThreadIo implements ThreadIoApi {
  lastError = 0;
  readonly #win32: Win32Api;
  readonly #symbols: ThreadIoSymbols;
  readonly #getLastError: () => number;

  /**
   * Loads the DLLs.
   *
   * @param win32 Copies native memory and translates statuses.
   * @throws {Deno.errors.NotSupported} when the system is not Windows.
   * @throws {Deno.errors.NotCapable} when `--allow-ffi` was not granted.
   */
  constructor(win32: Win32Api) {
    this.#win32 = win32;
    this.#symbols = loadThreadIoSymbols();
    this.#getLastError = loadSymbols().kernel32.GetLastError;
  }

  fileType(file: Handle): number {
    const type = this.#symbols.kernel32.GetFileType(file);
    if (type === 0) this.lastError = this.#getLastError();
    return type;
  }

  fileMode(file: Handle): number {
    const mode = new OutU32();
    const status = queryFileMode(this.#symbols.ntdll, file, mode);
    return this.#code(status) === 0 ? mode.value : -1;
  }

  read(transfer: ThreadTransfer): Promise<number> {
    return this.#symbols.ntdll.ReadOnThread(...transferArguments(transfer));
  }

  write(transfer: ThreadTransfer): Promise<number> {
    return this.#symbols.ntdll.WriteOnThread(...transferArguments(transfer));
  }

  bytesMoved(block: Address): number {
    const bytes = new Uint8Array(IO_STATUS_SIZE);
    this.#win32.copyOut(bytes, block);
    return new DataView(bytes.buffer).getUint32(IO_STATUS_INFORMATION, true);
  }

  post(port: Handle, packet: PostedCompletion): number {
    return this.#code(
      this.#symbols.ntdll.NtSetIoCompletion(
        port,
        BigInt(packet.key),
        packet.overlapped,
        packet.status,
        BigInt(packet.bytes),
      ),
    );
  }

  #code(status: number): number {
    if (status === 0) return 0;
    return this.lastError = this.#win32.ntStatusToDosError(status);
  }
}

/** No event, no routine, and no offset: the file has a position. */
function transferArguments(transfer: ThreadTransfer) {
  const { file, buffer, length, block } = transfer;
  return [file, 0n, 0n, 0n, block, buffer, length, 0n, 0n] as const;
}
