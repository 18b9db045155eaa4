import {
  assert,
  assertEquals,
  assertFalse,
  assertMatch,
  assertNotEquals,
  assertStrictEquals,
} from "@std/assert";
import { assertInstanceOf, assertRejects, assertThrows } from "@std/assert";
import { abortable } from "@std/async/abortable";
import { Task } from "../../src/loop/task.ts";
import {
  CancelledError,
  Future,
  InvalidStateError,
} from "../../src/proactor/future/future.ts";
import { runOnce, test } from "./_loop.ts";
import { thrownValues } from "./_thrown.ts";

/** Ends only when it is cancelled. */
function forever(signal: AbortSignal): Promise<never> {
  return abortable(new Promise<never>(() => {}), signal);
}

test.loop("createTask() calls the function in the next turn", async ({ loop }) => {
  let called = false;
  const task = loop.createTask(() => called = true);
  assertInstanceOf(task, Task);
  assertInstanceOf(task, Future);
  assertFalse(called);
  assert(await loop.runUntilComplete(task));
  assert(called);
});

test.loop("a task has the result of its function", async ({ loop }) => {
  const task = loop.createTask(() => Promise.resolve(42));
  assertEquals(await loop.runUntilComplete(task), 42);
  assertEquals(task.result(), 42);
  assertEquals(await task, 42);
});

test.loop("a task fails as its function does", async ({ loop }) => {
  const failure = new Error("Out of luck");
  const sources = [
    () => Promise.reject(failure),
    () => {
      throw failure;
    },
  ];
  for (const source of sources) {
    const task = loop.createTask<never>(source);
    const error = await assertRejects(() => loop.runUntilComplete(task));
    assertStrictEquals(error, failure);
    assertStrictEquals(task.exception(), failure);
    assertFalse(task.cancelled());
  }
});

test.loop("a task follows a promise", async ({ loop }) => {
  const { promise, resolve } = Promise.withResolvers<string>();
  const task = loop.createTask(promise);
  assertFalse(task.done());
  loop.callSoon(() => resolve("resolved"));
  assertEquals(await loop.runUntilComplete(task), "resolved");
});

test.loop("cancel() aborts the signal, and the task is cancelled", async ({ loop }) => {
  const task = loop.createTask(forever);
  loop.callLater(1, () => assert(task.cancel()));
  await assertRejects(() => loop.runUntilComplete(task), CancelledError);
  assert(task.cancelled());
  assertFalse(task.cancel());
});

test.loop("cancel() gives its reason to the signal and to those who await", async ({ loop }) => {
  const reason = new Error("Changed my mind");
  let seen: unknown;
  const task = loop.createTask((signal) => {
    signal.addEventListener("abort", () => seen = signal.reason);
    return forever(signal);
  });
  loop.callLater(1, () => task.cancel(reason));
  const error = await assertRejects(() => loop.runUntilComplete(task));
  assertStrictEquals(error, reason);
  assertStrictEquals(seen, reason);
  assert(task.cancelled());
});

test.loop("cancel() before the function was called never calls it", async ({ loop }) => {
  let called = false;
  const task = loop.createTask(() => called = true);
  assert(task.cancel());
  assert(task.cancelled());
  await runOnce(loop);
  assertFalse(called);
  await assertRejects(async () => await task, CancelledError);
});

test.loop("cancel() of a task that follows a promise takes effect at once", async ({ loop }) => {
  const { promise, resolve } = Promise.withResolvers<number>();
  const task = loop.createTask(promise);
  assert(task.cancel());
  assert(task.cancelled());
  resolve(1);
  await runOnce(loop);
  assertThrows(() => task.result(), CancelledError);
});

test.loop("a function may return in spite of its cancellation", async ({ loop }) => {
  const task = loop.createTask(async (signal) => {
    await forever(signal).catch(() => {});
    return "finished all the same";
  });
  loop.callLater(1, () => task.cancel());
  assertEquals(await loop.runUntilComplete(task), "finished all the same");
  assertFalse(task.cancelled());
});

test.loop("a function may fail otherwise when it is cancelled", async ({ loop }) => {
  const failure = new Error("Out of luck");
  const task = loop.createTask(async (signal) => {
    await forever(signal).catch(() => {
      throw failure;
    });
  });
  loop.callLater(1, () => task.cancel());
  const error = await assertRejects(() => loop.runUntilComplete(task));
  assertStrictEquals(error, failure);
  assertFalse(task.cancelled());
});

test.loop("a task that awaits a cancelled future is cancelled", async ({ loop }) => {
  const future = loop.createFuture<void>();
  const task = loop.createTask(async () => await future);
  loop.callLater(1, () => future.cancel());
  await assertRejects(() => loop.runUntilComplete(task), CancelledError);
  assert(task.cancelled());
});

test.loop("a task refuses results from outside", async ({ loop }) => {
  const task = loop.createTask(() => 1);
  assertThrows(() => task.setResult(2), InvalidStateError);
  assertThrows(() => task.setException(new Error("No")), InvalidStateError);
  assertEquals(await loop.runUntilComplete(task), 1);
});

test.loop("allTasks() has the tasks that are not done", async ({ loop }) => {
  assertEquals(loop.allTasks().size, 0);
  const short = loop.createTask(() => 1);
  const long = loop.createTask(forever);
  const cancelled = loop.createTask(forever);
  assertEquals(loop.allTasks(), new Set<unknown>([short, long, cancelled]));
  cancelled.cancel();
  await loop.runUntilComplete(short);
  assertEquals([...loop.allTasks()], [long]);
  long.cancel();
  await assertRejects(() => loop.runUntilComplete(long), CancelledError);
  assertEquals(loop.allTasks().size, 0);
});

test.loop("runUntilComplete() of a promise shows it as a task", async ({ loop }) => {
  const { promise, resolve } = Promise.withResolvers<void>();
  loop.callSoon(() => {
    assertEquals(loop.allTasks().size, 1);
    resolve();
  });
  await loop.runUntilComplete(promise);
  assertEquals(loop.allTasks().size, 0);
});

test.loop("tasks have names", async ({ loop }) => {
  const first = loop.createTask(() => 1);
  const second = loop.createTask(() => 2);
  assertMatch(first.getName(), /^Task-\d+$/);
  assertNotEquals(first.getName(), second.getName());
  const named = loop.createTask(forever, { name: "reader" });
  assertEquals(named.getName(), "reader");
  assertEquals(`${named}`, '<Task pending name="reader">');
  named.setName("writer");
  named.cancel();
  assertEquals(`${named}`, '<Task cancelled name="writer">');
  await loop.runUntilComplete(second);
  assertMatch(
    `${second}`,
    /^<Task finished name="Task-\d+" result=2>$/,
  );
});

test.loop("done callbacks of a task run in the loop", async ({ loop }) => {
  const task = loop.createTask(() => 1);
  const seen: unknown[] = [];
  task.addDoneCallback((future) => {
    seen.push(future, loop.isRunning());
    loop.stop();
  });
  await loop.runForever();
  assertEquals(seen, [task, true]);
});

test.loop("createTask() refuses what it cannot run", ({ loop }) => {
  for (const value of [null, undefined, 5, {}]) {
    const source = value as unknown as Promise<void>;
    assertThrows(() => loop.createTask(source), TypeError, "not a function");
  }
});

for (const [name, value] of Object.entries(thrownValues())) {
  test.loop(`a task whose function throws ${name} has failed`, async ({ loop }) => {
    const task = loop.createTask<never>(() => Promise.reject(value));
    const thrown = await loop.runUntilComplete(task).then(
      () => ["nothing"],
      (error) => [error],
    );
    assert(Object.is(thrown[0], value));
    assert(task.done());
    assertFalse(task.cancelled());
  });
}
