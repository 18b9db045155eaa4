import {
  assertEquals,
  assertGreater,
  assertGreaterOrEqual,
  assertLess,
  assertLessOrEqual,
} from "@std/assert";
import { delay } from "@std/async/delay";
import { stub } from "@std/testing/mock";
import { setImmediate } from "node:timers";
import { ROOT } from "../../src/ffi/async_context.ts";
import { Handle, TimerHandle } from "../../src/loop/handles.ts";
import { Scheduler } from "../../src/loop/scheduler.ts";

const host = {
  getDebug: () => false,
  callExceptionHandler({ exception }: { exception?: unknown }) {
    throw exception;
  },
};

function makeScheduler(time = () => performance.now()): Scheduler {
  return new Scheduler({ time, execute: (handle) => handle.run() });
}

function handleOf(callback: () => unknown): Handle {
  return new Handle({ callback, args: [], context: ROOT }, host);
}

function timerOf(when: number, callback: () => unknown): TimerHandle {
  return new TimerHandle(when, { callback, args: [], context: ROOT }, host);
}

/** Notes which timers are armed, and arms them for another time if given. */
function recordTimers(instead?: number) {
  const arm = setTimeout;
  const delays: number[] = [];
  function record(callback: () => void, delay = 0) {
    delays.push(delay);
    return arm(callback, instead ?? delay);
  }
  const stubbed = stub(globalThis, "setTimeout", record as typeof setTimeout);
  return { delays, [Symbol.dispose]: () => stubbed.restore() };
}

Deno.test("tiny delays take few turns and are not early", async () => {
  const scheduler = makeScheduler();
  for (let exponent = -2; exponent >= -10; exponent--) {
    const due = performance.now() + 1000 * 10 ** exponent;
    let fired = 0;
    scheduler.callAt(timerOf(due, () => {
      fired = performance.now();
      scheduler.stop();
    }));
    const before = scheduler.turns;
    await scheduler.run();
    assertLessOrEqual(scheduler.turns - before, 20);
    assertGreaterOrEqual(fired, due);
  }
});

Deno.test("a timer that Deno fires early is armed again", async () => {
  let now = 0;
  const scheduler = makeScheduler(() => now++);
  let fired = 0;
  scheduler.callAt(timerOf(100, () => {
    fired = now;
    scheduler.stop();
  }));
  using armed = recordTimers(0);
  await scheduler.run();
  assertGreaterOrEqual(fired, 100);
  assertGreater(armed.delays.length, 1);
  assertLess(armed.delays.at(-1)!, armed.delays[0]!);
});

Deno.test("a turn runs only what was ready when it began", async () => {
  const scheduler = makeScheduler();
  const turns: number[] = [];
  const note = () => turns.push(scheduler.turns);
  scheduler.callSoon(handleOf(() => {
    note();
    scheduler.callSoon(handleOf(() => {
      note();
      scheduler.stop();
    }));
  }));
  scheduler.callSoon(handleOf(note));
  await scheduler.run();
  assertEquals(turns, [1, 1, 2]);
});

Deno.test("a timer that a callback adds for now runs in the next turn", async () => {
  const scheduler = makeScheduler();
  let turn = 0;
  scheduler.callSoon(handleOf(() => {
    scheduler.callAt(timerOf(0, () => {
      turn = scheduler.turns;
      scheduler.stop();
    }));
  }));
  await scheduler.run();
  assertEquals(turn, 2);
});

Deno.test("the next live timer is armed, not a cancelled one", async () => {
  const scheduler = makeScheduler();
  const now = performance.now();
  const cancelled = timerOf(now + 1, () => {});
  scheduler.callAt(cancelled);
  scheduler.callAt(timerOf(now + 3_600_000, () => scheduler.stop()));
  cancelled.cancel();
  using armed = recordTimers();
  const run = scheduler.run();
  scheduler.callSoon(handleOf(() => {}));
  setImmediate(() => setImmediate(() => scheduler.stop()));
  await run;
  assertEquals(armed.delays.length, 1);
  assertGreater(armed.delays[0]!, 1_800_000);
});

Deno.test("an earlier timer replaces the one that is armed", async () => {
  const scheduler = makeScheduler();
  scheduler.callAt(timerOf(performance.now() + 3_600_000, () => {}));
  using armed = recordTimers();
  const run = scheduler.run();
  setImmediate(() =>
    scheduler.callAt(timerOf(performance.now() + 2, () => scheduler.stop()))
  );
  await run;
  assertEquals(armed.delays.length, 2);
  assertLessOrEqual(armed.delays[1]!, 2);
});

Deno.test("timers that a turn adds are armed once, at its end", async () => {
  const scheduler = makeScheduler();
  using armed = recordTimers();
  scheduler.callSoon(handleOf(() => {
    for (let delay = 100; delay > 1; delay--) {
      scheduler.callAt(timerOf(performance.now() + 1000 * delay, () => {}));
    }
    scheduler.callAt(timerOf(performance.now() + 1, () => scheduler.stop()));
  }));
  await scheduler.run();
  assertEquals(armed.delays.length, 1);
});

Deno.test("a stopped scheduler takes back the turn that is armed", async () => {
  const scheduler = makeScheduler();
  let fire = () => {};
  function capture(callback: () => void) {
    fire = callback;
  }
  scheduler.callAt(timerOf(performance.now() + 1000, () => {}));
  const stubbed = stub(globalThis, "setTimeout", capture as typeof setTimeout);
  const run = scheduler.run();
  await new Promise((resolve) => setImmediate(resolve));
  stubbed.restore();
  scheduler.stop();
  // Deno fires the timer before the turn that stop() has armed.
  fire();
  await run;
  const { turns } = scheduler;
  await new Promise((resolve) => setImmediate(resolve));
  assertEquals(scheduler.turns, turns);
});

Deno.test("a far timer is armed for a day at most", async () => {
  const scheduler = makeScheduler();
  scheduler.callAt(timerOf(Infinity, () => {}));
  using armed = recordTimers();
  const run = scheduler.run();
  setImmediate(() => setImmediate(() => scheduler.stop()));
  await run;
  assertEquals(armed.delays, [86_400_000]);
});

Deno.test("an idle scheduler makes no turns", async () => {
  const scheduler = makeScheduler();
  const run = scheduler.run();
  await delay(10);
  assertEquals(scheduler.turns, 1);
  scheduler.stop();
  await run;
});

Deno.test("a scheduler that does not run arms nothing", async () => {
  using timeout = stub(globalThis, "setTimeout", () => {
    throw new Error("A timer was armed");
  });
  const scheduler = makeScheduler();
  scheduler.callSoon(handleOf(() => {}));
  scheduler.callAt(timerOf(performance.now() + 5, () => {}));
  scheduler.stop();
  await scheduler.run();
  assertEquals(timeout.calls.length, 0);
  assertEquals(scheduler.turns, 1);
});

Deno.test("clear() drops callbacks and timers", async () => {
  const scheduler = makeScheduler();
  const fail = () => {
    throw new Error("The scheduler was cleared");
  };
  scheduler.callSoon(handleOf(fail));
  scheduler.callAt(timerOf(0, fail));
  scheduler.clear();
  scheduler.stop();
  await scheduler.run();
  assertEquals(scheduler.timers, 0);
});
