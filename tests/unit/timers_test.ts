import { assertEquals, assertStrictEquals } from "@std/assert";
import { FakeTime } from "@std/testing/time";
import timers from "node:timers";
import { realTimers } from "../../src/ffi/timers.ts";

const NAMES = [
  "clearImmediate",
  "clearTimeout",
  "setImmediate",
  "setTimeout",
] as const;

function assertReal(): void {
  const real = realTimers();
  for (const name of NAMES) assertStrictEquals(real[name], timers[name], name);
}

Deno.test("real timers are Node's, before, under and after a fake clock", () => {
  assertReal();
  {
    using _time = new FakeTime();
    assertEquals(globalThis.setTimeout === timers.setTimeout, false);
    assertReal();
  }
  assertReal();
});

Deno.test("timers that were given are not replaced by a later fake clock", () => {
  const { setTimeout } = realTimers();
  using _time = new FakeTime();
  assertStrictEquals(setTimeout, timers.setTimeout);
  assertReal();
});

Deno.test("real timers are those before a program replaced one", () => {
  const original = Object.getOwnPropertyDescriptor(globalThis, "setImmediate")!;
  try {
    globalThis.setImmediate = (() => {}) as never;
    assertReal();
  } finally {
    Object.defineProperty(globalThis, "setImmediate", original);
  }
});
