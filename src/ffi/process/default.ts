/**
 * The processes that are used when none are given.
 *
 * @module
 */

import { NativeProcesses } from "./native.ts";
import { NativeWin32 } from "../native_win32.ts";
import type { ProcessApi } from "./api.ts";

let shared: ProcessApi | undefined;

/**
 * The functions of Windows that make processes, loaded on first use.
 *
 * @returns What this isolate shares.
 * @throws {Deno.errors.NotSupported} when the system is not Windows.
 * @throws {Deno.errors.NotCapable} when `--allow-ffi` was not granted.
 */
export function defaultProcesses(): ProcessApi {
  return shared ??= new NativeProcesses(new NativeWin32());
}
