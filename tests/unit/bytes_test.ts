/** The arrays of callers: intrinsic operations only. */

import { assert, assertEquals, assertStrictEquals } from "@std/assert";
import { runInNewContext } from "node:vm";
import {
  byteLengthOf,
  copyBytes,
  isBytes,
  isDetached,
  isShared,
  setBytes,
  viewOf,
} from "../../src/ffi/bytes.ts";
import { pattern } from "./_bytes.ts";
import { HOSTILE } from "./_hostile.ts";

for (const [kind, make] of Object.entries(HOSTILE)) {
  Deno.test(`bytes of ${kind} are copied whatever it says of itself`, () => {
    const bytes = pattern(1000);
    const { data, spoil } = make(bytes);
    assert(isBytes(data));
    assertEquals(byteLengthOf(data), 1000);
    const [copy, part] = [copyBytes(data), copyBytes(data, 10, 20)];
    const target = new Uint8Array(1001);
    setBytes(target, data, 1);
    assertEquals(viewOf(data, 10, 20), bytes.subarray(10, 20));
    spoil();
    assertEquals(copy, bytes);
    assertEquals(part, bytes.slice(10, 20));
    assertEquals(target.subarray(1), bytes);
    for (const array of [copy, part]) {
      assertStrictEquals(Object.getPrototypeOf(array), Uint8Array.prototype);
      assert(array.buffer instanceof ArrayBuffer);
    }
  });
}

Deno.test("setBytes() reaches arrays that would not take bytes", () => {
  const { data } = HOSTILE["an array that lies about itself"]!(pattern(8));
  setBytes(data, Uint8Array.of(7, 8, 9), 2);
  assertEquals(copyBytes(data, 2, 5), Uint8Array.of(7, 8, 9));
});

Deno.test("isBytes() knows arrays of other realms, and what only looks like one", () => {
  assert(isBytes(runInNewContext("new Uint8Array(3)")));
  const fake = Object.create(Uint8Array.prototype);
  const others = [fake, null, undefined, 1, "a", [], new ArrayBuffer(8)];
  for (const value of [...others, new DataView(new ArrayBuffer(8))]) {
    assert(!isBytes(value));
  }
  assert(!isBytes(new Uint8ClampedArray(3)));
});

Deno.test("isDetached() tells transferred arrays from empty ones", () => {
  const data = new Uint8Array(3);
  assert(!isDetached(data));
  data.buffer.transfer();
  assert(isDetached(data));
  assert(!isDetached(new Uint8Array(0)));
  assert(!isDetached(new Uint8Array(new SharedArrayBuffer(0))));
});

Deno.test("isShared() is true of memory that other threads may have", () => {
  assert(isShared(new Uint8Array(new SharedArrayBuffer(3))));
  assert(!isShared(new Uint8Array(3)));
});
