/** Scenarios of CPython's tests of tasks that no other file has. */

import { AsyncLocalStorage } from "node:async_hooks";
import {
  assert,
  assertEquals,
  assertFalse,
  assertRejects,
  assertStrictEquals,
} from "@std/assert";
import { delay } from "@std/async/delay";
import type { ProactorEventLoop } from "../../src/loop/proactor_event_loop.ts";
import { TaskGroup } from "../../src/loop/task_group.ts";
import { allTasks, currentTask, eagerTaskFactory } from "../../src/loop/mod.ts";
import { timeout, waitFor } from "../../src/loop/timeouts.ts";
import {
  CancelledError,
  InvalidStateError,
} from "../../src/proactor/future/future.ts";
import { runOnce, test } from "./_loop.ts";
import { forever } from "./_policy.ts";

/** Runs a function as a task, and gives its result. */
function inTask<T>(
  loop: ProactorEventLoop,
  body: (signal: AbortSignal) => Promise<T>,
): Promise<T> {
  return loop.runUntilComplete(loop.createTask(body));
}

// test_cancel_current_task
test.loop("a task may cancel itself, and hears of it at its next wait", async ({ loop }) => {
  const log: string[] = [];
  const task = loop.createTask(async (signal) => {
    currentTask()!.cancel();
    log.push("goes on");
    assert(signal.aborted);
    await forever(signal);
    log.push("never");
  });
  await assertRejects(() => loop.runUntilComplete(task), CancelledError);
  assertEquals([log, task.cancelled()], [["goes on"], true]);
});

// test_cancel_both_task_and_inner_future, test_cancel_inner_future
test.loop("a task and the future that it waits for may both be cancelled", async ({ loop }) => {
  const future = loop.createFuture<number>();
  const task = loop.createTask((signal) =>
    Promise.race([Promise.resolve(future), forever(signal)])
  );
  await runOnce(loop);
  future.cancel();
  assert(task.cancel());
  await assertRejects(() => loop.runUntilComplete(task), CancelledError);
  assert(task.cancelled());
});

// test_cancel_awaited_task
test.loop("a task that is cancelled ends the task that awaits it", async ({ loop }) => {
  const inner = loop.createTask(forever);
  const outer = loop.createTask(async () => await inner);
  await runOnce(loop);
  inner.cancel();
  await assertRejects(() => loop.runUntilComplete(outer), CancelledError);
  assertEquals([inner.cancelled(), outer.cancelled()], [true, true]);
  assertEquals(outer.cancelling(), 0);
});

// test_cancel_with_message_then_future_result, test_cancel_with_message_before_starting_task
test.loop("the reason of a cancellation is the same for all who ask", async ({ loop }) => {
  const reason = new CancelledError("because");
  for (const start of [true, false]) {
    const task = loop.createTask(forever);
    if (start) await runOnce(loop);
    task.cancel(reason);
    const thrown = await loop.runUntilComplete(task).catch((error) => error);
    assertStrictEquals(thrown, reason);
    assertStrictEquals(await task.then(null, (error) => error), reason);
  }
});

// test_stop_while_run_in_complete
test.loop("a task goes on when the loop that stopped under it runs again", async ({ loop }) => {
  const task = loop.createTask(async () => {
    await delay(1);
    loop.stop();
    const future = loop.createFuture<number>();
    loop.callLater(1, () => future.setResult(3));
    return await future;
  });
  await assertRejects(() => loop.runUntilComplete(task), InvalidStateError);
  assertFalse(task.done());
  assertEquals(await loop.runUntilComplete(task), 3);
});

// test_create_named_task_with_custom_factory
test.loop("a factory gets the name of the task that it makes", async ({ loop }) => {
  loop.setTaskFactory((make, source, options) => make(source, options));
  const task = loop.createTask(() => 1, { name: "test_task" });
  assertEquals(task.getName(), "test_task");
  assertEquals(await loop.runUntilComplete(task), 1);
});

// test_task_set_name_pylong, test_task_repr_name_not_str
test.loop("a name with special characters stays one name", ({ loop }) => {
  const task = loop.createTask(() => 1, { name: "a\n>b" });
  assertEquals(`${task}`, '<Task pending name="a\\n>b">');
  task.setName("c");
  assertEquals(task.getName(), "c");
  task.cancel();
});

// test_task_basics, test_exception_traceback
test.loop("a task that awaits tasks has their sum, or their error", async ({ loop }) => {
  const outer = async () => await inner(1) + await inner(2);
  const inner = (value: number) =>
    loop.createTask(() => delay(0).then(() => value));
  assertEquals(await inTask(loop, outer), 3);
  const failure = new RangeError("Out of luck");
  const fails = async () =>
    await loop.createTask(() => Promise.reject(failure));
  const error = await inTask(loop, fails).catch((error) => error);
  assertStrictEquals(error, failure);
});

// --- eager tasks ---------------------------------------------------------------

// test_await_future_during_eager_step
test.loop("an eager task may end a future in its first step", async ({ loop }) => {
  loop.setTaskFactory(eagerTaskFactory);
  const text = await inTask(loop, async () => {
    const future = loop.createFuture<string>();
    assert(loop.createTask(() => future.setResult("my message")).done());
    return await future;
  });
  assertEquals(text, "my message");
});

// test_block_after_eager_step
test.loop("an eager task that waits is not done before", async ({ loop }) => {
  loop.setTaskFactory(eagerTaskFactory);
  await inTask(loop, async () => {
    const task = loop.createTask(() => delay(2).then(() => "late"));
    assertFalse(task.done());
    assertEquals(await task, "late");
    assert(task.done());
  });
});

// test_cancellation_after_eager_completion
test.loop("an eager task that is done cannot be cancelled", async ({ loop }) => {
  loop.setTaskFactory(eagerTaskFactory);
  await inTask(loop, async () => {
    const task = loop.createTask(() => "done");
    assertFalse(task.cancel());
    assertEquals([await task, task.cancelled()], ["done", false]);
  });
});

// test_cancellation_after_eager_step_blocks
test.loop("an eager task that waits is cancelled with the reason", async ({ loop }) => {
  loop.setTaskFactory(eagerTaskFactory);
  const reason = new CancelledError("cancellation message");
  await inTask(loop, async () => {
    const task = loop.createTask(forever);
    task.cancel(reason);
    assertEquals(task.cancelling(), 1);
    assertStrictEquals(await task.then(null, (error) => error), reason);
  });
});

// test_current_task (eager)
test.loop("currentTask() in the first step of an eager task is that task", async ({ loop }) => {
  loop.setTaskFactory(eagerTaskFactory);
  await inTask(loop, async () => {
    const outer = currentTask();
    let first: unknown;
    const task = loop.createTask(async () => {
      first = currentTask();
      await delay(1);
      assertStrictEquals(currentTask(), first);
    });
    assertStrictEquals(first, task);
    assertStrictEquals(currentTask(), outer);
    await task;
  });
});

// test_all_tasks_with_eager_completion, test_all_tasks_with_blocking
test.loop("allTasks() has an eager task in its first step, until it is done", async ({ loop }) => {
  loop.setTaskFactory(eagerTaskFactory);
  await inTask(loop, async () => {
    const before = allTasks().size;
    let within = 0;
    const task = loop.createTask(() => within = allTasks().size);
    assertEquals([within, allTasks().has(task)], [before + 1, false]);
    const gate = loop.createFuture<void>();
    const waits = loop.createTask(async () => await gate);
    assert(allTasks().has(waits));
    gate.setResult();
    await waits;
    assertFalse(allTasks().has(waits));
  });
});

// test_context_vars (eager)
test.loop("an eager task has the context of its maker, and keeps its own to itself", async ({ loop }) => {
  loop.setTaskFactory(eagerTaskFactory);
  const storage = new AsyncLocalStorage<number>();
  await inTask(loop, () =>
    storage.run(1, async () => {
      const seen: unknown[] = [];
      const task = loop.createTask(async () => {
        seen.push(storage.getStore());
        await storage.run(2, () => delay(1));
        seen.push(storage.getStore());
      });
      assertEquals(storage.getStore(), 1);
      await task;
      assertEquals([seen, storage.getStore()], [[1, 1], 1]);
    }));
});

async function chain(depth: number): Promise<number> {
  return depth === 0 ? 0 : 1 + await chain(depth - 1);
}

// test_awaitables_chain
test.loop("a chain of a hundred functions is one task", async ({ loop }) => {
  let made = 0;
  loop.setTaskFactory((make, source, options) => {
    made++;
    return make(source, options);
  });
  assertEquals(await inTask(loop, () => chain(100)), 100);
  assertEquals(made, 1);
});

async function groups(width: number, depth: number): Promise<void> {
  if (depth === 0) return;
  await TaskGroup.run((group) => {
    for (let i = 0; i < width; i++) {
      group.createTask(() => groups(width, depth - 1));
    }
  });
}

// test_recursive_taskgroups
test.loop("groups of five, four deep, are 781 tasks", async ({ loop }) => {
  for (const eagerStart of [false, true]) {
    let made = 0;
    loop.setTaskFactory((make, source, options) => {
      made++;
      return make(source, { ...options, eagerStart });
    });
    await inTask(loop, () => groups(5, 4));
    assertEquals(made, 781);
  }
});

// test_recursive_gather
test.loop("promises of five tasks, four deep, are 781 tasks", async ({ loop }) => {
  let made = 0;
  const gather = async (depth: number): Promise<void> => {
    made++;
    if (depth === 0) return;
    const tasks = Array.from(
      { length: 5 },
      () => loop.createTask(() => gather(depth - 1)),
    );
    await Promise.all(tasks);
  };
  await inTask(loop, () => gather(4));
  assertEquals(made, 781);
});

// --- groups and time-outs ------------------------------------------------------

// test_taskgroup_task_name, test_taskgroup_task_context
test.loop("a task of a group has the name and the context that it is given", async ({ loop }) => {
  const storage = new AsyncLocalStorage<string>();
  const context = storage.run("given", () => AsyncLocalStorage.snapshot());
  await inTask(loop, async () => {
    await TaskGroup.run(async (group) => {
      const task = group.createTask(() => storage.getStore(), {
        name: "yolo",
        context,
      });
      assertEquals([task.getName(), await task], ["yolo", "given"]);
    });
  });
});

// test_taskgroup_21a, test_nested_groups_both_cancelled
test.loop("nested groups both hear of one cancellation", async ({ loop }) => {
  const log: string[] = [];
  const note = (name: string) => (signal: AbortSignal) =>
    forever(signal).finally(() => log.push(name));
  const task = loop.createTask((signal) =>
    TaskGroup.run((outer) => {
      outer.createTask(note("outer"), { eagerStart: true });
      return TaskGroup.run((inner) => {
        inner.createTask(note("inner"), { eagerStart: true });
      }, { signal: outer.signal });
    }, { signal })
  );
  loop.callLater(2, () => task.cancel());
  await assertRejects(() => loop.runUntilComplete(task), CancelledError);
  assertEquals([log.sort(), task.cancelled()], [["inner", "outer"], true]);
});

// test_taskgroup_no_create_task_after_failure
test.loop("a group that shuts down takes no further task", async ({ loop }) => {
  await inTask(loop, async () => {
    let refused: unknown;
    const group = TaskGroup.run(async (group) => {
      group.createTask(() => Promise.reject(new Error("one")));
      await forever(group.signal).catch(() => {});
      try {
        group.createTask(() => 1);
      } catch (error) {
        refused = error;
      }
    });
    await assertRejects(() => group, AggregateError);
    assert(refused instanceof InvalidStateError);
  });
});

// test_timeout_taskgroup
test.loop("a time-out around a group cancels its tasks", async ({ loop }) => {
  await inTask(loop, async () => {
    using limit = timeout(2);
    const { signal } = limit;
    const log: string[] = [];
    const group = TaskGroup.run((group) => {
      for (const name of ["one", "two"]) {
        const body = (own: AbortSignal) =>
          forever(own).finally(() => log.push(name));
        group.createTask(body, { eagerStart: true });
      }
    }, { signal });
    await assertRejects(() => group, Deno.errors.TimedOut);
    assertEquals(log.sort(), ["one", "two"]);
  });
});

// test_nested_timeouts_loop_busy
test.loop("time-outs that both expire while the thread is busy both tell", async ({ loop }) => {
  await inTask(loop, async () => {
    using outer = timeout(1);
    using inner = timeout(2);
    const end = performance.now() + 8;
    while (performance.now() < end);
    await forever(AbortSignal.any([outer.signal, inner.signal])).catch(
      () => {},
    );
    await delay(2);
    assertEquals([outer.expired(), inner.expired()], [true, true]);
  });
});

// test_nested_timeout_in_finally, test_timeout_after_cancellation
test.loop("a time-out works while a task cleans up after its cancellation", async ({ loop }) => {
  let cleaned = false;
  const task = loop.createTask(async (signal) => {
    try {
      await forever(signal);
    } finally {
      using limit = timeout(1);
      await forever(limit.signal).catch(() => cleaned = limit.expired());
    }
  });
  await runOnce(loop);
  task.cancel();
  await assertRejects(() => loop.runUntilComplete(task), CancelledError);
  assert(cleaned && task.cancelled());
});

// test_foreign_cancel_doesnt_timeout_if_not_expired
test.loop("a cancellation within a time-out is no time-out", async ({ loop }) => {
  using limit = timeout(60_000);
  const task = loop.createTask((signal) =>
    forever(AbortSignal.any([signal, limit.signal]))
  );
  await runOnce(loop);
  task.cancel();
  await assertRejects(() => loop.runUntilComplete(task), CancelledError);
  assertFalse(limit.expired());
});

// test_outer_task_is_not_cancelled
test.loop("a time-out in a task does not cancel the task", async ({ loop }) => {
  const task = loop.createTask(async () => {
    using limit = timeout(1);
    await assertRejects(() => forever(limit.signal), Deno.errors.TimedOut);
    assert(limit.expired());
    return "goes on";
  });
  assertEquals(await loop.runUntilComplete(task), "goes on");
  assertFalse(task.cancelled());
});

// test_cancel_wait_for, test_cancel_blocking_wait_for
test.loop("a task that is cancelled in waitFor() waits for the end of what it waits for", async ({ loop }) => {
  const log: string[] = [];
  const inner = loop.createTask(async (signal) => {
    try {
      await forever(signal);
    } finally {
      await delay(1);
      log.push("cleaned up");
    }
  });
  const task = loop.createTask(async (signal) => {
    signal.addEventListener("abort", () => inner.cancel(signal.reason));
    await waitFor(inner, 60_000);
  });
  await runOnce(loop);
  task.cancel();
  await assertRejects(() => loop.runUntilComplete(task), CancelledError);
  assertEquals([log, inner.cancelled()], [["cleaned up"], true]);
});
