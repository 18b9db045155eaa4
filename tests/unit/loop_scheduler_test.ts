import {
  assert,
  assertEquals,
  assertGreaterOrEqual,
  assertLessOrEqual,
} from "@std/assert";
import { stub } from "@std/testing/mock";
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
  return new Handle({ callback, args: [] }, host);
}

function timerOf(when: number, callback: () => unknown): TimerHandle {
  return new TimerHandle(when, { callback, args: [] }, host);
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
  let offset = 0;
  const scheduler = makeScheduler(() => performance.now() + offset);
  const due = performance.now() + 2;
  let firedAt = 0;
  scheduler.callAt(timerOf(due, () => {
    firedAt = performance.now() + offset;
    scheduler.stop();
  }));
  const run = scheduler.run();
  // The clock of the loop falls behind after the timer was armed.
  scheduler.callSoon(handleOf(() => {}));
  setTimeout(() => offset = -5, 0);
  await run;
  assertGreaterOrEqual(firedAt, due);
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
  const delays: (number | undefined)[] = [];
  const arm = setTimeout;
  using _stub = stub(
    globalThis,
    "setTimeout",
    ((callback: () => void, delay?: number) => {
      delays.push(delay);
      return arm(callback, delay);
    }) as typeof setTimeout,
  );
  const now = performance.now();
  scheduler.callAt(timerOf(now + 1, () => {})).cancel;
  const cancelled = timerOf(now + 2, () => {});
  scheduler.callAt(cancelled);
  scheduler.callAt(timerOf(now + 30, () => scheduler.stop()));
  cancelled.cancel();
  await scheduler.run();
  assert(delays.every((delay) => delay === undefined || delay !== 2));
});

Deno.test("an idle scheduler makes no turns", async () => {
  const scheduler = makeScheduler();
  const run = scheduler.run();
  await new Promise((resolve) => setTimeout(resolve, 10));
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
