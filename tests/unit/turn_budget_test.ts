/** Calls that end at once leave room for timers. */

import { assert, assertEquals, assertRejects } from "@std/assert";
import { stub } from "@std/testing/mock";
import { connectPipe } from "../../src/pipe/connect_pipe.ts";
import { PipeServer } from "../../src/pipe/pipe_server.ts";
import { CallBudget } from "../../src/proactor/port/call_budget.ts";
import { inWorld, outcome, PATH, test } from "./_helpers.ts";
import { bytes, text } from "./_bytes.ts";
import { turns } from "./_turns.ts";

test.world("a timer fires between reads and writes that all end at once", async ({ proactor }) => {
  const server = PipeServer.listen(PATH, { type: "byte", proactor });
  const client = await connectPipe(PATH, { proactor });
  const connection = await server.accept();
  let fired = false;
  const timer = setTimeout(() => fired = true, 1);
  const byte = new Uint8Array(1);
  let rounds = 0;
  while (!fired && ++rounds < 1_000_000) {
    await client.write(byte);
    assertEquals(await connection.read(byte), 1);
  }
  clearTimeout(timer);
  assert(fired, `no timer in ${rounds} rounds`);
  client.abort();
  connection.abort();
  await server.shutdown();
});

test.world("writes that are not awaited keep their order across turns", async ({ proactor }) => {
  const server = PipeServer.listen(PATH, { type: "byte", proactor });
  const client = await connectPipe(PATH, { proactor });
  const connection = await server.accept();
  const sent = Uint8Array.from({ length: 200 }, (_, i) => i);
  const writes = [...sent].map((byte) => client.write(Uint8Array.of(byte)));
  const received = new Uint8Array(200);
  for (let got = 0; got < 200;) {
    got += (await connection.read(received.subarray(got)))!;
  }
  await Promise.all(writes);
  assertEquals(received, sent);
  client.abort();
  connection.abort();
  await server.shutdown();
});

test.world("closeHandle() ends a pending recv() as interrupted, not as the end", async (world) => {
  const { proactor } = world;
  const { server, client } = world.pair();
  const future = proactor.recv(server, 10);
  proactor.closeHandle(server);
  await assertRejects(async () => await future, Deno.errors.Interrupted);
  proactor.closeHandle(client);
});

test.world("two select() calls at once both end", async (world) => {
  const { proactor } = world;
  const { server, client } = world.pair();
  const selected = [proactor.select(), proactor.select()];
  const sent = proactor.send(client, Uint8Array.of(1));
  const lists = await Promise.all(selected);
  assertEquals(lists.flat(), [sent]);
  proactor.closeHandle(server);
  proactor.closeHandle(client);
});

Deno.test("of futures that end at once, those beyond a turn's number end in the next ones", async () => {
  using _clock = stub(performance, "now", () => 0);
  await inWorld({}, async (world) => {
    const { proactor } = world;
    const { server, client } = world.pair();
    const sends = Array.from(
      { length: 60 },
      () => proactor.send(client, bytes("x")),
    );
    assertEquals(sends.filter((each) => each.done()).length, 31);
    assert(sends.slice(0, 31).every((each) => each.done()), "the first ones");
    const order: number[] = [];
    sends.forEach((each, i) => each.addDoneCallback(() => order.push(i)));
    await Promise.all(sends);
    assertEquals(order, sends.map((_, i) => i));
    world.close(server, client);
  });
});

test.world("a receive that ended at once is not lost by its cancellation", async (world) => {
  const { proactor, port } = world;
  const { server, client } = world.pair();
  await proactor.send(client, bytes("abc"));
  port.calls.exhaust();
  const read = proactor.recv(server, 10);
  assert(!read.done());
  assert(read.cancel());
  assertEquals(text(await read), "abc");
  port.calls.exhaust();
  const signal = AbortSignal.abort();
  await assertRejects(async () => await proactor.recv(server, 10, { signal }));
  world.close(server, client);
});

test.world("a signal that a wait took at once is not lost by its cancellation", async (world) => {
  const { proactor, port, sim } = world;
  const event = sim.waits.createEvent(false);
  sim.waits.setEvent(event);
  port.calls.exhaust();
  const wait = proactor.waitForHandle(event);
  assert(!wait.done());
  assert(wait.cancel());
  assertEquals(await wait, true);
  sim.closeHandle(event);
});

test.world("poll() ends what was put off", async (world) => {
  const { proactor, port } = world;
  const { server, client } = world.pair();
  port.calls.exhaust();
  const sends = Array.from(
    { length: 100 },
    () => proactor.send(client, bytes("x")),
  );
  assert(sends.every((each) => !each.done()));
  proactor.poll();
  assert(sends.every((each) => each.done()));
  port.calls.exhaust();
  const read = outcome(proactor.recv(server, 1));
  await proactor.close();
  assertEquals(await read, "ok x");
  world.close(server, client);
});

Deno.test("a future that was put off ends before a packet that came later", async () => {
  await inWorld({ skip: true }, async (world) => {
    const { proactor, port } = world;
    const { server, client } = world.pair();
    await proactor.send(client, bytes("a"));
    port.calls.exhaust();
    const order: string[] = [];
    const note = (name: string) => () => void order.push(name);
    proactor.recv(server, 1).addDoneCallback(note("first"));
    const second = proactor.recv(server, 1);
    second.addDoneCallback(note("second"));
    proactor.send(client, bytes("b"));
    await second;
    await turns(1);
    assertEquals(order, ["first", "second"]);
    world.close(server, client);
  });
});

Deno.test("calls that take long use up a turn's time", () => {
  let now = 0;
  using _clock = stub(performance, "now", () => now);
  const budget = new CallBudget();
  let calls = 1;
  while (budget.spend()) {
    calls++;
    now += 0.3;
  }
  assertEquals(calls, 8);
  budget.renew();
  now += 1000;
  assert(budget.spend(), "the time before the first call does not count");
});
