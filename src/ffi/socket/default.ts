/**
 * The Winsock that is used when none is given.
 *
 * @module
 */

import { NativeSockets } from "./native.ts";
import { NativeWin32 } from "../native_win32.ts";
import type { SocketApi } from "./api.ts";

let shared: SocketApi | undefined;

/**
 * Winsock, as all sockets of this isolate share it; started on first use.
 *
 * @returns The functions of Winsock.
 * @throws {Deno.errors.NotSupported} when the system is not Windows.
 * @throws {Deno.errors.NotCapable} when `--allow-ffi` was not granted.
 * @throws {WindowsError} when Winsock does not start.
 */
export function defaultSockets(): SocketApi {
  return shared ??= new NativeSockets(new NativeWin32());
}
