import {
  assert,
  assertEquals,
  assertFalse,
  assertInstanceOf,
  assertRejects,
  assertStrictEquals,
  assertThrows,
} from "@std/assert";
import { abortable } from "@std/async/abortable";
import type { ExceptionContext } from "../../src/loop/exception_handler.ts";
import {
  EventLoopPolicy,
  getEventLoop,
  getEventLoopPolicy,
  getRunningLoop,
  newEventLoop,
  run,
  setEventLoop,
  setEventLoopPolicy,
} from "../../src/loop/policy.ts";
import { ProactorEventLoop } from "../../src/loop/proactor_event_loop.ts";
import type { Task } from "../../src/loop/task.ts";
import {
  CancelledError,
  InvalidStateError,
} from "../../src/proactor/future/future.ts";
import { IocpProactor } from "../../src/proactor/iocp_proactor.ts";
import { SimulatedWin32 } from "../sim/simulated_win32.ts";

/** Makes loops over simulated kernels, and keeps them for inspection. */
class SimulatedPolicy extends EventLoopPolicy implements Disposable {
  readonly loops: ProactorEventLoop[] = [];
  readonly exceptions: ExceptionContext[] = [];

  override newEventLoop(): ProactorEventLoop {
    const proactor = new IocpProactor({ api: new SimulatedWin32() });
    const loop = new ProactorEventLoop({ proactor });
    loop.setExceptionHandler((_, context) => this.exceptions.push(context));
    this.loops.push(loop);
    return loop;
  }

  [Symbol.dispose](): void {
    setEventLoopPolicy(null);
  }
}

function usePolicy(): SimulatedPolicy {
  const policy = new SimulatedPolicy();
  setEventLoopPolicy(policy);
  return policy;
}

/** Ends only when it is cancelled. */
function forever(signal: AbortSignal): Promise<never> {
  return abortable(new Promise<never>(() => {}), signal);
}

Deno.test("getRunningLoop() throws when no loop runs", () => {
  assertThrows(
    getRunningLoop,
    InvalidStateError,
    "Cannot get the running event loop: none is running",
  );
});

Deno.test("getRunningLoop() and getEventLoop() give the loop that runs", async () => {
  using _policy = usePolicy();
  await using current = newEventLoop();
  await using loop = newEventLoop();
  setEventLoop(current);
  await loop.runUntilComplete(loop.createTask(() => {
    assertStrictEquals(getRunningLoop(), loop);
    assertStrictEquals(getEventLoop(), loop);
  }));
  assertThrows(getRunningLoop, InvalidStateError);
  assertStrictEquals(getEventLoop(), current);
});

Deno.test("setEventLoop() sets the current loop", async () => {
  using _policy = usePolicy();
  await using loop = newEventLoop();
  setEventLoop(loop);
  assertStrictEquals(getEventLoop(), loop);
  assertStrictEquals(getEventLoopPolicy().getEventLoop(), loop);
});

Deno.test("setEventLoop() refuses what is not a loop", () => {
  const other = {} as unknown as ProactorEventLoop;
  assertThrows(() => setEventLoop(other), TypeError, "an object is no");
});

Deno.test("newEventLoop() makes another loop each time", async () => {
  using policy = usePolicy();
  await using first = newEventLoop();
  await using second = policy.newEventLoop();
  assert(first !== second);
  assertFalse(first.isRunning());
});

Deno.test("setEventLoopPolicy() replaces the policy, null the default", () => {
  const policy = new EventLoopPolicy();
  setEventLoopPolicy(policy);
  assertStrictEquals(getEventLoopPolicy(), policy);
  setEventLoopPolicy(null);
  assertInstanceOf(getEventLoopPolicy(), EventLoopPolicy);
  assert(getEventLoopPolicy() !== policy);
});

Deno.test("setEventLoopPolicy() refuses what is not a policy", () => {
  const other = {} as unknown as EventLoopPolicy;
  assertThrows(() => setEventLoopPolicy(other), TypeError, "an object is no");
});

Deno.test({
  name: "getEventLoop() without a current loop needs Windows",
  ignore: Deno.build.os === "windows",
  fn() {
    assertThrows(getEventLoop, Deno.errors.NotSupported);
  },
});

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

Deno.test("run() refuses what is not a function", async () => {
  using policy = usePolicy();
  const main = Promise.resolve(1) as unknown as () => number;
  await assertRejects(() => run(main), TypeError, "not a function");
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
