/**
 * `run` and `Runner`. In comments: the tests of CPython's
 * `test_asyncio/test_runners.py` that have the same scenario.
 */

import {
  assert,
  assertEquals,
  assertFalse,
  assertStrictEquals,
} from "@std/assert";
import { assertInstanceOf, assertRejects, assertThrows } from "@std/assert";
import { delay } from "@std/async/delay";
import {
  getEventLoop,
  getRunningLoop,
  setEventLoop,
} from "../../src/loop/policy.ts";
import type { ProactorEventLoop } from "../../src/loop/proactor_event_loop.ts";
import { run, Runner } from "../../src/loop/runner.ts";
import type { Task } from "../../src/loop/task.ts";
import {
  CancelledError,
  InvalidStateError,
} from "../../src/proactor/future/future.ts";
import { wrong } from "./_helpers.ts";
import { makeLoop } from "./_loop.ts";
import { forever, usePolicy } from "./_policy.ts";
import { FakeSignals } from "./_signals.ts";

Deno.test("run() gives the result of the function", async () => {
  using policy = usePolicy();
  const loops: ProactorEventLoop[] = [];
  const result = await run(async () => {
    loops.push(getRunningLoop(), getEventLoop());
    return await Promise.resolve(42);
  });
  assertEquals(result, 42);
  assertEquals(loops, [policy.loops[0], policy.loops[0]]);
  assert(policy.loops[0]!.isClosed());
});

Deno.test("run() throws what the function throws, and closes the loop", async () => {
  using policy = usePolicy();
  const failure = new Error("Out of luck");
  const error = await assertRejects(() =>
    run(() => {
      throw failure;
    })
  );
  assertStrictEquals(error, failure);
  assert(policy.loops[0]!.isClosed());
});

Deno.test("run() sets the debug mode", async () => {
  using _policy = usePolicy();
  const isDebug = () => getRunningLoop().getDebug();
  assertEquals(await run(isDebug, { debug: true }), true);
  assertEquals(await run(isDebug, { debug: false }), false);
  assertEquals(await run(isDebug), false);
});

Deno.test("run() is refused while a loop runs", async () => {
  using policy = usePolicy();
  await run(async () => {
    await assertRejects(
      () => run(() => 1),
      InvalidStateError,
      "Cannot run: an event loop is already running",
    );
  });
  assertEquals(policy.loops.length, 1);
});

Deno.test("run() runs a promise", async () => {
  using policy = usePolicy();
  assertEquals(await run(Promise.resolve(1)), 1);
  assert(policy.loops[0]!.isClosed());
});

// test_asyncio_run_only_coro, test_run_non_coro
Deno.test("run() refuses what is neither a function nor a promise", async () => {
  using policy = usePolicy();
  const main = 1 as unknown as () => number;
  await assertRejects(() => run(main), TypeError, "a number is not a function");
  assertEquals(policy.loops.length, 0);
});

Deno.test("run() cancels the tasks that are left and waits for their end", async () => {
  using policy = usePolicy();
  const seen: string[] = [];
  let left: Task<void> | undefined;
  await run(() => {
    left = getRunningLoop().createTask(async (signal) => {
      await forever(signal).catch(() => {});
      await new Promise((resolve) => setTimeout(resolve, 2));
      seen.push("cleaned up");
    });
    return new Promise((resolve) => setTimeout(resolve, 2));
  });
  assertEquals(seen, ["cleaned up"]);
  assert(left?.done());
  assertEquals(policy.exceptions, []);
});

Deno.test("run() reports tasks that fail when they are cancelled", async () => {
  using policy = usePolicy();
  const failure = new Error("Out of luck");
  let left: Task<never> | undefined;
  await run(async () => {
    left = getRunningLoop().createTask((signal) =>
      forever(signal).catch(() => {
        throw failure;
      })
    );
    await new Promise((resolve) => setTimeout(resolve, 2));
  });
  assertEquals(policy.exceptions.length, 1);
  assertStrictEquals(policy.exceptions[0]?.exception, failure);
  assertStrictEquals(policy.exceptions[0]?.task, left);
});

Deno.test("run() cancels the function when the loop is stopped under it", async () => {
  using policy = usePolicy();
  let signal: AbortSignal | undefined;
  const main = (given: AbortSignal) => {
    signal = given;
    getRunningLoop().stop();
    return forever(given);
  };
  await assertRejects(() => run(main), InvalidStateError, "stopped before");
  assertInstanceOf(signal?.reason, CancelledError);
  assert(policy.loops[0]!.isClosed());
});

Deno.test("run() with a loopFactory leaves the current loop alone", async () => {
  using policy = usePolicy();
  await using current = policy.newEventLoop();
  setEventLoop(current);
  const { loop } = makeLoop();
  assertStrictEquals(
    await run(() => getRunningLoop(), { loopFactory: () => loop }),
    loop,
  );
  assert(loop.isClosed());
  assertStrictEquals(getEventLoop(), current);
});

Deno.test("run() makes its loop the current one, and leaves none", async () => {
  using policy = usePolicy();
  let current: ProactorEventLoop | undefined;
  await run(() => {
    getRunningLoop().stop();
    current = getEventLoop();
    return delay(1);
  }).catch(() => {});
  assertStrictEquals(current, policy.loops[0]);
  assertThrows(getEventLoop, InvalidStateError);
});

// test_non_debug, test_debug
for (const debug of [true, false]) {
  Deno.test(`Runner sets the debug mode ${debug}`, async () => {
    using _policy = usePolicy();
    await using runner = new Runner({ debug });
    assertEquals(runner.getLoop().getDebug(), debug);
  });
}

Deno.test("Runner leaves the debug mode of its loop alone by default", async () => {
  const { loop } = makeLoop();
  loop.setDebug(true);
  await using runner = new Runner({ loopFactory: () => loop });
  assert(runner.getLoop().getDebug());
});

// test_custom_factory
Deno.test("Runner takes the loop of its factory", async () => {
  const { loop } = makeLoop();
  await using runner = new Runner({ loopFactory: () => loop });
  assertStrictEquals(runner.getLoop(), loop);
});

Deno.test("Runner refuses a factory that is no function", () => {
  assertThrows(
    () => new Runner({ loopFactory: wrong(1) }),
    TypeError,
    "Cannot make a runner: a number is not a function",
  );
});

// test_run
Deno.test("Runner runs many functions in one loop", async () => {
  using policy = usePolicy();
  const runner = new Runner();
  assertEquals(await runner.run(() => Promise.resolve("done")), "done");
  const loop = runner.getLoop();
  assertStrictEquals(await runner.run(() => getRunningLoop()), loop);
  assertFalse(loop.isClosed());
  await runner.close();
  assertThrows(() => runner.getLoop(), InvalidStateError, "it is closed");
  assert(loop.isClosed());
  assertEquals(policy.loops, [loop]);
});

// test_run_future, as since 3.14
Deno.test("Runner runs a future of its loop", async () => {
  using _policy = usePolicy();
  await using runner = new Runner();
  const future = runner.getLoop().createFuture<number>();
  runner.getLoop().callLater(1, () => future.setResult(1));
  assertEquals(await runner.run(future), 1);
});

Deno.test("Runner makes no loop before it is needed", async () => {
  using policy = usePolicy();
  const runner = new Runner();
  await runner.close(); // and is not closed by that, as in asyncio
  assertEquals(policy.loops, []);
  assertEquals(await runner.run(() => 1), 1);
  await runner.close();
  assertEquals(policy.loops.length, 1);
});

// test_explicit_close, test_double_close
Deno.test("Runner closes its loop once", async () => {
  using _policy = usePolicy();
  const runner = new Runner();
  const loop = runner.getLoop();
  await Promise.all([runner.close(), runner.close()]);
  assert(loop.isClosed());
  await runner.close();
  assertThrows(() => runner.getLoop(), InvalidStateError, "it is closed");
});

// test_second_with_block_raises
Deno.test("Runner runs nothing after its close", async () => {
  using _policy = usePolicy();
  const calls: number[] = [];
  const runner = new Runner();
  {
    await using _runner = runner;
    await runner.run(() => calls.push(1));
  }
  await assertRejects(
    () => runner.run(() => calls.push(2)),
    InvalidStateError,
    "Cannot use the runner: it is closed",
  );
  assertEquals(calls, [1]);
});

// test_recursive_run
Deno.test("Runner neither runs nor closes in a running loop", async () => {
  using _policy = usePolicy();
  await using runner = new Runner();
  await runner.run(async () => {
    await assertRejects(
      () => runner.run(() => 1),
      InvalidStateError,
      "Cannot run: an event loop is already running",
    );
    await assertRejects(
      () => runner.close(),
      InvalidStateError,
      "Cannot close the runner: an event loop is already running",
    );
  });
  assertEquals(await runner.run(() => 1), 1);
});

Deno.test("Runner leaves tasks alone between two runs", async () => {
  using _policy = usePolicy();
  let task: Task<never> | undefined;
  {
    await using runner = new Runner();
    await runner.run(() => {
      task = getRunningLoop().createTask(forever);
    });
    await runner.run(() => delay(2));
    assertFalse(task!.done());
  }
  assert(task!.cancelled());
});

/** Runs a function with Ctrl-C under the control of the test. */
async function interrupted<T>(
  main: (signals: FakeSignals, signal: AbortSignal) => Promise<T>,
): Promise<T> {
  using _policy = usePolicy();
  using signals = new FakeSignals();
  try {
    return await run((signal) => main(signals, signal));
  } finally {
    assertEquals(signals.count, 0);
  }
}

// test_interrupt_wait, test_interrupt_call_soon
Deno.test("Ctrl-C cancels the main task, whose finally blocks run", async () => {
  const seen: unknown[] = [];
  const error = await assertRejects(
    () =>
      interrupted(async (signals, signal) => {
        setTimeout(() => signals.raise("SIGINT"), 2);
        try {
          return await forever(signal);
        } finally {
          await delay(2);
          seen.push(signals.count, signal.reason instanceof CancelledError);
        }
      }),
    Deno.errors.Interrupted,
    "Cannot go on: Ctrl-C was pressed",
  );
  assertEquals(seen, [0, true]); // the second Ctrl-C has its default action
  assertInstanceOf(error.cause, CancelledError);
});

Deno.test("a main function may go on after Ctrl-C", async () => {
  const result = await interrupted(async (signals, signal) => {
    setTimeout(() => signals.raise("SIGINT"), 2);
    await forever(signal).catch(() => {});
    return "saved";
  });
  assertEquals(result, "saved");
});

Deno.test("a main function may fail in another way after Ctrl-C", async () => {
  await assertRejects(
    () =>
      interrupted(async (signals, signal) => {
        setTimeout(() => signals.raise("SIGINT"), 2);
        await forever(signal).catch(() => {});
        throw new RangeError("Out of luck");
      }),
    RangeError,
    "Out of luck",
  );
});

// test_interrupt_cancelled_task
Deno.test("Ctrl-C does not claim a task that was cancelled before", async () => {
  await assertRejects(
    () =>
      interrupted((signals, signal) => {
        const [main] = getRunningLoop().allTasks();
        setTimeout(() => {
          main!.cancel();
          signals.raise("SIGINT");
        }, 2);
        return forever(signal);
      }),
    CancelledError,
  );
});

Deno.test("Ctrl-C cancels the other tasks too, at the end", async () => {
  const seen: string[] = [];
  await assertRejects(
    () =>
      interrupted((signals, signal) => {
        getRunningLoop().createTask(async (own) => {
          await forever(own).catch(() => {});
          seen.push("cleaned up");
        });
        setTimeout(() => signals.raise("SIGINT"), 2);
        return forever(signal);
      }),
    Deno.errors.Interrupted,
  );
  assertEquals(seen, ["cleaned up"]);
});

Deno.test("a handler of the loop takes the place of the runner's", async () => {
  const seen: string[] = [];
  await interrupted(async (signals, signal) => {
    const loop = getRunningLoop();
    loop.addSignalHandler("SIGINT", () => void seen.push("own"));
    signals.raise("SIGINT");
    await delay(2);
    assertFalse(signal.aborted);
  });
  assertEquals(seen, ["own"]);
});

Deno.test("a handler that the loop had before stays", async () => {
  using signals = new FakeSignals();
  const { loop } = makeLoop();
  const seen: string[] = [];
  loop.addSignalHandler("SIGINT", () => void seen.push("own"));
  await using runner = new Runner({ loopFactory: () => loop });
  await runner.run(async (signal) => {
    signals.raise("SIGINT");
    await delay(2);
    assertFalse(signal.aborted);
  });
  assertEquals([seen, signals.count], [["own"], 1]);
});

// test_signal_install_not_supported_ok
Deno.test("a system without Ctrl-C runs all the same", async () => {
  using _policy = usePolicy();
  using signals = new FakeSignals("SIGBREAK");
  assertEquals(await run(() => signals.count), 0);
});

Deno.test("each run is cancelled by its own Ctrl-C", async () => {
  using _policy = usePolicy();
  using signals = new FakeSignals();
  await using runner = new Runner();
  for (let i = 0; i < 3; i++) {
    await assertRejects(() =>
      runner.run((signal) => {
        setTimeout(() => signals.raise("SIGINT"), 1);
        return forever(signal);
      }), Deno.errors.Interrupted);
    assertEquals(await runner.run(() => i), i);
  }
});
