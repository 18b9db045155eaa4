/** Packets that are late for a close, and a port that somebody has closed. */

import { assert, assertEquals, assertRejects, assertThrows } from "@std/assert";
import { stub } from "@std/testing/mock";
import { connectPipe } from "../../src/pipe/connect_pipe.ts";
import { PipeServer } from "../../src/pipe/pipe_server.ts";
import { type Choose, explore } from "../sim/explore.ts";
import { outcome, PATH, race, World } from "./_helpers.ts";
import { bytes } from "./_bytes.ts";
import { turns, until } from "./_turns.ts";

/** What is closed at every step, and how many operations it has pending. */
interface Scene {
  name: string;
  start(world: World): Promise<(() => void)[]>;
}

const SCENES: Scene[] = [{
  name: "two receives and data",
  start(world) {
    const { server, client } = world.pair();
    world.proactor.recv(server, 3);
    world.proactor.recv(server, 70_000);
    const { proactor } = world;
    return Promise.resolve([() => {
      if (!proactor.closed) void outcome(proactor.send(client, bytes("abc")));
    }]);
  },
}, {
  name: "a connection that reads and writes",
  async start(world) {
    const { proactor } = world;
    const server = PipeServer.listen(PATH, { proactor, instances: 1 });
    const accepted = server.accept();
    const client = await connectPipe(PATH, { proactor });
    const served = await accepted;
    server.close();
    void outcome(served.read(new Uint8Array(8)));
    return [() => void outcome(client.write(bytes("abc")))];
  },
}, {
  name: "an accept and its client",
  start(world) {
    const handle = world.serve();
    void outcome(world.proactor.acceptPipe(handle));
    return Promise.resolve([() => void world.open()]);
  },
}, {
  name: "a wait and its signal",
  start(world) {
    const event = world.sim.waits.createEvent(true);
    void outcome(world.proactor.waitForHandle(event));
    return Promise.resolve([() => world.sim.waits.setEvent(event)]);
  },
}];

/**
 * Closes with a deadline of 0 while packets are queued, taken by the thread
 * that waits, or on their way back.
 */
async function closeBetween(
  { start }: Scene,
  options: { skip: boolean },
  choose: Choose,
): Promise<void> {
  const world = new World(options);
  const { sim, proactor } = world;
  const threads = await start(world);
  await until(() => proactor.metrics().waits > 0);
  sim.manual = true;
  sim.threads.manual = true;
  let closed: Promise<number> | undefined;
  await race(world, choose, [
    threads,
    [() => closed = proactor.close({ deadline: 0 })],
  ]);
  await closed;
  await turns();
  assertEquals(world.proactor.metrics().unknownPackets, 0);
  assertEquals(world.takeReports(), []);
  assertEquals(sim.violations, [], "the kernel found its memory in place");
  assertEquals(proactor.metrics().pending, 0);
}

for (const scene of SCENES) {
  for (const skip of [true, false]) {
    Deno.test(`${scene.name}: a close between any two steps (skip mode ${skip})`, async () => {
      using _clock = stub(performance, "now", () => 0);
      const runs = await explore((choose) =>
        closeBetween(scene, { skip }, choose)
      );
      assert(runs > 3, `${runs} runs`);
    });
  }
}

Deno.test("a packet that comes after its operation was given up ends quietly", async () => {
  const world = new World();
  const { sim, proactor, port } = world;
  const { server, client } = world.pair();
  const reads = [10, 100_000].map((size) =>
    outcome(proactor.recv(server, size))
  );
  await until(() => proactor.metrics().waits === 1);
  sim.threads.manual = true;
  sim.holdPackets = true;
  const closed = proactor.close({ deadline: 0 });
  // Both packets come together, behind the deadline, and before the wake-up.
  await until(() => sim.held.length === 2);
  await new Promise((resolve) => setTimeout(resolve, 5));
  sim.releaseAll();
  while (sim.threads.steps().length > 0) {
    sim.threads.steps()[0]!();
    await turns(1);
  }
  assertEquals(await closed, 0, "their slots came back in time");
  assertEquals(await Promise.all(reads), ["CancelledError", "CancelledError"]);
  assertEquals(port.metrics().bufferBytes, 0);
  assertEquals(world.takeReports(), []);
  sim.closeHandle(server);
  sim.closeHandle(client);
  assertEquals(sim.leaks(), []);
});

Deno.test("a port that somebody has closed fails once, and ends what is pending", async () => {
  const world = new World();
  const { sim, proactor, port } = world;
  const { server, client } = world.pair();
  const reads = [
    outcome(proactor.recv(server, 10)),
    outcome(proactor.recv(client, 10)),
  ];
  await until(() => proactor.metrics().waits === 1);
  sim.closeHandle(port.handle);
  assertEquals(await Promise.all(reads), ["BadResource", "BadResource"]);
  assertEquals(world.takeReports(), ["The completion port has failed"]);
  const { getQueuedCompletionStatusEx: polls } = sim.calls;
  await turns(50);
  assertEquals(sim.calls.getQueuedCompletionStatusEx, polls, "no poll is made");
  assertThrows(
    () => proactor.recv(server, 10),
    Deno.errors.BadResource,
    "the port has failed",
  );
  assertEquals(await proactor.close(), 2);
  assertEquals(world.takeReports(), []);
});

Deno.test("a port that was closed while the pump polls fails as well", async () => {
  const world = new World({ throwOnViolation: false });
  const { sim, proactor, port } = world;
  const { server } = world.pair();
  const read = proactor.recv(server, 10);
  sim.closeHandle(port.handle);
  await assertRejects(async () => await read, Deno.errors.BadResource);
  assertEquals(world.takeReports(), ["The completion port has failed"]);
  assertEquals(await proactor.close(), 1);
});

Deno.test("streams of a port that somebody has closed end with an error", async () => {
  const world = new World({ throwOnViolation: false });
  const { sim, proactor, port } = world;
  const server = PipeServer.listen(PATH, { proactor, instances: 1 });
  const accepted = server.accept();
  const client = await connectPipe(PATH, { proactor });
  const served = await accepted;
  const read = served.read(new Uint8Array(8));
  const next = server.accept();
  sim.closeHandle(port.handle);
  await assertRejects(() => read, Error);
  await assertRejects(() => next, Error);
  await assertRejects(() => client.read(new Uint8Array(8)), Error);
  assert(world.takeReports().includes("The completion port has failed"));
  await Promise.all([client.finished, served.finished, server.finished]);
  await proactor.close({ deadline: 10 });
});
