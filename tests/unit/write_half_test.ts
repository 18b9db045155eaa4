/** The write side: flow control, queueing, what the caller's arrays may do. */

import { assert, assertEquals, assertThrows } from "@std/assert";
import { spy } from "@std/testing/mock";
import { bytes, pattern } from "./_bytes.ts";
import { turns, until } from "./_turns.ts";
import { ERROR_IO_PENDING, ERROR_NO_DATA } from "../../src/ffi/constants.ts";
import type { Address, Handle } from "../../src/ffi/win32_api.ts";
import type { StreamIo } from "../../src/stream/stream_io.ts";
import type { PortHandle } from "../../src/proactor/port/port_handle.ts";
import { WriteHalf } from "../../src/stream/write_half.ts";
import { rig } from "./_recorder.ts";
import { test, type World } from "./_helpers.ts";

async function receive(world: World, peer: Handle, length: number) {
  const data = new Uint8Array(length);
  for (let at = 0; at < length;) {
    const part = await world.proactor.recv(peer, length - at);
    data.set(part, at);
    at += part.length;
  }
  return data;
}

test.world("pauseWriting() comes above the high mark, resumeWriting() when drained", async (world) => {
  const { transport, protocol, peer } = rig(world, { quota: 0 });
  transport.setWriteBufferLimits({ high: 4 });
  assertEquals(transport.getWriteBufferLimits(), { high: 4, low: 1 });
  transport.write(bytes("abc"));
  assertEquals(protocol.log, ["made"]);
  transport.write(bytes("def"));
  assertEquals(protocol.log, ["made", "pause"]);
  transport.write(bytes("ghi"));
  assertEquals(protocol.log, ["made", "pause"]);
  await receive(world, peer, 9);
  await until(() => transport.getWriteBufferSize() === 0);
  assertEquals(protocol.log, ["made", "pause", "resume"]);
  transport.close();
  world.close(peer);
  await transport.finished;
});

test.world("resumeWriting() comes at the low mark, not only when all is drained", async (world) => {
  const { transport, protocol, peer } = rig(world, {
    type: "message",
    quota: 0,
  });
  transport.setWriteBufferLimits({ high: 5, low: 4 });
  for (const message of ["aa", "bb", "cc"]) transport.write(bytes(message));
  assertEquals(protocol.log, ["made", "pause"]);
  await world.proactor.recv(peer, 2);
  await turns();
  assertEquals(transport.getWriteBufferSize(), 4);
  assertEquals(protocol.log, ["made", "pause", "resume"]);
  transport.abort();
  world.close(peer);
  await transport.finished;
});

test.world("a write that completes at once never pauses", async (world) => {
  const { transport, protocol, peer } = rig(world);
  transport.setWriteBufferLimits({ high: 1 });
  transport.write(bytes("abcdef"));
  assertEquals(protocol.log, ["made"]);
  transport.setWriteBufferLimits({ low: 2 });
  assertEquals(transport.getWriteBufferLimits(), { high: 8, low: 2 });
  transport.setWriteBufferLimits();
  assertEquals(transport.getWriteBufferLimits(), { high: 65536, low: 16384 });
  transport.close();
  world.close(peer);
  await transport.finished;
});

test.world("setWriteBufferLimits() applies to what is buffered, and checks", async (world) => {
  const { transport, protocol, peer } = rig(world, { quota: 0 });
  transport.write(bytes("abc"));
  transport.setWriteBufferLimits({ high: 0 });
  assertEquals(protocol.log, ["made", "pause"]);
  transport.setWriteBufferLimits({ high: 100, low: 50 });
  assertEquals(protocol.log, ["made", "pause", "resume"]);
  const bad = [{ high: -1 }, { high: 1, low: 2 }, { high: NaN }, { low: -1 }];
  for (const limits of [...bad, { high: 1.5 }]) {
    assertThrows(() => transport.setWriteBufferLimits(limits), RangeError);
  }
  assertEquals(transport.getWriteBufferLimits(), { high: 100, low: 50 });
  transport.abort();
  world.close(peer);
  await transport.finished;
});

for (const type of ["byte", "message"] as const) {
  for (const quota of [0, 7, 65_536, 4 << 20]) {
    test.world(`write() copies what it can't write at once: ${type} pipe, quota ${quota}`, async (world) => {
      const { transport, peer } = rig(world, { type, quota });
      const first = pattern(17 * 65_536);
      const second = pattern(1000);
      const [one, two] = [first.slice(), second.slice()];
      transport.write(first);
      first.fill(0);
      transport.write(second);
      second.buffer.transfer();
      transport.close();
      const data = await receive(world, peer, one.length + two.length);
      assertEquals(data.subarray(0, one.length), one);
      assertEquals(data.subarray(one.length), two);
      await transport.finished;
      world.close(peer);
    });
  }
}

test.world("large writes that are queued are copied, and come in order", async (world) => {
  const { transport, peer } = rig(world, { quota: 0 });
  const sizes = [65_536, 65_536, 40_000, 100, 32_768, 65_537, 1];
  const writes = sizes.map((size, i) => pattern(size + i).subarray(i));
  const expected = writes.map((data) => data.slice());
  for (const data of writes) {
    transport.write(data);
    data.fill(0);
  }
  const total = sizes.reduce((sum, size) => sum + size, 0);
  assertEquals(transport.getWriteBufferSize(), total);
  for (const data of expected) {
    assertEquals(await receive(world, peer, data.length), data);
  }
  transport.close();
  world.close(peer);
  await transport.finished;
  assertEquals(world.proactor.metrics().bufferBytes, 0);
});

test.world("large writes that are dropped give their buffers back", async (world) => {
  const { transport, peer } = rig(world, { quota: 0 });
  for (let i = 0; i < 4; i++) transport.write(pattern(65_536));
  transport.abort();
  world.close(peer);
  await transport.finished;
  assertEquals(world.proactor.metrics().bufferBytes, 0);
});

/** Takes half of what a call writes, or all of a byte; a packet says so. */
class HalfIo implements StreamIo {
  readonly taken: number[] = [];
  readonly transferred = 0;
  readonly #world: World;
  readonly #key: number;

  constructor(world: World, key: number) {
    this.#world = world;
    this.#key = key;
  }

  read(): number {
    return ERROR_IO_PENDING;
  }

  write(buffer: Address, length: number, overlapped: Address): number {
    const { sim, port } = this.#world;
    const data = new Uint8Array(Math.ceil(length / 2));
    sim.copyOut(data, buffer);
    for (const byte of data) this.taken.push(byte);
    sim.postQueuedCompletionStatus(
      port.handle,
      data.length,
      this.#key,
      overlapped,
    );
    return ERROR_IO_PENDING;
  }
}

function halfOf(
  world: World,
  handle: PortHandle,
  options: { io: StreamIo; messages?: boolean },
): WriteHalf {
  const ignore = () => {};
  const consumer = {
    onWritten: ignore,
    onDrained: ignore,
    onWriteError: ignore,
    onWriteReleased: ignore,
  };
  const rest = { messages: false, ...options, consumer };
  return new WriteHalf(world.port, handle, rest);
}

test.world("the first failure is the one that is told", async (world) => {
  const { server, client } = world.pair();
  const handle = world.port.associate(server, { warnings: false });
  const fails = () => ERROR_NO_DATA;
  const io = { read: fails, write: fails, transferred: 0 };
  const writer = halfOf(world, handle, { io });
  assertEquals(writer.write(bytes("x"), null), ERROR_NO_DATA);
  writer.dispose();
  assertEquals(writer.error, ERROR_NO_DATA);
  assertEquals(writer.write(bytes("y"), null), ERROR_NO_DATA);
  world.port.closeHandle(handle);
  world.close(client);
  await turns();
});

for (const messages of [false, true]) {
  test.world(`an empty write is a message, and nothing to a stream: messages ${messages}`, async (world) => {
    const { server, client } = world.pair();
    const handle = world.port.associate(server, { warnings: false });
    const io = new HalfIo(world, handle.key);
    const write = spy(io, "write");
    const writer = halfOf(world, handle, { io, messages });
    const code = messages ? ERROR_IO_PENDING : 0;
    assertEquals(writer.write(new Uint8Array(0), null), code);
    assertEquals(write.calls.map(({ args }) => args[1]), messages ? [0] : []);
    await until(() => writer.idle);
    writer.dispose();
    world.port.closeHandle(handle);
    world.close(client);
  });
}

test.world("writes that are taken in parts go out whole, whatever becomes of the arrays", async (world) => {
  const { server, client } = world.pair();
  const handle = world.port.associate(server, { warnings: false });
  const io = new HalfIo(world, handle.key);
  const writer = halfOf(world, handle, { io });
  const writes = [1000, 40_000, 5, 65_536, 70_000].map(pattern);
  const expected = writes.flatMap((data) => [...data]);
  for (const data of writes) {
    writer.write(data, null);
    data.fill(0);
  }
  await until(() => writer.idle);
  assertEquals(io.taken, expected);
  writer.dispose();
  assertEquals(world.proactor.metrics().bufferBytes, 0);
  world.port.closeHandle(handle);
  world.close(client);
});

test.world("an endless writer gives others their turn", async (world) => {
  const { transport, peer } = rig(world, { quota: 4 << 20 });
  const { writeFile = 0 } = world.sim.calls;
  transport.write(pattern(40 * 65_536));
  assertEquals(world.sim.calls.writeFile, writeFile + 16);
  assert(transport.getWriteBufferSize() > 0);
  await until(() => transport.getWriteBufferSize() === 0);
  assertEquals(world.sim.calls.writeFile, writeFile + 40);
  transport.close();
  world.close(peer);
  await transport.finished;
});

test.world("a write without memory ends the connection, not the process", async (world) => {
  const { transport, protocol, peer } = rig(world, { type: "message" });
  world.sim.fail("virtualAlloc", 8);
  transport.write(pattern(1 << 20));
  await transport.finished;
  assertEquals(protocol.error?.name, "WindowsError");
  world.close(peer);
});

test.world("writes of a pipe go out as few large ones", async (world) => {
  const { transport, peer } = rig(world, { quota: 0 });
  for (let i = 0; i < 100; i++) transport.write(bytes("x"));
  assertEquals((await receive(world, peer, 100)).length, 100);
  assertEquals(world.sim.calls.writeFile! <= 3, true);
  await turns();
  transport.close();
  world.close(peer);
  await transport.finished;
});
