/**
 * Opens the DLLs on first use, never at import.
 *
 * @module
 */

import { advapi32 } from "./advapi32.ts";
import { kernel32 } from "./kernel32.ts";
import { kernel32SocketFile } from "./kernel32_socket_file.ts";
import { kernel32Files } from "./kernel32_files.ts";
import { kernel32Process } from "./kernel32_process.ts";
import { kernel32SendFile } from "./kernel32_sendfile.ts";
import { kernel32ThreadIo } from "./kernel32_thread_io.ts";
import { kernel32Waits } from "./kernel32_waits.ts";
import { mswsock } from "./mswsock.ts";
import { ntdll } from "./ntdll.ts";
import { ntdllFiles } from "./ntdll_files.ts";
import { ntdllSendFile } from "./ntdll_sendfile.ts";
import { ntdllThreadIo } from "./ntdll_thread_io.ts";
import { ws2_32 } from "./ws2_32.ts";

/** The loaded functions of the three DLLs that pipes need. */
export interface Symbols {
  /** kernel32.dll */
  kernel32: Deno.DynamicLibrary<typeof kernel32>["symbols"];
  /** ntdll.dll */
  ntdll: Deno.DynamicLibrary<typeof ntdll>["symbols"];
  /** advapi32.dll */
  advapi32: Deno.DynamicLibrary<typeof advapi32>["symbols"];
}

/** The loaded functions of the two DLLs that only sockets need. */
export interface SocketSymbols {
  /** ws2_32.dll */
  ws2_32: Deno.DynamicLibrary<typeof ws2_32>["symbols"];
  /** mswsock.dll */
  mswsock: Deno.DynamicLibrary<typeof mswsock>["symbols"];
}

/** The loaded functions of kernel32.dll that only waits need. */
export type WaitSymbols = Deno.DynamicLibrary<typeof kernel32Waits>["symbols"];

/** The loaded functions of the DLL that only processes need. */
export interface ProcessSymbols {
  /** kernel32.dll */
  kernel32: Deno.DynamicLibrary<typeof kernel32Process>["symbols"];
}

/** The loaded functions of the two DLLs about files that are sent. */
export interface SendFileSymbols {
  /** kernel32.dll */
  kernel32: Deno.DynamicLibrary<typeof kernel32SendFile>["symbols"];
  /** ntdll.dll */
  ntdll: Deno.DynamicLibrary<typeof ntdllSendFile>["symbols"];
}

/** The loaded functions of the two DLLs that only files need. */
export interface FileSymbols {
  /** kernel32.dll */
  kernel32: Deno.DynamicLibrary<typeof kernel32Files>["symbols"];
  /** ntdll.dll */
  ntdll: Deno.DynamicLibrary<typeof ntdllFiles>["symbols"];
}

/** The loaded functions for the files of sockets. */
export type SocketFileSymbols = Deno.DynamicLibrary<
  typeof kernel32SocketFile
>["symbols"];

/** The loaded functions of the two DLLs for handles that no port drives. */
export interface ThreadIoSymbols {
  /** kernel32.dll */
  kernel32: Deno.DynamicLibrary<typeof kernel32ThreadIo>["symbols"];
  /** ntdll.dll */
  ntdll: Deno.DynamicLibrary<typeof ntdllThreadIo>["symbols"];
}

let loaded: Symbols | undefined;
let loadedFiles: FileSymbols | undefined;
let loadedSockets: SocketSymbols | undefined;
let loadedSocketFile: SocketFileSymbols | undefined;
let loadedProcesses: ProcessSymbols | undefined;
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
  loaded ??= openLibraries();
  return loaded;
}

/**
 * Loads the symbols of sockets once a process; pipes do without them.
 *
 * @returns The functions of ws2_32 and mswsock.
 * @throws {Deno.errors.NotSupported} when the system is not Windows.
 * @throws {Deno.errors.NotCapable} when `--allow-ffi` was not granted.
 */
export function loadSocketSymbols(): SocketSymbols {
  loadedSockets ??= openSocketLibraries();
  return loadedSockets;
}

/**
 * Loads the symbols of waits once a process.
 *
 * @returns The functions of kernel32.
 * @throws {Deno.errors.NotSupported} when the system is not Windows.
 * @throws {Deno.errors.NotCapable} when `--allow-ffi` was not granted.
 */
export function loadWaitSymbols(): WaitSymbols {
  loadedWaits ??= openWaitLibrary();
  return loadedWaits;
}

function openWaitLibrary(): WaitSymbols {
  assertWindows("kernel32.dll");
  return Deno.dlopen(libraryPath("kernel32.dll"), kernel32Waits).symbols;
}

/**
 * Loads the symbols of processes once a process; streams do without them.
 *
 * @returns The functions of kernel32 that make processes.
 * @throws {Deno.errors.NotSupported} when the system is not Windows.
 * @throws {Deno.errors.NotCapable} when `--allow-ffi` was not granted.
 */
export function loadProcessSymbols(): ProcessSymbols {
  loadedProcesses ??= openProcessLibraries();
  return loadedProcesses;
}

function openProcessLibraries(): ProcessSymbols {
  assertWindows("kernel32.dll");
  const path = libraryPath("kernel32.dll");
  return { kernel32: Deno.dlopen(path, kernel32Process).symbols };
}

/**
 * Loads the symbols for handles that no port drives, once a process.
 *
 * @returns The functions of kernel32 and ntdll.
 * @throws {Deno.errors.NotSupported} when the system is not Windows.
 * @throws {Deno.errors.NotCapable} when `--allow-ffi` was not granted.
 */
export function loadThreadIoSymbols(): ThreadIoSymbols {
  loadedThreadIo ??= openThreadIoLibraries();
  return loadedThreadIo;
}

function openThreadIoLibraries(): ThreadIoSymbols {
  assertWindows("kernel32.dll");
  return {
    kernel32: Deno.dlopen(libraryPath("kernel32.dll"), kernel32ThreadIo)
      .symbols,
    ntdll: Deno.dlopen(libraryPath("ntdll.dll"), ntdllThreadIo).symbols,
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
  loadedSendFile ??= openSendFileLibraries();
  return loadedSendFile;
}

function openSendFileLibraries(): SendFileSymbols {
  assertWindows("kernel32.dll");
  return {
    kernel32: Deno.dlopen(libraryPath("kernel32.dll"), kernel32SendFile)
      .symbols,
    ntdll: Deno.dlopen(libraryPath("ntdll.dll"), ntdllSendFile).symbols,
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
  loadedFiles ??= openFileLibraries();
  return loadedFiles;
}

function openFileLibraries(): FileSymbols {
  assertWindows("kernel32.dll");
  return {
    kernel32: Deno.dlopen(libraryPath("kernel32.dll"), kernel32Files).symbols,
    ntdll: Deno.dlopen(libraryPath("ntdll.dll"), ntdllFiles).symbols,
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
  assertWindows("kernel32.dll");
  const path = libraryPath("kernel32.dll");
  loadedSocketFile ??= Deno.dlopen(path, kernel32SocketFile).symbols;
  return loadedSocketFile;
}

function openSocketLibraries(): SocketSymbols {
  assertWindows("ws2_32.dll");
  return {
    ws2_32: Deno.dlopen(libraryPath("ws2_32.dll"), ws2_32).symbols,
    mswsock: Deno.dlopen(libraryPath("mswsock.dll"), mswsock).symbols,
  };
}

function assertWindows(library: string): void {
  if (Deno.build.os === "windows") return;
  throw new Deno.errors.NotSupported(
    `Cannot load ${library}: the system is "${Deno.build.os}", not Windows`,
  );
}

function openLibraries(): Symbols {
  assertWindows("kernel32.dll");
  return {
    kernel32: Deno.dlopen(libraryPath("kernel32.dll"), kernel32).symbols,
    ntdll: Deno.dlopen(libraryPath("ntdll.dll"), ntdll).symbols,
    advapi32: Deno.dlopen(libraryPath("advapi32.dll"), advapi32).symbols,
  };
}

/**
 * Tells whether the FFI is granted without limits. A scoped grant names DLLs,
 * and Deno then refuses to call functions by their addresses.
 *
 * @returns False for a scoped grant.
 */
export function hasFullGrant(): boolean {
  return Deno.permissions.querySync({ name: "ffi" }).state === "granted";
}

/**
 * A scoped grant names absolute paths: for it a bare name would become a file
 * in the current directory.
 */
function libraryPath(name: string): string {
  return hasFullGrant() ? name : `${systemRoot()}\\System32\\${name}`;
}

function systemRoot(): string {
  const env = Deno.permissions.querySync({
    name: "env",
    variable: "SystemRoot",
  });
  const root = env.state === "granted" ? Deno.env.get("SystemRoot") : undefined;
  return root ?? "C:\\Windows";
}
