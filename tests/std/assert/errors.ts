import { failWith } from "./assertion_error.ts";
import { format } from "./format.ts";

/** A class of errors, whatever its parameters. */
type ErrorClass<E extends Error> = new (...args: never[]) => E;

/** What is demanded of the error. */
interface Expectation<E extends Error> {
  ErrorClass: ErrorClass<E> | undefined;
  msgIncludes: string | undefined;
  msg: string | undefined;
}

/**
 * Asserts that a value is an error of a class, with a message that has a part.
 *
 * @param error The value found.
 * @param ErrorClass The class wanted, `Error` if left out.
 * @param msgMatches The part of the message wanted, or an expression for it.
 * @param msg The caller's own words for the failure.
 */
export function assertIsError<E extends Error = Error>(
  error: unknown,
  ErrorClass?: abstract new (...args: never[]) => E,
  msgMatches?: string | RegExp,
  msg?: string,
): asserts error is E {
  if (!(error instanceof Error)) {
    failWith(`Expected an Error object, but was ${format(error)}`, msg);
  }
  if (ErrorClass && !(error instanceof ErrorClass)) {
    const was = `"${error.constructor.name}" (${error.message})`;
    failWith(
      `Expected error to be instance of "${ErrorClass.name}", but was ${was}`,
      msg,
    );
  }
  assertMessage(error.message, msgMatches, msg);
}

function assertMessage(
  message: string,
  wanted: string | RegExp | undefined,
  msg: string | undefined,
): void {
  if (wanted === undefined) return;
  const found = typeof wanted === "string"
    ? message.includes(wanted)
    : wanted.test(message);
  if (found) return;
  const part = typeof wanted === "string" ? JSON.stringify(wanted) : wanted;
  failWith(
    `Expected error message to include ${part}, but got ${
      JSON.stringify(message)
    }`,
    msg,
  );
}

/**
 * Asserts that a function throws.
 *
 * @param fn The function to call.
 * @param msg The caller's own words for the failure.
 * @returns What was thrown.
 */
export function assertThrows(fn: () => unknown, msg?: string): unknown;
/**
 * Asserts that a function throws an error of a class.
 *
 * @param fn The function to call.
 * @param ErrorClass The class wanted.
 * @param msgIncludes The part of the error's message wanted.
 * @param msg The caller's own words for the failure.
 * @returns The error thrown.
 */
export function assertThrows<E extends Error = Error>(
  fn: () => unknown,
  ErrorClass: ErrorClass<E>,
  msgIncludes?: string,
  msg?: string,
): E;
export function assertThrows<E extends Error = Error>(
  fn: () => unknown,
  classOrMsg?: ErrorClass<E> | string,
  msgIncludes?: string,
  msg?: string,
): unknown {
  const expectation = expectationOf(classOrMsg, msgIncludes, msg);
  let error: unknown;
  try {
    fn();
  } catch (thrown) {
    error = thrown;
    checkError(error, expectation);
    return error;
  }
  failWith("Expected function to throw", expectation.msg);
}

/**
 * Asserts that a function returns a promise that rejects.
 *
 * @param fn The function to call.
 * @param msg The caller's own words for the failure.
 * @returns The reason of the rejection.
 */
export function assertRejects(
  fn: () => PromiseLike<unknown>,
  msg?: string,
): Promise<unknown>;
/**
 * Asserts that a function returns a promise that rejects with an error of a
 * class. A function that throws instead fails the assertion.
 *
 * @param fn The function to call.
 * @param ErrorClass The class wanted.
 * @param msgIncludes The part of the error's message wanted.
 * @param msg The caller's own words for the failure.
 * @returns The error.
 */
export function assertRejects<E extends Error = Error>(
  fn: () => PromiseLike<unknown>,
  ErrorClass: ErrorClass<E>,
  msgIncludes?: string,
  msg?: string,
): Promise<E>;
export async function assertRejects<E extends Error = Error>(
  fn: () => PromiseLike<unknown>,
  classOrMsg?: ErrorClass<E> | string,
  msgIncludes?: string,
  msg?: string,
): Promise<unknown> {
  const expectation = expectationOf(classOrMsg, msgIncludes, msg);
  const promise = promiseOf(fn, expectation.msg);
  try {
    await promise;
  } catch (error) {
    checkError(error, expectation);
    return error;
  }
  failWith("Expected function to reject", expectation.msg);
}

function expectationOf<E extends Error>(
  classOrMsg: ErrorClass<E> | string | undefined,
  msgIncludes: string | undefined,
  msg: string | undefined,
): Expectation<E> {
  if (typeof classOrMsg === "string") {
    return { ErrorClass: undefined, msgIncludes: undefined, msg: classOrMsg };
  }
  if (classOrMsg !== undefined && !isErrorClass(classOrMsg)) {
    throw new TypeError(`Expected an error class: got ${format(classOrMsg)}`);
  }
  return { ErrorClass: classOrMsg, msgIncludes, msg };
}

function isErrorClass(value: { prototype: unknown }): boolean {
  return value.prototype === Error.prototype ||
    value.prototype instanceof Error;
}

function checkError<E extends Error>(
  error: unknown,
  expectation: Expectation<E>,
): void {
  const { ErrorClass, msgIncludes, msg } = expectation;
  if (ErrorClass === undefined && msgIncludes === undefined) return;
  assertIsError(error, ErrorClass, msgIncludes, msg);
}

function promiseOf(
  fn: () => PromiseLike<unknown>,
  msg: string | undefined,
): PromiseLike<unknown> {
  let promise: PromiseLike<unknown>;
  try {
    promise = fn();
  } catch (error) {
    failWith(`Function throws when expected to reject (${error})`, msg);
  }
  if (typeof promise?.then !== "function") {
    failWith("Function returns no promise when expected to reject", msg);
  }
  return promise;
}
