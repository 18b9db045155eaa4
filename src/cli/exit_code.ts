/**
 * How a command ends.
 *
 * @module
 */

/** It has done what it was asked for, or was stopped by Ctrl+C. */
export const DONE = 0;

/** It has failed; stderr tells why. */
export const FAILED = 1;

/** The arguments were wrong; nothing was done. */
export const WRONG_ARGUMENTS = 2;

/** Wrong arguments that only the command itself can find. */
export class ArgumentError extends Error {
  override readonly name = "ArgumentError";
}

/**
 * The exit code of what a command has thrown. The library throws these classes
 * for arguments only: a malformed name, SDDL, or number.
 *
 * @param error What was thrown.
 * @returns {@linkcode WRONG_ARGUMENTS} or {@linkcode FAILED}.
 */
export function exitCodeOf(error: unknown): number {
  const wrong = [ArgumentError, TypeError, RangeError];
  return wrong.some((type) => error instanceof type) ? WRONG_ARGUMENTS : FAILED;
}
