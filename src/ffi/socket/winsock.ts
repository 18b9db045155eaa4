/**
 * Starts Winsock.
 *
 * @module
 */

import { windowsError } from "../errors.ts";
import { symbolLoader } from "../load.ts";
import { ws2_32 } from "./ws2_32.ts";
import { WSADATA_SIZE } from "./structs.ts";
import type { Win32Api } from "../win32_api.ts";

/** Loads the symbols of sockets; pipes do without them. */
export const loadSocketSymbols = symbolLoader({
  ws2_32,
});

/** What {@linkcode loadSocketSymbols} gives. */
export type SocketSymbols = ReturnType<typeof loadSocketSymbols>;

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
