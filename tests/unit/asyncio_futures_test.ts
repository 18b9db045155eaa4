/** Scenarios of CPython's test_futures that no other file has. */

import { assertEquals, assertRejects, assertStrictEquals } from "@std/assert";
import { Future } from "../../src/proactor/future/future.ts";
import { runOnce, test } from "./_loop.ts";

/** A future with three callbacks that note their names. */
function withThree() {
  const log: string[] = [];
  const future = new Future<number>();
  const one = () => void log.push("one");
  const two = () => void log.push("two");
  const three = () => void log.push("three");
  for (const each of [one, two, three]) future.addDoneCallback(each);
  return { log, future, one, two, three };
}

async function end(future: Future<number>): Promise<void> {
  future.setResult(1);
  await future;
  await Promise.resolve();
}

// test_callbacks_remove_first_callback
Deno.test("the first of three callbacks may be removed", async () => {
  const { log, future, one } = withThree();
  assertEquals(
    [future.removeDoneCallback(one), future.removeDoneCallback(one)],
    [
      1,
      0,
    ],
  );
  await end(future);
  assertEquals(log, ["two", "three"]);
});

// test_callbacks_remove_first_and_second_callback
Deno.test("the first and the second of three callbacks may be removed", async () => {
  const { log, future, one, two } = withThree();
  future.removeDoneCallback(one);
  future.removeDoneCallback(two);
  await end(future);
  assertEquals(log, ["three"]);
});

// test_callbacks_remove_third_callback
Deno.test("the last of three callbacks may be removed, and all", async () => {
  const { log, future, one, two, three } = withThree();
  future.removeDoneCallback(three);
  assertEquals(`${future}`, "<Future pending cb=[one, two]>");
  future.removeDoneCallback(two);
  future.removeDoneCallback(one);
  await end(future);
  assertEquals(log, []);
});

// test_callbacks_invoked_on_set_exception
Deno.test("callbacks of a future that fails get the future", async () => {
  const future = new Future<number>();
  const seen: unknown[] = [];
  future.addDoneCallback((done) => seen.push(done));
  const failure = new Error("Out of luck");
  future.setException(failure);
  await assertRejects(() => Promise.resolve(future), Error, "Out of luck");
  assertStrictEquals(seen[0], future);
  assertStrictEquals(future.exception(), failure);
});

// test_schedule_callbacks_list_mutation_1, test_schedule_callbacks_list_mutation_2
test.loop("a callback may remove and add others while they are called", async ({ loop }) => {
  const future = loop.createFuture<number>();
  const log: string[] = [];
  const late = () => void log.push("late");
  const never = () => void log.push("scheduled already");
  future.addDoneCallback(() => {
    log.push("first");
    future.removeDoneCallback(never);
    future.addDoneCallback(late);
  });
  future.addDoneCallback(never);
  future.setResult(1);
  await runOnce(loop);
  assertEquals(log, ["first", "scheduled already"]);
  await runOnce(loop);
  assertEquals(log, ["first", "scheduled already", "late"]);
});

// test_tb_logger_result_unretrieved, test_set_result_unless_cancelled
test.loop("a result that nobody asks for, and a late one, are no failures", async ({ loop }) => {
  const unread = loop.createFuture<number>();
  unread.setResult(1);
  const cancelled = loop.createFuture<number>();
  cancelled.cancel();
  if (!cancelled.done()) cancelled.setResult(1);
  await runOnce(loop);
  assertEquals([unread.done(), cancelled.cancelled()], [true, true]);
});

// test_double_await
Deno.test("a future may be awaited by many, and twice by one", async () => {
  const future = new Future<number>();
  const both = Promise.all([future, future, (async () => await future)()]);
  future.setResult(7);
  assertEquals(await both, [7, 7, 7]);
  assertEquals([await future, await future], [7, 7]);
});

// test_exception_class, test_stop_iteration_exception
Deno.test("a future fails with a class and with whatever else is thrown", async () => {
  for (const thrown of [RangeError, "text", 0, Symbol.iterator]) {
    const future = new Future<void>();
    future.setException(thrown);
    assertStrictEquals(future.exception(), thrown);
    assertStrictEquals(await future.then(null, (error) => error), thrown);
  }
});
