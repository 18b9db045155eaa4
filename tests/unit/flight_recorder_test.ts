/** What a flight recorder keeps. */

import { assert, assertEquals, assertThrows } from "@std/assert";
import type { Trace, TraceEvent } from "../../src/proactor/mod.ts";
import { inWorld, test, type World } from "./_helpers.ts";
import { bytes } from "./_bytes.ts";
import { turns } from "./_turns.ts";

async function exchange(world: World, rounds: number): Promise<void> {
  const { proactor } = world;
  const { server, client } = world.pair();
  for (let i = 0; i < rounds; i++) {
    const read = proactor.recv(server, 4);
    await proactor.send(client, bytes("x"));
    await read;
  }
  world.close(server, client);
}

function named({ traceEvents }: Trace, ph: string): string[] {
  return traceEvents.filter((event) => event.ph === ph).map(({ name }) => name);
}

test.world("nothing is recorded until it is asked for", async (world) => {
  await exchange(world, 2);
  using recorder = world.proactor.record();
  assertEquals(recorder.count, 0);
  assertEquals(recorder.trace(), { traceEvents: [], displayTimeUnit: "ms" });
});

Deno.test("a trace has operations, callbacks and batches", () =>
  inWorld({ skip: true }, async (world) => {
    using recorder = world.proactor.record();
    await exchange(world, 3);
    const trace = recorder.trace();
    assertEquals(named(trace, "b"), ["read", "read", "read"]);
    assertEquals(named(trace, "e"), ["read", "read", "read"]);
    assertEquals(named(trace, "i"), Array(3).fill("write at once"));
    const spans = named(trace, "X");
    assertEquals(spans.filter((name) => name === "read").length, 3);
    assert(spans.includes("batch"));
    assert(world.proactor.metrics().longestCallback > 0);
  }));

test.world("each end of a trace has its beginning, in order", async (world) => {
  using recorder = world.proactor.record();
  await exchange(world, 5);
  const open = new Map<string, TraceEvent>();
  for (const event of recorder.trace().traceEvents) {
    if (event.ph === "b") open.set(event.id!, event);
    if (event.ph !== "e") continue;
    const begin = open.get(event.id!)!;
    assertEquals([begin.name, begin.cat], [event.name, event.cat]);
    assert(begin.ts <= event.ts);
    open.delete(event.id!);
  }
  assertEquals(open.size, 0);
});

test.world("a cancellation is a moment", async (world) => {
  using recorder = world.proactor.record();
  const { server, client } = world.pair();
  const read = world.proactor.recv(server, 4);
  read.cancel();
  await turns();
  assert(named(recorder.trace(), "i").includes("cancel read"));
  world.close(server, client);
});

test.world("the ring keeps the last events, whose ends may have lost their beginnings", async (world) => {
  using recorder = world.proactor.record({ events: 256 });
  await exchange(world, 200);
  assert(recorder.count > 256);
  const { traceEvents } = recorder.trace();
  // An end is two events: that of its operation, and the callback.
  assert(traceEvents.length > 0 && traceEvents.length <= 512);
  const times = traceEvents.filter(({ ph }) => ph === "i").map(({ ts }) => ts);
  assertEquals(times, times.toSorted((a, b) => a - b));
});

test.world("a recorder that is stopped keeps what it has", async (world) => {
  const recorder = world.proactor.record();
  await exchange(world, 1);
  recorder.stop();
  const { count } = recorder;
  await exchange(world, 1);
  assertEquals(recorder.count, count);
  recorder.stop();
  assertEquals(world.proactor.metrics().longestCallback, 0);
});

test.world("another recorder replaces the first, which cannot stop it", async (world) => {
  const first = world.proactor.record();
  using second = world.proactor.record();
  first.stop();
  await exchange(world, 1);
  assertEquals(first.count, 0);
  assert(second.count > 0);
});

test.world("record() refuses a number of events that makes no sense", ({ proactor }) => {
  for (const events of [0, 255, 1.5, NaN, 2 ** 21]) {
    assertThrows(() => proactor.record({ events }), RangeError, "events");
  }
});
