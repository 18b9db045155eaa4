// Each stand-in is judged by plain code, not by another stand-in.
import {
  assert,
  assertAlmostEquals,
  assertArrayIncludes,
  assertEquals,
  assertExists,
  assertFalse,
  assertGreater,
  assertGreaterOrEqual,
  assertInstanceOf,
  AssertionError,
  assertIsError,
  assertLess,
  assertLessOrEqual,
  assertMatch,
  assertNotEquals,
  assertNotStrictEquals,
  assertObjectMatch,
  assertRejects,
  assertStrictEquals,
  assertStringIncludes,
  assertThrows,
  equal,
  fail,
  unreachable,
} from "@std/assert";

/** Runs an assertion that must fail, and gives its message. */
async function failureOf(assertion: () => unknown): Promise<string> {
  try {
    await assertion();
  } catch (error) {
    if (error instanceof AssertionError) return error.message;
    throw new Error("Not an AssertionError", { cause: error });
  }
  throw new Error(`Assertion passed: ${assertion}`);
}

/** Demands that each assertion fails, with a message that has a part. */
async function allFail(part: string, ...assertions: (() => unknown)[]) {
  for (const assertion of assertions) {
    const message = await failureOf(assertion);
    if (!message.includes(part)) throw new Error(`Message: ${message}`);
  }
}

function throwing(error: unknown): () => never {
  return () => {
    throw error;
  };
}

/** Demands that a function throws a TypeError, not a failed assertion. */
function throwsTypeError(fn: () => unknown): void {
  try {
    fn();
  } catch (error) {
    if (error instanceof TypeError) return;
    throw new Error("Not a TypeError", { cause: error });
  }
  throw new Error(`Nothing thrown: ${fn}`);
}

class Point {
  x: number;
  constructor(x: number) {
    this.x = x;
  }
}

function ring(name: string): unknown {
  const node: Record<string, unknown> = { name };
  node["self"] = node;
  return node;
}

const symbol = Symbol("key");
const referent = { a: 1 };
const EQUAL: [unknown, unknown][] = [
  [1, 1],
  [NaN, NaN],
  [0, -0],
  [1n, 1n],
  [symbol, symbol],
  [[1, [2]], [1, [2]]],
  [{ a: 1, b: { c: 2 } }, { b: { c: 2 }, a: 1 }],
  [{ [symbol]: 1 }, { [symbol]: 1 }],
  [Object.create(null), {}],
  [new Point(1), new Point(1)],
  [new Set([1, 2]), new Set([2, 1])],
  [new Set([[1], [2]]), new Set([[2], [1]])],
  [new Map([["a", { b: 1 }]]), new Map([["a", { b: 1 }]])],
  [new Map([[{ k: 1 }, 1]]), new Map([[{ k: 1 }, 1]])],
  [new Date(5), new Date(5)],
  [new Date(NaN), new Date(NaN)],
  [/a/g, /a/g],
  [new URL("http://a/"), new URL("http://a")],
  [new Uint8Array([1, 2]), new Uint8Array([1, 2])],
  [new Float64Array([NaN, 0]), new Float64Array([NaN, -0])],
  [new BigUint64Array([1n]), new BigUint64Array([1n])],
  [new Uint8Array([0, 1]).subarray(1), new Uint8Array([1])],
  [new Uint8Array([7]).buffer, new Uint8Array([7]).buffer],
  [new Error("a", { cause: 1 }), new Error("a", { cause: 1 })],
  [new WeakRef(referent), new WeakRef(referent)],
  [Object(1n), Object(1n)],
  [ring("a"), ring("a")],
];

const UNEQUAL: [unknown, unknown][] = [
  [1, 2],
  [1, 1n],
  [0, false],
  [null, undefined],
  [symbol, Symbol("key")],
  [() => 1, () => 1],
  [[1], [1, 2]],
  [[1], { 0: 1 }],
  [[, 1], [undefined, 1]],
  [new Array(2), new Array(3)],
  [{ a: undefined }, {}],
  [{ a: undefined }, { b: undefined }],
  [{ [symbol]: 1 }, {}],
  [new Point(1), { x: 1 }],
  [new Point(1), new Point(2)],
  [new Set([1]), new Set([2])],
  [new Set([[1], [1]]), new Set([[1], [2]])],
  [new Map([["a", 1]]), new Map([["a", 2]])],
  [new Map([["a", undefined]]), new Map([["b", undefined]])],
  [new Set([1]), new Map([[1, 1]])],
  [new Date(5), new Date(6)],
  [/a/g, /a/i],
  [new URL("http://a/"), new URL("http://b/")],
  [new Uint8Array([1, 2]), new Uint8Array([1, 3])],
  [new Uint8Array([1]), new Int8Array([1])],
  [new Uint8Array([1]), [1]],
  [new Uint8Array([1]).buffer, new Uint8Array([2]).buffer],
  [new Float32Array([1]), new Float32Array([2])],
  [new Error("a"), new Error("b")],
  [new Error("a"), new TypeError("a")],
  [new Error("a", { cause: 1 }), new Error("a", { cause: 2 })],
  [new WeakRef(referent), new WeakRef({})],
  [Object(1), Object(2)],
  [Promise.resolve(1), Promise.resolve(1)],
  [ring("a"), ring("b")],
];

Deno.test("equal() and assertEquals() accept equal values", () => {
  for (const [a, b] of EQUAL) {
    if (!equal(a, b) || !equal(b, a)) throw new Error(`${Deno.inspect(a)}`);
    assertEquals(a, b);
    assertEquals(b, a);
  }
});

Deno.test("equal() and assertEquals() refuse unequal values", async () => {
  for (const [a, b] of UNEQUAL) {
    if (equal(a, b) || equal(b, a)) throw new Error(`${Deno.inspect([a, b])}`);
    await allFail(
      "Values are not equal",
      () => assertEquals(a, b),
      () => assertEquals(b, a),
    );
  }
});

Deno.test("equal() refuses to compare weak collections", () => {
  throwsTypeError(() => equal(new WeakMap(), new WeakMap()));
  throwsTypeError(() => equal(new WeakSet(), new WeakSet()));
});

Deno.test("assertEquals() shows the differing lines", async () => {
  const message = await failureOf(() =>
    assertEquals({ a: 1, b: 2, c: 3 }, { a: 1, b: 9, c: 3 }, "words")
  );
  for (const line of ["-   b: 2,", "+   b: 9,", "    a: 1,", ": words"]) {
    if (!message.includes(line)) throw new Error(message);
  }
});

Deno.test("assertEquals() shows the first differing byte", async () => {
  const expected = new Uint8Array(100_000);
  const actual = expected.with(70_000, 5);
  await allFail("byte 70000", () => assertEquals(actual, expected));
  await allFail(
    "lengths 100000 and 99999 bytes",
    () => assertEquals(expected, expected.subarray(1)),
  );
});

Deno.test("assertNotEquals() fails on equal values only", async () => {
  for (const [a, b] of UNEQUAL) assertNotEquals(a, b);
  for (const [a, b] of EQUAL) {
    await allFail("to differ", () => assertNotEquals(a, b));
  }
});

Deno.test("assertStrictEquals() compares by Object.is", async () => {
  assertStrictEquals(NaN, NaN);
  assertStrictEquals(referent, referent);
  await allFail(
    "Values are not strictly equal",
    () => assertStrictEquals(1, 2),
    () => assertStrictEquals(0, -0),
    () => assertStrictEquals({ a: 1 }, { a: 2 }),
  );
  await allFail("look alike", () => assertStrictEquals([1], [1]));
});

Deno.test("assertNotStrictEquals() compares by Object.is", async () => {
  assertNotStrictEquals([1], [1]);
  assertNotStrictEquals(0, -0);
  await allFail(
    "another than",
    () => assertNotStrictEquals(NaN, NaN),
    () => assertNotStrictEquals(referent, referent),
  );
});

Deno.test("assert() and assertFalse() look at truth", async () => {
  assert("x");
  assertFalse("");
  await allFail("Assertion failed", () => assert(0));
  await allFail("words", () => assert(0, "words"));
  await allFail("falsy", () => assertFalse(1), () => assertFalse([]));
});

Deno.test("assertExists() fails on null and undefined only", async () => {
  for (const value of [0, "", false, NaN]) assertExists(value);
  await allFail(
    "not null or undefined",
    () => assertExists(null),
    () => assertExists(undefined),
  );
});

Deno.test("assertInstanceOf() narrows to the class", async () => {
  const value: unknown = new Point(3);
  assertInstanceOf(value, Point);
  assertEquals(value.x, 3);
  await allFail(
    'instance of "Point"',
    () => assertInstanceOf({}, Point),
    () => assertInstanceOf(null, Point),
    () => assertInstanceOf(Object.create(null), Point),
    () => assertInstanceOf("x", Point),
  );
});

Deno.test("assertGreater() and its kin compare in order", async () => {
  assertGreater(2, 1);
  assertGreater(2n, 1n);
  assertGreaterOrEqual(2, 2);
  assertLess("a", "b");
  assertLessOrEqual(2, 2);
  await allFail("1 > 1", () => assertGreater(1, 1));
  await allFail("NaN > 1", () => assertGreater(NaN, 1));
  await allFail("1 >= 2", () => assertGreaterOrEqual(1, 2));
  await allFail("1 < 1", () => assertLess(1, 1));
  await allFail("2 <= 1: words", () => assertLessOrEqual(2, 1, "words"));
});

Deno.test("assertAlmostEquals() keeps to the tolerance", async () => {
  assertAlmostEquals(0.1 + 0.2, 0.3);
  assertAlmostEquals(1, 1.5, 0.5);
  assertAlmostEquals(Infinity, Infinity);
  await allFail(
    "off by",
    () => assertAlmostEquals(1, 1.001),
    () => assertAlmostEquals(1, 1.6, 0.5),
    () => assertAlmostEquals(NaN, 1),
    () => assertAlmostEquals(1, Infinity),
  );
});

Deno.test("assertMatch() and assertStringIncludes() search text", async () => {
  assertMatch("pipe 7", /\d/);
  assertStringIncludes("pipe 7", "pe");
  await allFail("to match", () => assertMatch("pipe", /\d/));
  await allFail("to contain", () => assertStringIncludes("pipe", "x"));
});

Deno.test("assertArrayIncludes() compares deeply", async () => {
  assertArrayIncludes([{ a: 1 }, { b: 2 }], [{ b: 2 }]);
  assertArrayIncludes("abc", "ca");
  await allFail(
    "to include",
    () => assertArrayIncludes([1, 2], [2, 3]),
    () => assertArrayIncludes([], [undefined]),
  );
});

Deno.test("assertObjectMatch() accepts what has more", () => {
  assertObjectMatch({ a: 1, b: { c: 2, d: 3 } }, { b: { c: 2 } });
  assertObjectMatch({ a: [{ b: 1, c: 2 }] }, { a: [{ b: 1 }] });
  assertObjectMatch({ m: new Map([["a", 1], ["b", 2]]) }, {
    m: new Map([["b", 2]]),
  });
  assertObjectMatch({ s: new Set([1, 2]) }, { s: new Set([1]) });
  assertObjectMatch({ p: new Point(1) }, { p: { x: 1 } });
  assertObjectMatch(new Point(1), { x: 1 });
  assertObjectMatch({ r: ring("a") }, { r: ring("a") });
});

Deno.test("assertObjectMatch() refuses what lacks or differs", async () => {
  await allFail(
    "does not match",
    () => assertObjectMatch({ a: 1 }, { a: 2 }),
    () => assertObjectMatch({ a: 1 }, { b: undefined }),
    () => assertObjectMatch({ a: { b: 1 } }, { a: { b: 1, c: 2 } }),
    () => assertObjectMatch({ a: null }, { a: {} }),
    () => assertObjectMatch({ a: [1] }, { a: [1, 2] }),
    () => assertObjectMatch({ a: new Date(1) }, { a: new Date(2) }),
    () => assertObjectMatch({ a: /a/ }, { a: /b/ }),
    () => assertObjectMatch({ s: new Set([1]) }, { s: new Set([2]) }),
    () => assertObjectMatch({ m: new Map() }, { m: new Map([["a", 1]]) }),
    () => assertObjectMatch({ r: ring("a") }, { r: ring("b") }),
  );
});

Deno.test("assertThrows() returns what was thrown", () => {
  const error = new RangeError("out of range");
  const plain: unknown = assertThrows(throwing(7));
  const typed: RangeError = assertThrows(throwing(error), RangeError);
  assertThrows(throwing(error), Error, "of range");
  if (plain !== 7 || typed !== error) throw new Error("Another error");
});

Deno.test("assertThrows() fails on anything but the error", async () => {
  const error = new RangeError("out of range");
  await allFail(
    "Expected function to throw",
    () => assertThrows(() => 1),
    () => assertThrows(() => 1, Error),
    () => assertThrows(() => Promise.reject(error).catch(() => 1), Error),
  );
  await allFail("throw: words", () => assertThrows(() => 1, "words"));
  await allFail("Error object", () => assertThrows(throwing(7), Error));
  await allFail(
    'instance of "TypeError", but was "RangeError"',
    () => assertThrows(throwing(error), TypeError, "out"),
  );
  await allFail(
    'to include "in", but got "out of range": words',
    () => assertThrows(throwing(error), RangeError, "in", "words"),
  );
});

Deno.test("assertRejects() returns the reason", async () => {
  const error = new Deno.errors.BrokenPipe("ended");
  const typed: Deno.errors.BrokenPipe = await assertRejects(
    () => Promise.reject(error),
    Deno.errors.BrokenPipe,
    "end",
  );
  const plain = await assertRejects(() => Promise.reject(7));
  if (typed !== error || plain !== 7) throw new Error("Another error");
});

Deno.test("assertRejects() fails on anything but the rejection", async () => {
  const error = new RangeError("out of range");
  const reject = () => Promise.reject(error);
  await allFail(
    "Expected function to reject",
    () => assertRejects(() => Promise.resolve(1)),
    () => assertRejects(() => Promise.resolve(error), RangeError),
  );
  await allFail("throws when", () => assertRejects(throwing(error)));
  await allFail("no promise", () => assertRejects((() => 1) as never));
  await allFail('"TypeError"', () => assertRejects(reject, TypeError));
  await allFail('"in"', () => assertRejects(reject, Error, "in"));
});

Deno.test("assertThrows() refuses what is no error class", () => {
  const notAnError = Point as unknown as new () => Error;
  throwsTypeError(() => assertThrows(throwing(1), notAnError));
});

Deno.test("assertIsError() checks class and message", async () => {
  assertIsError(new TypeError("bad x"), TypeError, /x$/);
  await allFail("Error object", () => assertIsError("bad"));
  await allFail(
    "/y$/",
    () => assertIsError(new TypeError("bad x"), TypeError, /y$/),
  );
});

Deno.test("fail() and unreachable() always fail", async () => {
  await allFail("Failed assertion: words", () => fail("words"));
  await allFail("Unreachable", () => unreachable());
});

Deno.test("AssertionError carries its name and cause", () => {
  const error = new AssertionError("words", { cause: 1 });
  assertEquals(
    [error.name, error.message, error.cause],
    ["AssertionError", "words", 1],
  );
});
