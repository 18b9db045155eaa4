/**
 * `TaskGroup`, `timeout`, `waitFor`. In comments: the tests of CPython's
 * `test_taskgroups.py`, `test_timeouts.py` and `test_waitfor.py` that have the
 * same scenario.
 */

import { assert, assertEquals, assertStrictEquals } from "@std/assert";
import { assertInstanceOf, assertRejects, assertThrows } from "@std/assert";
import { delay } from "@std/async/delay";
import type { ProactorEventLoop } from "../../src/loop/proactor_event_loop.ts";
import { TaskGroup } from "../../src/loop/task_group.ts";
import type { Task } from "../../src/loop/task.ts";
import { eagerTaskFactory } from "../../src/loop/tasks.ts";
import { timeout, timeoutAt, waitFor } from "../../src/loop/timeouts.ts";
import {
  CancelledError,
  InvalidStateError,
} from "../../src/proactor/future/future.ts";
import { wrong } from "./_helpers.ts";
import { test } from "./_loop.ts";
import { forever } from "./_policy.ts";

const { TimedOut } = Deno.errors;

function fail(message: string): never {
  throw new RangeError(message);
}

/** A test whose body is the main task of a running loop. */
function runningTest(
  name: string,
  body: (loop: ProactorEventLoop, signal: AbortSignal) => Promise<void>,
): void {
  test.loop(name, async ({ loop }) => {
    const main = loop.createTask((signal) => body(loop, signal));
    await loop.runUntilComplete(main);
  });
}

async function failed(promise: Promise<unknown>): Promise<string[]> {
  const error = await assertRejects(() => promise, AggregateError);
  assertEquals(
    error.message,
    `Unhandled errors in a task group: ${error.errors.length}`,
  );
  return error.errors.map(({ message }) => message);
}

// test_taskgroup_01, _02, _03
runningTest(
  "a task group waits for its tasks, and gives what its body gives",
  async () => {
    const log: string[] = [];
    const result = await TaskGroup.run(async (group) => {
      group.createTask(async () => {
        await delay(4);
        log.push("slow");
      });
      await group.createTask(() => log.push("fast"));
      log.push("body");
      return 42;
    });
    assertEquals([result, log], [42, ["fast", "body", "slow"]]);
  },
);

// test_taskgroup_04
runningTest("a task that fails cancels the others", async () => {
  const tasks: Task<unknown>[] = [];
  const messages = await failed(TaskGroup.run((group) => {
    tasks.push(group.createTask(forever));
    tasks.push(group.createTask(() => fail("one")));
  }));
  assertEquals(messages, ["one"]);
  assert(tasks[0]!.cancelled());
});

// test_taskgroup_05
runningTest(
  "all failures are told, also those of tasks that are cancelled",
  async () => {
    const messages = await failed(TaskGroup.run((group) => {
      group.createTask((signal) => forever(signal).catch(() => fail("two")), {
        eagerStart: true,
      });
      group.createTask(() => fail("one"));
    }));
    assertEquals(messages.sort(), ["one", "two"]);
  },
);

// test_taskgroup_07, test_taskgroup_09
runningTest("a body that fails cancels the tasks", async () => {
  let task: Task<never> | undefined;
  const messages = await failed(TaskGroup.run(async (group) => {
    task = group.createTask(forever);
    await delay(1);
    fail("body");
  }));
  assertEquals(messages, ["body"]);
  assert(task!.cancelled());
});

// test_taskgroup_08
runningTest("the body's failure and a task's are both told", async () => {
  const messages = await failed(TaskGroup.run((group) => {
    const begun = Promise.withResolvers<void>();
    group.createTask((signal) => {
      begun.resolve();
      return forever(signal).catch(() => fail("task"));
    });
    return begun.promise.then(() => fail("body"));
  }));
  assertEquals(messages, ["body", "task"]);
});

// test_taskgroup_06, test_taskgroup_10 and the others of the parent's cancel
runningTest("the signal of the parent cancels the group", async (loop) => {
  let inner: Task<never> | undefined;
  const begun = Promise.withResolvers<void>();
  const parent = loop.createTask((signal) =>
    TaskGroup.run((group) => {
      inner = group.createTask(forever);
      begun.resolve();
      return inner.then(() => {}, () => {});
    }, { signal })
  );
  await begun.promise;
  parent.cancel();
  await assertRejects(() => Promise.resolve(parent), CancelledError);
  assert(inner!.cancelled());
  assert(parent.cancelled());
});

// test_taskgroup_17
runningTest("a signal that is aborted before cancels at once", async () => {
  const reason = new RangeError("Out of luck");
  const signal = AbortSignal.abort(reason);
  const error = await assertRejects(() =>
    TaskGroup.run((group) => {
      assertThrows(
        () => group.createTask(forever),
        InvalidStateError,
        "Cannot create task: the task group is shutting down",
      );
    }, { signal })
  );
  assertStrictEquals(error, reason);
});

// test_taskgroup_11, test_taskgroup_12: groups in groups
runningTest("a group in a group fails as one", async () => {
  let outer: Task<never> | undefined;
  const error = await assertRejects(() =>
    TaskGroup.run((group) => {
      outer = group.createTask(forever);
      group.createTask((signal) =>
        TaskGroup.run((inner) => {
          inner.createTask(() => fail("deep"));
        }, { signal })
      );
    }), AggregateError);
  assertInstanceOf(error.errors[0], AggregateError);
  assertEquals(error.errors[0].errors[0].message, "deep");
  assert(outer!.cancelled());
});

// test_taskgroup_13, test_taskgroup_14
runningTest("a task that is cancelled by itself is no failure", async () => {
  await TaskGroup.run((group) => {
    group.createTask(forever).cancel();
    const late = group.createTask(forever);
    setTimeout(() => late.cancel(), 1);
  });
});

// test_taskgroup_15, test_taskgroup_16
runningTest("tasks may make tasks of the group", async () => {
  const log: number[] = [];
  await TaskGroup.run((group) => {
    const next = (i: number) => {
      log.push(i);
      if (i < 5) group.createTask(() => next(i + 1));
    };
    group.createTask(() => next(1));
  });
  assertEquals(log, [1, 2, 3, 4, 5]);
});

// test_taskgroup_task_context, test_taskgroup_already_entered
runningTest("a group that has ended makes no task", async () => {
  let kept: TaskGroup | undefined;
  await TaskGroup.run((group) => void (kept = group));
  assertThrows(
    () => kept!.createTask(forever),
    InvalidStateError,
    "Cannot create task: the task group has ended",
  );
});

// test_taskgroup_23, test_taskgroup_24: no leftovers
runningTest("the signal of a group is aborted when a task fails", async () => {
  let signal: AbortSignal | undefined;
  await failed(TaskGroup.run(async (group) => {
    signal = group.signal;
    assert(!signal.aborted);
    group.createTask(() => fail("one"));
    await forever(signal);
  }));
  assertInstanceOf(signal!.reason, InvalidStateError);
});

// test_taskgroup_without_parent_task
Deno.test("a task group wants a running loop, and a function", async () => {
  await assertRejects(
    () => TaskGroup.run(() => {}),
    InvalidStateError,
    "none is running",
  );
  await assertRejects(
    () => TaskGroup.run(wrong(1)),
    TypeError,
    "Cannot run task group: a number is not a function",
  );
});

// --- timeout() ---------------------------------------------------------------

// test_timeout_basic
Deno.test("timeout() aborts its signal when the time has come", async () => {
  using limit = timeout(2);
  const before = performance.now();
  const error = await assertRejects(() => forever(limit.signal), TimedOut);
  assert(performance.now() >= before + 1);
  assertStrictEquals(limit.signal.reason, error);
  assert(limit.expired());
});

// test_timeout_at_basic, test_timeout_in_the_past, test_timeout_zero
Deno.test("a time in the past expires in a moment", async () => {
  for (
    const make of [() => timeoutAt(0), () => timeout(0), () => timeout(-5)]
  ) {
    using limit = make();
    assert(!limit.expired());
    await delay(3);
    assert(limit.expired());
  }
});

// test_timeout_disabled, test_timeout_at_disabled, test_foreign_exception_passed
Deno.test("null and Infinity never expire", async () => {
  for (const never of [timeout(null), timeoutAt(null), timeout(Infinity)]) {
    await delay(2);
    assert(!never.expired());
  }
  assertEquals(timeout(null).when(), null);
});

// test_timeout_reschedule (test_repr_active, test_repr_disabled)
Deno.test("reschedule() moves the time, both ways", async () => {
  using limit = timeout(null);
  limit.reschedule(performance.now() + 60_000);
  assert(limit.when()! > performance.now());
  limit.reschedule(null);
  await delay(2);
  assert(!limit.expired());
  limit.reschedule(performance.now() + 1);
  await delay(5);
  assert(limit.expired());
  assertThrows(
    () => limit.reschedule(null),
    InvalidStateError,
    "Cannot reschedule the time-out: it has expired",
  );
});

// test_timeout_expired at exit
Deno.test("a time-out that was left does not expire", async () => {
  const limit = timeout(1);
  {
    using _limit = limit;
  }
  await delay(5);
  assert(!limit.expired());
});

// test_nested_timeouts
Deno.test("the inner of two time-outs expires first", async () => {
  using outer = timeout(10_000);
  using inner = timeout(1);
  await assertRejects(
    () => forever(AbortSignal.any([outer.signal, inner.signal])),
    TimedOut,
  );
  assertEquals([outer.expired(), inner.expired()], [false, true]);
});

Deno.test("timeout() refuses what is no time", () => {
  assertThrows(() => timeout(wrong("1")), TypeError);
  assertThrows(() => timeout(NaN), RangeError);
  assertThrows(() => timeoutAt(wrong({})), TypeError);
});

// --- waitFor() ---------------------------------------------------------------

// test_wait_for_timeout_less_then_0_or_0_future_done, test_wait_for
runningTest("waitFor() gives the result in time", async (loop) => {
  assertEquals(await waitFor(() => Promise.resolve(1), 1000), 1);
  assertEquals(await waitFor(Promise.resolve(2), null), 2);
  const future = loop.createFuture<number>();
  loop.callLater(1, () => future.setResult(3));
  assertEquals(await waitFor(future, 1000), 3);
  assertEquals(await waitFor(future, 0), 3);
  await assertRejects(() => waitFor(() => fail("own"), 1000), RangeError);
});

// test_wait_for_timeout_less_then_0_or_0, test_wait_for_cancellation_race_condition
runningTest(
  "waitFor() cancels what takes too long, and waits for its end",
  async (loop) => {
    loop.setTaskFactory(eagerTaskFactory);
    const log: string[] = [];
    await assertRejects(
      () =>
        waitFor(async (signal) => {
          try {
            await forever(signal);
          } finally {
            await delay(3);
            log.push("cleaned up");
          }
        }, 1),
      TimedOut,
      "the time-out expired",
    );
    assertEquals(log, ["cleaned up"]);
  },
);

// test_wait_for_suppress_cancellation, test_wait_for_reraises_exception_during_cancellation
runningTest(
  "waitFor() gives what comes in spite of the cancellation",
  async (loop) => {
    loop.setTaskFactory(eagerTaskFactory);
    const late = (signal: AbortSignal) => forever(signal).catch(() => "late");
    assertEquals(await waitFor(late, 1), "late");
    await assertRejects(
      () => waitFor((signal) => forever(signal).catch(() => fail("other")), 1),
      RangeError,
      "other",
    );
  },
);

// test_wait_for_cancel_blocking_wait_for, test_wait_for_with_global_loop
runningTest("waitFor() cancels a future and a task", async (loop) => {
  const future = loop.createFuture<void>();
  await assertRejects(() => waitFor(future, 1), TimedOut);
  assert(future.cancelled());
  const task = loop.createTask(forever);
  await assertRejects(() => waitFor(task, 1), TimedOut);
  assert(task.cancelled());
});

Deno.test("waitFor() wants a running loop for a function", async () => {
  await assertRejects(() => waitFor(() => 1, 1), InvalidStateError);
});
