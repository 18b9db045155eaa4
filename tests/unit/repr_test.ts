/** What futures, handles, loops and transports say of themselves. */

import { assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { inspect } from "node:util";
import { inspectAsText, textOfValue } from "../../src/ffi/describe.ts";
import { CancelledError, Future } from "../../src/proactor/future/future.ts";
import { IocpProactor } from "../../src/proactor/iocp_proactor.ts";
import { ProactorEventLoop } from "../../src/loop/proactor_event_loop.ts";
import { SimulatedWin32 } from "../sim/simulated_win32.ts";
import { runOnce, test } from "./_loop.ts";

function first(): void {}
function second(): void {}
function third(): void {}

Deno.test("a future says its state, and what its end is", () => {
  const pending = new Future<number>();
  assertEquals(`${pending}`, "<Future pending>");
  const finished = new Future<number>();
  finished.setResult(42);
  assertEquals(`${finished}`, "<Future finished result=42>");
  const cancelled = new Future<number>();
  cancelled.cancel();
  assertEquals(`${cancelled}`, "<Future cancelled>");
  const failed = new Future<number>();
  failed.setException(new RangeError("Too far"));
  assertEquals(
    `${failed}`,
    '<Future finished exception=RangeError("Too far")>',
  );
  failed.exception();
});

Deno.test("a future says its callbacks, and of many the first and last", () => {
  const future = new Future<number>();
  const texts = [];
  for (const callback of [first, second, third, first]) {
    future.addDoneCallback(callback);
    texts.push(`${future}`);
  }
  assertEquals(texts, [
    "<Future pending cb=[first]>",
    "<Future pending cb=[first, second]>",
    "<Future pending cb=[first, <1 more>, third]>",
    "<Future pending cb=[first, <2 more>, first]>",
  ]);
  future.removeDoneCallback(first);
  assertEquals(`${future}`, "<Future pending cb=[second, third]>");
});

Deno.test("a future that holds itself says so without end", () => {
  const future = new Future<unknown>();
  future.setResult(future);
  assertEquals(`${future}`, "<Future finished result=Future>");
});

Deno.test("results are described without their contents", () => {
  const texts = [
    "secret",
    new Uint8Array(5),
    ["secret"],
    { password: "secret" },
    null,
    undefined,
    true,
    7n,
    first,
    Object.create(null),
    new Error("Failed"),
  ].map(textOfValue);
  assertEquals(texts, [
    "String(6)",
    "Uint8Array(5)",
    "Array(1)",
    "Object",
    "null",
    "undefined",
    "true",
    "7n",
    "function first",
    "Object",
    'Error("Failed")',
  ]);
});

Deno.test("results that refuse to be looked at are described", () => {
  const { proxy, revoke } = Proxy.revocable({}, {});
  revoke();
  assertEquals(textOfValue(proxy), "object");
  const hostile = {
    get length() {
      throw new Error("No");
    },
  };
  assertEquals(textOfValue(hostile), "object");
});

Deno.test("Deno.inspect and node:util say what String() says", () => {
  const future = new Future<string>();
  future.setResult("secret");
  const text = "<Future finished result=String(6)>";
  assertEquals(Deno.inspect(future), text);
  assertEquals(inspect(future), text);
  assertEquals(Deno.inspect({ future }), `{ future: ${text} }`);
  assertEquals(Object.keys(future), []);
});

Deno.test("a prototype can be inspected", () => {
  assertStringIncludes(Deno.inspect(Future.prototype), "Future");
  class Silent {
    static {
      inspectAsText(this);
    }
    toString(): string {
      throw new Error("No");
    }
  }
  assertEquals(Deno.inspect(new Silent()), "<Silent>");
});

test.loop(
  "describing a failure is no look at it",
  async ({ loop, exceptions }) => {
    const noted: unknown[] = [];
    const context = {
      ...loop.createFuture().context,
      schedule: () => {},
      report: () => {},
      noteFailure: (_future: Future<unknown>, error: unknown) =>
        void noted.push(error),
      forgetFailure: () => void noted.pop(),
    };
    const future = new Future<void>(context);
    future.setException(new Error("Unseen"));
    assertEquals(
      Deno.inspect(future),
      '<Future finished exception=Error("Unseen")>',
    );
    assertEquals(noted.length, 1);
    future.exception();
    assertEquals(noted.length, 0);
    assertEquals(exceptions, []);
    await runOnce(loop);
  },
);

test.loop(
  "a future of a loop in debug mode says where it was made",
  ({ loop }) => {
    loop.setDebug(true);
    assertMatch(
      `${loop.createFuture()}`,
      /^<Future pending created at .*repr_test/,
    );
  },
);

test.loop(
  "a task says its state, its name and its callbacks",
  async ({ loop }) => {
    const task = loop.createTask(() => Promise.resolve(42), { name: 'a "b"' });
    task.addDoneCallback(first);
    const name = String.raw`name="a \"b\""`;
    assertEquals(Deno.inspect(task), `<Task pending ${name} cb=[first]>`);
    await loop.runUntilComplete(task);
    assertEquals(Deno.inspect(task), `<Task finished ${name} result=42>`);
  },
);

test.loop("a task that is being cancelled says so", async ({ loop }) => {
  const task = loop.createTask(
    (signal) =>
      new Promise((_resolve, reject) =>
        signal.addEventListener(
          "abort",
          () => setTimeout(() => reject(signal.reason)),
        )
      ),
    { name: "main" },
  );
  await runOnce(loop);
  task.cancel();
  assertEquals(`${task}`, '<Task cancelling name="main">');
  await loop.runUntilComplete(task).catch(() => {});
  assertEquals(`${task}`, '<Task cancelled name="main">');
});

test.loop("a task that fails says with what", async ({ loop }) => {
  const task = loop.createTask(() => Promise.reject(new TypeError("Wrong")), {
    name: "main",
  });
  await loop.runUntilComplete(task).catch(() => {});
  assertEquals(
    `${task}`,
    '<Task finished name="main" exception=TypeError("Wrong")>',
  );
  const cancelled = loop.createTask(() => Promise.reject(new CancelledError()));
  cancelled.setName("other");
  await loop.runUntilComplete(cancelled).catch(() => {});
  assertEquals(`${cancelled}`, '<Task cancelled name="other">');
});

test.loop("handles and timers are inspected as asyncio's", ({ loop }) => {
  const handle = loop.callSoon(first);
  assertEquals(Deno.inspect(handle), "<Handle first>");
  handle.cancel();
  assertEquals(Deno.inspect(handle), "<Handle cancelled>");
  const timer = loop.callAt(12.5, first);
  assertEquals(Deno.inspect(timer), "<TimerHandle when=12.5 first>");
  timer.cancel();
  assertEquals(Deno.inspect(timer), "<TimerHandle cancelled when=12.5>");
});

test.loop("a handle does not show its arguments", ({ loop }) => {
  const handle = loop.callSoon((_word: string) => {}, "secret");
  assertEquals(Deno.inspect(handle), "<Handle (anonymous)>");
  handle.cancel();
});

Deno.test("a loop says whether it runs, is closed and debugs", async () => {
  const api = new SimulatedWin32();
  const proactor = new IocpProactor({ api, waits: api.waits });
  const loop = new ProactorEventLoop({ proactor, debug: true });
  const name = "ProactorEventLoop";
  assertEquals(`${loop}`, `<${name} running=false closed=false debug=true>`);
  loop.setDebug(false);
  let running = "";
  loop.callSoon(() => running = Deno.inspect(loop));
  await runOnce(loop);
  assertEquals(running, `<${name} running=true closed=false debug=false>`);
  await loop.close();
  assertEquals(`${loop}`, `<${name} running=false closed=true debug=false>`);
});

Deno.test("a proactor says how many operations and results it has", async () => {
  const api = new SimulatedWin32();
  const proactor = new IocpProactor({ api, waits: api.waits });
  assertEquals(`${proactor}`, "<IocpProactor overlapped#=0 result#=0>");
  const event = api.waits.createEvent(false);
  const wait = proactor.waitForHandle(event);
  const selected = proactor.select(0);
  assertEquals(
    Deno.inspect(proactor),
    "<IocpProactor overlapped#=1 result#=0>",
  );
  api.waits.setEvent(event);
  await wait;
  assertEquals(`${proactor}`, "<IocpProactor overlapped#=0 result#=1>");
  await selected;
  proactor.closeHandle(event);
  await proactor.close();
  assertMatch(
    `${proactor}`,
    /^<IocpProactor overlapped#=0 result#=\d closed>$/,
  );
});

test.loop("transports and pipe servers say how they stand", async ({ loop }) => {
  const path = String.raw`\\.\pipe\repr`;
  const [server] = await loop.startServingPipe(() => ({}), path);
  assertEquals(Deno.inspect(server), `<PipeServer "${path}" connections=0>`);
  const [transport] = await loop.createPipeConnection(() => ({}), path);
  assertMatch(
    Deno.inspect(transport),
    /^<ChannelTransport pipe ".*repr" fd=0x[\da-f]+ reading>$/,
  );
  transport.pauseReading();
  assertMatch(`${transport}`, /fd=0x[\da-f]+>$/);
  transport.abort();
  assertMatch(`${transport}`, /^<ChannelTransport closed pipe ".*repr">$/);
  server.close();
  await server.shutdown({ deadline: 0 });
  assertEquals(`${server}`, `<PipeServer "${path}" connections=0 closed>`);
});
