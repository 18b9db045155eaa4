/**
 * Errors of calls in workers.
 *
 * @module
 */

import type { EncodedError, ThrownValue } from "./executor_worker.ts";

type ErrorClass = new (message: string) => Error;

const CLASSES: Record<string, ErrorClass> = {
  ...Deno.errors,
  EvalError,
  RangeError,
  ReferenceError,
  SyntaxError,
  TypeError,
  URIError,
};

/**
 * Recreates what was thrown in a worker.
 *
 * @param thrown What the worker has sent.
 * @returns An error of the same name, message, stack and, if it is one of the
 * language's or of `Deno.errors`, class; or the value that was thrown.
 */
export function decodeThrown(thrown: ThrownValue): unknown {
  return "error" in thrown ? decodeError(thrown.error) : thrown.value;
}

function decodeError(encoded: EncodedError): Error {
  const { name, message, stack, cause, fields } = encoded;
  const Class = Object.hasOwn(CLASSES, name) ? CLASSES[name]! : Error;
  const error = Object.assign(new Class(message), fields);
  if (error.name !== name) define(error, "name", name);
  define(error, "stack", stack);
  if (cause !== undefined) define(error, "cause", decodeThrown(cause));
  return error;
}

/** Defines a field that is not enumerable, as errors have them. */
function define(error: Error, field: string, value: unknown): void {
  Object.defineProperty(error, field, {
    value,
    writable: true,
    configurable: true,
  });
}
