/**
 * Members of tasks. In comments: the tests of CPython's `test_tasks.py`,
 * `test_eager_task_factory.py` and `test_base_events.py` of the same scenario.
 */

import { assert, assertEquals, assertStrictEquals } from "@std/assert";
import { assertRejects, assertThrows } from "@std/assert";
import { delay } from "@std/async/delay";
import { allTasks, currentTask } from "../../src/loop/task_queries.ts";
import type { Task } from "../../src/loop/task.ts";
import { eagerTaskFactory, type TaskFactory } from "../../src/loop/tasks.ts";
import {
  CancelledError,
  InvalidStateError,
} from "../../src/proactor/future/future.ts";
import { wrong } from "./_helpers.ts";
import { test } from "./_loop.ts";
import { forever } from "./_policy.ts";

// test_current_task, test_current_task_with_interleaving_tasks
test.loop("currentTask() knows the task, also behind what it awaits", async ({ loop }) => {
  const seen: unknown[] = [];
  const body = async () => {
    seen.push(currentTask()?.getName());
    await delay(2);
    seen.push(currentTask()?.getName());
  };
  const one = loop.createTask(body, { name: "one" });
  const two = loop.createTask(body, { name: "two" });
  await loop.runUntilComplete(Promise.all([one, two]));
  assertEquals(seen, ["one", "two", "one", "two"]);
});

// test_current_task_no_running_loop, test_current_task_no_running_loop_implicit
test.loop("currentTask() is null outside of tasks, and of the loop's", async ({ loop }) => {
  assertThrows(() => currentTask(), InvalidStateError, "none is running");
  assertEquals(currentTask(loop), null);
  const seen: unknown[] = [];
  loop.callSoon(() => {
    seen.push(currentTask());
    loop.stop();
  });
  await loop.runForever();
  assertEquals(seen, [null]);
});

test.loop("currentTask() knows a task that another one has made", async ({ loop }) => {
  const names = await loop.runUntilComplete(loop.createTask(async () => {
    const inner = await loop.createTask(() => currentTask()?.getName(), {
      name: "inner",
    });
    return [inner, currentTask()?.getName()];
  }, { name: "outer" }));
  assertEquals(names, ["inner", "outer"]);
});

// test_all_tasks, test_all_tasks_no_running_loop
test.loop("allTasks() has the tasks that are not done", async ({ loop }) => {
  assertThrows(() => allTasks(), InvalidStateError);
  assertEquals(allTasks(loop).size, 0);
  await loop.runUntilComplete(loop.createTask(async () => {
    const other = loop.createTask(forever);
    assertEquals(allTasks().size, 2);
    assert(allTasks().has(currentTask()!));
    other.cancel();
    await assertRejects(() => Promise.resolve(other), CancelledError);
    assertEquals([...allTasks()], [currentTask()]);
  }));
});

// test_eager_start_true, test_eager_task_*
test.loop("eagerStart calls the function at once while the loop runs", async ({ loop }) => {
  await loop.runUntilComplete(loop.createTask(async () => {
    const log: string[] = [];
    const task = loop.createTask(async () => {
      log.push(currentTask()!.getName());
      await delay(1);
      log.push("end");
      return 1;
    }, { eagerStart: true, name: "eager" });
    log.push("made");
    assertEquals(log, ["eager", "made"]);
    assertEquals(await task, 1);
    assertEquals(log, ["eager", "made", "end"]);
  }));
});

// test_eager_completion, test_eager_task_completes_immediately
test.loop("an eager task may be done when it is made", async ({ loop }) => {
  await loop.runUntilComplete(loop.createTask(() => {
    const done = loop.createTask(() => 5, { eagerStart: true });
    assertEquals([done.done(), done.result()], [true, 5]);
    const failure = new RangeError("Out of luck");
    const failed = loop.createTask(() => {
      throw failure;
    }, { eagerStart: true });
    assertStrictEquals(failed.exception(), failure);
    assertEquals(allTasks().size, 1);
  }));
});

// test_eager_start_false
test.loop("eagerStart waits for a loop that stands still", async ({ loop }) => {
  let calls = 0;
  const task = loop.createTask(() => ++calls, { eagerStart: true });
  assertEquals(calls, 0);
  assertEquals(await loop.runUntilComplete(task), 1);
});

// test_eager_task cancel
test.loop("an eager task is cancelled by its signal", async ({ loop }) => {
  await loop.runUntilComplete(loop.createTask(async () => {
    const task = loop.createTask(forever, { eagerStart: true });
    assertEquals(task.cancelling(), 0);
    assert(task.cancel());
    assert(task.cancel());
    assertEquals(task.cancelling(), 2);
    await assertRejects(() => Promise.resolve(task), CancelledError);
    assert(!task.cancel());
    assertEquals(task.cancelling(), 2);
  }));
});

// test_set_task_factory, test_set_task_factory_invalid,
// test_set_default_task_factory
test.loop("setTaskFactory() sets who makes the tasks", async ({ loop }) => {
  assertEquals(loop.getTaskFactory(), null);
  const names: unknown[] = [];
  const factory: TaskFactory = (make, source, options) => {
    names.push(options.name);
    return make(source, { ...options, name: `made ${options.name}` });
  };
  loop.setTaskFactory(factory);
  assertStrictEquals(loop.getTaskFactory(), factory);
  const task: Task<number> = loop.createTask(() => 1, { name: "x" });
  assertEquals([task.getName(), names], ["made x", ["x"]]);
  assertEquals(await loop.runUntilComplete(task), 1);
  assertThrows(
    () => loop.setTaskFactory(wrong(1)),
    TypeError,
    "Cannot set the task factory: a number is not a function",
  );
  loop.setTaskFactory(null);
  assertEquals(loop.createTask(() => 1, { name: "y" }).getName(), "y");
  await loop.runUntilComplete(Promise.all(loop.allTasks()));
});

// test_eager_task_factory_set
test.loop("eagerTaskFactory() makes all tasks start at once", async ({ loop }) => {
  loop.setTaskFactory(eagerTaskFactory);
  await loop.runUntilComplete(loop.createTask(async () => {
    let calls = 0;
    assert(loop.createTask(() => ++calls).done());
    const late = loop.createTask(() => ++calls, { eagerStart: false });
    assertEquals([late.done(), calls], [false, 1]);
    assertEquals(await late, 2);
  }));
});
