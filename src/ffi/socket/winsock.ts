/**
 * Starts Winsock.
 *
 * @module
 */

import { windowsError } from "../errors.ts";
import { type Loaded, openLibrary } from "../load.ts";
import { ws2_32 } from "./ws2_32.ts";
import { WSADATA_SIZE } from "./structs.ts";
import type { Win32Api } from "../win32_api.ts";

/** The loaded functions of the DLL that only sockets need. */
export interface SocketSymbols {
  /** ws2_32.dll */
  ws2_32: Loaded<typeof ws2_32>;
}

let loaded: SocketSymbols | undefined;

/**
 * Loads the symbols of sockets once a process; pipes do without them.
 *
 * @returns The functions of ws2_32.
 * @throws {Deno.errors.NotSupported} when the system is not Windows.
 * @throws {Deno.errors.NotCapable} when `--allow-ffi` was not granted.
 */
export function loadSocketSymbols(): SocketSymbols {
  return loaded ??= {
    ws2_32: openLibrary("ws2_32.dll", ws2_32),
  };
}

const WINSOCK_2_2 = 0x0202;

let started = false;

/**
 * Loads the DLLs and starts Winsock, once in an isolate. Nothing ends Winsock:
 * other code of the process may use it too.
 *
 * @param win32 Gives the text of errors.
 * @returns The functions of ws2_32.
 * @throws {Deno.errors.NotSupported} when the system is not Windows.
 * @throws {Deno.errors.NotCapable} when `--allow-ffi` was not granted.
 * @throws {WindowsError} when Winsock does not start.
 */
export function startWinsock(win32: Win32Api): SocketSymbols {
  const symbols = loadSocketSymbols();
  if (!started) startUp(win32, symbols.ws2_32);
  started = true;
  return symbols;
}

function startUp(win32: Win32Api, ws2_32: SocketSymbols["ws2_32"]): void {
  const data = new Uint8Array(WSADATA_SIZE);
  const code = ws2_32.WSAStartup(WINSOCK_2_2, data);
  if (code === 0) return;
  throw windowsError(win32, code, {
    syscall: "WSAStartup",
    action: "Cannot start Winsock",
  });
}
