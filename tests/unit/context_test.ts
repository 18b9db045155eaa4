/**
 * The async context: whatever the library calls, it calls in the context in
 * which it was given the callback, and never in that of another operation.
 * asyncio: test_context.py, and `context` in test_base_events, test_futures
 * and test_tasks.
 */

import { assert, assertEquals, assertThrows } from "@std/assert";
import { AsyncLocalStorage } from "node:async_hooks";
import { contextOfOption, nodeAccess } from "../../src/ffi/async_context.ts";
import { ProactorEventLoop } from "../../src/loop/proactor_event_loop.ts";
import { Runner } from "../../src/loop/runner.ts";
import { addReader, removeReader } from "../../src/net/readiness/readiness.ts";
import { connectPipe } from "../../src/pipe/connect_pipe.ts";
import { servePipe } from "../../src/pipe/pipe_protocol.ts";
import { Future } from "../../src/proactor/future/future.ts";
import { PATH } from "./_helpers.ts";
import { bytes } from "./_bytes.ts";
import { turns, until } from "./_turns.ts";
import { makeLoop, runFor, runOnce, test } from "./_loop.ts";
import { type AnyProtocol, KINDS } from "./_unopened.ts";

const storage = new AsyncLocalStorage<string>();

/** Writes down in which contexts it was called. */
class Log {
  readonly seen: unknown[] = [];
  readonly note = (): void => void this.seen.push(storage.getStore());

  /** Notes with a name. */
  of(name: string): () => void {
    return () => void this.seen.push(`${name} ${storage.getStore()}`);
  }
}

/** Gives a name to the context of what happens in a function. */
function within<T>(name: string, body: () => T): T {
  return storage.run(name, body);
}

const other = within("other", () => AsyncLocalStorage.snapshot());
const OTHERS = {
  "AsyncLocalStorage.snapshot()": other,
  "an object with run()": { run: other },
};

// --- scheduling ----------------------------------------------------------------

const SCHEDULE = {
  callSoon: "callSoon",
  callSoonThreadsafe: "callSoonThreadsafe",
} as const;

for (const name of Object.values(SCHEDULE)) {
  test.loop(`${name}() calls in the context of its caller`, async ({ loop }) => {
    const log = new Log();
    for (const id of ["a", "b"]) within(id, () => loop[name](log.note));
    await within("runner", () => runOnce(loop));
    assertEquals(log.seen, ["a", "b"]);
  });

  test.loop(`${name}() outside of any context calls in none`, async ({ loop }) => {
    const log = new Log();
    loop[name](log.note);
    await within("runner", () => runOnce(loop));
    assertEquals(log.seen, [undefined]);
  });
}

test.loop("timers call in the context of their callers", async ({ loop }) => {
  const log = new Log();
  within("later", () => loop.callLater(1, log.note));
  within("at", () => loop.callAt(loop.time() + 2, log.note));
  await within("runner", () => runFor(loop, 10));
  assertEquals(log.seen, ["later", "at"]);
});

for (const [kind, context] of Object.entries(OTHERS)) {
  test.loop(`callbacks run in the context of an option: ${kind}`, async ({ loop }) => {
    const log = new Log();
    const callback = log.note;
    within("caller", () => {
      loop.callSoon({ callback, context });
      loop.callLater(0, { callback, context });
      loop.callAt(loop.time(), { callback, context });
      loop.callSoon({ callback });
      const future = loop.createFuture<void>();
      future.addDoneCallback(callback, { context });
      future.setResult();
      loop.createTask(log.note, { context });
    });
    await runFor(loop, 10);
    const [soon, ...rest] = [log.seen.filter((each) => each === "caller")];
    assertEquals([soon!.length, rest.length, log.seen.length], [1, 0, 6]);
    assert(log.seen.every((each) => each === "caller" || each === "other"));
  });
}

test.loop("arguments come with a context, too", async ({ loop }) => {
  const sums: number[] = [];
  const callback = (a: number, b: number) => sums.push(a + b);
  loop.callSoon({ callback, context: other }, 1, 2);
  await runOnce(loop);
  assertEquals(sums, [3]);
});

test.loop("a context that is none is refused", ({ loop }) => {
  const callback = () => {};
  const context = {} as { run: typeof other };
  assertThrows(() => loop.callSoon({ callback, context }), TypeError);
  assertThrows(() => loop.createTask(callback, { context }), TypeError);
  const future = loop.createFuture();
  assertThrows(
    () => future.addDoneCallback(callback, { context }),
    TypeError,
    "neither a snapshot nor a function",
  );
});

test.loop("handles and tasks give their context", async ({ loop }) => {
  const handle = within("handle", () => loop.callSoon(() => {}));
  const timer = within("timer", () => loop.callLater(0, () => {}));
  const task = within("task", () => loop.createTask(() => {}));
  const read = (prefix: string) => prefix + storage.getStore();
  assertEquals(handle.getContext().run(read, "my "), "my handle");
  assertEquals(timer.getContext().run(read, "my "), "my timer");
  assertEquals(task.getContext().run(read, "my "), "my task");
  await runFor(loop, 5);
  handle.cancel();
  assertEquals(handle.getContext().run(read, ""), "handle");
});

// --- futures and tasks ---------------------------------------------------------

test.loop("done callbacks run in the contexts in which they were added", async ({ loop }) => {
  const log = new Log();
  const future = loop.createFuture<void>();
  within("a", () => future.addDoneCallback(log.note));
  within("b", () => future.addDoneCallback(log.note));
  within("finisher", () => future.setResult());
  within("late", () => future.addDoneCallback(log.note));
  await runOnce(loop);
  assertEquals(log.seen, ["a", "b", "late"]);
});

Deno.test("done callbacks of a future without a loop run in their contexts", async () => {
  const log = new Log();
  const future = new Future<void>();
  within("a", () => future.addDoneCallback(log.note));
  future.addDoneCallback(log.note);
  within("finisher", () => future.setResult());
  within("late", () => future.addDoneCallback(log.note));
  await turns();
  assertEquals(log.seen, ["a", undefined, "late"]);
});

test.loop("removeDoneCallback() counts what was added in any context", async ({ loop }) => {
  const log = new Log();
  const future = loop.createFuture<void>();
  within("a", () => future.addDoneCallback(log.note));
  within("b", () => future.addDoneCallback(log.note));
  future.addDoneCallback(log.of("kept"));
  assertEquals(future.removeDoneCallback(log.note), 2);
  future.setResult();
  await runOnce(loop);
  assertEquals(log.seen, ["kept undefined"]);
});

test.loop("each step of a task is in the context of createTask()", async ({ loop }) => {
  const log = new Log();
  const gate = loop.createFuture<void>();
  const step = async () => {
    log.note();
    await null;
    log.note();
    await gate;
    log.note();
  };
  const a = within("a", () => loop.createTask(step));
  const b = within("b", () => loop.createTask(step));
  within("opener", () => loop.callLater(1, () => gate.setResult()));
  await loop.runUntilComplete(Promise.all([a, b]));
  assertEquals(log.seen, ["a", "b", "a", "b", "a", "b"]);
});

test.loop("a task that is cancelled runs its end in its own context", async ({ loop }) => {
  const log = new Log();
  const task = within("task", () =>
    loop.createTask(async (signal) => {
      const { promise, reject } = Promise.withResolvers<never>();
      signal.addEventListener("abort", () => reject(signal.reason));
      try {
        await promise;
      } finally {
        log.note();
      }
    }));
  loop.callLater(1, () => within("killer", () => task.cancel()));
  await runFor(loop, 5);
  assert(task.cancelled());
  assertEquals(log.seen, ["task"]);
});

Deno.test("Runner.run() runs in the context of its caller, or of its option", async () => {
  const { api, loop } = makeLoop();
  const runner = new Runner({ loopFactory: () => loop });
  const read = () => storage.getStore();
  assertEquals(await within("main", () => runner.run(read)), "main");
  assertEquals(await runner.run(read), undefined);
  assertEquals(await runner.run(read, { context: other }), "other");
  await runner.close();
  api.assertClean();
});

// --- what goes wrong -----------------------------------------------------------

/** Runs with a handler that was set in a context of its own. */
function logHandler(loop: ReturnType<typeof makeLoop>["loop"]): Log {
  const log = new Log();
  within("setter", () => loop.setExceptionHandler(log.note));
  return log;
}

function fail(): never {
  throw new Error("It failed");
}

test.loop("the exception handler runs in the context of the handle that failed", async ({ loop }) => {
  const log = logHandler(loop);
  within("handle", () => loop.callSoon(fail));
  within(
    "async",
    () => loop.callSoon(() => Promise.reject(new Error("later"))),
  );
  await runOnce(loop);
  await turns();
  assertEquals(log.seen, ["handle", "async"]);
});

test.loop("the exception handler runs in the context of the task that it is told of", ({ loop }) => {
  const log = logHandler(loop);
  const task = within("task", () => loop.createTask(() => {}));
  loop.callExceptionHandler({ message: "x", task });
  loop.callExceptionHandler({ message: "x", future: task });
  task.cancel();
  assertEquals(log.seen, ["task", "task"]);
});

test.loop("the exception handler runs in the context of its caller, or else in its own", ({ loop }) => {
  const log = logHandler(loop);
  within("caller", () => loop.callExceptionHandler({ message: "x" }));
  loop.callExceptionHandler({ message: "x" });
  assertEquals(log.seen, ["caller", "setter"]);
});

test.loop("a done callback that fails is reported in its own context", async ({ loop }) => {
  const log = logHandler(loop);
  const future = loop.createFuture<void>();
  within("callback", () => future.addDoneCallback(fail));
  future.setResult();
  await runOnce(loop);
  assertEquals(log.seen, ["callback"]);
});

// --- streams -------------------------------------------------------------------

/** A protocol that notes the context of everything that it is told. */
function noting(log: Log): AnyProtocol {
  return {
    connectionMade: log.of("made"),
    dataReceived: log.of("data"),
    datagramReceived: log.of("data"),
    pipeDataReceived: log.of("data"),
    connectionLost: log.of("lost"),
  };
}

for (const [name, kind] of Object.entries(KINDS)) {
  test.world(`${name} tells its protocol in the context of its maker`, async (world) => {
    const end = await kind(world);
    const log = new Log();
    const transport = within("maker", () => end.open(noting(log)));
    // The pump is started, and so turns, by what others do.
    await within("writer", async () => {
      end.greet();
      await until(() => log.seen.includes("data maker"));
    });
    within("closer", () => transport.abort());
    await within("waiter", () => transport.finished);
    end.close();
    await turns();
    assertEquals(log.seen.slice(0, 2), ["made maker", "data maker"]);
    assert(log.seen.every((each) => `${each}`.endsWith(" maker")));
  });
}

test.world("protocols of a server run in the context of who serves", async (world) => {
  const { proactor } = world;
  const log = new Log();
  const factory = () => {
    log.of("factory")();
    return noting(log);
  };
  const server = within(
    "server",
    () => servePipe(factory, PATH, { proactor }),
  );
  for (const id of ["first", "second"]) {
    await within(id, async () => {
      const client = await connectPipe(PATH, { proactor });
      await client.write(bytes("hello"));
      const count = () => log.seen.filter((each) => each === "data server");
      await until(() => count().length === (id === "first" ? 1 : 2));
      client.close();
    });
  }
  await server.shutdown();
  const told = ["factory", "made", "data", "lost"].map((x) => `${x} server`);
  assertEquals(log.seen.toSorted(), [...told, ...told].toSorted());
});

test.world("a protocol that fails is reported in its own context", async (world) => {
  const end = await KINDS["a TCP client"]!(world);
  const log = new Log();
  world.port.report = log.note;
  const transport = within("maker", () => end.open({ dataReceived: fail }));
  within("writer", () => end.greet());
  await transport.finished;
  end.close();
  assertEquals(log.seen, ["maker"]);
});

test.world("flow control is told in the context of the maker, also to other writers", async (world) => {
  const { proactor } = world;
  const log = new Log();
  const server = servePipe(() => ({}), PATH, { proactor, inBufferSize: 16 });
  const { openPipeTransport } = await import(
    "../../src/pipe/pipe_protocol.ts"
  );
  const made = within("maker", () =>
    openPipeTransport(
      () => ({
        pauseWriting: log.of("pause"),
        resumeWriting: log.of("resume"),
      }),
      PATH,
      { proactor },
    ));
  const [transport] = await made;
  transport.setWriteBufferLimits({ high: 10 });
  within("writer", () => transport.write(new Uint8Array(1000)));
  await within("waiter", () => until(() => log.seen.length === 2));
  transport.close();
  await server.shutdown();
  assertEquals(log.seen, ["pause maker", "resume maker"]);
});

test.world("onError of a server runs in the context of who serves", async (world) => {
  const { proactor } = world;
  const log = new Log();
  const server = within(
    "server",
    () => servePipe(fail, PATH, { proactor, onError: log.note }),
  );
  await within("client", async () => {
    const client = await connectPipe(PATH, { proactor });
    await until(() => log.seen.length === 1);
    client.close();
  });
  await server.shutdown();
  assertEquals(log.seen, ["server"]);
});

// --- what a loop watches -------------------------------------------------------

test.world("readers are called in the context of addReader(), also in a loop", async (world) => {
  const { proactor } = world;
  const { server, client } = world.pair();
  const log = new Log();
  const callback = () => {
    log.note();
    removeReader(server, { proactor });
  };
  within("reader", () => addReader(server, callback, { proactor }));
  await within("sender", async () => {
    await proactor.send(client, bytes("x"));
    await until(() => log.seen.length === 1);
  });
  const loop = new ProactorEventLoop({ proactor });
  within("of the loop", () => loop.addReader(server, callback));
  await within("runner", () => runFor(loop, 10));
  assertEquals(log.seen, ["reader", "of the loop"]);
  world.close(server, client);
  await loop.close();
});

test.loop("exported callbacks run in the context of exportCallback()", async ({ loop, api }) => {
  const log = new Log();
  const remote = within("exporter", () => loop.exportCallback(log.note));
  const { postRemoteCall } = await import(
    "../../src/loop/call_soon_threadsafe.ts"
  );
  within("poster", () => postRemoteCall(api, remote.token, 1));
  await within("runner", () => runFor(loop, 20));
  remote.close();
  assertEquals(log.seen, ["exporter"]);
});

// --- the mechanism -------------------------------------------------------------

Deno.test("without Deno's own functions contexts go by those of Node", () => {
  const { root, current, runIn } = nodeAccess();
  const captured = within("captured", current);
  const read = (prefix: string) => prefix + storage.getStore();
  within("caller", () => {
    assertEquals(runIn(captured, read, "x "), "x captured");
    assertEquals(runIn(root, read, "x "), "x undefined");
    assertEquals(read(""), "caller");
    assertThrows(() => runIn(captured, fail, undefined), Error, "It failed");
    assertEquals(read(""), "caller");
  });
});

Deno.test("a context of an option may be null, which is that of the caller", () => {
  assertEquals(contextOfOption(null), contextOfOption(undefined));
});

test.world("what is dispatched belongs to nobody, whoever has started the pump", async ({ port }) => {
  const log = new Log();
  within("starter", () => port.defer(log.note));
  await within("waiter", () => until(() => log.seen.length === 1));
  within("poller", () => {
    port.defer(log.note);
    port.poll(0);
  });
  await turns();
  assertEquals(log.seen, [undefined, undefined]);
});
