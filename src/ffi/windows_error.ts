/**
 * What every error that comes from Windows has.
 *
 * @module
 */

import { isInstance } from "./thrown.ts";

/** What every error that comes from Windows carries. */
export interface WindowsErrorFields {
  /** The raw Win32 or Winsock code, such as 231. */
  winerror: number;
  /** The code's name, such as `"ERROR_PIPE_BUSY"`. */
  code: string;
  /** The function that failed, such as `"CreateFileW"`. */
  syscall: string;
}

/**
 * A failure that no class of `Deno.errors` describes.
 *
 * @example Usage
 * ```ts
 * import { WindowsError } from "@iocp/proactor";
 * import { assertInstanceOf } from "@std/assert";
 *
 * const error = new WindowsError("Cannot read pipe: the parameter is incorrect");
 * assertInstanceOf(error, Error);
 * ```
 */
export class WindowsError extends Error {
  /** `"WindowsError"`. */
  override name = "WindowsError";
}

/**
 * Tells an error that came from Windows from any other.
 *
 * @example Usage
 * ```ts
 * import { isWindowsError } from "@iocp/proactor";
 * import { assert } from "@std/assert";
 *
 * assert(!isWindowsError(new Error("Cannot parse")));
 * ```
 *
 * @param error Anything that was thrown.
 * @returns True when `error` has `winerror`, `code` and `syscall`.
 */
export function isWindowsError(
  error: unknown,
): error is Error & WindowsErrorFields {
  return isInstance(error, Error) && "winerror" in error &&
    typeof error.winerror === "number" && "syscall" in error;
}
