import {
  assert,
  assertEquals,
  assertFalse,
  assertStrictEquals,
} from "@std/assert";
import { assertInstanceOf, assertRejects, assertThrows } from "@std/assert";
import { stub } from "@std/testing/mock";
import {
  CancelledError,
  Future,
  type FutureContext,
  InvalidStateError,
} from "../../src/proactor/future/future.ts";

const failure = new Error("Out of luck");

/** Keeps callbacks until they are asked for. */
class ManualContext implements FutureContext {
  readonly scheduled: (() => void)[] = [];
  readonly reports: [unknown, string][] = [];

  schedule(callback: () => void): void {
    this.scheduled.push(callback);
  }

  report(error: unknown, message: string): void {
    this.reports.push([error, message]);
  }

  run(): void {
    for (const callback of this.scheduled.splice(0)) callback();
  }
}

Deno.test("a new future is pending", () => {
  const future = new Future<number>();
  assertFalse(future.done());
  assertFalse(future.cancelled());
  assertThrows(() => future.result(), InvalidStateError);
  assertThrows(() => future.exception(), InvalidStateError);
});

Deno.test("setResult() ends the future with a result", () => {
  const future = new Future<number>();
  future.setResult(42);
  assert(future.done());
  assertFalse(future.cancelled());
  assertEquals(future.result(), 42);
  assertEquals(future.exception(), null);
});

Deno.test("setException() ends the future with an exception", () => {
  const future = new Future<number>();
  future.setException(failure);
  assert(future.done());
  assertFalse(future.cancelled());
  assertStrictEquals(future.exception(), failure);
  assertStrictEquals(assertThrows(() => future.result()), failure);
});

Deno.test("setException() takes undefined as an exception", () => {
  const future = new Future<number>();
  future.setException(undefined);
  let thrown = false;
  try {
    future.result();
  } catch (error) {
    thrown = true;
    assertEquals(error, undefined);
  }
  assert(thrown);
});

Deno.test("cancel() ends the future as cancelled", () => {
  const future = new Future<number>();
  assert(future.cancel());
  assert(future.done());
  assert(future.cancelled());
  assertThrows(() => future.result(), CancelledError);
  assertThrows(() => future.exception(), CancelledError);
});

Deno.test("cancel() takes a reason", async () => {
  const future = new Future<number>();
  future.cancel(failure);
  assert(future.cancelled());
  assertStrictEquals(assertThrows(() => future.result()), failure);
  assertStrictEquals(await assertRejects(async () => await future), failure);
});

Deno.test("cancel() of a done future changes nothing", () => {
  const future = new Future<number>();
  future.setResult(42);
  assertFalse(future.cancel());
  assertFalse(future.cancelled());
  assertEquals(future.result(), 42);
  const cancelled = new Future<number>();
  cancelled.cancel(failure);
  assertFalse(cancelled.cancel());
  assertStrictEquals(assertThrows(() => cancelled.result()), failure);
});

Deno.test("a done future refuses another end", () => {
  const future = new Future<number>();
  future.setResult(1);
  assertThrows(() => future.setResult(2), InvalidStateError);
  assertThrows(() => future.setException(failure), InvalidStateError);
  const cancelled = new Future<number>();
  cancelled.cancel();
  assertThrows(() => cancelled.setResult(2), InvalidStateError);
  assertEquals(future.result(), 1);
  assert(cancelled.cancelled());
});

Deno.test("await gives the result, before and after the end", async () => {
  const future = new Future<number>();
  const waiting = Promise.all([future, future]);
  future.setResult(42);
  assertEquals(await waiting, [42, 42]);
  assertEquals(await future, 42);
});

Deno.test("await throws the exception, before and after the end", async () => {
  const future = new Future<number>();
  const waiting = assertRejects(async () => await future);
  future.setException(failure);
  assertStrictEquals(await waiting, failure);
  assertStrictEquals(await assertRejects(async () => await future), failure);
});

Deno.test("await throws a CancelledError after cancel()", async () => {
  const future = new Future<number>();
  const waiting = assertRejects(async () => await future, CancelledError);
  future.cancel();
  const error = await waiting;
  assertEquals(error.name, "CancelledError");
});

Deno.test("then() gives a promise of what its function returns", async () => {
  const future = new Future<number>();
  const text = future.then((value) => `${value}`);
  assertInstanceOf(text, Promise);
  future.setResult(42);
  assertEquals(await text, "42");
});

Deno.test("a failed future that nobody awaits is no unhandled rejection", async () => {
  let unhandled = 0;
  const count = (event: Event) => {
    event.preventDefault();
    unhandled++;
  };
  addEventListener("unhandledrejection", count);
  new Future<number>().setException(failure);
  new Future<number>().cancel();
  await new Promise((resolve) => setTimeout(resolve));
  removeEventListener("unhandledrejection", count);
  assertEquals(unhandled, 0);
});

Deno.test("addDoneCallback() is called once, soon and with the future", async () => {
  const future = new Future<number>();
  const seen: unknown[] = [];
  future.addDoneCallback((given) => seen.push(given));
  future.setResult(1);
  assertEquals(seen.length, 0);
  await future;
  assertEquals(seen.length, 1);
  assertStrictEquals(seen[0], future);
});

Deno.test("addDoneCallback() of a done future is called soon, not at once", async () => {
  const future = new Future<number>();
  future.setResult(1);
  let called = false;
  future.addDoneCallback(() => called = true);
  assertFalse(called);
  await Promise.resolve();
  assert(called);
});

Deno.test("done callbacks run in the order they were added", () => {
  const context = new ManualContext();
  const future = new Future<number>(context);
  const seen: number[] = [];
  for (let i = 0; i < 5; i++) future.addDoneCallback(() => seen.push(i));
  future.cancel();
  assertEquals(seen, []);
  context.run();
  assertEquals(seen, [0, 1, 2, 3, 4]);
});

Deno.test("done callbacks run for each way to end", () => {
  const context = new ManualContext();
  const ends = [
    (future: Future<number>) => future.setResult(1),
    (future: Future<number>) => future.setException(failure),
    (future: Future<number>) => future.cancel(),
  ];
  let calls = 0;
  for (const end of ends) {
    const future = new Future<number>(context);
    future.addDoneCallback(() => calls++);
    end(future);
  }
  context.run();
  assertEquals(calls, 3);
});

Deno.test("removeDoneCallback() removes each time it was added", () => {
  const context = new ManualContext();
  const future = new Future<number>(context);
  let removed = 0;
  let kept = 0;
  const callback = () => removed++;
  future.addDoneCallback(callback);
  future.addDoneCallback(() => kept++);
  future.addDoneCallback(callback);
  assertEquals(future.removeDoneCallback(callback), 2);
  assertEquals(future.removeDoneCallback(callback), 0);
  future.setResult(1);
  context.run();
  assertEquals([removed, kept], [0, 1]);
});

Deno.test("a done callback that throws is reported and stops no other", () => {
  const context = new ManualContext();
  const future = new Future<number>(context);
  let called = false;
  future.addDoneCallback(() => {
    throw failure;
  });
  future.addDoneCallback(() => called = true);
  future.setResult(1);
  context.run();
  assert(called);
  assertEquals(context.reports, [[failure, "Exception in a done callback"]]);
});

Deno.test("without a loop a done callback that throws is written to the console", async () => {
  using error = stub(console, "error", () => {});
  const future = new Future<number>();
  future.addDoneCallback(() => {
    throw failure;
  });
  future.setResult(1);
  await Promise.resolve();
  assertEquals(error.calls.map(({ args }) => args), [
    ["Exception in a done callback", failure],
  ]);
});

Deno.test("those who await go on although callbacks have to wait", async () => {
  const context = new ManualContext();
  const future = new Future<number>(context);
  let called = false;
  future.addDoneCallback(() => called = true);
  future.setResult(1);
  assertEquals(await future, 1);
  assertFalse(called);
  assertStrictEquals(future.context, context);
});
