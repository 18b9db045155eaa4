/** What proactors and loops count, and what is named when it is stuck. */

import { assert, assertEquals, assertRejects } from "@std/assert";
import { ProactorEventLoop } from "../../src/loop/proactor_event_loop.ts";
import { PipeServer } from "../../src/pipe/pipe_server.ts";
import { test as loops } from "./_loop.ts";
import { inWorld, PATH, test, World } from "./_helpers.ts";
import { bytes, pattern } from "./_bytes.ts";
import { turns, until } from "./_turns.ts";
import { pipeEnds } from "./_pipe_ends.ts";

test.world("metrics() has what is pending by kind", async (world) => {
  const { proactor } = world;
  assertEquals(proactor.metrics().pendingByKind, {});
  const server = PipeServer.listen(PATH, { proactor, instances: 3 });
  assertEquals(proactor.metrics().pendingByKind, { accept: 3 });
  assertEquals(proactor.metrics().armedAccepts, 3);
  server.close();
  await server.finished;
  const [served, client] = await pipeEnds(world);
  const read = served.read(new Uint8Array(4));
  await turns();
  const { pending, pendingByKind } = proactor.metrics();
  assertEquals([pending, pendingByKind], [1, { read: 1 }]);
  await client.write(bytes("ab"));
  await read;
  client.close();
  served.close();
  await Promise.all([client.finished, served.finished]);
});

Deno.test("metrics() tells synchronous completions from packets", async () => {
  for (const skip of [true, false]) {
    await inWorld({ skip }, async (world) => {
      const { proactor } = world;
      const { server, client } = world.pair();
      const before = proactor.metrics();
      for (let i = 0; i < 5; i++) await proactor.send(client, bytes("x"));
      const after = proactor.metrics();
      const synchronous = after.synchronous - before.synchronous;
      const packets = after.packets - before.packets;
      assertEquals([synchronous, packets], skip ? [5, 0] : [0, 5]);
      world.close(server, client);
    });
  }
});

test.world("metrics() has the packets of each batch", async (world) => {
  const { proactor, sim } = world;
  const pairs = Array.from({ length: 40 }, (_, i) => {
    return world.pair({ path: `${PATH}${i}` });
  });
  const reads = pairs.map(({ server }) => proactor.recv(server, 4));
  const before = proactor.metrics();
  sim.manual = true;
  for (const { client } of pairs) void proactor.send(client, bytes("x"));
  sim.completeAll();
  sim.manual = false;
  await Promise.all(reads);
  const after = proactor.metrics();
  assertEquals(after.packets - before.packets >= 40, true);
  assert(after.fullBatches > before.fullBatches);
  assertEquals(after.packetsPerBatch, after.packets / after.batches);
  assert(after.longestBatch > 0);
  for (const { server, client } of pairs) world.close(server, client);
});

test.world("metrics() counts the turns that ended so that others have theirs", async (world) => {
  const { proactor } = world;
  const { server, client } = world.pair();
  const before = proactor.metrics().starvedTurns;
  for (let i = 0; i < 100; i++) await proactor.send(client, bytes("x"));
  const { starvedTurns } = proactor.metrics();
  assert(starvedTurns - before >= 2, `${starvedTurns}`);
  world.close(server, client);
});

test.world("metrics() has the native memory, in use and kept", async (world) => {
  const { proactor, sim } = world;
  const { server, client } = world.pair({ quota: 1 });
  const write = proactor.send(client, pattern(200_000));
  const { bufferBytes, nativeBytes, slots, slotsInUse } = proactor.metrics();
  assert(bufferBytes >= 200_000);
  assert(nativeBytes >= bufferBytes + slots * 64);
  assert(nativeBytes <= sim.committedBytes);
  assertEquals([slots, slotsInUse], [1024, 1]);
  for (let left = 200_000; left > 0;) {
    left -= (await proactor.recv(server, 65_536)).length;
  }
  await write;
  const after = proactor.metrics();
  assert(after.nativeBytes <= nativeBytes - 200_000 + 1024 * 1024);
  world.close(server, client);
});

test.world(
  "metrics() counts packets that come after their operation was given up",
  async (world) => {
    const { proactor, sim, port } = world;
    const { server, client } = world.pair();
    sim.manual = true;
    const read = proactor.recv(server, 4);
    const [operation] = [...port.operations.pending()];
    port.dispatcher.abandon(operation!, 995);
    await assertRejects(async () => await read);
    void proactor.send(client, bytes("x"));
    assertEquals(proactor.metrics().latePackets, 0);
    sim.completeAll();
    sim.manual = false;
    await until(() => proactor.metrics().latePackets === 1);
    world.close(server, client);
  },
);

loops.loop(
  "metrics() of a loop has turns, callbacks and its proactor",
  async ({ loop }) => {
    const before = loop.metrics();
    assertEquals([before.turns, before.callbacks, before.ready], [0, 0, 0]);
    let calls = 0;
    loop.callSoon(() => calls++);
    loop.callLater(100_000, () => calls++).cancel();
    assertEquals(loop.metrics().ready, 1);
    await loop.runUntilComplete(loop.createTask(async () => await turns(2)));
    const after = loop.metrics();
    assertEquals([calls, after.tasks], [1, 0]);
    assert(after.callbacks >= 1 && after.turns >= 1);
    assert(after.longestTurn >= 0 && after.longestQueueTime >= after.queueTime);
    assertEquals(after.longestCallback, 0, "not in debug mode");
    assertEquals(after.proactor, loop.proactor.metrics());
  },
);

loops.loop(
  "metrics() of a loop has the longest callback in debug mode",
  async ({ loop }) => {
    loop.setDebug(true);
    loop.callSoon(() => {
      const end = performance.now() + 3;
      while (performance.now() < end);
    });
    await loop.runUntilComplete(loop.createTask(async () => await turns(2)));
    assert(loop.metrics().longestCallback >= 3);
  },
);

Deno.test("a loop that is closed names what has not ended", async () => {
  const world = new World();
  const { proactor, sim } = world;
  const loop = new ProactorEventLoop({ proactor });
  const told: Record<string, unknown>[] = [];
  loop.setExceptionHandler((_, context) => void told.push({ ...context }));
  const { server } = world.pair();
  sim.holdPackets = true;
  const read = proactor.recv(server, 4);
  await loop.close({ deadline: 10 });
  const [{ operations, stuck } = {}] = told;
  assertEquals(operations, 1);
  assertEquals(stuck, [`read of handle 0x${server.toString(16)} in slot 0`]);
  assert(read.cancelled());
});
