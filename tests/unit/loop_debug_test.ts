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
import { loopTest, runOnce } from "./_loop.ts";

/** Keeps the thread busy. */
function burn(milliseconds: number): void {
  const end = performance.now() + milliseconds;
  while (performance.now() < end);
}

function simulatedProactor(): IocpProactor {
  return new IocpProactor({ api: new SimulatedWin32() });
}

loopTest("setDebug() sets what getDebug() gives", ({ loop }) => {
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

loopTest("a callback is slow from 100 ms on", ({ loop }) => {
  assertEquals(loop.slowCallbackDuration, 100);
});

loopTest(
  "debug mode warns of a slow callback, with its name and time",
  async ({ loop }) => {
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
  },
);

loopTest("debug mode does not warn of a quick callback", async ({ loop }) => {
  using warn = stub(console, "warn", () => {});
  loop.setDebug(true);
  loop.slowCallbackDuration = 60_000;
  loop.callSoon(() => {});
  await runOnce(loop);
  assertEquals(warn.calls.length, 0);
});

loopTest("without debug mode there is no warning", async ({ loop }) => {
  using warn = stub(console, "warn", () => {});
  loop.slowCallbackDuration = 1;
  loop.callSoon(() => burn(2));
  await runOnce(loop);
  assertEquals(warn.calls.length, 0);
});

loopTest(
  "debug mode tells the handler where a handle was made",
  async ({ loop, exceptions }) => {
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
  },
);
