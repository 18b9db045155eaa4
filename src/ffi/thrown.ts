/**
 * What users throw: anything, also what has no text, or throws when it is
 * looked at.
 *
 * @module
 */

const NO_TEXT = "A value without text was thrown";

/**
 * Makes an error of what was thrown.
 *
 * @param thrown Any value.
 * @returns The value when it is an error, else an error whose `cause` it is.
 */
export function toError(thrown: unknown): Error {
  if (isInstance(thrown, Error)) return thrown;
  return new Error(textOf(thrown), { cause: thrown });
}

/**
 * `instanceof`, also for a proxy that was revoked.
 *
 * @typeParam T What the class makes.
 * @param value Any value.
 * @param Class The class.
 * @returns True when it is one of the class.
 */
export function isInstance<T>(
  value: unknown,
  Class: abstract new (...args: never[]) => T,
): value is T {
  try {
    return value instanceof Class;
  } catch {
    return false;
  }
}

/**
 * Writes to the console; nothing that it is given can make it throw.
 *
 * @param values What to write.
 */
export function logError(...values: unknown[]): void {
  try {
    console.error(...values);
  } catch {
    console.error(...values.map(showable));
  }
}

function textOf(value: unknown): string {
  try {
    return String(value);
  } catch {
    return NO_TEXT;
  }
}

function showable(value: unknown): string {
  try {
    return typeof value === "string" ? value : Deno.inspect(value);
  } catch {
    return textOf(value);
  }
}
