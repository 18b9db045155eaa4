import {
  assert,
  assertEquals,
  assertFalse,
  assertGreaterOrEqual,
} from "@std/assert";
import { assertInstanceOf, assertThrows } from "@std/assert";
import { Handle, TimerHandle } from "../../src/loop/handles.ts";
import { InvalidStateError } from "../../src/proactor/future/future.ts";
import { runFor, runOnce, test } from "./_loop.ts";

test.loop("callSoon() passes the arguments", async ({ loop }) => {
  const seen: unknown[] = [];
  loop.callSoon((a: string, b: number) => seen.push(a, b), "a", 2);
  await runOnce(loop);
  assertEquals(seen, ["a", 2]);
});

test.loop("callSoon() keeps the order of the calls", async ({ loop }) => {
  const seen: number[] = [];
  for (let i = 0; i < 100; i++) loop.callSoon(() => seen.push(i));
  await runOnce(loop);
  assertEquals(seen, [...Array(100).keys()]);
});

test.loop("callSoon() never calls at once", async ({ loop }) => {
  let called = false;
  loop.callSoon(() => called = true);
  assertFalse(called);
  await Promise.resolve();
  assertFalse(called);
  await runOnce(loop);
  assert(called);
});

test.loop("callSoon() from a callback runs in the next turn", async ({ loop }) => {
  const seen: string[] = [];
  loop.callSoon(() => {
    seen.push("first");
    loop.callSoon(() => seen.push("added"));
  });
  loop.callSoon(() => seen.push("second"));
  await runOnce(loop);
  assertEquals(seen, ["first", "second"]);
  await runOnce(loop);
  assertEquals(seen, ["first", "second", "added"]);
});

test.loop("callSoon() does not starve the timers of Deno", async ({ loop }) => {
  let turns = 0;
  let fired = 0;
  const spin = () => {
    turns++;
    loop.callSoon(spin);
  };
  loop.callSoon(spin);
  const timer = setInterval(() => {
    fired++;
    if (fired === 3) loop.stop();
  }, 2);
  await loop.runForever();
  clearInterval(timer);
  assertEquals(fired, 3);
  assert(turns > 3);
});

test.loop("callSoon() returns a handle that cancels", async ({ loop }) => {
  let called = false;
  const handle = loop.callSoon(() => called = true);
  assertInstanceOf(handle, Handle);
  handle.cancel();
  await runOnce(loop);
  assertFalse(called);
});

test.loop("callSoon() lets a callback cancel a later one", async ({ loop }) => {
  const seen: string[] = [];
  loop.callSoon(() => second.cancel());
  const second = loop.callSoon(() => seen.push("second"));
  loop.callSoon(() => seen.push("third"));
  await runOnce(loop);
  assertEquals(seen, ["third"]);
});

test.loop("callSoon() refuses what is not a function", ({ loop }) => {
  for (const value of [null, undefined, 5, {}, Promise.resolve()]) {
    const callback = value as unknown as () => void;
    assertThrows(() => loop.callSoon(callback), TypeError, "not a function");
    assertThrows(() => loop.callSoonThreadsafe(callback), TypeError);
    assertThrows(() => loop.callLater(1, callback), TypeError);
    assertThrows(() => loop.callAt(1, callback), TypeError);
    assertThrows(() => loop.exportCallback(callback), TypeError);
  }
});

test.loop("callSoonThreadsafe() passes the arguments in order", async ({ loop }) => {
  const seen: string[] = [];
  loop.callSoon((text: string) => seen.push(text), "a");
  loop.callSoonThreadsafe((text: string) => seen.push(text), "b");
  loop.callSoon((text: string) => seen.push(text), "c");
  await runOnce(loop);
  assertEquals(seen, ["a", "b", "c"]);
});

test.loop("callSoonThreadsafe() wakes a loop that waits", async ({ loop }) => {
  const done = loop.runForever();
  // Long enough for the pump to wait on another thread.
  setTimeout(() => loop.callSoonThreadsafe(() => loop.stop()), 20);
  await done;
  assertFalse(loop.isRunning());
});

test.loop("callSoonThreadsafe() returns a handle that cancels", async ({ loop }) => {
  let called = false;
  const handle = loop.callSoonThreadsafe(() => called = true);
  assertFalse(handle.cancelled());
  handle.cancel();
  assert(handle.cancelled());
  await runOnce(loop);
  assertFalse(called);
});

test.loop("cancel() from inside its callback changes nothing", async ({ loop }) => {
  const seen: unknown[] = [];
  const handle = loop.callSoonThreadsafe(() => {
    seen.push(handle.cancelled());
    handle.cancel();
    seen.push(handle.cancelled());
  });
  await runOnce(loop);
  assertEquals(seen, [false, true]);
});

test.loop("callLater() passes the arguments and is never early", async ({ loop }) => {
  for (const delay of [0, 0.01, 0.4, 1, 2.5, 7.999, 20]) {
    const start = loop.time();
    const fired = loop.createFuture<number>();
    loop.callLater(delay, (text: string) => {
      assertEquals(text, "argument");
      fired.setResult(loop.time());
    }, "argument");
    const end = await loop.runUntilComplete(fired);
    assertGreaterOrEqual(end - start, delay);
  }
});

test.loop("callAt() runs timers in the order they are due", async ({ loop }) => {
  const seen: string[] = [];
  const now = loop.time();
  loop.callAt(now + 6, () => seen.push("c"));
  loop.callAt(now + 2, () => seen.push("a"));
  loop.callAt(now + 4, () => seen.push("b"));
  await runFor(loop, 10);
  assertEquals(seen, ["a", "b", "c"]);
});

test.loop("callLater() runs an earlier timer although a later one is armed", async ({ loop }) => {
  loop.callLater(3_600_000, () => loop.stop());
  const end = loop.runForever();
  const start = loop.time();
  setTimeout(() => loop.callLater(5, () => loop.stop()), 5);
  await end;
  assert(loop.time() - start < 3_600_000);
});

test.loop("callLater() takes negative delays, the most negative first", async ({ loop }) => {
  const seen: string[] = [];
  loop.callLater(-1, () => seen.push("a"));
  loop.callLater(-2000, () => seen.push("b"));
  await runOnce(loop);
  assertEquals(seen, ["b", "a"]);
});

test.loop("callLater() with Infinity never calls", async ({ loop }) => {
  loop.callLater(Infinity, () => {
    throw new Error("Infinity has come");
  });
  await runFor(loop, 3);
});

test.loop("callLater() beyond the range of setTimeout does not call at once", async ({ loop }) => {
  loop.callLater(2 ** 40, () => {
    throw new Error("2^40 ms have passed");
  });
  await runFor(loop, 3);
});

test.loop("callLater() returns a timer that cancels", async ({ loop }) => {
  const timer = loop.callLater(1, () => {
    throw new Error("The timer was cancelled");
  });
  assertInstanceOf(timer, TimerHandle);
  timer.cancel();
  assert(timer.cancelled());
  await runFor(loop, 4);
});

test.loop("callLater() refuses NaN and what is not a number", ({ loop }) => {
  const text = "1" as unknown as number;
  const none = undefined as unknown as number;
  assertThrows(() => loop.callLater(NaN, () => {}), RangeError, "delay");
  assertThrows(() => loop.callLater(text, () => {}), TypeError, "delay");
  assertThrows(() => loop.callLater(none, () => {}), TypeError, "delay");
  assertThrows(() => loop.callAt(NaN, () => {}), RangeError, "time");
  assertThrows(() => loop.callAt(text, () => {}), TypeError, "time");
});

test.loop("callAt() calls at the time, never early", async ({ loop }) => {
  const when = loop.time() + 10;
  const fired = loop.createFuture<number>();
  const timer = loop.callAt(when, () => fired.setResult(loop.time()));
  assertEquals(timer.when(), when);
  assertGreaterOrEqual(await loop.runUntilComplete(fired), when);
});

test.loop("callAt() keeps the order of the calls for one time", async ({ loop }) => {
  const seen: number[] = [];
  const when = loop.time() + 2;
  for (let i = 0; i < 50; i++) loop.callAt(when, () => seen.push(i));
  await runFor(loop, 5);
  assertEquals(seen, [...Array(50).keys()]);
});

test.loop("callAt() with a time that has passed runs in the next turn", async ({ loop }) => {
  const seen: string[] = [];
  loop.callAt(loop.time() - 5, () => seen.push("timer"));
  loop.callSoon(() => seen.push("soon"));
  await runOnce(loop);
  assertEquals(seen, ["soon", "timer"]);
});

test.loop("time() does not go back", ({ loop }) => {
  let last = loop.time();
  for (let i = 0; i < 1000; i++) {
    const now = loop.time();
    assertGreaterOrEqual(now, last);
    last = now;
  }
});

test.loop("every scheduling method refuses a closed loop", async ({ loop }) => {
  await loop.close();
  const message = "the event loop is closed";
  const calls = [
    () => loop.callSoon(() => {}),
    () => loop.callSoonThreadsafe(() => {}),
    () => loop.callLater(1, () => {}),
    () => loop.callAt(1, () => {}),
    () => loop.createTask(() => 1),
    () => loop.createTask(Promise.resolve(1)),
    () => loop.exportCallback(() => {}),
  ];
  for (const call of calls) assertThrows(call, InvalidStateError, message);
});
