import { portOf } from "../../src/proactor/default_port.ts";
import {
  assert,
  assertEquals,
  assertGreaterOrEqual,
  assertStrictEquals,
} from "@std/assert";
import { assertRejects, assertThrows } from "@std/assert";
import { delay } from "@std/async/delay";
import { ProactorEventLoop } from "../../src/loop/proactor_event_loop.ts";
import { Future, InvalidStateError } from "../../src/proactor/future/future.ts";
import { IocpProactor } from "../../src/proactor/iocp_proactor.ts";
import type { PacketWait } from "../../src/ffi/win32_api.ts";
import { SimulatedWin32 } from "../sim/simulated_win32.ts";
import { makeLoop, runFor, runOnce, runUntilWaiting, test } from "./_loop.ts";

const RUNNING = "Cannot run the event loop: it is already running";

test.loop("runForever() runs until stop()", async ({ loop }) => {
  assert(!loop.isRunning());
  const run = loop.runForever();
  assert(loop.isRunning());
  loop.callSoon(() => loop.stop());
  await run;
  assert(!loop.isRunning());
});

test.loop("runForever() after stop() runs one pass", async ({ loop }) => {
  const seen: string[] = [];
  loop.callSoon(() => {
    seen.push("first");
    loop.callSoon(() => seen.push("second"));
  });
  loop.stop();
  await loop.runForever();
  assertEquals(seen, ["first"]);
});

test.loop("runForever() after stop() is not stopped the next time", async ({ loop }) => {
  await runOnce(loop);
  let turns = 0;
  const count = () => {
    turns++;
    if (turns === 5) loop.stop();
    else loop.callSoon(count);
  };
  loop.callSoon(count);
  await loop.runForever();
  assertEquals(turns, 5);
});

test.loop("stop() lets the callbacks that are ready run", async ({ loop }) => {
  const seen: string[] = [];
  loop.callSoon(() => loop.stop());
  loop.callSoon(() => seen.push("same batch"));
  await loop.runForever();
  assertEquals(seen, ["same batch"]);
});

test.loop("stop() from outside of a callback stops an idle loop", async ({ loop }) => {
  const run = loop.runForever();
  setTimeout(() => loop.stop(), 5);
  await run;
  assert(!loop.isRunning());
});

test.loop("runForever() can run again, and timers go on", async ({ loop }) => {
  const seen: string[] = [];
  loop.callLater(6, () => seen.push("timer"));
  await runOnce(loop);
  await runFor(loop, 8);
  assertEquals(seen, ["timer"]);
});

test.loop("callbacks run only while the loop runs", async ({ loop }) => {
  const seen: string[] = [];
  loop.callSoon(() => seen.push("soon"));
  loop.callLater(1, () => seen.push("later"));
  const future = loop.createFuture<number>();
  future.addDoneCallback(() => seen.push("done"));
  future.setResult(1);
  await delay(5);
  assertEquals(seen, []);
  await runOnce(loop);
  assertEquals(seen.sort(), ["done", "later", "soon"]);
});

test.loop("a future of the loop can be awaited while it does not run", async ({ loop }) => {
  const future = loop.createFuture<number>();
  setTimeout(() => future.setResult(7), 1);
  assertEquals(await future, 7);
});

test.loop("runUntilComplete() gives the result of a future", async ({ loop }) => {
  const future = loop.createFuture<string>();
  loop.callSoon(() => future.setResult("done"));
  assertEquals(await loop.runUntilComplete(future), "done");
});

test.loop("runUntilComplete() takes a future that is done", async ({ loop }) => {
  const future = loop.createFuture<string>();
  future.setResult("done");
  assertEquals(await loop.runUntilComplete(future), "done");
});

test.loop("runUntilComplete() takes a future of no loop", async ({ loop }) => {
  const future = new Future<number>();
  loop.callSoon(() => future.setResult(3));
  assertEquals(await loop.runUntilComplete(future), 3);
});

test.loop("runUntilComplete() takes a promise and waits for its end", async ({ loop }) => {
  const start = performance.now();
  assertEquals(await loop.runUntilComplete(delay(10).then(() => 5)), 5);
  assertGreaterOrEqual(performance.now() - start, 9);
});

test.loop("runUntilComplete() throws what the future failed with", async ({ loop }) => {
  const failure = new Error("Out of luck");
  const rejection = Promise.reject(failure);
  const error = await assertRejects(() => loop.runUntilComplete(rejection));
  assertStrictEquals(error, failure);
});

test.loop("runUntilComplete() refuses to nest", async ({ loop }) => {
  await loop.runUntilComplete(loop.createTask(async () => {
    const inner = loop.createFuture<void>();
    await assertRejects(
      () => loop.runUntilComplete(inner),
      InvalidStateError,
      RUNNING,
    );
    await assertRejects(() => loop.runForever(), InvalidStateError, RUNNING);
  }));
});

test.loop("runForever() refuses to run beside another loop", async ({ loop }) => {
  const other = makeLoop();
  const message = "Cannot run the event loop: another event loop is running";
  loop.callSoon(() => {
    assertRejects(() => other.loop.runForever(), InvalidStateError, message)
      .finally(() => loop.stop());
  });
  await loop.runForever();
  await runOnce(other.loop);
  await other.loop.close();
});

test.loop("runUntilComplete() rejects when the loop stops too early", async ({ loop }) => {
  loop.callSoon(() => loop.stop());
  await assertRejects(
    () => loop.runUntilComplete(loop.createFuture()),
    InvalidStateError,
    "the event loop stopped before the future was done",
  );
});

test.loop("runUntilComplete() leaves no callback on a future that was not done", async ({ loop }) => {
  const first = loop.createFuture<void>();
  loop.callSoon(() => loop.stop());
  await assertRejects(() => loop.runUntilComplete(first), InvalidStateError);
  const second = loop.createFuture<string>();
  loop.callSoon(() => first.setResult());
  loop.callLater(5, () => second.setResult("second"));
  assertEquals(await loop.runUntilComplete(second), "second");
});

test.loop("runUntilComplete() is not stopped by the end of an earlier future", async ({ loop }) => {
  const first = loop.createFuture<void>();
  // Done in the very batch that stops the loop: its callback is ready then.
  loop.callSoon(() => {
    first.setResult();
    loop.stop();
  });
  await loop.runUntilComplete(first);
  const second = loop.createFuture<string>();
  loop.callLater(5, () => second.setResult("second"));
  assertEquals(await loop.runUntilComplete(second), "second");
});

test.loop("runUntilComplete() refuses the future of another loop", async ({ loop }) => {
  const other = makeLoop();
  await assertRejects(
    () => loop.runUntilComplete(other.loop.createFuture()),
    TypeError,
    "the future belongs to another event loop",
  );
  await other.loop.close();
});

test.loop("runUntilComplete() refuses what cannot be awaited", async ({ loop }) => {
  for (const value of [() => {}, null, 5, {}]) {
    const awaitable = value as unknown as Promise<void>;
    await assertRejects(
      () => loop.runUntilComplete(awaitable),
      TypeError,
      "is not awaitable",
    );
  }
});

test.loop("a callback that throws leaves the loop running and usable", async ({ loop, exceptions }) => {
  const failure = new Error("Out of luck");
  const seen: string[] = [];
  loop.callSoon(() => {
    throw failure;
  });
  loop.callSoon(() => seen.push("same turn"));
  await runOnce(loop);
  assertEquals(seen, ["same turn"]);
  assertStrictEquals(exceptions.pop()?.exception, failure);
  assertEquals(await loop.runUntilComplete(Promise.resolve(1)), 1);
});

Deno.test("a proactor has one loop", async () => {
  const proactor = new IocpProactor({ api: new SimulatedWin32() });
  const loop = new ProactorEventLoop({ proactor });
  assertStrictEquals(loop.proactor, proactor);
  assertThrows(
    () => new ProactorEventLoop({ proactor }),
    InvalidStateError,
    "Cannot create event loop: the proactor has one already",
  );
  await loop.close();
});

Deno.test({
  name: "a loop without a proactor needs Windows",
  ignore: Deno.build.os === "windows",
  fn() {
    assertThrows(() => new ProactorEventLoop(), Deno.errors.NotSupported);
  },
});

test.loop("the loop holds the port while it runs", async ({ loop }) => {
  const port = portOf(loop.proactor);
  const counts = () => [port.outstanding, port.referenced];
  let running: number[] = [];
  loop.callSoon(() => running = counts());
  await runOnce(loop);
  assertEquals(running, [1, 1]);
  assertEquals(counts(), [0, 0]);
});

/** Windows with waits that take their time to return. */
class SlowWin32 extends SimulatedWin32 {
  waiting = 0;

  override async waitForCompletions(wait: PacketWait): Promise<number> {
    this.waiting++;
    const arrived = await super.waitForCompletions(wait);
    await delay(5);
    this.waiting--;
    return arrived;
  }
}

Deno.test("a stopped loop has no wait left on another thread", async () => {
  const api = new SlowWin32();
  const { loop } = makeLoop(api);
  await runUntilWaiting(loop);
  assertEquals(api.waiting, 0);
  await loop.close();
  api.assertClean();
});

Deno.test("a loop that stops does not wait for I/O of others", async () => {
  const { api, loop } = makeLoop();
  const port = portOf(loop.proactor);
  port.hold();
  await runUntilWaiting(loop);
  assertEquals(port.outstanding, 1);
  port.unhold();
  await loop.close();
  api.assertClean();
});
