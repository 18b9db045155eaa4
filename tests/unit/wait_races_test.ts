/** Waits against their signals, time-outs, cancels and closes: every order. */

import { assert, assertEquals } from "@std/assert";
import type { Handle } from "../../src/ffi/win32_api.ts";
import type { WaitHandleFuture } from "../../src/proactor/wait/wait_handle_future.ts";
import { type Choose, explore } from "../sim/explore.ts";
import { World } from "./_helpers.ts";
import { turns } from "./_turns.ts";

/** A world whose waits move only when the test picks. */
function manualWorld(): { world: World; event: Handle } {
  const world = new World();
  const { waits } = world.sim;
  const event = waits.createEvent(false);
  waits.manual = true;
  world.sim.holdPackets = true;
  return { world, event };
}

/**
 * Lets actions, the steps of Windows's threads and the arrival of packets
 * happen in the order that `choose` picks, until nothing is left.
 *
 * @returns What the steps were, such as `"1 signal"`.
 */
async function interleave(
  { sim }: World,
  choose: Choose,
  actions: (() => void)[],
): Promise<string[]> {
  const log: string[] = [];
  const left = [...actions];
  for (;;) {
    await turns(2);
    const ways = [
      ...sim.waits.steps.map((step) => () => {
        log.push(`${step.wait.id} ${step.name}`);
        sim.waits.step(step);
      }),
      ...sim.held.map((_, index) => () => sim.release(index)),
      ...left.slice(0, 1).map(() => () => left.shift()!()),
    ];
    if (ways.length === 0) return log;
    ways[ways.length === 1 ? 0 : choose(ways.length)]!();
  }
}

/** Checks that a wait ended once, as its signal says, and gave all back. */
async function finish(world: World, event: Handle): Promise<void> {
  world.sim.waits.manual = false;
  world.sim.holdPackets = false;
  assertEquals(world.inUse, [0, 0, 0]);
  assertEquals(world.sim.waits.registered, 0);
  world.sim.closeHandle(event);
  await world.finish();
  assertEquals(world.reports, []);
  assertEquals(world.proactor.metrics().unknownPackets, 0);
}

/** Counts how often a future ends. */
function ends(wait: WaitHandleFuture): { count: number } {
  const counter = { count: 0 };
  const end = () => void counter.count++;
  wait.then(end, end);
  return counter;
}

Deno.test("a wait that is signalled and cancelled in every order ends once and loses no signal", async () => {
  const runs = await explore(async (choose) => {
    const { world, event } = manualWorld();
    const { waits } = world.sim;
    const wait = world.proactor.waitForHandle(event);
    const counter = ends(wait);
    const log = await interleave(world, choose, [
      ...choose(2) === 0
        ? [() => waits.setEvent(event), () => wait.cancel()]
        : [() => wait.cancel(), () => waits.setEvent(event)],
    ]);
    assertEquals(counter.count, 1);
    const consumed = log.includes("1 signal");
    assertEquals(waits.isSignalled(event), !consumed);
    // Only Windows itself could drop a callback that it has not called yet.
    const delivered = consumed && !log.includes("1 drop");
    assertEquals(wait.cancelled(), !delivered);
    await finish(world, event);
  });
  assert(runs > 20, `${runs} runs`);
});

Deno.test("a wait that times out, is signalled and cancelled in every order ends once", async () => {
  await explore(async (choose) => {
    const { world, event } = manualWorld();
    const { sim } = world;
    const wait = world.proactor.waitForHandle(event, { timeout: 5 });
    const counter = ends(wait);
    const actions = [
      () => sim.advance(5),
      () => sim.waits.setEvent(event),
      () => wait.cancel(),
    ];
    const first = actions.splice(choose(3), 1);
    const log = await interleave(world, choose, [...first, ...actions]);
    assertEquals(counter.count, 1);
    const signalled = sim.waits.isSignalled(event);
    if (log.includes("1 drop") || !log.includes("1 signal")) {
      assert(wait.cancelled());
    } else {
      assertEquals(wait.result(), !signalled, "a time-out consumes nothing");
    }
    await finish(world, event);
  });
});

Deno.test("two waits for one signal: one ends, the other is cancelled, in every order", async () => {
  await explore(async (choose) => {
    const { world, event } = manualWorld();
    const { waits } = world.sim;
    const [one, two] = [1, 2].map(() => world.proactor.waitForHandle(event));
    const log = await interleave(world, choose, [
      () => waits.setEvent(event),
      () => one!.cancel(),
      () => two!.cancel(),
    ]);
    const results = [one!, two!].filter((wait) => !wait.cancelled());
    const dropped = log.some((step) => step.endsWith("drop"));
    const consumed = !waits.isSignalled(event);
    assertEquals(results.length, consumed && !dropped ? 1 : 0);
    await finish(world, event);
  }, { max: 40_000 });
});

Deno.test("a close against a signal in every order leaves nothing registered", async () => {
  await explore(async (choose) => {
    const { world, event } = manualWorld();
    const { sim, proactor } = world;
    const wait = proactor.waitForHandle(event);
    const closed: Promise<number>[] = [];
    const log = await interleave(world, choose, [
      ...choose(2) === 0
        ? [() => sim.waits.setEvent(event), () => closed.push(proactor.close())]
        : [
          () => closed.push(proactor.close()),
          () => sim.waits.setEvent(event),
        ],
    ]);
    assertEquals(await Promise.all(closed), [0]);
    const fired = log.includes("1 fire");
    assertEquals(wait.cancelled(), !fired);
    await finish(world, event);
  });
});
