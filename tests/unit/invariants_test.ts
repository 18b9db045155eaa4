/** The invariants of the design, each by its number. */

import { portOf } from "../../src/proactor/default_port.ts";
import { assert, assertEquals, assertRejects } from "@std/assert";
import {
  FILE_FLAG_FIRST_PIPE_INSTANCE,
  FILE_FLAG_OVERLAPPED,
  PIPE_REJECT_REMOTE_CLIENTS,
  SECURITY_IDENTIFICATION,
  SECURITY_SQOS_PRESENT,
  STATUS_PIPE_BROKEN,
  STATUS_PIPE_CLOSING,
} from "../../src/ffi/constants.ts";
import type { Address, Handle } from "../../src/ffi/win32_api.ts";
import { connectPipe } from "../../src/pipe/connect_pipe.ts";
import { PipeServer } from "../../src/pipe/pipe_server.ts";
import type { IocpProactor } from "../../src/proactor/iocp_proactor.ts";
import { SimulatedWin32 } from "../sim/simulated_win32.ts";
import { inWorld, PATH, test, World } from "./_helpers.ts";
import { bytes, text } from "./_bytes.ts";
import { turns, until } from "./_turns.ts";
import { HOSTILE } from "./_hostile.ts";
import { rig } from "./_recorder.ts";

test.world("invariant 1: a slot and its buffer are the kernel's until the packet is dequeued", async (world) => {
  const { sim, proactor } = world;
  const { server, client } = world.pair();
  sim.holdPackets = true;
  const first = proactor.recv(server, 10);
  first.cancel();
  await turns();
  assertEquals(sim.held.length, 1);
  assertEquals(world.inUse, [1, 4096, 1]);
  const second = proactor.recv(server, 10);
  assertEquals(world.inUse, [2, 8192, 2]);
  assert(!first.done());
  sim.release(0);
  await until(() => first.cancelled());
  assertEquals(world.inUse, [1, 4096, 1]);
  second.cancel();
  sim.holdPackets = false;
  sim.releaseAll();
  await until(() => second.cancelled());
  world.close(server, client);
});

test.world("invariant 1: a packet for a stale slot is reported and not acted on", async (world) => {
  const { sim, proactor, port } = world;
  const { server, client } = world.pair();
  const read = proactor.recv(server, 10);
  const [slot] = port.operations.pending();
  const { address, generation } = slot!;
  proactor.send(client, bytes("abc"));
  assertEquals(text(await read), "abc");
  sim.postQueuedCompletionStatus(port.handle, 3, 16, address);
  proactor.poll();
  assertEquals(proactor.metrics().unknownPackets, 1);
  assertEquals(world.takeReports(), ["Unknown completion packet"]);
  const again = proactor.recv(server, 10);
  assertEquals(slot!.generation, generation + 1);
  again.cancel();
  await until(() => again.done());
  world.close(server, client);
});

test.world("invariant 2: no change to the caller's arrays reaches the kernel", async (world) => {
  const { sim, proactor } = world;
  const { server, client } = world.pair({ quota: 0 });
  const source = bytes("abcdef");
  const target = new Uint8Array(6);
  const written = proactor.send(client, source);
  source.fill(120);
  source.buffer.transfer();
  assertEquals(sim.pendingOperations, 1);
  const read = proactor.recvInto(server, target);
  assertEquals([await read, text(target)], [6, "abcdef"]);
  assertEquals(await written, 6);
  const late = proactor.recvInto(server, target);
  target.buffer.transfer();
  proactor.send(client, bytes("lost?"));
  const error = await assertRejects(async () => await late, TypeError);
  assertEquals(text((error as Error).cause as Uint8Array), "lost?");
  world.close(server, client);
});

/** Looks at the slot table from within the system call. */
class WatchingWin32 extends SimulatedWin32 {
  proactor: IocpProactor | undefined;
  readonly registered: boolean[] = [];

  override readFile(
    file: Handle,
    buffer: Address,
    length: number,
    overlapped: Address,
  ): number {
    if (this.proactor !== undefined) {
      const low = Number(overlapped & 0xffff_ffffn);
      const high = Number(overlapped >> 32n);
      const { operations } = portOf(this.proactor);
      this.registered.push(operations.find(low, high)?.pending === true);
    }
    return super.readFile(file, buffer, length, overlapped);
  }
}

Deno.test("invariant 3: the slot is registered before the system call", async () => {
  const sim = new WatchingWin32();
  await inWorld({ sim }, async (world) => {
    const { proactor } = world;
    sim.proactor = proactor;
    const { server, client } = world.pair();
    const read = proactor.recv(server, 4);
    await proactor.send(client, bytes("abcdefgh"));
    assertEquals(text(await read), "abcd");
    assertEquals(text(await proactor.recv(server, 4)), "efgh");
    assertEquals(sim.registered, [true, true]);
    world.close(server, client);
  });
});

test.world("invariant 4: data that arrive in spite of a cancel are delivered", async (world) => {
  const { sim, proactor } = world;
  const { server, client } = world.pair();
  sim.manual = true;
  const read = proactor.recv(server, 10);
  const write = proactor.send(client, bytes("abc"));
  read.cancel();
  const data = sim.ready.findIndex(({ kind, end }) =>
    kind === "read" && end === "completed"
  );
  sim.complete(data);
  sim.manual = false;
  assertEquals(text(await read), "abc");
  assertEquals([read.cancelled(), await write], [false, 3]);
  world.close(server, client);
});

test.world("invariant 4: data that arrive after an aborted read() are kept for the next", async (world) => {
  using server = PipeServer.listen(PATH, world);
  const accepted = server.accept();
  await using client = await connectPipe(PATH, world);
  await using connection = await accepted;
  const aborter = new AbortController();
  const target = new Uint8Array(10);
  const read = connection.read(target, { signal: aborter.signal });
  aborter.abort();
  await assertRejects(() => read, DOMException);
  await client.write(bytes("abc"));
  assertEquals(await connection.read(target), 3);
  assertEquals(text(target.subarray(0, 3)), "abc");
});

test.world("invariant 5: at most one wait, and none when nothing is pending", async (world) => {
  const { sim, proactor } = world;
  const { server, client } = world.pair();
  const reads = [proactor.recv(server, 1), proactor.recv(client, 1)];
  await turns(100);
  assertEquals(proactor.metrics().waits, 1);
  proactor.send(client, bytes("a"));
  proactor.send(server, bytes("b"));
  for (const read of reads) await read;
  await until(() => world.port.metrics().pending === 0);
  await turns(100);
  const { waits } = proactor.metrics();
  const polls = sim.calls.getQueuedCompletionStatusEx;
  await turns(100);
  assertEquals(proactor.metrics().waits, waits);
  assertEquals(sim.calls.getQueuedCompletionStatusEx, polls);
  await world.port.settled();
  world.close(server, client);
});

Deno.test("invariant 6: a call takes a bounded batch of packets", async () => {
  await inWorld({ skip: false }, (world) => {
    const { proactor } = world;
    const { server, client } = world.pair();
    const writes = Array.from(
      { length: 75 },
      () => proactor.send(client, bytes("a")),
    );
    assertEquals([proactor.poll(), proactor.poll()], [32, 32]);
    assertEquals([proactor.poll(), proactor.poll()], [11, 0]);
    assert(writes.every((write) => write.done()));
    world.close(server, client);
  });
});

test.world("invariant 6: endless data leave Deno's own turns alone", async (world) => {
  const { transport, protocol, peer } = rig(world);
  let going = true;
  protocol.on = () => {
    if (going) world.proactor.send(peer, bytes("x"));
  };
  world.proactor.send(peer, bytes("x"));
  while (protocol.received.length < 500) {
    await new Promise((resolve) => setTimeout(resolve));
  }
  going = false;
  transport.abort();
  await transport.finished;
  world.close(peer);
});

test.world("invariant 7: the outcome of setting skip mode is remembered per handle", async (world) => {
  const { sim, proactor } = world;
  const { server, client } = world.pair();
  sim.fail("setFileCompletionNotificationModes", 120);
  proactor.register(client);
  proactor.register(server);
  const { packets } = proactor.metrics();
  const write = proactor.send(client, bytes("abc"));
  assert(!write.done());
  assertEquals(await write, 3);
  assertEquals(proactor.metrics().packets, packets + 1);
  const read = proactor.recv(server, 3);
  assert(read.done());
  assertEquals(proactor.metrics().packets, packets + 1);
  world.close(server, client);
});

for (const warningPackets of [false, true]) {
  for (const skip of [false, true]) {
    Deno.test(`invariant 7: a warning ends a read once with packets ${warningPackets}, skip mode ${skip}`, async () => {
      await inWorld({ warningPackets, skip }, async (world) => {
        const { proactor } = world;
        const { server, client } = world.pair({ type: "message" });
        await proactor.send(client, bytes("abcdef"));
        const part = proactor.recv(server, 4);
        assertEquals([text(await part), part.partial], ["abcd", true]);
        const rest = proactor.recv(server, 4);
        assertEquals([text(await rest), rest.partial], ["ef", false]);
        world.close(server, client);
      });
    });
  }
}

test.world("invariant 8: both spellings of an error become one class", async (world) => {
  const { sim, proactor } = world;
  const { server, client } = world.pair({ quota: 0 });
  sim.fail("writeFile", 232);
  const atOnce = proactor.send(client, bytes("a"));
  const later = proactor.send(client, bytes("a"));
  sim.completeWith(client, STATUS_PIPE_CLOSING);
  for (const write of [atOnce, later]) {
    const error = await assertRejects(
      async () => await write,
      Deno.errors.BrokenPipe,
    );
    assertEquals((error as Error & { winerror: number }).winerror, 232);
  }
  const read = proactor.recv(server, 4);
  sim.completeWith(server, STATUS_PIPE_BROKEN);
  assertEquals((await read).length, 0);
  world.close(server, client);
});

Deno.test("invariant 9: close() is total, idempotent and bounded", async () => {
  const world = new World();
  const { sim, proactor } = world;
  const { server, client } = world.pair();
  const read = proactor.recv(server, 4);
  const stuck = proactor.recv(client, 4);
  sim.holdPackets = true;
  sim.completeWith(client, 0);
  sim.holdPackets = false;
  const closed = proactor.close({ deadline: 20 });
  const again = proactor.close();
  assertEquals([await closed, await again], [1, 1]);
  assert(read.cancelled() && stuck.cancelled());
  assertEquals(proactor.metrics().quarantined, 1);
  sim.closeHandle(server);
  sim.closeHandle(client);
  sim.releaseAll();
  assertEquals(sim.violations, []);
  assertEquals(sim.leaks(), ["2 memory ranges"]);
});

test.world("invariant 10: a callback that throws stops no other", async (world) => {
  const { sim, proactor, port } = world;
  const { server, client } = world.pair();
  const handle = port.associate(server, { warnings: false });
  const ends: number[] = [];
  const listener = {
    onCompletion(operation: { index: number }): void {
      ends.push(operation.index);
      if (ends.length === 1) throw new Error("boom");
    },
  };
  const operations = [1, 2, 3].map(() => port.acquire(handle, listener));
  const memory = port.buffers.acquire(64);
  for (const operation of operations) {
    port.begin(operation);
    const { address } = operation;
    port.settle(operation, sim.readFile(server, memory.address, 0, address));
  }
  await proactor.send(client, bytes("x"));
  await until(() => ends.length === 3);
  assertEquals(world.takeReports(), ["Exception in a completion callback"]);
  for (const operation of operations) port.operations.release(operation);
  port.buffers.release(memory);
  port.closeHandle(handle);
  world.close(client);
});

test.world("invariant 11: the next instance is armed before a client is handed out", async (world) => {
  const { sim, proactor } = world;
  const server = PipeServer.listen(PATH, { proactor, instances: 2 });
  assertEquals(sim.created.length, 4, "probe, keeper and two instances");
  assertEquals(sim.calls.connectNamedPipe, 2);
  const accepted = server.accept().then((connection) => {
    assertEquals(sim.calls.connectNamedPipe, 3);
    return connection;
  });
  const client = await connectPipe(PATH, { proactor });
  const connection = await accepted;
  client.abort();
  connection.abort();
  const second = await connectPipe(PATH, { proactor });
  const next = await server.accept();
  second.abort();
  next.abort();
  await server.shutdown({ deadline: 0 });
});

test.world("invariant 12: pipes are closed to others unless opened", async (world) => {
  const { sim, proactor } = world;
  const sddl = sim.convertStringSecurityDescriptor.bind(sim);
  const seen: string[] = [];
  sim.convertStringSecurityDescriptor = (text) => {
    seen.push(text);
    return sddl(text);
  };
  const server = PipeServer.listen(PATH, { proactor, instances: 3 });
  const accepted = server.accept();
  const client = await connectPipe(PATH, { proactor });
  (await accepted).abort();
  client.abort();
  const sid = sim.currentUserSid();
  assertEquals(seen, [`D:P(A;;FA;;;SY)(A;;FA;;;${sid})`]);
  const [probe, first, ...others] = sim.created;
  const flag = FILE_FLAG_FIRST_PIPE_INSTANCE;
  assertEquals(probe!.openMode & flag, flag);
  assertEquals(first!.openMode & flag, flag);
  for (const each of others) assertEquals(each.openMode & flag, 0);
  for (const each of [first!, ...others]) {
    assert(each.securityDescriptor !== 0n);
    assert((each.pipeMode & PIPE_REJECT_REMOTE_CLIENTS) !== 0);
  }
  const wanted = SECURITY_SQOS_PRESENT | SECURITY_IDENTIFICATION |
    FILE_FLAG_OVERLAPPED;
  assertEquals(sim.opened.at(-1)!.flags, wanted >>> 0);
  await server.shutdown();
});

Deno.test("invariant 13: what the caller gave is the caller's again", async () => {
  for (const make of Object.values(HOSTILE)) {
    await inWorld({}, async (world) => {
      const { server, client } = world.pair({ quota: 0 });
      const { data, spoil } = make(bytes("the bytes"));
      const sent = world.proactor.send(client, data);
      spoil();
      assertEquals(text(await world.proactor.recv(server, 99)), "the bytes");
      assertEquals(await sent, 9);
      world.close(server, client);
    });
  }
});
