/**
 * Handles for other processes.
 *
 * @module
 */

import { ERROR_INVALID_PARAMETER } from "../ffi/constants.ts";
import { windowsError } from "../ffi/errors.ts";
import { identityOf } from "../ffi/identity/default.ts";
import type { Handle, Win32Api } from "../ffi/win32_api.ts";
import { assertInteger, MAX_DWORD } from "../proactor/arguments.ts";
import { isOnPort } from "../proactor/port/association.ts";

/**
 * Gives another process a handle for the same object.
 *
 * @param win32 The seam.
 * @param handle The handle here.
 * @param processId The process.
 * @returns The value of its handle.
 * @throws {RangeError} when `processId` is not that of any process.
 * @throws {Deno.errors.NotSupported} when the handle is on a port.
 * @throws {Deno.errors.PermissionDenied} when the process takes none from us.
 */
export function duplicateTo(
  win32: Win32Api,
  handle: Handle,
  processId: number,
): Handle {
  assertInteger("processId", processId, [1, MAX_DWORD]);
  const action = `Cannot give pipe to process ${processId}`;
  if (isOnPort(win32, handle)) {
    throw new Deno.errors.NotSupported(`${action}: a proactor has used it`);
  }
  const identity = identityOf(win32);
  const value = identity.duplicateInto({ handle, processId });
  if (value !== 0n) return value;
  const code = identity.lastError;
  throw windowsError(win32, code, {
    syscall: "DuplicateHandle",
    action,
    // As OpenProcess says it.
    ...code === ERROR_INVALID_PARAMETER &&
      { state: "there is no such process" },
  });
}
