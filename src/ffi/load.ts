/**
 * Opens the DLLs on first use, never at import.
 *
 * @module
 */

import { advapi32 } from "./advapi32.ts";
import { kernel32 } from "./kernel32.ts";
import { mswsock } from "./mswsock.ts";
import { ntdll } from "./ntdll.ts";
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

let loaded: Symbols | undefined;
let loadedSockets: SocketSymbols | undefined;

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
 * A scoped grant names absolute paths: for it a bare name would become a file
 * in the current directory.
 */
function libraryPath(name: string): string {
  const { state } = Deno.permissions.querySync({ name: "ffi" });
  return state === "granted" ? name : `${systemRoot()}\\System32\\${name}`;
}

function systemRoot(): string {
  const env = Deno.permissions.querySync({
    name: "env",
    variable: "SystemRoot",
  });
  const root = env.state === "granted" ? Deno.env.get("SystemRoot") : undefined;
  return root ?? "C:\\Windows";
}
