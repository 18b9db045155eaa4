/**
 * Timers and callbacks of the event loop, a thousand in an iteration.
 *
 * @module
 */

import { setImmediate } from "node:timers";
import { ProactorEventLoop } from "../mod.ts";
import { notWindows as ignore } from "./_permissions.ts";

const COUNT = 1000;
const FAR = 1_000_000;

let shared: ProactorEventLoop | undefined;

Deno.bench({
  name: "setTimeout() of Deno",
  group: `${COUNT} timers that are due`,
  baseline: true,
  async fn() {
    await countDown((done) => setTimeout(done, 0));
  },
});

Deno.bench({
  name: "callLater()",
  group: `${COUNT} timers that are due`,
  ignore,
  async fn() {
    await runLoop((loop) => countDown((done) => loop.callLater(0, done)));
  },
});

Deno.bench({
  name: "setTimeout() and clearTimeout() of Deno",
  group: `${COUNT} timers that are cancelled`,
  baseline: true,
  fn() {
    const timers = Array.from({ length: COUNT }, () => setTimeout(noop, FAR));
    for (const timer of timers) clearTimeout(timer);
  },
});

Deno.bench({
  name: "callLater() and cancel()",
  group: `${COUNT} timers that are cancelled`,
  ignore,
  fn() {
    const loop = openLoop();
    const length = COUNT;
    const timers = Array.from({ length }, () => loop.callLater(FAR, noop));
    for (const timer of timers) timer.cancel();
  },
});

Deno.bench({
  name: "setImmediate() of Deno",
  group: `${COUNT} callbacks of the next turn`,
  baseline: true,
  async fn() {
    await countDown((done) => setImmediate(done));
  },
});

Deno.bench({
  name: "callSoon()",
  group: `${COUNT} callbacks of the next turn`,
  ignore,
  async fn() {
    await runLoop((loop) => countDown((done) => loop.callSoon(done)));
  },
});

function openLoop(): ProactorEventLoop {
  return shared ??= new ProactorEventLoop();
}

function runLoop(
  work: (loop: ProactorEventLoop) => Promise<void>,
): Promise<void> {
  const loop = openLoop();
  return loop.runUntilComplete(work(loop));
}

/** Schedules callbacks, and resolves when the last one was called. */
function countDown(schedule: (done: () => void) => unknown): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>();
  let rest = COUNT;
  const done = () => {
    if (--rest === 0) resolve();
  };
  for (let i = 0; i < COUNT; i++) schedule(done);
  return promise;
}

function noop(): void {}
