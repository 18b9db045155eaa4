/**
 * What tells who is there, for each seam.
 *
 * @module
 */

import type { Win32Api } from "../win32_api.ts";
import type { IdentityApi } from "./api.ts";
import { NativeIdentity } from "./native.ts";

const apis = new WeakMap<Win32Api, IdentityApi>();

/**
 * The functions of Windows that tell who is there, loaded on first use.
 *
 * @param win32 The seam.
 * @returns Always the same one.
 * @throws {Deno.errors.NotSupported} when the system is not Windows.
 * @throws {Deno.errors.NotCapable} when `--allow-ffi` was not granted.
 */
export function identityOf(win32: Win32Api): IdentityApi {
  let api = apis.get(win32);
  if (api === undefined) apis.set(win32, api = new NativeIdentity(win32));
  return api;
}

/**
 * Replaces Windows, for tests.
 *
 * @param win32 The seam.
 * @param api What tells who is there on it.
 */
export function provideIdentity(win32: Win32Api, api: IdentityApi): void {
  apis.set(win32, api);
}
