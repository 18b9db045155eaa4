/**
 * The seam for handles that a completion port cannot drive: their reads and
 * writes occupy a thread each, which posts their ends to the port.
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
  /** `GetFileType`: `FILE_TYPE_*`, or 0 with the code in `lastError`. */
  fileType(file: Handle): number;
  /** `NtQueryInformationFile`: the file's mode, or -1. */
  fileMode(file: Handle): number;
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
