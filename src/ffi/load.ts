/**
 * Opens the DLLs on first use, never at import.
 *
 * @module
 */

import { advapi32 } from "./advapi32.ts";
import { kernel32 } from "./kernel32.ts";
import { kernel32Files } from "./kernel32_files.ts";
import { kernel32Process } from "./kernel32_process.ts";
import { kernel32SendFile } from "./kernel32_sendfile.ts";
import { kernel32SocketFile } from "./kernel32_socket_file.ts";
import { kernel32ThreadIo } from "./kernel32_thread_io.ts";
import { kernel32Threads } from "./kernel32_threads.ts";
import { kernel32Waits } from "./kernel32_waits.ts";
import { mswsock } from "./mswsock.ts";
import { ntdll } from "./ntdll.ts";
import { ntdllFiles } from "./ntdll_files.ts";
import { ntdllSendFile } from "./ntdll_sendfile.ts";
import { ntdllThreadIo } from "./ntdll_thread_io.ts";
import { systemFolder } from "./system_folder.ts";
import { ws2_32 } from "./ws2_32.ts";

/** The loaded functions of one symbol table. */
type Loaded<T extends Deno.ForeignLibraryInterface> = Deno.DynamicLibrary<
  T
>["symbols"];

/** The loaded functions of the three DLLs that pipes need. */
export interface Symbols {
  /** kernel32.dll */
  kernel32: Loaded<typeof kernel32>;
  /** ntdll.dll */
  ntdll: Loaded<typeof ntdll>;
  /** advapi32.dll */
  advapi32: Loaded<typeof advapi32>;
}

/** The loaded functions of the two DLLs that only sockets need. */
export interface SocketSymbols {
  /** ws2_32.dll */
  ws2_32: Loaded<typeof ws2_32>;
  /** mswsock.dll */
  mswsock: Loaded<typeof mswsock>;
}

/** The loaded functions of kernel32.dll that only waits need. */
export type WaitSymbols = Loaded<typeof kernel32Waits>;

/** The loaded functions of kernel32.dll about the end of a thread. */
export type ThreadSymbols = Loaded<typeof kernel32Threads>;

/** The loaded functions of the DLL that only processes need. */
export interface ProcessSymbols {
  /** kernel32.dll */
  kernel32: Loaded<typeof kernel32Process>;
}

/** The loaded functions of the two DLLs about files that are sent. */
export interface SendFileSymbols {
  /** kernel32.dll */
  kernel32: Loaded<typeof kernel32SendFile>;
  /** ntdll.dll */
  ntdll: Loaded<typeof ntdllSendFile>;
}

/** The loaded functions of the two DLLs that only files need. */
export interface FileSymbols {
  /** kernel32.dll */
  kernel32: Loaded<typeof kernel32Files>;
  /** ntdll.dll */
  ntdll: Loaded<typeof ntdllFiles>;
}

/** The loaded functions for the files of sockets. */
export type SocketFileSymbols = Loaded<typeof kernel32SocketFile>;

/** The loaded functions of the two DLLs for handles that no port drives. */
export interface ThreadIoSymbols {
  /** kernel32.dll */
  kernel32: Loaded<typeof kernel32ThreadIo>;
  /** ntdll.dll */
  ntdll: Loaded<typeof ntdllThreadIo>;
}

let loaded: Symbols | undefined;
let loadedFiles: FileSymbols | undefined;
let loadedSockets: SocketSymbols | undefined;
let loadedSocketFile: SocketFileSymbols | undefined;
let loadedProcesses: ProcessSymbols | undefined;
let loadedThreads: ThreadSymbols | undefined;
let loadedThreadIo: ThreadIoSymbols | undefined;
let loadedSendFile: SendFileSymbols | undefined;
let loadedWaits: WaitSymbols | undefined;

/**
 * Loads the symbols once a process. The libraries are never closed: a pending
 * wait may still run in them when everything else has ended.
 *
 * @returns The functions of kernel32, ntdll and advapi32.
 * @throws {Deno.errors.NotSupported} when the system is not Windows.
 * @throws {Deno.errors.NotCapable} when `--allow-ffi` was not granted.
 */
export function loadSymbols(): Symbols {
  return loaded ??= {
    kernel32: openLibrary("kernel32.dll", kernel32),
    ntdll: openLibrary("ntdll.dll", ntdll),
    advapi32: openLibrary("advapi32.dll", advapi32),
  };
}

/**
 * Loads the symbols of sockets once a process; pipes do without them.
 *
 * @returns The functions of ws2_32 and mswsock.
 * @throws {Deno.errors.NotSupported} when the system is not Windows.
 * @throws {Deno.errors.NotCapable} when `--allow-ffi` was not granted.
 */
export function loadSocketSymbols(): SocketSymbols {
  return loadedSockets ??= {
    ws2_32: openLibrary("ws2_32.dll", ws2_32),
    mswsock: openLibrary("mswsock.dll", mswsock),
  };
}

/**
 * Loads the symbols of waits once a process.
 *
 * @returns The functions of kernel32.
 * @throws {Deno.errors.NotSupported} when the system is not Windows.
 * @throws {Deno.errors.NotCapable} when `--allow-ffi` was not granted.
 */
export function loadWaitSymbols(): WaitSymbols {
  return loadedWaits ??= openLibrary("kernel32.dll", kernel32Waits);
}

/**
 * Loads the symbols about the end of a thread once a process.
 *
 * @returns The functions of kernel32.
 * @throws {Deno.errors.NotSupported} when the system is not Windows.
 * @throws {Deno.errors.NotCapable} when `--allow-ffi` was not granted.
 */
export function loadThreadSymbols(): ThreadSymbols {
  return loadedThreads ??= openLibrary("kernel32.dll", kernel32Threads);
}

/**
 * Loads the symbols of processes once a process; streams do without them.
 *
 * @returns The functions of kernel32 that make processes.
 * @throws {Deno.errors.NotSupported} when the system is not Windows.
 * @throws {Deno.errors.NotCapable} when `--allow-ffi` was not granted.
 */
export function loadProcessSymbols(): ProcessSymbols {
  return loadedProcesses ??= {
    kernel32: openLibrary("kernel32.dll", kernel32Process),
  };
}

/**
 * Loads the symbols for handles that no port drives, once a process.
 *
 * @returns The functions of kernel32 and ntdll.
 * @throws {Deno.errors.NotSupported} when the system is not Windows.
 * @throws {Deno.errors.NotCapable} when `--allow-ffi` was not granted.
 */
export function loadThreadIoSymbols(): ThreadIoSymbols {
  return loadedThreadIo ??= {
    kernel32: openLibrary("kernel32.dll", kernel32ThreadIo),
    ntdll: openLibrary("ntdll.dll", ntdllThreadIo),
  };
}

/**
 * Loads the symbols about files that are sent once a process.
 *
 * @returns The functions of kernel32 and ntdll.
 * @throws {Deno.errors.NotSupported} when the system is not Windows.
 * @throws {Deno.errors.NotCapable} when `--allow-ffi` was not granted.
 */
export function loadSendFileSymbols(): SendFileSymbols {
  return loadedSendFile ??= {
    kernel32: openLibrary("kernel32.dll", kernel32SendFile),
    ntdll: openLibrary("ntdll.dll", ntdllSendFile),
  };
}

/**
 * Loads the symbols of files once a process.
 *
 * @returns The functions of kernel32 and ntdll that only files need.
 * @throws {Deno.errors.NotSupported} when the system is not Windows.
 * @throws {Deno.errors.NotCapable} when `--allow-ffi` was not granted.
 */
export function loadFileSymbols(): FileSymbols {
  return loadedFiles ??= {
    kernel32: openLibrary("kernel32.dll", kernel32Files),
    ntdll: openLibrary("ntdll.dll", ntdllFiles),
  };
}

/**
 * Loads the symbols for the files of sockets, once a process.
 *
 * @returns The functions of kernel32.
 * @throws {Deno.errors.NotSupported} when the system is not Windows.
 * @throws {Deno.errors.NotCapable} when `--allow-ffi` was not granted.
 */
export function loadSocketFileSymbols(): SocketFileSymbols {
  return loadedSocketFile ??= openLibrary("kernel32.dll", kernel32SocketFile);
}

function openLibrary<const T extends Deno.ForeignLibraryInterface>(
  name: string,
  table: T,
): Loaded<T> {
  assertWindows(name);
  return Deno.dlopen(`${systemFolder()}\\${name}`, table).symbols;
}

function assertWindows(library: string): void {
  if (Deno.build.os === "windows") return;
  throw new Deno.errors.NotSupported(
    `Cannot load ${library}: the system is "${Deno.build.os}", not Windows`,
  );
}
