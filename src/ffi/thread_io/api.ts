/**
 * The seam for handles that a completion port cannot drive: their reads and
 * writes occupy a thread each, which posts their ends to the port.
 *
 * While a read of such a handle is pending, in this process or in another that
 * has inherited it, Windows lets whoever asks about the handle wait for the
 * read. So questions are asked on another thread, too.
 *
 * @module
 */

import type { Address, Handle } from "../win32_api.ts";

/** A read or a write, in native memory. */
export interface ThreadTransfer {
  /** The handle. */
  file: Handle;
  /** Where the bytes go, or come from. */
  buffer: Address;
  /** Their number. */
  length: number;
  /** The slot, which begins with the IO_STATUS_BLOCK. */
  slot: Address;
  /** The completion port. */
  port: Handle;
  /** The completion key of the packet. */
  key: number;
}

/** Every call for such handles. */
export interface ThreadIoApi {
  /** The error code of the last call on this object that failed. */
  readonly lastError: number;
  /** `GetFileType` on another thread: `FILE_TYPE_*`, or 0. */
  fileType(file: Handle): Promise<number>;
  /** `NtQueryInformationFile` on another thread: the file's mode, or -1. */
  fileMode(file: Handle): Promise<number>;
  /** `GetNamedPipeInfo` on another thread: its flags, or -1. */
  pipeFlags(file: Handle): Promise<number>;
  /** `GetConsoleMode` on another thread: true when it is a console's. */
  isConsole(file: Handle): Promise<boolean>;
  /**
   * `NtReadFile` on a thread of Windows' pool, at the file's position. Its
   * packet has the NTSTATUS, where the end of a file is a success.
   *
   * @returns 0 once the call is queued, or a Win32 code.
   */
  startRead(transfer: ThreadTransfer): number;
  /**
   * `NtWriteFile` on a thread of Windows' pool, at the file's position.
   *
   * @returns 0 once the call is queued, or a Win32 code.
   */
  startWrite(transfer: ThreadTransfer): number;
  /**
   * Ends a transfer early: one that no thread has begun makes no call, and that
   * of one that has begun is cancelled, if Windows can.
   */
  cancel(file: Handle, slot: Address): void;
  /**
   * Says whether the call of a transfer has returned. To be asked only until
   * its packet is dequeued.
   */
  hasEnded(slot: Address): boolean;
}
