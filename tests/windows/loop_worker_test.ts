import { assert, assertEquals, assertGreater, assertLess } from "@std/assert";
import { assertThrows } from "@std/assert";
import { soon } from "./_turns.ts";
import type { ExceptionContext } from "../../src/loop/exception_handler.ts";
import { ProactorEventLoop } from "../../src/loop/proactor_event_loop.ts";
import { callSoonThreadsafe } from "../../src/loop/call_soon_threadsafe.ts";
import { TestWorker } from "./_worker.ts";

/** Posts the values it is told to, each after a pause if one is given. */
const CALLER = `
  import { callSoonThreadsafe } from "src/loop/call_soon_threadsafe.ts";
  self.onmessage = async ({ data: { token, first, last, pause } }) => {
    try {
      for (let value = first; value <= last; value++) {
        callSoonThreadsafe(token, value);
        if (pause !== undefined) await new Promise((r) => setTimeout(r, pause));
      }
      self.postMessage("done");
    } catch (error) {
      self.postMessage(error.name + ": " + error.message);
    }
  };
`;

/** Runs a loop of its own, with a timer, a posted call and a pipe. */
const LOOP = `
  import { ProactorEventLoop } from "src/loop/proactor_event_loop.ts";
  import { callSoonThreadsafe } from "src/loop/call_soon_threadsafe.ts";
  self.onmessage = async ({ data: { value } }) => {
    const loop = new ProactorEventLoop();
    const remote = loop.exportCallback((given) => {
      self.postMessage(given);
      loop.stop();
    });
    loop.callLater(1, () => callSoonThreadsafe(remote.token, value));
    await loop.runForever();
    await loop.close();
    self.postMessage({ closed: loop.isClosed(), running: loop.isRunning() });
  };
`;

function range(first: number, last: number): number[] {
  return Array.from({ length: last - first + 1 }, (_, i) => first + i);
}

/** A loop whose exception handler must not be called. */
function strictLoop(): { loop: ProactorEventLoop; seen: ExceptionContext[] } {
  const loop = new ProactorEventLoop();
  const seen: ExceptionContext[] = [];
  loop.setExceptionHandler((_loop, context) => seen.push(context));
  return { loop, seen };
}

Deno.test("callSoonThreadsafe() in a worker wakes a loop that waits", async () => {
  await using loop = new ProactorEventLoop();
  using worker = new TestWorker(CALLER);
  const values: number[] = [];
  using remote = loop.exportCallback((value) => {
    values.push(value);
    loop.stop();
  });
  const run = loop.runForever();
  // Long enough for the pump to wait on another thread.
  setTimeout(() => {
    worker.post({ token: remote.token, first: 0xffff_ffff, last: 0xffff_ffff });
  }, 20);
  await soon(run);
  assertEquals(values, [0xffff_ffff]);
  assertEquals(await soon(worker.next()), "done");
});

/** Exports a callback that notes its values; the last one stops the loop. */
function exportNoting(
  loop: ProactorEventLoop,
  values: number[],
  last: number,
) {
  return loop.exportCallback((value) => {
    values.push(value);
    if (value === last) loop.stop();
  });
}

Deno.test("callSoonThreadsafe() keeps the order and number of a worker's calls", async () => {
  await using loop = new ProactorEventLoop();
  using worker = new TestWorker(CALLER);
  const values: number[] = [];
  using remote = exportNoting(loop, values, 20_000);
  worker.post({ token: remote.token, first: 1, last: 20_000 });
  await soon(loop.runForever());
  assertEquals(values, range(1, 20_000));
  assertEquals(await soon(worker.next()), "done");
});

Deno.test("two workers call one loop", async () => {
  await using loop = new ProactorEventLoop();
  using first = new TestWorker(CALLER);
  using second = new TestWorker(CALLER);
  const values: number[] = [];
  using remote = loop.exportCallback((value) => {
    values.push(value);
    if (values.length === 2000) loop.stop();
  });
  first.post({ token: remote.token, first: 1, last: 1000 });
  second.post({ token: remote.token, first: 1001, last: 2000 });
  await soon(loop.runForever());
  assertEquals(values.filter((value) => value <= 1000), range(1, 1000));
  assertEquals(values.filter((value) => value > 1000), range(1001, 2000));
  assertEquals(await soon(first.next()), "done");
  assertEquals(await soon(second.next()), "done");
});

Deno.test("a loop stops and runs again while a worker calls it, and loses nothing", async () => {
  const { loop, seen } = strictLoop();
  using worker = new TestWorker(CALLER);
  const values: number[] = [];
  let runs = 0;
  using remote = loop.exportCallback((value) => {
    values.push(value);
    loop.stop();
  });
  for (const first of [1, 51]) {
    const last = first + 49;
    worker.post({ token: remote.token, first, last, pause: 1 });
    while (values.length < last) {
      await soon(loop.runForever());
      runs++;
    }
    assertEquals(await soon(worker.next()), "done");
  }
  assertEquals(values, range(1, 100));
  assertGreater(runs, 1);
  await loop.close();
  assertEquals(seen, []);
});

Deno.test("calls to a loop that does not run wait for it", async () => {
  await using loop = new ProactorEventLoop();
  using worker = new TestWorker(CALLER);
  const values: number[] = [];
  using remote = exportNoting(loop, values, 50);
  worker.post({ token: remote.token, first: 1, last: 50 });
  assertEquals(await soon(worker.next()), "done");
  assertEquals(values, []);
  await soon(loop.runForever());
  assertEquals(values, range(1, 50));
});

Deno.test("a coalescing callback runs seldom, and never misses the last value", async () => {
  await using loop = new ProactorEventLoop();
  using worker = new TestWorker(CALLER);
  let calls = 0;
  let latest = 0;
  using remote = loop.exportCallback((value) => {
    calls++;
    latest = value;
    if (value === 200_000) loop.stop();
  }, { coalesce: true });
  worker.post({ token: remote.token, first: 1, last: 200_000 });
  await soon(loop.runForever());
  assertEquals(latest, 200_000);
  assertLess(calls, 200_000);
  assertEquals(await soon(worker.next()), "done");
});

Deno.test("callSoonThreadsafe() throws when the loop is closed, here and in a worker", async () => {
  const loop = new ProactorEventLoop();
  const { token } = loop.exportCallback(() => {});
  await loop.close();
  const message = "Cannot call back: the event loop is closed";
  assertThrows(
    () => callSoonThreadsafe(token),
    Deno.errors.BadResource,
    message,
  );
  using worker = new TestWorker(CALLER);
  worker.post({ token, first: 1, last: 1 });
  assertEquals(await soon(worker.next()), `BadResource: ${message}`);
});

Deno.test("a loop is made, run and closed in a worker", async () => {
  using worker = new TestWorker(LOOP);
  worker.post({ value: 42 });
  assertEquals(await soon(worker.next()), 42);
  assertEquals(await soon(worker.next()), { closed: true, running: false });
});

Deno.test("each thread may run a loop of its own at the same time", async () => {
  await using loop = new ProactorEventLoop();
  using first = new TestWorker(LOOP);
  using second = new TestWorker(LOOP);
  const work = loop.createTask(async () => {
    first.post({ value: 1 });
    second.post({ value: 2 });
    return [await first.next(), await second.next()];
  });
  assertEquals(await soon(loop.runUntilComplete(work)), [1, 2]);
  const closed = { closed: true, running: false };
  assertEquals(await soon(first.next()), closed);
  assertEquals(await soon(second.next()), closed);
  assert(!loop.isRunning());
});
