/**
 * Sizes, offsets, constants and codecs of the structures that make processes
 * (x64 and ARM64: 8-byte pointers, little endian).
 *
 * @module
 */

import type { Address, Handle } from "../win32_api.ts";

// CreateProcessW, dwCreationFlags
export const CREATE_SUSPENDED = 0x0000_0004;
export const DETACHED_PROCESS = 0x0000_0008;
export const CREATE_NEW_PROCESS_GROUP = 0x0000_0200;
export const CREATE_UNICODE_ENVIRONMENT = 0x0000_0400;
export const EXTENDED_STARTUPINFO_PRESENT = 0x0008_0000;
export const CREATE_NO_WINDOW = 0x0800_0000;

// STARTUPINFOW, dwFlags
const STARTF_USESHOWWINDOW = 0x1;
const STARTF_USESTDHANDLES = 0x100;

// UpdateProcThreadAttribute
export const PROC_THREAD_ATTRIBUTE_HANDLE_LIST = 0x0002_0002n;
export const PROC_THREAD_ATTRIBUTE_JOB_LIST = 0x0002_000dn;

// GetStdHandle
export const STD_INPUT_HANDLE = 0xffff_fff6;
export const STD_OUTPUT_HANDLE = 0xffff_fff5;
export const STD_ERROR_HANDLE = 0xffff_fff4;

// GetHandleInformation, SetHandleInformation
export const HANDLE_FLAG_INHERIT = 0x1;

// GenerateConsoleCtrlEvent
export const CTRL_BREAK_EVENT = 1;

// SetInformationJobObject
export const JOB_OBJECT_LIMIT_KILL_ON_JOB_CLOSE = 0x2000;

/** `sizeof(STARTUPINFOEXW)`. */
export const STARTUPINFOEX_SIZE = 112;
/** `sizeof(PROCESS_INFORMATION)`. */
export const PROCESS_INFORMATION_SIZE = 24;
/** Bytes of a `PROC_THREAD_ATTRIBUTE_LIST` for two attributes, and to spare. */
export const ATTRIBUTE_LIST_SIZE = 256;
/** The most characters of a command line, with its NUL. */
export const MAX_COMMAND_LINE = 32767;

/** `sizeof(JOBOBJECT_EXTENDED_LIMIT_INFORMATION)`. */
const EXTENDED_LIMIT_SIZE = 144;
/** Offset of its `BasicLimitInformation.LimitFlags`. */
const LIMIT_FLAGS = 16;
/** `sizeof(JOBOBJECT_BASIC_ACCOUNTING_INFORMATION)`. */
export const ACCOUNTING_SIZE = 48;
/** Offset of its `ActiveProcesses`. */
export const ACTIVE_PROCESSES = 40;

/** What a `STARTUPINFOEXW` tells. */
export interface StartupInfo {
  /** True asks the program not to show its first window. */
  hidden: boolean;
  /** Standard input, output and error. */
  standard: readonly [Handle, Handle, Handle];
  /** Address of the `PROC_THREAD_ATTRIBUTE_LIST`. */
  attributes: Address;
}

/**
 * Encodes a `STARTUPINFOEXW`.
 *
 * @param info What it tells.
 * @returns The 112 bytes of the structure.
 */
export function encodeStartupInfo(info: StartupInfo): Uint8Array<ArrayBuffer> {
  const view = new DataView(new ArrayBuffer(STARTUPINFOEX_SIZE));
  const flags = STARTF_USESTDHANDLES |
    (info.hidden ? STARTF_USESHOWWINDOW : 0);
  view.setUint32(0, STARTUPINFOEX_SIZE, true);
  view.setUint32(60, flags, true);
  view.setUint16(64, 0, true); // wShowWindow: SW_HIDE
  info.standard.forEach((handle, index) => {
    view.setBigUint64(80 + index * 8, handle, true);
  });
  view.setBigUint64(104, info.attributes, true);
  return new Uint8Array(view.buffer);
}

/** What a `PROCESS_INFORMATION` tells. */
export interface ProcessInformation {
  /** The process. */
  process: Handle;
  /** Its first thread. */
  thread: Handle;
  /** The number of the process. */
  pid: number;
}

/**
 * Decodes a `PROCESS_INFORMATION`.
 *
 * @param bytes The 24 bytes of the structure.
 * @returns What it tells.
 */
export function decodeProcessInformation(
  bytes: Uint8Array<ArrayBuffer>,
): ProcessInformation {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  return {
    process: view.getBigUint64(0, true),
    thread: view.getBigUint64(8, true),
    pid: view.getUint32(16, true),
  };
}

/**
 * Encodes handles as an array.
 *
 * @param handles The handles.
 * @returns Eight bytes each.
 */
export function encodeHandles(
  handles: readonly Handle[],
): Uint8Array<ArrayBuffer> {
  return new Uint8Array(BigUint64Array.from(handles).buffer);
}

/**
 * Encodes an environment block: zero-terminated strings, and one more zero.
 *
 * @param strings `NAME=value`, sorted.
 * @returns UTF-16.
 */
export function encodeEnvironment(
  strings: readonly string[],
): Uint8Array<ArrayBuffer> {
  const text = strings.map((string) => `${string}\0`).join("");
  // Even an empty block ends with two zeros.
  const units = new Uint16Array(Math.max(text.length + 1, 2));
  for (let i = 0; i < text.length; i++) units[i] = text.charCodeAt(i);
  return new Uint8Array(units.buffer);
}

/**
 * Encodes a `JOBOBJECT_EXTENDED_LIMIT_INFORMATION` with flags only.
 *
 * @param flags `JOB_OBJECT_LIMIT_*`.
 * @returns The 144 bytes of the structure.
 */
export function encodeJobLimits(flags: number): Uint8Array<ArrayBuffer> {
  const view = new DataView(new ArrayBuffer(EXTENDED_LIMIT_SIZE));
  view.setUint32(LIMIT_FLAGS, flags, true);
  return new Uint8Array(view.buffer);
}
