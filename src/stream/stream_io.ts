/**
 * How the bytes of a stream move.
 *
 * @module
 */

import type {
  Address,
  Handle,
  PipeExchange,
  Win32Api,
} from "../ffi/win32_api.ts";
import type { FileRange } from "../proactor/call/file_to_send.ts";
import type { OverlappedCall } from "../proactor/future/overlapped_future.ts";

/** The overlapped calls of a stream. */
export interface StreamIo {
  /** Bytes moved by the last call that returned 0. */
  readonly transferred: number;
  /**
   * True when calls block a thread: a read that is cancelled may lose what a
   * console or a device has taken in for it.
   */
  readonly blocking?: boolean | undefined;
  /** True when a read of more than 64 KiB is cheaper than several. */
  readonly bulk?: boolean | undefined;
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
   * Starts to write a message and to read the next one, where one call does
   * both.
   *
   * @param exchange The native memory of both.
   * @param overlapped The slot.
   * @returns 0 or a Win32 code.
   */
  transact?(exchange: PipeExchange, overlapped: Address): number;
  /**
   * Ends the write side, where it can be ended by itself.
   *
   * @returns 0 or a Win32 code.
   */
  endWrites?(): number;
  /**
   * Waits until the peer has read everything or is gone, where the end of the
   * write side must not stand behind data. It does not fail.
   *
   * @param signal Ends the wait.
   */
  drain?(signal: AbortSignal): Promise<void>;
  /**
   * Has the close that follows tell the peer that data were lost, where there
   * is a way.
   */
  dropOnClose?(): void;
  /**
   * Makes the call that sends a part of a file, where the system can do that
   * by itself.
   *
   * @param api Copies native memory, and gives the text of errors.
   * @param piece The part; not empty.
   * @returns The call, whose result is the number of bytes.
   */
  transmit?(api: Win32Api, piece: FileRange): OverlappedCall<number>;
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

  /** The client's end of a pipe, and what is no pipe, has no way. */
  dropOnClose(): void {
    this.#api.disconnectNamedPipe(this.#file);
  }
}
