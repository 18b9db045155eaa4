import { failWith } from "./assertion_error.ts";
import { equal } from "./equal.ts";
import { bytesOf, describeDifference, format } from "./format.ts";

/**
 * Asserts that an array has each of some values, by deep equality.
 *
 * @param actual The array found.
 * @param expected The values wanted, in any order.
 * @param msg The caller's own words for the failure.
 */
export function assertArrayIncludes<T>(
  actual: ArrayLike<T>,
  expected: ArrayLike<T>,
  msg?: string,
): void {
  const found = Array.from(actual);
  const missing = Array.from(expected).filter((value) =>
    !found.some((other) => equal(value, other))
  );
  if (missing.length === 0) return;
  failWith(
    `Expected actual: ${format(found)} to include ${format(missing)}`,
    msg,
  );
}

/**
 * Asserts that an object has all that another has, deeply. Arrays within must
 * have as many elements as those expected.
 *
 * @param actual The object found.
 * @param expected The own keys and values wanted.
 * @param msg The caller's own words for the failure.
 */
export function assertObjectMatch(
  actual: object,
  expected: Record<PropertyKey, unknown>,
  msg?: string,
): void {
  if (matches(actual, expected, new Map())) return;
  const difference = describeDifference(actual, expected);
  failWith(`Object does not match (- actual, + expected)\n${difference}`, msg);
}

function matches(
  actual: unknown,
  expected: unknown,
  open: Map<object, object>,
): boolean {
  if (!isContainer(actual) || !isContainer(expected)) {
    return equal(actual, expected);
  }
  if (open.get(expected) === actual) return true;
  open.set(expected, actual);
  try {
    return matchContent(actual, expected, open);
  } finally {
    open.delete(expected);
  }
}

/** Whether a value is compared by what it holds, not by what it is. */
function isContainer(value: unknown): value is object {
  if (typeof value !== "object" || value === null) return false;
  const kinds = [Date, RegExp, URL, Error, Promise, WeakMap, WeakSet, WeakRef];
  return bytesOf(value) === undefined &&
    !kinds.some((kind) => value instanceof kind);
}

function matchContent(
  actual: object,
  expected: object,
  open: Map<object, object>,
): boolean {
  if (expected instanceof Set) return includesAll(actual, expected);
  if (expected instanceof Map) {
    return actual instanceof Map &&
      [...expected].every(([key, value]) =>
        actual.has(key) && matches(actual.get(key), value, open)
      );
  }
  if (!sameLength(actual, expected)) return false;
  return Reflect.ownKeys(expected).every((key) =>
    Object.hasOwn(actual, key) &&
    matches(Reflect.get(actual, key), Reflect.get(expected, key), open)
  );
}

function includesAll(actual: object, expected: Set<unknown>): boolean {
  return actual instanceof Set &&
    [...expected].every((value) => actual.has(value));
}

function sameLength(actual: object, expected: object): boolean {
  if (!Array.isArray(expected)) return true;
  return Array.isArray(actual) && actual.length === expected.length;
}
