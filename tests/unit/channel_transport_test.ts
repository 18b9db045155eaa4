/** The transport: the counterpart of asyncio's test_proactor_events. */

import { assert, assertEquals } from "@std/assert";
import { assertInstanceOf, assertThrows } from "@std/assert";
import { STATUS_CANCELLED } from "../../src/ffi/constants.ts";
import { test, wrong } from "./_helpers.ts";
import { bytes, text } from "./_bytes.ts";
import { turns, until } from "./_turns.ts";
import { Recorder, rig } from "./_recorder.ts";

test.world("a transport tells connectionMade first and arms a read", async (world) => {
  const { transport, protocol, peer } = rig(world);
  assertEquals(protocol.log, ["made"]);
  assertEquals(protocol.transport, transport);
  assertEquals(world.sim.pendingOperations, 1);
  transport.abort();
  world.close(peer);
  await transport.finished;
});

test.world("dataReceived() gets exactly the bytes, its own copy, in order", async (world) => {
  const { transport, protocol, peer } = rig(world);
  for (const part of ["abcd", "ef", "g"]) {
    await world.proactor.send(peer, bytes(part));
    await turns();
  }
  assertEquals(protocol.log, ["made", "data abcd", "data ef", "data g"]);
  transport.abort();
  world.close(peer);
  await transport.finished;
});

test.world("the next read starts when dataReceived() has answered", async (world) => {
  const { transport, protocol, peer } = rig(world);
  const pending: number[] = [];
  protocol.on = (name) => {
    if (name.startsWith("data")) pending.push(world.sim.pendingOperations);
  };
  await world.proactor.send(peer, bytes("abcd"));
  await turns();
  assertEquals(pending, [0]);
  assertEquals(world.sim.pendingOperations, 1);
  transport.abort();
  world.close(peer);
  await transport.finished;
});

test.world("those who answer read again when all of a batch have answered", async (world) => {
  const rigs = [rig(world), rig(world), rig(world)];
  const pending: number[] = [];
  for (const { protocol, transport, peer } of rigs) {
    protocol.on = (name) => {
      if (!name.startsWith("data")) return;
      transport.write(bytes("ok"));
      pending.push(world.sim.pendingOperations);
    };
    world.proactor.send(peer, bytes("abcd"));
  }
  world.proactor.poll();
  assertEquals(pending, [0, 0, 0]);
  assertEquals(world.sim.pendingOperations, 3);
  for (const { transport, peer } of rigs) {
    transport.abort();
    world.close(peer);
    await transport.finished;
  }
});

for (const type of ["byte", "message"] as const) {
  test.world(`the end of a ${type} pipe calls eofReceived, then closes`, async (world) => {
    const { transport, protocol, peer } = rig(world, { type });
    await world.proactor.send(peer, bytes("ab"));
    world.close(peer);
    await transport.finished;
    assertEquals(protocol.log, ["made", "data ab", "eof", "lost"]);
    assertEquals(protocol.error, null);
    assert(transport.isClosing());
  });
}

test.world("eofReceived() returning true keeps the transport open for writing", async (world) => {
  const { transport, protocol, peer } = rig(world, { type: "message" });
  protocol.keepOpen = true;
  await world.proactor.send(peer, new Uint8Array(0));
  await until(() => protocol.log.includes("eof"));
  assert(!transport.isClosing());
  transport.write(bytes("still"));
  assertEquals(text(await world.proactor.recv(peer, 9)), "still");
  transport.pauseReading();
  transport.resumeReading();
  await turns();
  transport.close();
  world.close(peer);
  await transport.finished;
  assertEquals(protocol.log, ["made", "eof", "lost"]);
});

test.world("a failed read ends the connection with its error", async (world) => {
  const { transport, protocol, peer } = rig(world);
  const { handle } = world.sim.ready[0] ?? { handle: 0n };
  assertEquals(handle, 0n, "the read has nothing to complete with");
  world.sim.fail("readFile", 64);
  await world.proactor.send(peer, bytes("a"));
  await transport.finished;
  assertEquals(protocol.log, ["made", "lost"]);
  assertInstanceOf(protocol.error, Deno.errors.ConnectionReset);
  world.close(peer);
});

test.world("a read cancelled by our own close is no error", async (world) => {
  const { transport, protocol, peer } = rig(world);
  transport.close();
  await transport.finished;
  assertEquals([protocol.error, protocol.log], [null, ["made", "lost"]]);
  world.close(peer);
});

test.world("write() sends at once, and queues behind a write in flight", async (world) => {
  const { transport, peer } = rig(world, { quota: 4 });
  transport.write(bytes("abcd"));
  assertEquals(transport.getWriteBufferSize(), 0);
  transport.write(bytes("efgh"));
  const calls = world.sim.calls.writeFile;
  transport.write(bytes("ij"));
  transport.writeLines([bytes("k"), bytes("l")]);
  assertEquals(world.sim.calls.writeFile, calls);
  assertEquals(transport.getWriteBufferSize(), 8);
  let received = "";
  while (received.length < 12) {
    received += text(await world.proactor.recv(peer, 12));
  }
  assertEquals(received, "abcdefghijkl");
  assertEquals(world.sim.calls.writeFile, calls! + 1);
  await until(() => transport.getWriteBufferSize() === 0);
  transport.close();
  world.close(peer);
  await transport.finished;
});

test.world("write() of nothing makes no system call", async (world) => {
  for (const type of ["byte", "message"] as const) {
    const { transport, peer } = rig(world, { type });
    const { calls } = world;
    transport.write(new Uint8Array(0));
    assertEquals(world.calls, calls);
    transport.abort();
    world.close(peer);
    await transport.finished;
  }
});

test.world("write() refuses what is no Uint8Array", async (world) => {
  const { transport, peer } = rig(world);
  const { calls } = world;
  for (const data of ["abc", 1, null, undefined, [1], new ArrayBuffer(1)]) {
    assertThrows(() => transport.write(wrong(data)), TypeError);
  }
  assertEquals(world.calls, calls);
  transport.abort();
  world.close(peer);
  await transport.finished;
});

test.world("a transport that cannot write, or read, says so", async (world) => {
  const reader = rig(world, { writable: false });
  const { NotSupported } = Deno.errors;
  assertThrows(() => reader.transport.write(bytes("a")), NotSupported);
  assert(!reader.transport.canWriteEof());
  const writer = rig(world, { readable: false });
  assert(!writer.transport.isReading());
  await turns();
  reader.transport.abort();
  writer.transport.abort();
  world.close(reader.peer, writer.peer);
  await reader.transport.finished;
  await writer.transport.finished;
});

test.world("a failed write ends the connection with its error, once", async (world) => {
  const { transport, protocol, peer } = rig(world, { quota: 0 });
  protocol.keepOpen = true;
  transport.write(bytes("abc"));
  transport.write(bytes("def"));
  world.close(peer);
  await transport.finished;
  assertEquals(protocol.log.filter((it) => it === "lost"), ["lost"]);
  assertInstanceOf(protocol.error, Deno.errors.BrokenPipe);
  for (let i = 0; i < 5; i++) transport.write(bytes("dropped"));
  assertEquals(transport.getWriteBufferSize(), 0);
});

test.world("a write that fails at once ends the connection with its error", async (world) => {
  const { transport, protocol, peer } = rig(world);
  world.sim.fail("writeFile", 232);
  transport.write(bytes("abc"));
  await transport.finished;
  assertInstanceOf(protocol.error, Deno.errors.BrokenPipe);
  assertEquals(protocol.log, ["made", "lost"]);
  world.close(peer);
});

test.world("abort() drops the buffer and reports no error", async (world) => {
  const { transport, protocol, peer } = rig(world, { quota: 0 });
  transport.write(bytes("abc"));
  transport.write(bytes("def"));
  transport.abort();
  transport.abort();
  transport.close();
  assertEquals(transport.getWriteBufferSize(), 0);
  await transport.finished;
  assertEquals([protocol.error, protocol.log], [null, ["made", "lost"]]);
  world.close(peer);
});

test.world("close() calls connectionLost in a later turn, once", async (world) => {
  const { transport, protocol, peer } = rig(world);
  transport.close();
  transport.close();
  assertEquals(protocol.log, ["made"]);
  assert(transport.isClosing() && !transport.isReading());
  transport.abort();
  await transport.finished;
  await turns();
  assertEquals(protocol.log, ["made", "lost"]);
  transport.write(bytes("ignored"));
  world.close(peer);
});

test.world("close() waits until queued writes went out", async (world) => {
  const { transport, protocol, peer } = rig(world, { quota: 0 });
  transport.write(bytes("abc"));
  transport.write(bytes("def"));
  transport.close();
  await turns();
  assertEquals(protocol.log, ["made"]);
  assertEquals(text(await world.proactor.recv(peer, 3)), "abc");
  assertEquals(text(await world.proactor.recv(peer, 3)), "def");
  await transport.finished;
  assertEquals([protocol.error, protocol.log], [null, ["made", "lost"]]);
  assertEquals((await world.proactor.recv(peer, 3)).length, 0);
  world.close(peer);
});

test.world("writeEof() ends the write side of a message pipe behind the data", async (world) => {
  const { transport, peer } = rig(world, { type: "message", quota: 2 });
  assert(transport.canWriteEof());
  transport.write(bytes("abc"));
  transport.writeEof();
  transport.writeEof();
  assertThrows(() => transport.write(bytes("x")), Deno.errors.BadResource);
  assertEquals(text(await world.proactor.recv(peer, 9)), "abc");
  assertEquals((await world.proactor.recv(peer, 9)).length, 0);
  await world.proactor.send(peer, bytes("to"));
  transport.abort();
  world.close(peer);
  await transport.finished;
});

test.world("writeEof() is refused on a byte pipe", async (world) => {
  const { transport, peer } = rig(world);
  assert(!transport.canWriteEof());
  assertThrows(() => transport.writeEof(), Deno.errors.NotSupported);
  transport.abort();
  world.close(peer);
  await transport.finished;
});

for (const name of ["made", "data abc", "eof", "lost"]) {
  test.world(`a protocol that throws at "${name}" loses its connection only`, async (world) => {
    const bad = new Recorder();
    bad.on = (event) => {
      if (event === name) throw new RangeError("boom");
    };
    const good = rig(world);
    const { transport, protocol, peer } = rig(world, {}, bad);
    await world.proactor.send(peer, bytes("abc")).exception();
    await turns();
    world.close(peer);
    await transport.finished;
    assertEquals(protocol.log.filter((it) => it === "lost"), ["lost"]);
    if (name !== "lost") assertInstanceOf(protocol.error, RangeError);
    assertEquals(world.takeReports(), ["Exception in a protocol"]);
    await world.proactor.send(good.peer, bytes("fine"));
    await until(() => good.protocol.received === "fine");
    good.transport.close();
    world.close(good.peer);
    await good.transport.finished;
  });
}

test.world("setProtocol() sends later data to the new protocol", async (world) => {
  const { transport, protocol, peer } = rig(world);
  const other = new Recorder();
  transport.setProtocol(other);
  assertEquals(transport.getProtocol(), other);
  await world.proactor.send(peer, bytes("abc"));
  await until(() => other.received === "abc");
  transport.close();
  await transport.finished;
  assertEquals([protocol.log, other.log], [["made"], ["data abc", "lost"]]);
  assertEquals(transport.getExtraInfo("addr"), "x");
  assertEquals(transport.getExtraInfo("nothing"), undefined);
  world.close(peer);
});

test.world("a read that ends with 995 unasked ends the connection with Interrupted", async (world) => {
  const { server, client } = world.pair();
  world.sim.closeHandle(server);
  world.close(client);
  const { transport, protocol, peer } = rig(world);
  const { pipe } = { pipe: transport };
  const [operation] = world.port.operations.pending();
  world.sim.completeWith(operation!.owner!.handle, STATUS_CANCELLED);
  await pipe.finished;
  assertInstanceOf(protocol.error, Deno.errors.Interrupted);
  world.close(peer);
});
