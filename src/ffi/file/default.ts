/**
 * The file system, as everything in this isolate shares it.
 *
 * @module
 */

import type { FileApi } from "./api.ts";
import { NativeFiles } from "./native.ts";
import { NativeWin32 } from "../native_win32.ts";

let shared: FileApi | undefined;

/**
 * The file system; loaded on first use.
 *
 * @returns The same for all.
 * @throws {Deno.errors.NotSupported} when the system is not Windows.
 * @throws {Deno.errors.NotCapable} when `--allow-ffi` was not granted.
 */
export function defaultFiles(): FileApi {
  return shared ??= new NativeFiles(new NativeWin32());
}
