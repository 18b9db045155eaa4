/** Failures at which nobody has looked when their future is collected. */

import { assert, assertEquals } from "@std/assert";
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { warningMode } from "../../src/proactor/port/warning_probe.ts";
import { Future } from "../../src/proactor/future/future.ts";
import type { ProactorEventLoop } from "../../src/loop/proactor_event_loop.ts";
import type { Handle } from "../../src/ffi/win32_api.ts";
import type { ExceptionContext } from "../../src/loop/exception_handler.ts";
import { pipe } from "../../src/pipe/anonymous_pipe.ts";
import { turns } from "./_turns.ts";
import { type LoopFixture, runOnce, test } from "./_loop.ts";

setFlagsFromString("--expose-gc");
const collect: () => void = runInNewContext("gc");

/** Of a future that every collection finds. */
const CANARY = new Error("collected");

/** Collects garbage, and tells what was reported of it. */
async function reports({ loop, exceptions }: LoopFixture): Promise<unknown[]> {
  loop.createFuture().setException(CANARY);
  const collected = () => exceptions.some((each) => each.exception === CANARY);
  for (let i = 0; i < 20 && !collected(); i++) {
    await turns();
    collect();
    await turns();
  }
  assert(collected());
  return exceptions.splice(0).filter((each) => each.exception !== CANARY);
}

const ERROR = new RangeError("nobody cares");

function fail(): never {
  throw ERROR;
}

async function runTask(loop: ProactorEventLoop, name?: string): Promise<void> {
  loop.createTask(fail, name === undefined ? {} : { name });
  await runOnce(loop);
  await turns();
}

test.loop("a task that failed and was dropped is reported with its name", async (fixture) => {
  await runTask(fixture.loop, "careless");
  assertEquals(await reports(fixture), [{
    message: "Task exception was never retrieved",
    exception: ERROR,
    taskName: "careless",
  }]);
});

test.loop("a future that failed and was dropped is reported", async (fixture) => {
  fixture.loop.createFuture().setException(ERROR);
  assertEquals(await reports(fixture), [{
    message: "Future exception was never retrieved",
    exception: ERROR,
  }]);
});

test.loop("a failure is not reported while somebody holds the future", async (fixture) => {
  const future = fixture.loop.createFuture();
  future.setException(ERROR);
  assertEquals(await reports(fixture), []);
  assertEquals(future.exception(), ERROR);
});

const LOOKS: Record<string, (future: Future<unknown>) => unknown> = {
  "exception()": (future) => future.exception(),
  "then()": (future) => future.then(null, () => {}),
  "result()": (future) => {
    try {
      return future.result();
    } catch (error) {
      return error;
    }
  },
};

for (const [name, look] of Object.entries(LOOKS)) {
  test.loop(`a failure is not reported after ${name}`, async (fixture) => {
    const future = fixture.loop.createFuture();
    future.setException(ERROR);
    look(future);
    await turns();
    assertEquals(await reports(fixture), []);
  });
}

test.loop("a failure that somebody awaited before is not reported", async (fixture) => {
  const future = fixture.loop.createFuture();
  const awaited = future.then(null, () => "seen");
  future.setException(ERROR);
  assertEquals(await awaited, "seen");
  assertEquals(await reports(fixture), []);
});

test.loop("neither a cancelled nor a successful future is reported", async (fixture) => {
  fixture.loop.createFuture().cancel();
  fixture.loop.createFuture<number>().setResult(1);
  assertEquals(await reports(fixture), []);
});

test.loop("the close of a loop reports nothing that is not collected", async (fixture) => {
  const future = fixture.loop.createFuture();
  future.setException(ERROR);
  await fixture.loop.close();
  assertEquals(fixture.exceptions, []);
  assertEquals(future.exception(), ERROR);
});

// --- errors that refer to their futures by the frames of their stacks ------------

/** Failures whose errors are made where the future is at work. */
const MADE_INSIDE: Record<string, (fixture: LoopFixture) => unknown> = {
  "a throw before the first await": ({ loop }) =>
    loop.createTask(() => {
      throw new Error("at once");
    }),
  "JSON.parse() in a task": ({ loop }) =>
    loop.createTask(() => JSON.parse("{")),
  "an async task after an await": ({ loop }) =>
    loop.createTask(async () => {
      await null;
      throw new Error("later");
    }),
  "an AggregateError with a cause": ({ loop }) =>
    loop.createTask(() => {
      const cause = new Error("cause");
      throw new AggregateError([new Error("one")], "all", { cause });
    }),
  "a promise that a task follows": ({ loop }) =>
    loop.createTask(Promise.reject(new Error("followed"))),
  "a send() that fails at once": (fixture) =>
    onBrokenPipe(
      fixture,
      "writeFile",
      (end) => fixture.loop.proactor.send(end, new Uint8Array(1)),
    ),
  "a recv() that fails at once": (fixture) =>
    onBrokenPipe(
      fixture,
      "readFile",
      (end) => fixture.loop.proactor.recv(end, 1),
    ),
  "a recv() with a signal": (fixture) =>
    onBrokenPipe(fixture, "readFile", (end) => {
      const { signal } = new AbortController();
      fixture.loop.proactor.recv(end, 1, { signal });
    }),
  "a connectPipe() that finds no pipe": ({ loop }) =>
    loop.proactor.connectPipe("absent"),
  "a connectPipe() with a signal": ({ loop }) =>
    loop.proactor.connectPipe("absent", {
      signal: new AbortController().signal,
    }),
};

const CANNOT = 50; // ERROR_NOT_SUPPORTED

/** Starts something on a pipe that fails, and closes the pipe. */
function onBrokenPipe(
  { api, loop }: LoopFixture,
  call: "readFile" | "writeFile",
  start: (end: Handle) => unknown,
): void {
  const [reader, writer] = pipe({ proactor: loop.proactor, duplex: true });
  warningMode(api); // it writes and reads, too
  api.fail(call, CANNOT);
  start(reader.handle!);
  reader.close();
  writer.close();
}

for (const [name, start] of Object.entries(MADE_INSIDE)) {
  test.loop(`${name} is reported once, when it was dropped`, async (fixture) => {
    start(fixture);
    await runOnce(fixture.loop);
    await turns(3);
    assertEquals((await reports(fixture)).length, 1);
    assertEquals((await reports(fixture)).length, 0);
  });
}

test.loop("in debug mode a dropped failure is told with where its future was made", async (fixture) => {
  fixture.loop.setDebug(true);
  function makeTask() {
    fixture.loop.createTask(fail, { name: "careless" });
  }
  function makeFuture() {
    fixture.loop.createFuture().setException(ERROR);
  }
  makeTask();
  makeFuture();
  await runOnce(fixture.loop);
  const found = await reports(fixture) as ExceptionContext[];
  const places = found.map(({ sourceTraceback }) => sourceTraceback ?? "");
  assertEquals(places.filter((each) => each.includes("makeTask")).length, 1);
  assertEquals(
    places.filter((each) => each.includes("makeFuture")).length,
    1,
  );
  assert(places.every((each) => !each.includes("/src/")));
});

Deno.test("without a loop a failure that was dropped is an unhandled rejection", async () => {
  const reasons: unknown[] = [];
  const listen = (event: PromiseRejectionEvent) => {
    event.preventDefault();
    reasons.push(event.reason);
  };
  globalThis.addEventListener("unhandledrejection", listen);
  const kept = new Future();
  kept.setException(new Error("kept"));
  new Future().setException(ERROR);
  new Future().cancel();
  for (let i = 0; i < 20 && reasons.length === 0; i++) {
    await turns();
    collect();
  }
  await turns();
  globalThis.removeEventListener("unhandledrejection", listen);
  assertEquals(reasons, [ERROR]);
  assertEquals((kept.exception() as Error).message, "kept");
});
