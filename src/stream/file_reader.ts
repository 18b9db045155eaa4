/**
 * Files that are read piece by piece, to be sent by copying.
 *
 * @module
 */

import { viewOf } from "../ffi/bytes.ts";
import { ERROR_HANDLE_EOF } from "../ffi/constants.ts";
import { windowsError } from "../ffi/errors.ts";
import { encodeOffset } from "../ffi/file/structs.ts";
import { LARGE_BUFFER } from "../ffi/memory.ts";
import { OVERLAPPED_OFFSET } from "../ffi/structs.ts";
import type { CompletionPort } from "../proactor/port/completion_port.ts";
import type { FileToSend } from "../proactor/call/file_to_send.ts";
import {
  type OverlappedCall,
  OverlappedFuture,
} from "../proactor/future/overlapped_future.ts";
import type { PortHandle } from "../proactor/port/port_handle.ts";

/** A file of Deno's, or what can be read and sought like one. */
export interface SeekableFile {
  /**
   * Reads at the position.
   *
   * @param p Where the bytes go.
   * @returns Their number, or `null` at the end.
   */
  read(p: Uint8Array): Promise<number | null>;
  /**
   * Moves the position.
   *
   * @param offset Bytes.
   * @param whence What they are counted from.
   * @returns The position.
   */
  seek(offset: number | bigint, whence: Deno.SeekMode): Promise<number>;
}

/** Reads a file from a place on. */
export interface FileReader extends AsyncDisposable {
  /**
   * Reads the next piece.
   *
   * @param size The most bytes; 64 KiB at most are read.
   * @returns The bytes; none at the end of the file.
   */
  read(size: number): Promise<Uint8Array<ArrayBuffer>>;
}

/** Reads on the port, by a handle of its own. */
export class HandleReader implements FileReader {
  readonly #port: CompletionPort;
  readonly #handle: PortHandle;
  #offset: number;

  /**
   * @param port The completion port.
   * @param file The file; its handle is the reader's from now on.
   * @param offset Where to begin, in bytes.
   * @throws {WindowsError} when Windows gives no handle of its own.
   */
  constructor(port: CompletionPort, file: FileToSend, offset: number) {
    file.own();
    this.#port = port;
    this.#handle = port.associate(file.handle, { warnings: false });
    this.#offset = offset;
    file.release();
  }

  async read(size: number): Promise<Uint8Array<ArrayBuffer>> {
    const most = Math.min(size, LARGE_BUFFER);
    const future = new OverlappedFuture(this.#port, this.#call(most));
    future.start(this.#handle);
    const data = await future;
    this.#offset += data.byteLength;
    return data;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.resolve(this.#port.closeHandle(this.#handle));
  }

  #call(size: number): OverlappedCall<Uint8Array<ArrayBuffer>> {
    const { api } = this.#port;
    const offset = encodeOffset(this.#offset);
    return {
      size,
      start: ({ buffer, address }) => {
        api.copyIn(address + BigInt(OVERLAPPED_OFFSET), offset);
        return api.readFile(
          this.#handle.handle,
          buffer!.address,
          size,
          address,
        );
      },
      finish: ({ code, bytes, buffer }) => {
        if (code === ERROR_HANDLE_EOF) return new Uint8Array(0);
        if (code !== 0) throw this.#error(code);
        return buffer!.copy(0, bytes);
      },
    };
  }

  #error(code: number): Error {
    return windowsError(this.#port.api, code, {
      syscall: "ReadFile",
      action: "Cannot read file",
    });
  }
}

/** Reads a file of Deno's. At the end its position is behind what was taken. */
export class SeekableReader implements FileReader {
  readonly #file: SeekableFile;
  readonly #offset: number;
  #taken = 0;

  /**
   * @param file The file.
   * @param offset Where to begin, in bytes.
   */
  constructor(file: SeekableFile, offset: number) {
    this.#file = file;
    this.#offset = offset;
  }

  async read(size: number): Promise<Uint8Array<ArrayBuffer>> {
    if (this.#taken === 0) await this.#seek();
    const data = new Uint8Array(Math.min(size, LARGE_BUFFER));
    const count = await this.#file.read(data) ?? 0;
    this.#taken += count;
    return viewOf(data, 0, count);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#seek();
  }

  async #seek(): Promise<void> {
    await this.#file.seek(this.#offset + this.#taken, Deno.SeekMode.Start);
  }
}
