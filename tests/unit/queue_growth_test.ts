/** Queues that never run empty hold what waits, and no more. */

import { assert, assertEquals } from "@std/assert";
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { BufferPool } from "../../src/ffi/memory.ts";
import {
  FutureTracker,
  MAX_RESULTS,
} from "../../src/proactor/future/future_tracker.ts";
import type { OverlappedFuture } from "../../src/proactor/future/overlapped_future.ts";
import type { PortHandle } from "../../src/proactor/port/port_handle.ts";
import { partsOf } from "../../src/proactor/proactor_parts.ts";
import { NOTHING, WriteQueue } from "../../src/stream/write_queue.ts";
import { SimulatedWin32 } from "../sim/simulated_win32.ts";
import { collectAll } from "./_collect.ts";
import { test } from "./_helpers.ts";
import { pipeEnds } from "./_pipe_ends.ts";
import { rig } from "./_recorder.ts";

/** Bytes of a write, and how many writes: together far more than is allowed. */
const SIZE = 16_384;
const WRITES = 4000;

/** Writes that wait: more than go out in one call. */
const WINDOW = 8;

/** Bytes that arrays may have more than before. */
const ALLOWED = 16 << 20;

setFlagsFromString("--expose-gc");
const collectGarbage: () => void = runInNewContext("gc");

function external(): number {
  collectGarbage();
  return Deno.memoryUsage().external;
}

Deno.test("WriteQueue gives back the room of what was written, though it is never empty", () => {
  const sim = new SimulatedWin32();
  const buffers = new BufferPool(sim);
  const queue = new WriteQueue(buffers, false);
  const push = () =>
    queue.push({
      kind: "data",
      data: NOTHING,
      length: 5,
      offset: 0,
      onDone: null,
    });
  push();
  for (let i = 0; i < 10_000; i++) {
    push();
    queue.written(5);
    assertEquals([queue.empty, queue.buffered], [false, 5]);
    assert(queue.capacity <= 200, `${queue.capacity} after ${i} writes`);
  }
  buffers.dispose();
});

test.world("a connection with writes always in flight does not grow", async (world) => {
  const [end, peer] = await pipeEnds(world);
  const before = external();
  const [data, target] = [new Uint8Array(SIZE), new Uint8Array(65_536)];
  const writes = Array.from({ length: WINDOW }, () => end.write(data));
  for (let i = 0; i < WRITES; i++) {
    writes.push(end.write(data));
    while (end.bufferedAmount > WINDOW * SIZE) await peer.read(target);
    assert(end.bufferedAmount > 0);
    if (i % 500 !== 0) continue;
    const grown = external() - before;
    assert(grown < ALLOWED, `${grown} bytes after ${i} writes`);
  }
  end.close();
  while (await peer.read(target) !== null);
  await Promise.all(writes);
  peer.close();
  await Promise.all([end.finished, peer.finished]);
});

test.world("a transport under steady flow control does not grow", async (world) => {
  const { transport, peer } = rig(world, { quota: 7 });
  const before = external();
  const data = new Uint8Array(SIZE);
  for (let i = 0; i < WINDOW; i++) transport.write(data);
  let received = 0;
  for (let i = 0; i < WRITES; i++) {
    transport.write(data);
    while (transport.getWriteBufferSize() > WINDOW * SIZE) {
      received += (await world.proactor.recv(peer, 65_536)).length;
    }
    assert(transport.getWriteBufferSize() > 0);
    if (i % 500 === 0) {
      const grown = external() - before;
      assert(grown < ALLOWED, `${grown} bytes after ${i} writes`);
    }
  }
  assert(received >= WRITES * SIZE);
  transport.abort();
  world.close(peer);
  await transport.finished;
});

Deno.test("select() that times out leaves nobody behind who waits", async () => {
  const tracker = new FutureTracker(() => {});
  for (let i = 0; i < 20; i++) {
    assertEquals(await tracker.results(1), []);
    assertEquals(tracker.waiting, 0);
  }
});

Deno.test("results that nobody selects are dropped from a number on, and that is told", async () => {
  let told = 0;
  const tracker = new FutureTracker(() => told++);
  const [owner, future] = [
    {} as PortHandle,
    { done: () => true, cancelled: () => false } as OverlappedFuture<unknown>,
  ];
  tracker.add(owner, future);
  assertEquals(await tracker.results(0), []);
  for (let round = 1; round <= 2; round++) {
    for (let i = 0; i < MAX_RESULTS + 10; i++) tracker.add(owner, future);
    assertEquals(told, round);
    assertEquals((await tracker.results(0)).length, MAX_RESULTS);
  }
  tracker.add(owner, future);
  assertEquals((await tracker.results(0)).length, 1);
});

test.world("a proactor reports that nobody calls select() any more", async (world) => {
  const { proactor } = world;
  await proactor.select(0);
  const { core } = partsOf(world.port);
  const ended: object = { done: () => true, cancelled: () => false };
  const future = ended as OverlappedFuture<unknown>;
  for (let i = 0; i <= MAX_RESULTS; i++) core.track({} as PortHandle, future);
  assertEquals(world.reports.splice(0), ["Nobody calls select() any more"]);
});

Deno.test("results are kept for select(): 256, and more while the program has them", async () => {
  const tracker = new FutureTracker(() => {});
  await tracker.results(0);
  const owner = {} as PortHandle;
  const kept: OverlappedFuture<unknown>[] = [];
  for (let i = 0; i < 1000; i++) {
    const future = {
      done: () => true,
      cancelled: () => false,
    } as OverlappedFuture<unknown>;
    tracker.add(owner, future);
    if (i % 10 === 0) kept.push(future);
  }
  await collectAll();
  const results = await tracker.results(0);
  assert(kept.every((future) => results.includes(future)));
  // Of the 744 that were not kept, one in ten is the program's.
  assert(results.length < 256 + 100, `${results.length}`);
  assert(results.length >= 256 + 74);
});
