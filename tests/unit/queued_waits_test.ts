/** Waits for packets that no thread of the pool begins. */

import { portOf } from "../../src/proactor/default_port.ts";
import { assert, assertEquals } from "@std/assert";
import { IocpProactor } from "../../src/proactor/iocp_proactor.ts";
import { inWorld, World, type WorldOptions } from "./_helpers.ts";
import { bytes, text } from "./_bytes.ts";
import { turns } from "./_turns.ts";

/** Lets timers fire: the pump polls on one while its wait is queued. */
async function untilLater(condition: () => boolean): Promise<void> {
  const end = performance.now() + 20_000;
  while (!condition()) {
    if (performance.now() > end) throw new Error("It never became true");
    await new Promise((resolve) => setTimeout(resolve, 1));
  }
}

/** Keeps Deno's event loop alive, which a wait on a real thread does. */
function keptTest(name: string, body: () => Promise<void>): void {
  Deno.test(name, async () => {
    const timer = setInterval(() => {}, 1000);
    await body().finally(() => clearInterval(timer));
  });
}

/** The same, in a world. */
function keptWorldTest(
  name: string,
  body: (world: World) => Promise<void>,
  options: WorldOptions = {},
): void {
  keptTest(name, () => inWorld(options, body));
}

/** A world in which a receive is pending, and its wait for packets queued. */
async function starved(world: World) {
  const { sim, proactor } = world;
  const { server, client } = world.pair();
  sim.threads.busy = true;
  const read = proactor.recv(server, 10);
  await untilLater(() => sim.threads.queued === 1);
  return { server, client, read };
}

keptWorldTest(
  "packets are dispatched although no thread begins the wait",
  async (world) => {
    const { sim, proactor } = world;
    const { server, client, read } = await starved(world);
    for (let i = 0; i < 20; i++) {
      const next = i === 0 ? read : proactor.recv(server, 10);
      await turns(40);
      await proactor.send(client, bytes(`${i}`));
      assertEquals(text(await next), `${i}`);
    }
    assertEquals(sim.threads.queued, 1, "one wait, however long it takes");
    sim.threads.busy = false;
    world.close(server, client);
  },
);

keptWorldTest(
  "packets of thousands of operations are dispatched without a thread",
  async (world) => {
    const { sim, proactor } = world;
    const { server, client, read } = await starved(world);
    const reads = Array.from({ length: 999 }, () => proactor.recv(server, 1));
    for (let i = 0; i < 1000; i++) proactor.send(client, bytes("x"));
    await Promise.all([read, ...reads]);
    sim.threads.busy = false;
    world.close(server, client);
  },
  { skip: false },
);

keptWorldTest(
  "a wait that begins late ends the polls, and takes the next packet",
  async (world) => {
    const { sim, proactor } = world;
    const { server, client, read } = await starved(world);
    await turns(40);
    sim.threads.busy = false;
    assertEquals(sim.threads.queued, 0);
    const polls = () => sim.calls.getQueuedCompletionStatusEx ?? 0;
    let before = -1;
    await untilLater(() => {
      const [last, now] = [before, polls()];
      before = now;
      return last === now;
    });
    await new Promise((resolve) => setTimeout(resolve, 30));
    assertEquals(polls(), before, "no poll is made any more");
    await proactor.send(client, bytes("abc"));
    assertEquals(text(await read), "abc");
    world.close(server, client);
  },
);

keptWorldTest(
  "work that was put off runs without a thread, with rests",
  async (world) => {
    const { sim, port } = world;
    const { server, client, read } = await starved(world);
    let turnsLeft = 200;
    const again = () => {
      const end = performance.now() + 0.2;
      while (performance.now() < end);
      if (--turnsLeft > 0) port.defer(again);
    };
    port.defer(again);
    await untilLater(() => turnsLeft === 0);
    sim.threads.busy = false;
    read.cancel();
    world.close(server, client);
    await untilLater(() => read.done());
  },
);

keptTest("a proactor closes although no thread begins its wait", async () => {
  const world = new World({ reuseHandles: true });
  const { sim, proactor } = world;
  const { server, client, read } = await starved(world);
  assertEquals(await proactor.close(), 0);
  assert(read.cancelled());
  // The wait of the old port begins when its handle is another's.
  const other = new IocpProactor({ api: sim });
  sim.closeHandle(server);
  sim.closeHandle(client);
  assertEquals(portOf(other).handle, portOf(proactor).handle);
  const ends = world.pair();
  const received = other.recv(ends.server, 10);
  sim.threads.busy = false;
  await other.send(ends.client, bytes("mine"));
  assertEquals(text(await received), "mine");
  other.closeHandle(ends.server);
  other.closeHandle(ends.client);
  await other.close();
  await turns();
  assertEquals(sim.leaks(), []);
});

keptWorldTest(
  "nothing pending leaves no timer and no wait behind",
  async (world) => {
    const { sim, proactor } = world;
    const { server, client, read } = await starved(world);
    await proactor.send(client, bytes("abc"));
    await read;
    await turns(40);
    sim.threads.busy = false;
    await untilLater(() => sim.threads.queued === 0);
    await turns(4);
    const waits = proactor.metrics().waits;
    await new Promise((resolve) => setTimeout(resolve, 20));
    assertEquals(proactor.metrics().waits, waits);
    world.close(server, client);
  },
);
