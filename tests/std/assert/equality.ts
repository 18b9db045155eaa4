import { failWith } from "./assertion_error.ts";
import { equal } from "./equal.ts";
import { describeDifference, format } from "./format.ts";

/**
 * Asserts that two values are deeply equal.
 *
 * @param actual The value found.
 * @param expected The value wanted.
 * @param msg The caller's own words for the failure.
 */
export function assertEquals<T>(actual: T, expected: T, msg?: string): void {
  if (equal(actual, expected)) return;
  const difference = describeDifference(actual, expected);
  failWith(
    `Values are not equal (- actual, + expected)\n${difference}\n`,
    msg,
  );
}

/**
 * Asserts that two values are not deeply equal.
 *
 * @param actual The value found.
 * @param expected The value not wanted.
 * @param msg The caller's own words for the failure.
 */
export function assertNotEquals<T>(
  actual: T,
  expected: T,
  msg?: string,
): void {
  if (!equal(actual, expected)) return;
  failWith(`Expected actual: ${format(actual)} to differ`, msg);
}

/**
 * Asserts that two values are the same by `Object.is`.
 *
 * @param actual The value found.
 * @param expected The value wanted.
 * @param msg The caller's own words for the failure.
 */
export function assertStrictEquals<T>(
  actual: unknown,
  expected: T,
  msg?: string,
): asserts actual is T {
  if (Object.is(actual, expected)) return;
  if (format(actual) === format(expected)) {
    failWith(`Values look alike, but are not the same\n${format(actual)}`, msg);
  }
  const difference = describeDifference(actual, expected);
  failWith(
    `Values are not strictly equal (- actual, + expected)\n${difference}\n`,
    msg,
  );
}

/**
 * Asserts that two values are not the same by `Object.is`.
 *
 * @param actual The value found.
 * @param expected The value not wanted.
 * @param msg The caller's own words for the failure.
 */
export function assertNotStrictEquals<T>(
  actual: T,
  expected: T,
  msg?: string,
): void {
  if (!Object.is(actual, expected)) return;
  failWith(`Expected actual to be another than ${format(expected)}`, msg);
}
