/** Waits that fail, and the close of a proactor with waits. */

import { assert, assertEquals, assertStrictEquals } from "@std/assert";
import { assertInstanceOf, assertRejects, assertThrows } from "@std/assert";
import { InvalidStateError } from "../../src/proactor/future/future.ts";
import { WaitCancelFuture } from "../../src/proactor/wait/wait_cancel_future.ts";
import { test, World } from "./_helpers.ts";
import { turns, until } from "./_turns.ts";
import { step } from "./_waits.ts";

test.world("close() cancels 500 pending waits and leaves nothing registered", async (world) => {
  const { sim, proactor } = world;
  const events = Array.from(
    { length: 500 },
    (_, i) => sim.waits.createEvent(i % 2 === 0),
  );
  const waits = events.map((event) => proactor.waitForHandle(event));
  assertEquals(sim.waits.registered, 500);
  assertEquals(await proactor.close(), 0);
  assert(waits.every((wait) => wait.cancelled()));
  assertEquals(sim.waits.registered, 0);
  for (const event of events) sim.closeHandle(event);
});

test.world("close() delivers waits that were signalled before", async (world) => {
  const { sim, proactor } = world;
  const event = sim.waits.createEvent(false);
  const wait = proactor.waitForHandle(event);
  sim.waits.setEvent(event);
  assertEquals(await proactor.close(), 0);
  assertStrictEquals(wait.result(), true);
  sim.closeHandle(event);
});

Deno.test("close() keeps what a callback may still touch, and reports it", async () => {
  const world = new World();
  const { sim, proactor } = world;
  const event = sim.waits.createEvent(false);
  const wait = proactor.waitForHandle(event);
  sim.waits.manual = true;
  assertEquals(await proactor.close({ deadline: 5 }), 1);
  assert(wait.cancelled());
  assertEquals(proactor.metrics().quarantined, 1);
  // The callback runs after all: the slot and a port are still there.
  sim.waits.setEvent(event);
  for (const name of ["signal", "fire", "post", "return", "join"] as const) {
    step(world, name);
    await turns();
  }
  assertEquals(sim.violations, []);
  assertEquals(sim.waits.registered, 0);
  sim.closeHandle(event);
  assertEquals(sim.openHandles, 0);
});

for (const call of ["duplicateHandle", "registerWait"] as const) {
  test.world(`a wait fails when ${call} does, and gives all back`, async (world) => {
    const { sim, proactor } = world;
    const event = sim.waits.createEvent(true);
    proactor.waitForHandle(event).cancel(); // makes what waits share
    await until(() => proactor.metrics().pending === 0);
    const open = sim.openHandles;
    sim.waits.failures.set(call, 1450);
    const wait = proactor.waitForHandle(event);
    const error = await assertRejects(() => Promise.resolve(wait));
    assertInstanceOf(error, Error);
    assertEquals(
      error.message,
      `Cannot wait for handle ${event}: out of resources`,
    );
    assertEquals(sim.openHandles, open);
    assertEquals(world.inUse, [0, 0, 0]);
    world.close(event);
  });
}

test.world("the first wait throws when the port's handle cannot be duplicated", async (world) => {
  const { sim, proactor } = world;
  const event = sim.waits.createEvent(true);
  sim.waits.failures.set("duplicateHandle", 1450);
  assertThrows(
    () => proactor.waitForHandle(event),
    Error,
    "out of resources",
  );
  const wait = proactor.waitForHandle(event);
  sim.waits.setEvent(event);
  assertStrictEquals(await wait, true);
  world.close(event);
});

test.world("a wait that cannot be unregistered is reported and goes on", async (world) => {
  const { sim, proactor } = world;
  const event = sim.waits.createEvent(true);
  const [wait, other] = [1, 2].map(() => proactor.waitForHandle(event));
  for (const each of [wait!, other!]) {
    sim.waits.failures.set("unregisterWaitAndJoin", 87);
    each.cancel();
  }
  sim.waits.manual = true;
  await turns();
  assertEquals(world.takeReports(), Array(2).fill("A wait was not cancelled"));
  assertEquals([wait!.done(), other!.done()], [false, false]);
  sim.waits.manual = false;
  sim.waits.setEvent(event);
  assertEquals(await Promise.all([wait, other]), [true, true]);
  assertEquals(sim.waits.registered, 0);
  world.close(event);
});

test.world("a wait whose unregistration fails after its packet came is unregistered again", async (world) => {
  const { sim, proactor } = world;
  const event = sim.waits.createEvent(true);
  const wait = proactor.waitForHandle(event);
  sim.waits.failures.set("unregisterWaitAndJoin", 87);
  sim.waits.setEvent(event);
  wait.cancel();
  proactor.poll();
  assertStrictEquals(await wait, true);
  await turns();
  assertEquals(world.takeReports(), ["A wait was not cancelled"]);
  assertEquals(sim.waits.registered, 0);
  world.close(event);
});

Deno.test("a wait whose end cannot be posted is reported, and in quarantine after the close", async () => {
  const world = new World();
  const { sim, proactor } = world;
  const event = sim.waits.createEvent(true);
  const wait = proactor.waitForHandle(event);
  sim.fail("postQueuedCompletionStatus", 1450);
  wait.cancel();
  await until(() => world.reports.length > 0);
  assertEquals(world.reports, ["A wait was not cancelled"]);
  assert(!wait.done());
  assertEquals(await proactor.close({ deadline: 5 }), 1);
  assert(wait.cancelled());
  assertEquals([sim.waits.registered, sim.violations], [0, []]);
  sim.closeHandle(event);
  assertEquals(sim.openHandles, 0);
});

Deno.test("close() leaves a wait alone that cannot be unregistered", async () => {
  const world = new World();
  const { sim, proactor } = world;
  const event = sim.waits.createEvent(true);
  const wait = proactor.waitForHandle(event);
  sim.waits.failures.set("unregisterWaitAndJoin", 87);
  assertEquals(await proactor.close({ deadline: 5 }), 1);
  assert(wait.cancelled());
  assertEquals(world.reports, ["A wait was not cancelled"]);
  // Its callback still has a slot and a port.
  sim.waits.setEvent(event);
  assertEquals([sim.waits.registered, sim.violations], [1, []]);
});

Deno.test("the end of an unregistration cannot be cancelled", async () => {
  const future = new WaitCancelFuture(Promise.resolve(1));
  assertThrows(() => future.cancel(), InvalidStateError, "Cannot cancel");
  assertStrictEquals(await future, true);
  const failed = new WaitCancelFuture(Promise.reject(new Error("gone")));
  assertStrictEquals(await failed, false);
});
