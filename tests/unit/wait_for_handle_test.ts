/** Waits for kernel objects, on the simulated kernel. */

import {
  assert,
  assertEquals,
  assertMatch,
  assertNotEquals,
  assertStrictEquals,
} from "@std/assert";
import { assertRejects, assertThrows } from "@std/assert";
import { CancelledError } from "../../src/proactor/future/future.ts";
import type { WaitHandleFuture } from "../../src/proactor/wait/wait_handle_future.ts";
import { inWorld, test, type World, wrong } from "./_helpers.ts";
import { turns } from "./_turns.ts";
import { step } from "./_waits.ts";

/** A wait for an event that resets itself, whose steps the test picks. */
function manualWait(world: World) {
  const { sim, proactor } = world;
  const event = sim.waits.createEvent(false);
  const wait = proactor.waitForHandle(event);
  sim.waits.manual = true;
  return { sim, proactor, event, wait };
}

test.world("waitForHandle() is done at once when the object is signalled", async (world) => {
  const { sim, proactor } = world;
  const event = sim.waits.createEvent(true);
  sim.waits.setEvent(event);
  const wait = proactor.waitForHandle(event);
  assertStrictEquals(wait.result(), true);
  assertEquals(world.inUse, [0, 0, 0]);
  assertEquals(sim.waits.calls.get("registerWait"), undefined);
  assert(sim.waits.isSignalled(event));
  world.close(event);
  await wait;
});

test.world("waitForHandle() refuses a mutex, free or owned, and does not take it", (world) => {
  const { sim, proactor } = world;
  const mutex = sim.waits.createMutex(false);
  const refused = () =>
    assertThrows(
      () => proactor.waitForHandle(mutex),
      Deno.errors.NotSupported,
      `Cannot wait for handle ${mutex}: it is a mutex`,
    );
  refused();
  assert(sim.waits.isSignalled(mutex));
  assertStrictEquals(sim.waits.tryWait(mutex), 0);
  refused();
  assertEquals(sim.waits.calls.get("registerWait"), undefined);
  world.close(mutex);
});

test.world("waitForHandle() is true when the object is signalled later", async (world) => {
  const { sim, proactor } = world;
  const event = sim.waits.createEvent(true);
  const wait = proactor.waitForHandle({ handle: event });
  assertEquals(world.inUse, [1, 0, 1]);
  await turns();
  assert(!wait.done());
  sim.waits.setEvent(event);
  assertStrictEquals(await wait, true);
  assertStrictEquals(wait.cancel(), false);
  world.close(event);
});

test.world("waitForHandle() is false when the time is over, also if the object is signalled by then", async (world) => {
  const { sim, proactor } = world;
  const event = sim.waits.createEvent(false);
  const wait = proactor.waitForHandle(event, { timeout: 499.5 });
  sim.advance(499);
  await turns();
  assert(!wait.done());
  sim.waits.manual = true;
  sim.advance(1);
  step(world, "signal");
  sim.waits.setEvent(event);
  sim.waits.manual = false;
  sim.waits.settle();
  assertStrictEquals(await wait, false);
  assert(sim.waits.isSignalled(event));
  world.close(event);
});

test.world("waitForHandle() only looks when the time-out is 0", (world) => {
  const { sim, proactor } = world;
  const event = sim.waits.createEvent(false);
  const look = () => proactor.waitForHandle(event, { timeout: 0 }).result();
  assertStrictEquals(look(), false);
  sim.waits.setEvent(event);
  assertStrictEquals(look(), true);
  assertStrictEquals(look(), false);
  assertEquals(sim.waits.calls.get("registerWait"), undefined);
  world.close(event);
});

test.world("waitForHandle() consumes the signal of an auto-reset event once", async (world) => {
  const { sim, proactor } = world;
  const event = sim.waits.createEvent(false);
  const waits = [1, 2, 3].map(() => proactor.waitForHandle(event));
  for (let done = 1; done <= 3; done++) {
    sim.waits.setEvent(event);
    await turns();
    assertEquals(waits.filter((wait) => wait.done()).length, done);
    assert(!sim.waits.isSignalled(event));
  }
  assertEquals(await Promise.all(waits), [true, true, true]);
  world.close(event);
});

test.world("waitForHandle() takes one of a semaphore for each wait", async (world) => {
  const { sim, proactor } = world;
  const semaphore = sim.waits.createSemaphore();
  const waits = [1, 2, 3].map(() => proactor.waitForHandle(semaphore));
  sim.waits.releaseSemaphore(semaphore, 2);
  await turns();
  assertEquals(waits.map((wait) => wait.done()), [true, true, false]);
  sim.waits.releaseSemaphore(semaphore, 1);
  assertEquals(await Promise.all(waits), [true, true, true]);
  world.close(semaphore);
});

test.world("cancel() of a wait takes effect when the callback cannot be called any more", async (world) => {
  const { sim, event, wait } = manualWait(world);
  assertStrictEquals(wait.cancel(), true);
  assertStrictEquals(wait.cancel(), true);
  await turns();
  assert(!wait.done());
  assertEquals(world.inUse, [1, 0, 1]);
  step(world, "join");
  await assertRejects(() => Promise.resolve(wait), CancelledError);
  assertStrictEquals(wait.cancel(), false);
  assertEquals(sim.waits.calls.get("unregisterWaitAndJoin"), 1);
  world.close(event);
});

test.world("cancel() of a wait that has consumed the signal leaves its result", async (world) => {
  const { sim, event, wait } = manualWait(world);
  sim.waits.setEvent(event);
  step(world, "signal");
  step(world, "fire");
  wait.cancel();
  step(world, "post");
  step(world, "return");
  step(world, "join");
  assertStrictEquals(await wait, true);
  assert(!sim.waits.isSignalled(event));
  world.close(event);
});

test.world("a wait whose packet comes before its unregistration ends waits for nothing", async (world) => {
  const { sim, proactor, event, wait } = manualWait(world);
  sim.waits.setEvent(event);
  step(world, "signal");
  wait.cancel();
  step(world, "fire");
  step(world, "post");
  assertStrictEquals(await wait, true);
  // The slot serves another wait while the first is still unregistered.
  const other = proactor.waitForHandle(event);
  step(world, "return");
  step(world, "join");
  await turns();
  assert(!other.done());
  sim.waits.setEvent(event);
  sim.waits.manual = false;
  sim.waits.settle();
  assertStrictEquals(await other, true);
  world.close(event);
});

test.world("waitForHandle() is cancelled by its signal", async (world) => {
  const { sim, proactor } = world;
  const event = sim.waits.createEvent(false);
  const controller = new AbortController();
  const { signal } = controller;
  const wait = proactor.waitForHandle(event, { signal });
  controller.abort(new RangeError("enough"));
  await assertRejects(() => Promise.resolve(wait), RangeError, "enough");
  sim.waits.setEvent(event);
  const late = proactor.waitForHandle(event, { signal });
  assert(late.cancelled());
  assert(sim.waits.isSignalled(event), "an aborted wait consumes nothing");
  await late.then(() => {}, () => {});
  world.close(event);
});

test.world("closeHandle() interrupts the waits for the handle, and no others", async (world) => {
  const { sim, proactor } = world;
  const [event, other] = [1, 2].map(() => sim.waits.createEvent(true));
  const waits = [1, 2].map(() => proactor.waitForHandle(event!));
  const bystander = proactor.waitForHandle(other!);
  proactor.closeHandle(event!);
  for (const wait of waits) {
    await assertRejects(
      () => Promise.resolve(wait),
      Deno.errors.Interrupted,
      "the handle was closed",
    );
  }
  assert(!bystander.done());
  sim.waits.setEvent(other!);
  assertStrictEquals(await bystander, true);
  world.close(other!);
});

Deno.test("a wait goes on when its handle is closed elsewhere", async () => {
  await inWorld({ reuseHandles: true }, async (world) => {
    const { sim, proactor } = world;
    const event = sim.waits.createEvent(true);
    const wait = proactor.waitForHandle(event, { timeout: 10 });
    sim.closeHandle(event);
    const reused = sim.waits.createEvent(true);
    assertEquals(reused, event);
    sim.waits.setEvent(reused);
    await turns();
    assert(!wait.done(), "it does not wait for the new object");
    sim.advance(10);
    assertStrictEquals(await wait, false);
    world.close(reused);
  });
});

test.world("waitForHandle() refuses what is no handle and no time-out", async (world) => {
  const { sim, proactor } = world;
  const event = sim.waits.createEvent(true);
  const waitFor = (handle: unknown) => () =>
    proactor.waitForHandle(wrong<bigint>(handle));
  assertThrows(waitFor(5), TypeError, "the handle is a number");
  assertThrows(waitFor(null), TypeError);
  assertThrows(waitFor(undefined), TypeError);
  assertThrows(waitFor(0n), Deno.errors.BadResource);
  assertThrows(waitFor({ handle: null }), Deno.errors.BadResource);
  assertThrows(
    waitFor(0x7000n),
    Deno.errors.BadResource,
    "Cannot wait for handle 28672: the handle is invalid",
  );
  for (const timeout of [-1, NaN, 0xffff_ffff, wrong<number>("1")]) {
    assertThrows(
      () => proactor.waitForHandle(event, { timeout }),
      RangeError,
    );
  }
  world.close(event);
  await proactor.close();
  assertThrows(
    () => proactor.waitForHandle(event),
    Deno.errors.BadResource,
    "Cannot wait for handle: the proactor is closed",
  );
});

test.world("select() tells of waits that have ended", async (world) => {
  const { sim, proactor } = world;
  const event = sim.waits.createEvent(true);
  assertEquals(await proactor.select(0), []);
  const wait = proactor.waitForHandle(event);
  sim.waits.setEvent(event);
  assertEquals(await proactor.select(1000), [wait]);
  const immediate = proactor.waitForHandle(event);
  assertEquals(await proactor.select(1000), [immediate]);
  world.close(event);
});

test.world("unref() of a wait lets the process end, ref() takes it back", async (world) => {
  const { sim, proactor } = world;
  const event = sim.waits.createEvent(true);
  const [wait, other] = [1, 2].map(() => proactor.waitForHandle(event));
  assertEquals(world.port.referenced, 2);
  wait!.unref();
  assertEquals(world.port.referenced, 1);
  wait!.ref();
  assertEquals(world.port.referenced, 2);
  other!.unref();
  sim.waits.setEvent(event);
  await Promise.all([wait, other]);
  assertEquals(world.port.referenced, 0);
  wait!.unref();
  assertEquals(world.port.referenced, 0);
  world.close(event);
});

test.world("toString() of a wait tells its handle and its state", async (world) => {
  const { sim, proactor } = world;
  const event = sim.waits.createEvent(false);
  const name = `handle=0x${event.toString(16)}`;
  const texts = (waits: WaitHandleFuture[]) => waits.map((one) => `${one}`);
  const wait = proactor.waitForHandle(event);
  const cancelled = proactor.waitForHandle(event);
  const timedOut = proactor.waitForHandle(event, { timeout: 0 });
  assertEquals(texts([wait, timedOut]), [
    `<WaitHandleFuture pending overlapped=<pending> ${name} waiting>`,
    `<WaitHandleFuture finished overlapped=<completed> ${name} result=false>`,
  ]);
  cancelled.cancel();
  await cancelled.then(() => {}, () => {});
  sim.waits.setEvent(event);
  await wait;
  sim.waits.failures.set("registerWait", 8);
  const failed = proactor.waitForHandle(event);
  const [first, second, third] = texts([wait, cancelled, failed]);
  assertEquals([first, second], [
    `<WaitHandleFuture finished overlapped=<completed> ${name} result=true>`,
    `<WaitHandleFuture cancelled overlapped=<completed> ${name}>`,
  ]);
  assertMatch(third!, /^<WaitHandleFuture finished .* exception=\w+\("/);
  assertNotEquals(failed.exception(), null);
  world.close(event);
});
