import { bytesOf } from "./format.ts";

/** Pairs under comparison, so that a cycle ends. */
type Open = Map<object, object>;

/**
 * Deep equality of values, by type, content and own enumerable keys. `NaN`
 * equals itself and `0` equals `-0`. Typed arrays, buffers and views are
 * compared by their bytes, dates, expressions, URLs and errors by what they
 * say, and sets and maps without regard to order.
 *
 * @param c One value.
 * @param d The other value.
 * @returns Whether both are deeply equal.
 */
export function equal(c: unknown, d: unknown): boolean {
  return compare(c, d, new Map());
}

function compare(a: unknown, b: unknown, open: Open): boolean {
  if (a === b || Object.is(a, b)) return true;
  if (!isObject(a) || !isObject(b) || !sameConstructor(a, b)) return false;
  return compareByKind(a, b) ?? compareContent(a, b, open);
}

function isObject(value: unknown): value is object {
  return typeof value === "object" && value !== null;
}

function sameConstructor(a: object, b: object): boolean {
  return (a.constructor ?? Object) === (b.constructor ?? Object);
}

/** Compares what has a value of its own, `undefined` for other objects. */
function compareByKind(a: object, b: object): boolean | undefined {
  refuseWeakCollection(a);
  const aBytes = bytesOf(a);
  if (aBytes !== undefined) return sameBytes(a, b, aBytes);
  if (a instanceof Promise) return false;
  const aText = textOf(a);
  if (aText !== undefined && aText !== textOf(b)) return false;
  return undefined;
}

function refuseWeakCollection(a: object): void {
  if (a instanceof WeakMap || a instanceof WeakSet) {
    throw new TypeError(`Cannot compare ${a.constructor.name} instances`);
  }
}

function sameBytes(a: object, b: object, aBytes: Uint8Array): boolean {
  const bBytes = bytesOf(b);
  if (aBytes.length !== bBytes?.length) return false;
  if (isFloatArray(a)) return sameNumbers(a, b as typeof a);
  return aBytes.every((byte, index) => byte === bBytes[index]);
}

function isFloatArray(a: object): a is Float32Array | Float64Array {
  return a instanceof Float32Array || a instanceof Float64Array;
}

function sameNumbers(a: ArrayLike<number>, b: ArrayLike<number>): boolean {
  for (let i = 0; i < a.length; i++) {
    if (a[i] !== b[i] && !Object.is(a[i], b[i])) return false;
  }
  return true;
}

/** The value that the own keys of an object do not show. */
function textOf(value: object): string | undefined {
  if (value instanceof Date) return `${value.getTime()}`;
  if (value instanceof RegExp || value instanceof URL) return String(value);
  if (value instanceof Error) return `${value.name}: ${value.message}`;
  const tag: unknown = Reflect.get(value, Symbol.toStringTag);
  if (typeof tag === "string" && tag.startsWith("Temporal.")) {
    return String(value);
  }
  return boxedText(value);
}

function boxedText(value: object): string | undefined {
  const boxed = [String, Number, Boolean, Symbol, BigInt];
  return boxed.some((type) => value instanceof type)
    ? String(value.valueOf())
    : undefined;
}

function compareContent(a: object, b: object, open: Open): boolean {
  if (open.get(a) === b) return true;
  const before = open.get(a);
  open.set(a, b);
  try {
    return compareOwnKeys(a, b, open) && compareHidden(a, b, open);
  } finally {
    if (before === undefined) open.delete(a);
    else open.set(a, before);
  }
}

function compareOwnKeys(a: object, b: object, open: Open): boolean {
  const keys = enumerableKeys(a);
  if (keys.length !== enumerableKeys(b).length) return false;
  return keys.every((key) =>
    Object.prototype.propertyIsEnumerable.call(b, key) &&
    compare(Reflect.get(a, key), Reflect.get(b, key), open)
  );
}

function enumerableKeys(value: object): PropertyKey[] {
  return Reflect.ownKeys(value).filter((key) =>
    Object.prototype.propertyIsEnumerable.call(value, key)
  );
}

/** Compares what is no own enumerable key: entries, a referent, a cause. */
function compareHidden(a: object, b: object, open: Open): boolean {
  if (a instanceof Map && b instanceof Map) return compareMaps(a, b, open);
  if (a instanceof Set && b instanceof Set) return compareSets(a, b, open);
  if (a instanceof WeakRef && b instanceof WeakRef) {
    return compare(a.deref(), b.deref(), open);
  }
  if (a instanceof Error && b instanceof Error) {
    return compare(a.cause, b.cause, open);
  }
  return !Array.isArray(a) || a.length === (b as unknown[]).length;
}

function compareSets(
  a: Set<unknown>,
  b: Set<unknown>,
  open: Open,
): boolean {
  return matchEach([...a], [...b], (x, y) => compare(x, y, open));
}

function compareMaps(
  a: Map<unknown, unknown>,
  b: Map<unknown, unknown>,
  open: Open,
): boolean {
  return matchEach(
    [...a],
    [...b],
    ([aKey, aValue], [bKey, bValue]) =>
      compare(aKey, bKey, open) && compare(aValue, bValue, open),
  );
}

/** Whether each item has a partner of its own in the other list. */
function matchEach<T>(
  items: T[],
  others: T[],
  same: (item: T, other: T) => boolean,
): boolean {
  if (items.length !== others.length) return false;
  return items.every((item) => {
    const index = others.findIndex((other) => same(item, other));
    if (index >= 0) others.splice(index, 1);
    return index >= 0;
  });
}
