/** The completion port: unknown packets, deferred work, close. */

import { assert, assertEquals, assertThrows } from "@std/assert";
import { stub } from "@std/testing/mock";
import type { Operation } from "../../src/proactor/port/operation.ts";
import type { PortHandle } from "../../src/proactor/port/port_handle.ts";
import { PipeConnection } from "../../src/pipe/pipe_connection.ts";
import { bytes, text } from "./_bytes.ts";
import { turns, until } from "./_turns.ts";
import { inWorld, test, World } from "./_helpers.ts";

/** A read that pends, with the address of its slot and its handle's key. */
function pendingRead(world: World) {
  const { server, client } = world.pair();
  const read = world.proactor.recv(server, 10);
  const [operation] = world.port.operations.pending();
  const { address, owner } = operation!;
  return { server, client, read, address, key: owner!.key };
}

test.world("unknown packets are counted, reported, and never acted on", async (world) => {
  const { sim, port, proactor } = world;
  const { server, client, read, address, key } = pendingRead(world);
  const packets: [key: number, overlapped: bigint][] = [
    [key + 100, 0n],
    [key, 0n],
    [key, address + 64n],
    [key, address + 64n * 5000n],
    [key, address - 64n],
    [key, 0xffff_ffff_ffff_ffc0n],
    [3, 0n],
    [15, address + 64n],
  ];
  for (const [foreign, overlapped] of packets) {
    sim.postQueuedCompletionStatus(port.handle, 5, foreign, overlapped);
  }
  await until(() => port.metrics().unknownPackets === packets.length);
  const errors = world.errors.map((error) => (error as Error).message);
  assertEquals(
    errors[0],
    `Cannot dispatch packet: no operation has key ${key + 100}, OVERLAPPED 0x0`,
  );
  assertEquals(new Set(world.takeReports()).size, 1);
  assert(!read.done());
  proactor.send(client, bytes("abc"));
  assertEquals(text(await read), "abc");
  world.close(server, client);
});

Deno.test("a pending slot's address with a wrong key, or misaligned, is unknown", async () => {
  const world = new World({ throwOnViolation: false });
  const { sim, port, proactor } = world;
  const { server, client, read, address, key } = pendingRead(world);
  sim.postQueuedCompletionStatus(port.handle, 5, key + 1, address);
  sim.postQueuedCompletionStatus(port.handle, 5, key, address + 8n);
  assertEquals(proactor.poll(), 2);
  assertEquals(port.metrics().unknownPackets, 2);
  assert(!read.done());
  proactor.send(client, bytes("abc"));
  assertEquals(text(await read), "abc");
  world.close(server, client);
  await proactor.close();
  assertEquals(sim.leaks().length, 2, "the two packets that the test forged");
});

test.world("deferred work runs in order, in a later turn, and errors are reported", async (world) => {
  const { port } = world;
  const order: number[] = [];
  port.defer(() => order.push(1));
  port.defer(() => {
    throw new Error("boom");
  });
  port.defer(() => {
    order.push(2);
    port.defer(() => order.push(3));
  });
  assertEquals(order, []);
  await turns(4);
  assertEquals(order, [1, 2, 3]);
  assertEquals(world.takeReports(), ["Exception in deferred work"]);
});

test.world("a posted call that throws is reported and stops no packet", async (world) => {
  const { port, sim } = world;
  const seen: number[] = [];
  port.onCall = (id) => {
    seen.push(id);
    if (id === 1) throw new Error("boom");
  };
  for (const id of [1n, 2n]) {
    sim.postQueuedCompletionStatus(port.handle, 0, 2, id);
  }
  assertEquals(world.proactor.poll(), 2);
  assertEquals(seen, [1, 2]);
  assertEquals(world.takeReports(), ["Exception in a posted call"]);
  await turns();
});

Deno.test("poll() from within a callback dispatches nothing", async () => {
  await inWorld({ skip: false }, async (world) => {
    const { port, proactor } = world;
    const polled: number[] = [];
    port.onCall = () => void polled.push(proactor.poll());
    world.sim.postQueuedCompletionStatus(port.handle, 0, 2, 1n);
    world.sim.postQueuedCompletionStatus(port.handle, 0, 2, 2n);
    assertEquals(proactor.poll(), 2);
    assertEquals(polled, [0, 0]);
    await turns();
  });
});

test.world("a handle is closed once and refuses operations from then on", (world) => {
  const { port } = world;
  const { server, client } = world.pair();
  const handle = port.associate(server, { warnings: false });
  assertEquals(port.closeHandle(handle), 0);
  const { calls } = world;
  assertEquals(port.closeHandle(handle), 0);
  const listener = { onCompletion(): void {} };
  const { BadResource } = Deno.errors;
  assertThrows(() => port.acquire(handle, listener), BadResource);
  assertEquals(world.calls, calls);
  world.close(client);
});

test.world("a port that posts badly says why", (world) => {
  world.sim.fail("postQueuedCompletionStatus", 1450);
  assert(!world.port.wake());
  const [error] = world.errors as Error[];
  assertEquals(
    error!.message,
    "Cannot wake the event loop: out of resources",
  );
  assertEquals(world.takeReports(), ["A wait was not ended"]);
});

/** Begins a read of 100 bytes that pends. */
function beginRead(
  { port, sim }: World,
  handle: PortHandle,
  onEnd: (code: number) => void,
): void {
  const onCompletion = (_: Operation, code: number) => onEnd(code);
  const operation = port.acquire(handle, { onCompletion });
  operation.buffer = port.buffers.acquire(100);
  port.begin(operation);
  const { address, buffer } = operation;
  const code = sim.readFile(handle.handle, buffer.address, 100, address);
  port.settle(operation, code);
}

Deno.test("listeners of quarantined operations are told, and one may throw", async () => {
  const world = new World();
  const { port, sim } = world;
  const { server, client } = world.pair();
  const handle = port.associate(server, { warnings: false });
  const codes: number[] = [];
  for (let i = 0; i < 3; i++) {
    beginRead(world, handle, (code) => {
      codes.push(code);
      if (i === 1) throw new Error("boom");
    });
  }
  sim.holdPackets = true;
  assertEquals(await port.close(5), 3);
  assertEquals(codes, [995, 995, 995]);
  assertEquals(world.takeReports(), ["Exception in a completion callback"]);
  const { quarantined, bufferBytes } = port.metrics();
  assertEquals([quarantined, bufferBytes], [3, 3 * 4096]);
  sim.closeHandle(server);
  sim.closeHandle(client);
  sim.releaseAll();
  assertEquals(sim.violations, [], "the kernel found its memory in place");
});

Deno.test("an error handler that throws stops no packet", async () => {
  using errors = stub(console, "error");
  await inWorld({}, async (world) => {
    const { port, proactor, sim } = world;
    const { server, client } = world.pair();
    const read = proactor.recv(server, 9);
    port.report = () => {
      throw new Error("boom");
    };
    sim.postQueuedCompletionStatus(port.handle, 0, 99, 0n);
    proactor.send(client, bytes("abc"));
    assertEquals(proactor.poll(), 2);
    assertEquals(text(await read), "abc");
    assertEquals(errors.calls.length, 1);
    world.close(server, client);
  });
});

test.world("a connection for which there is no second slot leaks none", async (world) => {
  const { port, sim } = world;
  const { server, client } = world.pair();
  const handle = port.associate(server, { warnings: false });
  const listener = { onCompletion(): void {} };
  const taken = Array.from(
    { length: 1023 },
    () => port.acquire(handle, listener),
  );
  sim.fail("virtualAlloc", 8);
  const traits = {
    path: "x",
    direction: "duplex",
    messageType: false,
    messageReadMode: false,
    serverEnd: true,
  } as const;
  assertThrows(() => new PipeConnection(port, handle, traits), Error);
  assertEquals(port.metrics().slotsInUse, 1023);
  for (const operation of taken) port.operations.release(operation);
  port.closeHandle(handle);
  world.close(client);
  await turns();
});

Deno.test("a port that closes cancels what is pending", async () => {
  const world = new World();
  const { port, sim } = world;
  const { server, client } = world.pair();
  const { promise, resolve } = Promise.withResolvers<number>();
  const handle = port.associate(server, { warnings: false });
  beginRead(world, handle, resolve);
  assertEquals(await port.close(1000), 0);
  assertEquals([await promise, port.metrics().quarantined], [995, 0]);
  sim.closeHandle(server);
  sim.closeHandle(client);
  assertEquals(sim.leaks(), []);
});
