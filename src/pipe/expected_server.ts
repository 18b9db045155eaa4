/**
 * Whose server a client talks to: checked by the owner of the pipe, before a
 * byte is sent.
 *
 * @module
 */

import { identityOf } from "../ffi/identity/default.ts";
import { windowsError } from "../ffi/errors.ts";
import type { Handle, Win32Api } from "../ffi/win32_api.ts";
import { shownValue } from "../proactor/arguments.ts";

/** S-1-5-32-544 is the group, S-1-5-18 the system. */
const ADMINISTRATORS = ["S-1-5-32-544", "S-1-5-18"];

const WHOM: Record<string, string> = {
  "current-user": "the current user",
  "administrators": "administrators or the system",
};

const SID = /^S-1-\d+(-\d+)+$/;

/** A pipe that was opened, and whose it shall be. */
export interface ServerCheck {
  /** The client's end. */
  pipe: Handle;
  /** `\\.\pipe\name`. */
  path: string;
  /** As in the options of `connectPipe`. */
  expected: string;
}

/**
 * Refuses what names nobody.
 *
 * @param expected The option.
 * @throws {TypeError} when it is neither a word nor a SID.
 */
export function assertExpectation(expected: unknown): void {
  const words: unknown[] = ["current-user", "administrators"];
  if (words.includes(expected)) return;
  if (typeof expected === "string" && SID.test(expected)) return;
  throw new TypeError(
    `Cannot use expectedServer ${shownValue(expected)}: it is not ` +
      '"current-user" or "administrators" or a SID',
  );
}

/**
 * Refuses a pipe that belongs to somebody else.
 *
 * @param win32 The seam.
 * @param check The pipe, and whose it shall be.
 * @throws {Deno.errors.PermissionDenied} when it is not, or Windows does not
 * tell whose it is.
 */
export function assertServer(win32: Win32Api, check: ServerCheck): void {
  const { pipe, path, expected } = check;
  const owner = identityOf(win32).ownerSid(pipe);
  if (owner === "") throw ownerUnknown(win32, path);
  if (ownersOf(win32, expected).includes(owner)) return;
  const whom = WHOM[expected] ?? expected;
  throw new Deno.errors.PermissionDenied(
    `Cannot trust pipe "${path}": it belongs to ${owner}, not to ${whom}`,
  );
}

/** What an administrator's program makes belongs to their group. */
function ownersOf(win32: Win32Api, expected: string): string[] {
  if (expected === "administrators") return ADMINISTRATORS;
  if (expected !== "current-user") return [expected];
  return [win32.currentUserSid(), identityOf(win32).defaultOwnerSid()];
}

function ownerUnknown(win32: Win32Api, path: string): Error {
  return windowsError(win32, identityOf(win32).lastError, {
    syscall: "GetKernelObjectSecurity",
    action: `Cannot trust pipe "${path}"`,
    state: "Windows does not tell whose it is",
    errorClass: Deno.errors.PermissionDenied,
  });
}
