/**
 * Errors of connections as Node has them.
 *
 * @module
 */

import { isInstance, toError } from "../ffi/thrown.ts";
const E = Deno.errors;

/** Class, code, and the number that libuv has for it on Windows. */
const CODES = [
  [E.ConnectionReset, "ECONNRESET", -4077],
  [E.ConnectionAborted, "ECONNABORTED", -4079],
  [E.ConnectionRefused, "ECONNREFUSED", -4078],
  [E.BrokenPipe, "EPIPE", -4047],
  [E.NotConnected, "ENOTCONN", -4053],
  [E.TimedOut, "ETIMEDOUT", -4039],
  [E.Interrupted, "ECANCELED", -4081],
  [E.BadResource, "EBADF", -4083],
  [E.NotFound, "ENOENT", -4058],
  [E.PermissionDenied, "EACCES", -4092],
  [E.Busy, "EBUSY", -4082],
  [E.AddrInUse, "EADDRINUSE", -4091],
  [E.AddrNotAvailable, "EADDRNOTAVAIL", -4090],
  [E.NetworkUnreachable, "ENETUNREACH", -4062],
] as const;

/** A code of Node, and its number. */
export interface NodeCode {
  /** Such as `"ECONNRESET"`. */
  code: string;
  /** The number that libuv has for it. */
  errno: number;
}

/**
 * Finds Node's code for an error.
 *
 * @param error What a connection or a server rejected with.
 * @returns The code; `undefined` when Node has none for it.
 */
export function nodeCode(error: unknown): NodeCode | undefined {
  const row = CODES.find(([Class]) => isInstance(error, Class));
  return row && { code: row[1], errno: row[2] };
}

/**
 * Makes the error for those who look at `code`.
 *
 * @param error What a connection rejected with.
 * @param syscall `"read"` or `"write"`.
 * @returns An error with `code`, `errno`, `syscall` and, where there is one,
 * `winerror`, whose `cause` is the other.
 */
export function nodeError(error: unknown, syscall: string): Error {
  const found = nodeCode(error);
  if (found === undefined) return toError(error);
  const { code, errno } = found;
  return withFields(`${syscall} ${code}`, error, { code, errno, syscall });
}

/**
 * Makes an error with the fields of Node, and the number of Windows.
 *
 * @param message Its text.
 * @param cause The error that Node has no name for.
 * @param fields Those of Node.
 * @returns The error.
 */
export function withFields(
  message: string,
  cause: unknown,
  fields: object,
): Error {
  const error = Object.assign(new Error(message, { cause }), fields);
  const winerror: unknown = isInstance(cause, Error)
    ? Reflect.get(cause, "winerror")
    : undefined;
  return winerror === undefined ? error : Object.assign(error, { winerror });
}

/**
 * Makes an error that Node has a name of its own for.
 *
 * @param code Such as `"ERR_SOCKET_CLOSED"`.
 * @param message The text.
 * @param Class Its class.
 * @returns The error.
 */
export function codeError(
  code: string,
  message: string,
  Class: new (message: string) => Error = Error,
): Error {
  return Object.assign(new Class(message), { code });
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
