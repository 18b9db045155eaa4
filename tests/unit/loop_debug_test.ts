import {
  assert,
  assertEquals,
  assertFalse,
  assertMatch,
  assertStringIncludes,
} from "@std/assert";
import { stub } from "@std/testing/mock";
import { ProactorEventLoop } from "../../src/loop/proactor_event_loop.ts";
import { IocpProactor } from "../../src/proactor/iocp_proactor.ts";
import { SimulatedWin32 } from "../sim/simulated_win32.ts";
import { inWorld } from "./_helpers.ts";
import { until } from "./_turns.ts";
import { KINDS } from "./_unopened.ts";
import { runFor, runOnce, test } from "./_loop.ts";

/** Keeps the thread busy. */
function burn(milliseconds: number): void {
  const end = performance.now() + milliseconds;
  while (performance.now() < end);
}

function simulatedProactor(): IocpProactor {
  return new IocpProactor({ api: new SimulatedWin32() });
}

test.loop("setDebug() sets what getDebug() gives", ({ loop }) => {
  assertFalse(loop.getDebug());
  loop.setDebug(true);
  assert(loop.getDebug());
  loop.setDebug(false);
  assertFalse(loop.getDebug());
});

Deno.test("the options set debug mode and the slow duration", async () => {
  const loop = new ProactorEventLoop({
    proactor: simulatedProactor(),
    debug: true,
    slowCallbackDuration: 7,
  });
  assert(loop.getDebug());
  assertEquals(loop.slowCallbackDuration, 7);
  await loop.close();
});

test.loop("a callback is slow from 100 ms on", ({ loop }) => {
  assertEquals(loop.slowCallbackDuration, 100);
});

test.loop("debug mode warns of a slow callback, with its name and time", async ({ loop }) => {
  using warn = stub(console, "warn", () => {});
  loop.setDebug(true);
  loop.slowCallbackDuration = 5;
  function slow() {
    burn(6);
  }
  loop.callSoon(slow);
  await runOnce(loop);
  assertEquals(warn.calls.length, 1);
  const [text] = warn.calls[0]?.args ?? [];
  assertMatch(String(text), /^Executing <Handle slow> took \d+ ms$/);
});

test.loop("debug mode does not warn of a quick callback", async ({ loop }) => {
  using warn = stub(console, "warn", () => {});
  loop.setDebug(true);
  loop.slowCallbackDuration = 60_000;
  loop.callSoon(() => {});
  await runOnce(loop);
  assertEquals(warn.calls.length, 0);
});

test.loop("without debug mode there is no warning", async ({ loop }) => {
  using warn = stub(console, "warn", () => {});
  loop.slowCallbackDuration = 1;
  loop.callSoon(() => burn(2));
  await runOnce(loop);
  assertEquals(warn.calls.length, 0);
});

test.loop("debug mode tells the handler where a handle was made", async ({ loop, exceptions }) => {
  loop.setDebug(true);
  function scheduleHere() {
    loop.callSoon(() => {
      throw new Error("Out of luck");
    });
  }
  scheduleHere();
  await runOnce(loop);
  const traceback = exceptions.pop()?.sourceTraceback ?? "";
  assertStringIncludes(traceback, "scheduleHere");
});

test.loop("debug mode records where futures, tasks and handles were made", ({ loop }) => {
  assertEquals(loop.createFuture().sourceTraceback, undefined);
  loop.setDebug(true);
  function makeHere() {
    const task = loop.createTask(() => {});
    task.cancel();
    return [loop.createFuture(), task];
  }
  for (const { sourceTraceback } of makeHere()) {
    assertStringIncludes(sourceTraceback ?? "", "makeHere");
    assertFalse(sourceTraceback?.includes("/src/"));
  }
});

test.loop("debug mode names the first step of a task, and a done callback", async ({ loop }) => {
  using warn = stub(console, "warn", () => {});
  loop.setDebug(true);
  loop.slowCallbackDuration = 5;
  const task = loop.createTask(() => burn(6), { name: "busy" });
  task.addDoneCallback(function told() {
    burn(6);
  });
  await loop.runUntilComplete(task);
  await runOnce(loop);
  const texts = warn.calls.map(({ args }) => `${args[0]}`);
  assertMatch(
    texts[0]!,
    /^Executing <Handle <Task pending name="busy".*>> took/,
  );
  assertMatch(texts[1]!, /^Executing <Handle told> took/);
});

test.loop("debug mode names a timer that is slow", async ({ loop }) => {
  using warn = stub(console, "warn", () => {});
  loop.setDebug(true);
  loop.slowCallbackDuration = 5;
  loop.callLater(1, function late() {
    burn(6);
  });
  await runFor(loop, 10);
  assertMatch(
    `${warn.calls[0]?.args[0]}`,
    /<TimerHandle when=[\d.]+ late> took/,
  );
});

Deno.test("IOCP_PROACTOR_DEBUG is the debug mode of new loops, where it may be read", async () => {
  let state: Deno.PermissionState = "granted";
  const asked: unknown[] = [];
  using _query = stub(Deno.permissions, "querySync", (descriptor) => {
    asked.push(descriptor);
    return { state } as Deno.PermissionStatus;
  });
  let value: string | undefined = "1";
  using get = stub(Deno.env, "get", () => value);
  const debug = async () => {
    const loop = new ProactorEventLoop({ proactor: simulatedProactor() });
    await loop.close();
    return loop.getDebug();
  };
  assert(await debug());
  assertEquals(asked, [{ name: "env", variable: "IOCP_PROACTOR_DEBUG" }]);
  value = "";
  assertFalse(await debug());
  value = undefined;
  assertFalse(await debug());
  state = "prompt";
  assertFalse(await debug());
  assertEquals(get.calls.length, 3);
});

for (const [name, kind] of Object.entries(KINDS)) {
  Deno.test(`debug mode warns of a slow protocol: ${name}`, async () => {
    using warn = stub(console, "warn", () => {});
    await inWorld({}, async (world) => {
      const loop = new ProactorEventLoop({
        proactor: world.proactor,
        debug: true,
        slowCallbackDuration: 5,
      });
      const end = await kind(world);
      const slow = () => burn(6);
      const transport = end.open({
        dataReceived: slow,
        datagramReceived: slow,
        pipeDataReceived: slow,
      });
      end.greet();
      await until(() => warn.calls.length > 0);
      assertMatch(
        `${warn.calls[0]?.args[0]}`,
        /^Executing the protocol of .+ took \d+ ms$/,
      );
      transport.abort();
      await transport.finished;
      end.close();
      await loop.close();
    });
  });
}

Deno.test("a protocol is not measured once debug mode is off", async () => {
  using warn = stub(console, "warn", () => {});
  await inWorld({}, async (world) => {
    const { proactor } = world;
    const options = { proactor, debug: true, slowCallbackDuration: 5 };
    const loop = new ProactorEventLoop(options);
    loop.setDebug(false);
    const end = await KINDS["a TCP client"]!(world);
    let told = 0;
    const dataReceived = () => void (burn(6), told++);
    const transport = end.open({ dataReceived });
    end.greet();
    await until(() => told > 0);
    transport.abort();
    await transport.finished;
    end.close();
    await loop.close();
  });
  assertEquals(warn.calls.length, 0);
});
