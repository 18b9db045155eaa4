/**
 * The seam for handles that a completion port cannot drive: their reads and
 * writes occupy a thread each, and their ends are posted to the port.
 *
 * @module
 */

import type { Address, Handle } from "./win32_api.ts";

/** A read or a write, in native memory. */
export interface ThreadTransfer {
  /** The handle. */
  file: Handle;
  /** Where the bytes go, or come from. */
  buffer: Address;
  /** Their number. */
  length: number;
  /** An IO_STATUS_BLOCK: the slot. */
  block: Address;
}

/** A packet for a completion port. */
export interface PostedCompletion {
  /** The completion key. */
  key: number;
  /** The slot. */
  overlapped: Address;
  /** The NTSTATUS. */
  status: number;
  /** Bytes moved. */
  bytes: number;
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
   * `NtReadFile` on another thread, at the file's position.
   *
   * @returns The NTSTATUS.
   */
  read(transfer: ThreadTransfer): Promise<number>;
  /**
   * `NtWriteFile` on another thread, at the file's position.
   *
   * @returns The NTSTATUS.
   */
  write(transfer: ThreadTransfer): Promise<number>;
  /** The bytes that a transfer has moved, from its IO_STATUS_BLOCK. */
  bytesMoved(block: Address): number;
  /** `NtSetIoCompletion`. */
  post(port: Handle, packet: PostedCompletion): number;
}
