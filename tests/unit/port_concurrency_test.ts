/** Threads that have once waited for packets, and compute for others now. */

import { openPort, portOf } from "../../src/proactor/default_port.ts";
import { assert, assertEquals, assertThrows } from "@std/assert";
import { IocpProactor } from "../../mod.ts";
import { INFINITE } from "../../src/ffi/constants.ts";
import { INVALID_HANDLE_VALUE } from "../../src/ffi/win32_api.ts";
import { Fixture } from "../sim/fixture.ts";
import type { SimulationOptions } from "../sim/options.ts";
import { SimulatedWin32 } from "../sim/simulated_win32.ts";
import { inWorld, type World } from "./_helpers.ts";
import { bytes, text } from "./_bytes.ts";
import { turns, until } from "./_turns.ts";

/** A port, and a thread that has waited for one of its packets. */
async function waited(
  concurrency: number,
  options: SimulationOptions = {},
) {
  const fixture = new Fixture(options);
  const { sim } = fixture;
  const none = INVALID_HANDLE_VALUE;
  const port = sim.createIoCompletionPort(none, 0n, 0, concurrency);
  const entries = fixture.buffer(0);
  const post = () => sim.postQueuedCompletionStatus(port, 0, 7, 0n);
  const wait = (timeout = INFINITE) =>
    sim.waitForCompletions({ port, entries, capacity: 2, timeout });
  const poll = (timeout = 0) =>
    sim.getQueuedCompletionStatusEx(port, new Uint8Array(64), timeout);
  const first = wait();
  post();
  assertEquals(await first, 1);
  return { fixture, port, post, wait, poll };
}

Deno.test("a port of one gives nothing while a thread computes that has waited", async () => {
  const { fixture, port, post, wait, poll } = await waited(1);
  const { threads } = fixture.sim;
  threads.computing = 1;
  post();
  assertEquals([poll(), poll(50), fixture.sim.now], [0, 0, 50]);
  assertEquals(await wait(0), 0);
  let ended = false;
  const second = wait().then((count) => (ended = true, count));
  post();
  await turns();
  assertEquals(ended, false);
  threads.computing = 0;
  assertEquals(await second, 2);
  assertEquals(poll(), 0);
  fixture.finish(port);
});

Deno.test("a port gives packets while fewer threads run than it is made for", async () => {
  for (const concurrency of [2, 0, 0xffff_ffff]) {
    const { fixture, port, post, poll } = await waited(concurrency);
    fixture.sim.threads.computing = 1;
    post();
    assertEquals(poll(), 1);
    fixture.finish(port);
  }
});

Deno.test("a thread counts for the port that it called last", async () => {
  const { fixture, port, post, poll } = await waited(1);
  const { sim } = fixture;
  const entries = fixture.buffer(1);
  const other = { port: fixture.port, entries, capacity: 2, timeout: 0 };
  assertEquals(await sim.waitForCompletions(other), 0);
  sim.threads.computing = 1;
  post();
  assertEquals(poll(), 1);
  assertThrows(() => sim.threads.computing = 2, RangeError);
  fixture.finish(port);
});

Deno.test("ignoreConcurrency gives packets to any number of threads", async () => {
  const options = { ignoreConcurrency: true };
  const { fixture, port, post, poll } = await waited(1, options);
  fixture.sim.threads.computing = 1;
  post();
  assertEquals(poll(), 1);
  fixture.finish(port);
});

/** Lets a thread of the pool wait for packets, and compute for others then. */
async function occupyThread(world: World): Promise<void> {
  const { proactor, sim } = world;
  const { server, client } = world.pair();
  const read = proactor.recv(server, 9);
  await until(() => proactor.metrics().waits > 0);
  await turns();
  proactor.send(client, bytes("first"));
  assertEquals(text(await read), "first");
  await until(() => proactor.metrics().pending === 0);
  await turns(100);
  sim.threads.computing = 1;
  world.close(server, client);
}

Deno.test("threads that compute for others keep no packet from a proactor", async () => {
  for (const skip of [true, false]) {
    await inWorld({ skip }, async (world) => {
      const { proactor, sim } = world;
      await occupyThread(world);
      const { server, client } = world.pair();
      const read = proactor.recv(server, 9);
      await until(() => sim.pendingOperations > 0);
      await turns(100);
      proactor.send(client, bytes("second"));
      let received = "";
      read.then((data) => received = text(data));
      await turns(200);
      assertEquals(received, "second");
      assert(sim.threads.computing === 1);
      sim.threads.computing = 0;
      world.close(server, client);
    });
  }
});

Deno.test("a proactor or port asks for as many threads as there can be", async () => {
  const sim = new SimulatedWin32();
  const asked: number[] = [];
  const create = sim.createIoCompletionPort.bind(sim);
  sim.createIoCompletionPort = (file, port, key, concurrency) => {
    if (file === INVALID_HANDLE_VALUE) asked.push(concurrency);
    return create(file, port, key, concurrency);
  };
  const made = [
    portOf(new IocpProactor({ api: sim })),
    openPort({ api: sim }),
    portOf(new IocpProactor({ api: sim, concurrency: 3 })),
  ];
  assertEquals(asked, [0xffff_ffff, 0xffff_ffff, 3]);
  for (const port of made) await port.close(0);
});
