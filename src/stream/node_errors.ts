/**
 * Errors of connections as Node has them.
 *
 * @module
 */

import { isInstance, toError } from "../ffi/thrown.ts";
const E = Deno.errors;

const CODES = [
  [E.ConnectionReset, "ECONNRESET"],
  [E.ConnectionAborted, "ECONNABORTED"],
  [E.BrokenPipe, "EPIPE"],
  [E.NotConnected, "ENOTCONN"],
  [E.TimedOut, "ETIMEDOUT"],
  [E.Interrupted, "ECANCELED"],
  [E.BadResource, "EBADF"],
] as const;

/**
 * Makes the error for those who look at `code`.
 *
 * @param error What a connection rejected with.
 * @param syscall `"read"` or `"write"`.
 * @returns An error with `code` and `syscall`, whose `cause` is the other.
 */
export function nodeError(error: unknown, syscall: string): Error {
  const row = CODES.find(([Class]) => isInstance(error, Class));
  if (row === undefined) return toError(error);
  const [, code] = row;
  const message = `${syscall} ${code}`;
  return Object.assign(new Error(message, { cause: error }), { code, syscall });
}

/**
 * Calls what may call a listener: its exceptions are nobody's rejection.
 *
 * @param callback Node's.
 * @param error What it is told.
 */
export function callUser(
  callback: (error: Error | null) => void,
  error: Error | null,
): void {
  try {
    callback(error);
  } catch (thrown) {
    throwUncaught(thrown);
  }
}

/**
 * Makes an exception of a listener an uncaught one, as it is in Node.
 *
 * @param error What was thrown.
 */
export function throwUncaught(error: unknown): void {
  queueMicrotask(() => {
    throw error;
  });
}
