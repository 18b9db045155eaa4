/**
 * The reads and writes on threads that are used when none are given.
 *
 * @module
 */

import { NativeThreadIo } from "./native.ts";
import { NativeWin32 } from "../native_win32.ts";
import type { ThreadIoApi } from "./api.ts";

let shared: ThreadIoApi | undefined;

/**
 * The functions of Windows for handles that no port drives, loaded on first
 * use.
 *
 * @returns What this isolate shares.
 * @throws {Deno.errors.NotSupported} when the system is not Windows.
 * @throws {Deno.errors.NotCapable} when `--allow-ffi` was not granted.
 */
export function defaultThreadIo(): ThreadIoApi {
  return shared ??= new NativeThreadIo(new NativeWin32());
}
