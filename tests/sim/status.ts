/**
 * NTSTATUS values of the simulated kernel, their Win32 codes and texts.
 *
 * @module
 */

import {
  STATUS_BUFFER_OVERFLOW,
  STATUS_CANCELLED,
  STATUS_IO_TIMEOUT,
  STATUS_PIPE_BROKEN,
  STATUS_PIPE_CLOSING,
  STATUS_PIPE_DISCONNECTED,
  STATUS_SUCCESS,
} from "../../src/ffi/constants.ts";

export const STATUS_PENDING = 0x0000_0103;
export const STATUS_INVALID_HANDLE = 0xc000_0008;
export const STATUS_INVALID_PARAMETER = 0xc000_000d;
export const STATUS_INVALID_DEVICE_REQUEST = 0xc000_0010;
export const STATUS_ACCESS_DENIED = 0xc000_0022;
export const STATUS_OBJECT_TYPE_MISMATCH = 0xc000_0024;
export const STATUS_OBJECT_NAME_INVALID = 0xc000_0033;
export const STATUS_OBJECT_NAME_NOT_FOUND = 0xc000_0034;
export const STATUS_INSTANCE_NOT_AVAILABLE = 0xc000_00ab;
export const STATUS_PIPE_NOT_AVAILABLE = 0xc000_00ac;
export const STATUS_INVALID_PIPE_STATE = 0xc000_00ad;
export const STATUS_PIPE_BUSY = 0xc000_00ae;
export const STATUS_ILLEGAL_FUNCTION = 0xc000_00af;
export const STATUS_PIPE_CONNECTED = 0xc000_00b2;
export const STATUS_PIPE_LISTENING = 0xc000_00b3;
export const STATUS_NOT_FOUND = 0xc000_0225;

export const ERROR_INVALID_PARAMETER = 87;
export const ERROR_INVALID_NAME = 123;
export const WAIT_TIMEOUT = 258;
export const ERROR_MR_MID_NOT_FOUND = 317;
export const ERROR_INVALID_ADDRESS = 487;
export const ERROR_ABANDONED_WAIT_0 = 735;
export const ERROR_NONE_MAPPED = 1332;
export const ERROR_INVALID_SECURITY_DESCR = 1338;

const DOS_ERRORS: ReadonlyMap<number, number> = new Map([
  [STATUS_SUCCESS, 0],
  [0x0000_0102, 258],
  [STATUS_PENDING, 997],
  [0x0000_010c, 1022],
  [STATUS_BUFFER_OVERFLOW, 234],
  [0xc000_0005, 998],
  [STATUS_INVALID_HANDLE, 6],
  [STATUS_INVALID_PARAMETER, ERROR_INVALID_PARAMETER],
  [STATUS_INVALID_DEVICE_REQUEST, 1],
  [0xc000_0011, 38],
  [0xc000_0017, 8],
  [STATUS_ACCESS_DENIED, 5],
  [0xc000_0023, 122],
  [STATUS_OBJECT_TYPE_MISMATCH, 6],
  [STATUS_OBJECT_NAME_INVALID, ERROR_INVALID_NAME],
  [STATUS_OBJECT_NAME_NOT_FOUND, 2],
  [0xc000_0035, 183],
  [0xc000_003a, 3],
  [0xc000_0043, 32],
  [0xc000_009a, 1450],
  [STATUS_INSTANCE_NOT_AVAILABLE, 231],
  [STATUS_PIPE_NOT_AVAILABLE, 231],
  [STATUS_INVALID_PIPE_STATE, 230],
  [STATUS_PIPE_BUSY, 231],
  [STATUS_ILLEGAL_FUNCTION, 1],
  [STATUS_PIPE_DISCONNECTED, 233],
  [STATUS_PIPE_CLOSING, 232],
  [STATUS_PIPE_CONNECTED, 535],
  [STATUS_PIPE_LISTENING, 536],
  [0xc000_00b4, 230],
  [STATUS_IO_TIMEOUT, 121],
  [0xc000_00bb, 50],
  [0xc000_00d9, 232],
  [STATUS_CANCELLED, 995],
  [0xc000_013b, 64],
  [0xc000_013c, 64],
  [STATUS_PIPE_BROKEN, 109],
  [0xc000_020d, 64],
  [STATUS_NOT_FOUND, 1168],
  [0xc000_0236, 1225],
  [0xc000_023c, 1231],
  [0xc000_023d, 1232],
  [0xc000_023f, 1234],
  [0xc000_0241, 1236],
]);

const MESSAGES: ReadonlyMap<number, string> = new Map([
  [2, "The system cannot find the file specified."],
  [5, "Access is denied."],
  [6, "The handle is invalid."],
  [8, "Not enough memory resources are available to process this command."],
  [87, "The parameter is incorrect."],
  [109, "The pipe has been ended."],
  [121, "The semaphore timeout period has expired."],
  [123, "The filename, directory name, or volume label syntax is incorrect."],
  [231, "All pipe instances are busy."],
  [232, "The pipe is being closed."],
  [233, "No process is on the other end of the pipe."],
  [234, "More data is available."],
  [
    535,
    "There is a process on other end of the pipe.",
  ],
  [
    536,
    "Waiting for a process to open the other end of the pipe.",
  ],
  [
    995,
    "The I/O operation has been aborted because of either a thread exit or an application request.",
  ],
  [997, "Overlapped I/O operation is in progress."],
  [1168, "Element not found."],
  [1338, "The security descriptor structure is invalid."],
]);

/**
 * Translates an NTSTATUS as `RtlNtStatusToDosError` does.
 *
 * @param status The NTSTATUS as an unsigned 32-bit number.
 * @returns The Win32 code, or 317 for a status that has none.
 */
export function toDosError(status: number): number {
  return DOS_ERRORS.get(status >>> 0) ?? ERROR_MR_MID_NOT_FOUND;
}

/**
 * Tells the English text of a Win32 code.
 *
 * @param code The Win32 code.
 * @returns The text, or `""` for a code outside the table.
 */
export function messageOf(code: number): string {
  return MESSAGES.get(code) ?? "";
}

/**
 * Tells whether a status is of the error class (`NT_ERROR`).
 *
 * @param status The NTSTATUS.
 * @returns True for severity 3.
 */
export function isError(status: number): boolean {
  return (status >>> 30) === 3;
}

/**
 * Tells whether a status is of the warning class (`NT_WARNING`).
 *
 * @param status The NTSTATUS.
 * @returns True for severity 2.
 */
export function isWarning(status: number): boolean {
  return (status >>> 30) === 2;
}
