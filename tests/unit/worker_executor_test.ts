/** Functions that run in workers; the modules are `data:` URLs. */

import {
  assert,
  assertEquals,
  assertStrictEquals,
  assertStringIncludes,
} from "@std/assert";
import { assertInstanceOf, assertRejects, assertThrows } from "@std/assert";
import { stub } from "@std/testing/mock";
import {
  CancelledError,
  InvalidStateError,
} from "../../src/proactor/future/future.ts";
import {
  WorkerExecutor,
  type WorkerExecutorOptions,
} from "../../src/loop/worker_executor.ts";
import { wrong } from "./_helpers.ts";
import { until } from "./_turns.ts";
import { callOf, Gate, MODULE } from "./_worker_module.ts";

function executorTest(
  name: string,
  options: WorkerExecutorOptions,
  body: (executor: WorkerExecutor) => void | Promise<void>,
): void {
  Deno.test(name, async () => {
    const executor = new WorkerExecutor(options);
    await body(executor);
    await executor.shutdown();
    assertEquals([executor.workers, executor.queued], [0, 0]);
  });
}

executorTest(
  "submit() runs an exported function with copies of its arguments",
  {},
  async (executor) => {
    assertStrictEquals(await executor.submit(callOf("add"), 1, 2), 3);
    const date = new Date(5);
    const args = [{ date, list: [1, 2n] }, new Map([[1, "x"]])];
    assertEquals(await executor.submit(callOf(), ...args), args);
    const url = new URL(MODULE);
    assertEquals(
      await executor.submit({ module: url, name: "add" }, "a", "b"),
      "ab",
    );
  },
);

executorTest(
  "submit() moves what is to be transferred",
  {},
  async (executor) => {
    const bytes = new Uint8Array(100);
    const transfer = [bytes.buffer];
    const size = executor.submit(callOf("size", { transfer }), bytes);
    assertStrictEquals(await size, 100);
    assert(bytes.buffer.detached);
  },
);

executorTest("a worker is started with the first call and used again", {
  maxWorkers: 1,
}, async (executor) => {
  assertEquals(executor.workers, 0);
  const counts = [];
  for (let i = 0; i < 3; i++) {
    counts.push(await executor.submit(callOf("count")));
  }
  assertEquals(counts, [1, 2, 3]);
  assertEquals(executor.workers, 1);
});

executorTest(
  "no more calls run at once than there may be workers, the others wait in order",
  { maxWorkers: 2 },
  async (executor) => {
    const gates = Array.from({ length: 5 }, () => new Gate());
    const order: number[] = [];
    const calls = gates.map((gate, index) =>
      executor.submit(callOf("block"), gate.buffer).then(() =>
        order.push(index)
      )
    );
    assertEquals([executor.workers, executor.queued], [2, 3]);
    for (const [index, gate] of gates.entries()) {
      gate.open();
      await calls[index];
    }
    assertEquals(order, [0, 1, 2, 3, 4]);
    assertEquals([executor.workers, executor.queued], [2, 0]);
  },
);

executorTest(
  "what a function throws comes out with its class, name, message, stack and fields",
  {},
  async (executor) => {
    const error = await assertRejects(
      () => Promise.resolve(executor.submit(callOf("fail"), "no such thing")),
      Deno.errors.NotFound,
      "no such thing",
    );
    assertEquals(Reflect.get(error, "code"), "X");
    assertStringIncludes(`${error.stack}`, "at fail (data:");
    const custom = await assertRejects(
      () => Promise.resolve(executor.submit(callOf("custom"))),
      Error,
      "mine",
    );
    assertEquals(custom.name, "CustomError");
    assertInstanceOf(custom.cause, RangeError);
    assertEquals(custom.cause.message, "why");
    const text = await executor.submit(callOf("throwText")).then(
      null,
      (e) => e,
    );
    assertStrictEquals(text, "text");
  },
);

executorTest(
  "a call fails when there is no such function or module",
  {},
  async (executor) => {
    await assertRejects(
      () => Promise.resolve(executor.submit(callOf("missing"))),
      TypeError,
      'Cannot run "missing" of "data:',
    );
    await assertRejects(
      () =>
        Promise.resolve(executor.submit({ module: "data:text/javascript,(" })),
    );
  },
);

executorTest("a call fails when its arguments or result cannot be copied", {
  maxWorkers: 1,
}, async (executor) => {
  for (const call of [["add", () => {}], ["functionResult"]] as const) {
    const [name, ...args] = call;
    const error = await assertRejects(
      () => Promise.resolve(executor.submit(callOf(name), ...args)),
      Error,
      "could not be cloned",
    );
    assertEquals(error.name, "DataCloneError");
  }
  assertStrictEquals(await executor.submit(callOf("add"), 1, 1), 2);
  assertEquals(executor.workers, 1);
});

for (
  const [name, Class, message] of [
    ["crash", RangeError, "late"],
    ["reject", TypeError, "unhandled"],
    ["exit", Error, "Cannot finish call: the worker has exited with 7"],
  ] as const
) {
  executorTest(
    `a worker that ends by ${name}() fails its call only, and is replaced`,
    { maxWorkers: 2 },
    async (executor) => {
      const gate = new Gate();
      const other = executor.submit(callOf("block"), gate.buffer);
      const call = executor.submit(callOf(name));
      const next = executor.submit(callOf("add"), 1, 2);
      await assertRejects(() => Promise.resolve(call), Class, message);
      assertStrictEquals(await next, 3);
      gate.open();
      assertStrictEquals(await other, "free");
      assertEquals(executor.workers, 2);
    },
  );
}

executorTest("an idle worker that crashes is reported and replaced", {
  maxWorkers: 1,
}, async (executor) => {
  using log = stub(console, "error", () => {});
  const gate = new Gate();
  await executor.submit(callOf("crashLater"), gate.buffer);
  gate.open();
  await until(() => log.calls.length > 0);
  assertEquals(log.calls[0]!.args[0], "Exception in an idle worker:");
  assertStrictEquals(await executor.submit(callOf("count")), 1);
});

executorTest("cancel() of a call that waits takes it out of the queue", {
  maxWorkers: 1,
}, async (executor) => {
  const gate = new Gate();
  const running = executor.submit(callOf("block"), gate.buffer);
  const waiting = executor.submit(callOf("spin"));
  assertEquals(executor.queued, 1);
  assert(waiting.cancel());
  assertEquals([executor.queued, waiting.cancel()], [0, false]);
  await assertRejects(() => Promise.resolve(waiting), CancelledError);
  gate.open();
  assertStrictEquals(await running, "free");
});

executorTest("a signal cancels a call that runs by ending its worker", {
  maxWorkers: 1,
}, async (executor) => {
  const controller = new AbortController();
  const { signal } = controller;
  assertStrictEquals(await executor.submit(callOf("count")), 1);
  const call = executor.submit(callOf("spin", { signal }));
  const next = executor.submit(callOf("count"));
  controller.abort(new RangeError("enough"));
  await assertRejects(() => Promise.resolve(call), RangeError, "enough");
  assertStrictEquals(await next, 1, "in a new worker");
  const late = executor.submit(callOf("spin", { signal }));
  await assertRejects(() => Promise.resolve(late), RangeError, "enough");
});

executorTest("shutdown() waits for calls that run and that wait", {
  maxWorkers: 1,
}, async (executor) => {
  const gates = [new Gate(), new Gate()];
  const calls = gates.map((gate) =>
    executor.submit(callOf("block"), gate.buffer)
  );
  let ended = false;
  const shutdown = executor.shutdown().then(() => ended = true);
  assert(executor.closed);
  assertThrows(
    () => executor.submit(callOf("count")),
    InvalidStateError,
    "Cannot submit call: the executor is shut down",
  );
  gates[0]!.open();
  await calls[0];
  assert(!ended);
  gates[1]!.open();
  await shutdown;
  assertEquals(await Promise.all(calls), ["free", "free"]);
  assertEquals(executor.workers, 0);
});

executorTest(
  "shutdown() without waiting lets calls end, and may cancel those that wait",
  { maxWorkers: 1 },
  async (executor) => {
    const gate = new Gate();
    const running = executor.submit(callOf("block"), gate.buffer);
    const waiting = executor.submit(callOf("spin"));
    await executor.shutdown({ wait: false, cancelFutures: true });
    assert(waiting.cancelled() && !running.done());
    gate.open();
    assertStrictEquals(await running, "free");
  },
);

executorTest(
  "submit() refuses what is no function of a module",
  {},
  (executor) => {
    assertThrows(
      () => executor.submit({ module: "./work.ts" }),
      TypeError,
      'Cannot submit call: "./work.ts" is not an absolute URL',
    );
    assertThrows(
      () => executor.submit({ module: MODULE, name: wrong<string>(5) }),
      TypeError,
      "Cannot submit call: the name is a number, not a string",
    );
    for (const maxWorkers of [0, -1, 1.5, NaN, 1025]) {
      assertThrows(() => new WorkerExecutor({ maxWorkers }), RangeError);
    }
    assertEquals(executor.maxWorkers, navigator.hardwareConcurrency);
  },
);
