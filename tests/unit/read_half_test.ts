/** The read side: buffers, probes, what waits until it is taken. */

import { assert, assertEquals } from "@std/assert";
import { stub } from "@std/testing/mock";
import { STATUS_PIPE_BROKEN } from "../../src/ffi/constants.ts";
import type { Handle } from "../../src/ffi/win32_api.ts";
import { FileIo } from "../../src/stream/stream_io.ts";
import { ReadHalf } from "../../src/stream/read_half.ts";
import { inWorld, test, type World } from "./_helpers.ts";
import { bytes, pattern, text } from "./_bytes.ts";
import { until } from "./_turns.ts";

interface Half {
  reader: ReadHalf;
  server: Handle;
  client: Handle;
  readables: number;
  released: number;
  close(): void;
}

function half(
  world: World,
  type: "byte" | "message" = "byte",
  bulk = false,
): Half {
  const { server, client } = world.pair({ type, quota: 1 << 20 });
  const owner = world.port.associate(server, { warnings: type === "message" });
  const counts = { readables: 0, released: 0 };
  const reader = new ReadHalf(world.port, owner, {
    io: Object.assign(new FileIo(world.sim, server), { bulk }),
    emptyIsEnd: type === "message",
    probe: type === "byte",
    consumer: {
      onReadable: () => counts.readables++,
      onReadReleased: () => counts.released++,
    },
  });
  const close = (): void => {
    world.port.closeHandle(owner);
    reader.dispose();
    reader.dispose();
    world.sim.closeHandle(client);
  };
  return Object.assign(counts, { reader, server, client, close });
}

/** Starts a read, and waits for its end. */
async function armed(it: Half): Promise<void> {
  const { readables } = it;
  if (!it.reader.arm()) await until(() => it.readables > readables);
}

for (const type of ["byte", "message"] as const) {
  test.world(`arm() starts one read and tells when it has ended: ${type} pipe`, async (world) => {
    const it = half(world, type);
    assert(!it.reader.arm());
    assert(!it.reader.arm());
    assertEquals([it.reader.pending, world.sim.pendingOperations], [true, 1]);
    await world.proactor.send(it.client, bytes("abc"));
    await until(() => it.readables === 1);
    assert(it.reader.arm() && it.reader.readable);
    assertEquals([it.reader.available, it.reader.pending], [3, false]);
    assertEquals(text(it.reader.take()), "abc");
    it.close();
    await until(() => it.released === 1);
  });
}

test.world("takeInto() takes as much as fits, in order", async (world) => {
  const it = half(world);
  await world.proactor.send(it.client, bytes("abcde"));
  assert(it.reader.arm());
  const target = new Uint8Array(3);
  assertEquals([it.reader.takeInto(target), text(target)], [3, "abc"]);
  assertEquals(it.reader.takeInto(new Uint8Array(0)), 0);
  assertEquals([it.reader.takeInto(target), text(target)], [2, "dec"]);
  assertEquals(it.reader.takeInto(target), 0);
  it.close();
});

test.world("data that nobody has taken are dropped by dispose()", async (world) => {
  const it = half(world);
  await world.proactor.send(it.client, bytes("abc"));
  assert(it.reader.arm());
  it.close();
  assertEquals([it.reader.available, it.released], [0, 1]);
  assert(!it.reader.arm());
});

test.world("a read that brings nothing is no end: another follows", async (world) => {
  const it = half(world);
  await world.proactor.send(it.client, bytes("a"));
  assert(it.reader.arm()); // what has brought data waits with a buffer
  it.reader.take();
  assert(!it.reader.arm());
  world.sim.completeWith(it.server, 0);
  assertEquals(world.sim.pendingOperations, 0);
  await until(() => it.reader.pending && world.sim.pendingOperations === 1);
  assertEquals([it.readables, it.reader.ended], [0, false]);
  await world.proactor.send(it.client, bytes("bc"));
  await until(() => it.readables === 1);
  assertEquals(text(it.reader.take()), "bc");
  it.close();
});

test.world("the end and errors stay", async (world) => {
  const ended = half(world);
  ended.reader.arm();
  world.sim.completeWith(ended.server, STATUS_PIPE_BROKEN);
  await until(() => ended.readables === 1);
  assertEquals([ended.reader.ended, ended.reader.error], [true, 0]);
  const failed = half(world);
  failed.reader.arm();
  world.sim.completeWith(failed.server, 0xc000_009a);
  await until(() => failed.readables === 1);
  assertEquals([failed.reader.ended, failed.reader.error], [false, 1450]);
  assert(ended.reader.arm() && failed.reader.arm());
  assertEquals(world.sim.pendingOperations, 0);
  ended.close();
  failed.close();
});

test.world("a read without memory is an error, not an exception", async (world) => {
  const it = half(world, "message");
  world.sim.fail("virtualAlloc", 8);
  assert(it.reader.arm());
  assertEquals(it.reader.error, 8);
  it.close();
  await until(() => it.released === 1);
});

Deno.test("buffers grow with the data, and a silent byte pipe holds none", async () => {
  let now = 0;
  using _clock = stub(performance, "now", () => now);
  await inWorld({}, async (world) => {
    const it = half(world);
    const { bufferBytes: none } = world.proactor.metrics();
    assert(!it.reader.arm());
    assertEquals(world.proactor.metrics().bufferBytes, none);
    now += 1000;
    await world.proactor.send(it.client, pattern(200_000));
    await until(() => it.readables === 1);
    assertEquals(it.reader.available, 65_536);
    assertEquals(it.reader.take(), pattern(200_000).subarray(0, 65_536));
    let rest = 65_536;
    while (rest < 200_000) {
      assert(it.reader.arm());
      rest += it.reader.take().length;
    }
    assertEquals(rest, 200_000);
    it.close();
    await until(() => it.released === 1);
  });
});

/** Takes what is there, read by read. */
function drained(it: Half, total: number): number[] {
  const sizes: number[] = [];
  for (let rest = total; rest > 0;) {
    assert(it.reader.arm());
    const { length } = it.reader.take();
    sizes.push(length);
    rest -= length;
  }
  return sizes;
}

const BULK = 524_288;

test.world("bulk is read in larger pieces where that pays, until it is over", async (world) => {
  const it = half(world, "byte", true);
  await world.proactor.send(it.client, pattern(1 << 20));
  const large = [65_536, 65_536, BULK, 393_216];
  assertEquals(drained(it, 1 << 20), large);
  await world.proactor.send(it.client, pattern(5000));
  assertEquals(drained(it, 5000), [5000]);
  await world.proactor.send(it.client, pattern(100_000));
  assertEquals(drained(it, 100_000), [65_536, 34_464]);
  it.close();
  await until(() => it.released === 1);
});

test.world("bulk is read in pieces of 64 KiB where larger ones do not pay", async (world) => {
  const it = half(world);
  await world.proactor.send(it.client, pattern(1 << 20));
  assertEquals(new Set(drained(it, 1 << 20)), new Set([65_536]));
  it.close();
  await until(() => it.released === 1);
});

test.world("messages of 64 KiB need no larger pieces", async (world) => {
  const it = half(world, "byte", true);
  for (let i = 0; i < 6; i++) {
    const pending = !it.reader.arm();
    await world.proactor.send(it.client, pattern(65_536));
    if (pending) await until(() => it.reader.readable);
    else assert(it.reader.arm());
    it.reader.take();
    assert(world.proactor.metrics().bufferBytes <= 65_536);
  }
  it.close();
  await until(() => it.released === 1);
});

test.world("messages of 64 KiB that are there already are seldom taken for bulk", async (world) => {
  const it = half(world, "byte", true);
  let tries = 0;
  for (let i = 0; i < 400; i++) {
    await world.proactor.send(it.client, pattern(65_536));
    assert(it.reader.arm());
    if (world.proactor.metrics().bufferBytes > 65_536) tries++;
    assertEquals(it.reader.take().length, 65_536);
  }
  assert(tries > 0 && tries < 6, `${tries} tries`);
  it.close();
  await until(() => it.released === 1);
});

test.world("nobody reads in larger pieces while others hold many", async (world) => {
  const it = half(world, "byte", true);
  const { buffers } = world.port;
  const held = Array.from({ length: 64 }, () => buffers.acquire(BULK));
  await world.proactor.send(it.client, pattern(1 << 20));
  assertEquals(new Set(drained(it, 1 << 20)), new Set([65_536]));
  for (const buffer of held) buffers.release(buffer);
  it.close();
  await until(() => it.released === 1);
});

test.world("more tells that a message goes on", async (world) => {
  const it = half(world, "message");
  await world.proactor.send(it.client, pattern(5000));
  await armed(it); // with a packet, if warnings queue one
  assertEquals([it.reader.available, it.reader.more], [4096, true]);
  it.reader.take();
  assert(it.reader.arm());
  assertEquals([it.reader.available, it.reader.more], [904, false]);
  it.reader.take();
  await world.proactor.send(it.client, new Uint8Array(0));
  assert(it.reader.arm());
  assertEquals([it.reader.available, it.reader.ended], [0, true]);
  it.close();
});
