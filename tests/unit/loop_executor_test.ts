/** Functions that run in the workers of a loop. */

import { assert, assertEquals, assertStrictEquals } from "@std/assert";
import { assertRejects, assertThrows } from "@std/assert";
import { InvalidStateError } from "../../src/proactor/future/future.ts";
import { WorkerExecutor } from "../../src/loop/worker_executor.ts";
import { wrong } from "./_helpers.ts";
import { test } from "./_loop.ts";
import { callOf } from "./_worker_module.ts";

test.loop("runInExecutor() runs done callbacks in the loop", async ({ loop }) => {
  const order: unknown[] = [];
  const call = loop.runInExecutor<number>(null, callOf("add"), 1, 2);
  call.addDoneCallback((future) => {
    order.push([loop.isRunning(), future.result()]);
    loop.stop();
  });
  await loop.runForever();
  assertEquals(order, [[true, 3]]);
  await loop.shutdownDefaultExecutor();
});

test.loop("setDefaultExecutor() sets whom runInExecutor() uses", async ({ loop }) => {
  const executor = new WorkerExecutor({ maxWorkers: 1 });
  loop.setDefaultExecutor(executor);
  const call = loop.runInExecutor(null, callOf("add"), 1, 2);
  assertEquals(executor.workers, 1);
  assertStrictEquals(await loop.runUntilComplete(call), 3);
  await using own = new WorkerExecutor({ maxWorkers: 1 });
  const other = loop.runInExecutor(own, callOf("count"));
  assertEquals(own.workers, 1);
  await loop.runUntilComplete(other);
  assertThrows(
    () => loop.setDefaultExecutor(wrong<WorkerExecutor>({})),
    TypeError,
    "Cannot set the default executor: an object is no WorkerExecutor",
  );
  await loop.shutdownDefaultExecutor();
  assert(executor.closed && !own.closed);
  assertThrows(
    () => loop.runInExecutor(null, callOf("count")),
    InvalidStateError,
    "Cannot run in executor: the default executor is shut down",
  );
});

test.loop("shutdownDefaultExecutor() cancels after its time-out what does not end", async ({ loop }) => {
  const call = loop.runInExecutor(null, callOf("spin"));
  await loop.shutdownDefaultExecutor({ timeout: 50 });
  assert(call.cancelled());
  await assertRejects(
    () => loop.shutdownDefaultExecutor({ timeout: -1 }),
    RangeError,
  );
});

test.loop("the close of a loop shuts the default executor down", async ({ loop }) => {
  const executor = new WorkerExecutor({ maxWorkers: 1 });
  loop.setDefaultExecutor(executor);
  await loop.runUntilComplete(loop.runInExecutor(null, callOf("count")));
  await loop.close();
  assert(executor.closed);
  assertThrows(
    () => loop.runInExecutor(null, callOf("count")),
    InvalidStateError,
    "Cannot run in executor: the event loop is closed",
  );
  await executor.shutdown();
});
