/**
 * How the bytes of a stream move.
 *
 * @module
 */

import type { Address, Handle, Win32Api } from "../ffi/win32_api.ts";

/** The overlapped calls of a stream. */
export interface StreamIo {
  /** Bytes moved by the last call that returned 0. */
  readonly transferred: number;
  /**
   * Starts a read.
   *
   * @param buffer Native memory.
   * @param length Bytes; 0 waits for data.
   * @param overlapped The slot.
   * @returns 0 or a Win32 code.
   */
  read(buffer: Address, length: number, overlapped: Address): number;
  /**
   * Starts a write.
   *
   * @param buffer Native memory.
   * @param length Bytes.
   * @param overlapped The slot.
   * @returns 0 or a Win32 code.
   */
  write(buffer: Address, length: number, overlapped: Address): number;
  /**
   * Ends the write side, where it can be ended by itself.
   *
   * @returns 0 or a Win32 code.
   */
  endWrites?(): number;
}

/** `ReadFile` and `WriteFile`: pipes and whatever else is a file. */
export class FileIo implements StreamIo {
  readonly #api: Win32Api;
  readonly #file: Handle;

  /**
   * @param api The seam.
   * @param file The handle.
   */
  constructor(api: Win32Api, file: Handle) {
    this.#api = api;
    this.#file = file;
  }

  /** Bytes moved by the last call that returned 0. */
  get transferred(): number {
    return this.#api.transferred;
  }

  read(buffer: Address, length: number, overlapped: Address): number {
    return this.#api.readFile(this.#file, buffer, length, overlapped);
  }

  write(buffer: Address, length: number, overlapped: Address): number {
    return this.#api.writeFile(this.#file, buffer, length, overlapped);
  }
}
