import { failWith } from "./assertion_error.ts";
import { format } from "./format.ts";

/**
 * Asserts that an expression is truthy.
 *
 * @param expr The value of the expression.
 * @param msg The caller's own words for the failure.
 */
export function assert(expr: unknown, msg = ""): asserts expr {
  if (!expr) failWith(msg || "Assertion failed");
}

/**
 * Asserts that an expression is falsy.
 *
 * @param expr The value of the expression.
 * @param msg The caller's own words for the failure.
 */
export function assertFalse(expr: unknown, msg = ""): asserts expr is false {
  if (expr) failWith(msg || `Expected a falsy value, but was ${format(expr)}`);
}

/**
 * Asserts that a value is neither `null` nor `undefined`.
 *
 * @param actual The value found.
 * @param msg The caller's own words for the failure.
 */
export function assertExists<T>(
  actual: T,
  msg?: string,
): asserts actual is NonNullable<T> {
  if (actual === undefined || actual === null) {
    failWith(`Expected actual: "${actual}" to be not null or undefined`, msg);
  }
}

/**
 * Asserts that a value is an instance of a class.
 *
 * @param actual The value found.
 * @param expectedType The class wanted.
 * @param msg The caller's own words for the failure.
 */
export function assertInstanceOf<
  T extends abstract new (...args: never[]) => unknown,
>(
  actual: unknown,
  expectedType: T,
  msg = "",
): asserts actual is InstanceType<T> {
  if (actual instanceof expectedType) return;
  failWith(
    `Expected object to be an instance of "${expectedType.name}", but was ${
      describeType(actual)
    }`,
    msg,
  );
}

function describeType(value: unknown): string {
  const isObject = typeof value === "object" && value !== null;
  return isObject
    ? `an instance of "${value.constructor?.name ?? "null"}"`
    : format(value);
}

/**
 * Asserts that one value is greater than another.
 *
 * @param actual The value found.
 * @param expected The value to be above.
 * @param msg The caller's own words for the failure.
 */
export function assertGreater<T>(actual: T, expected: T, msg?: string): void {
  if (!(actual > expected)) failCompare(actual, ">", expected, msg);
}

/**
 * Asserts that one value is greater than another, or equal to it.
 *
 * @param actual The value found.
 * @param expected The lowest value wanted.
 * @param msg The caller's own words for the failure.
 */
export function assertGreaterOrEqual<T>(
  actual: T,
  expected: T,
  msg?: string,
): void {
  if (!(actual >= expected)) failCompare(actual, ">=", expected, msg);
}

/**
 * Asserts that one value is less than another.
 *
 * @param actual The value found.
 * @param expected The value to be below.
 * @param msg The caller's own words for the failure.
 */
export function assertLess<T>(actual: T, expected: T, msg?: string): void {
  if (!(actual < expected)) failCompare(actual, "<", expected, msg);
}

/**
 * Asserts that one value is less than another, or equal to it.
 *
 * @param actual The value found.
 * @param expected The highest value wanted.
 * @param msg The caller's own words for the failure.
 */
export function assertLessOrEqual<T>(
  actual: T,
  expected: T,
  msg?: string,
): void {
  if (!(actual <= expected)) failCompare(actual, "<=", expected, msg);
}

function failCompare(
  actual: unknown,
  sign: string,
  expected: unknown,
  msg: string | undefined,
): never {
  failWith(`Expected ${format(actual)} ${sign} ${format(expected)}`, msg);
}

/**
 * Asserts that two numbers are equal within a tolerance.
 *
 * @param actual The number found.
 * @param expected The number wanted.
 * @param tolerance The greatest difference allowed, a ten-millionth of
 * `expected` if left out.
 * @param msg The caller's own words for the failure.
 */
export function assertAlmostEquals(
  actual: number,
  expected: number,
  tolerance?: number,
  msg?: string,
): void {
  if (Object.is(actual, expected)) return;
  const relative = Number.isFinite(expected) ? Math.abs(expected * 1e-7) : 1e-7;
  const allowed = tolerance ?? relative;
  const delta = Math.abs(expected - actual);
  if (delta <= allowed) return;
  failWith(
    `Expected ${actual} to be ${expected} within ${allowed}, off by ${delta}`,
    msg,
  );
}

/**
 * Asserts that a text matches an expression.
 *
 * @param actual The text found.
 * @param expected The expression wanted.
 * @param msg The caller's own words for the failure.
 */
export function assertMatch(
  actual: string,
  expected: RegExp,
  msg?: string,
): void {
  if (expected.test(actual)) return;
  failWith(`Expected actual: "${actual}" to match ${expected}`, msg);
}

/**
 * Asserts that a text has a part.
 *
 * @param actual The text found.
 * @param expected The part wanted.
 * @param msg The caller's own words for the failure.
 */
export function assertStringIncludes(
  actual: string,
  expected: string,
  msg?: string,
): void {
  if (actual.includes(expected)) return;
  failWith(`Expected actual: "${actual}" to contain "${expected}"`, msg);
}

/**
 * Fails.
 *
 * @param msg The caller's own words for the failure.
 */
export function fail(msg?: string): never {
  failWith("Failed assertion", msg);
}

/**
 * Fails because code ran that no path should reach.
 *
 * @param msg The caller's own words for the failure.
 */
export function unreachable(msg?: string): never {
  failWith("Unreachable", msg);
}
