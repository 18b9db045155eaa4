/** Closes of streams: how long they wait for the peer, and who is told. */

import { assertEquals, assertThrows } from "@std/assert";
import { FakeTime } from "@std/testing/time";
import {
  inWorld,
  outcome,
  test as worldTests,
  type World,
} from "./_helpers.ts";
import { bytes, pattern } from "./_bytes.ts";
import { turns } from "./_turns.ts";
import {
  assertDropped,
  type Closing,
  type Kind,
  KINDS,
  open,
  PIECE,
  type Style,
  take,
} from "./_closing.ts";
import { rig } from "./_recorder.ts";
import { connections, MemoryFile } from "./_sockets.ts";

const { TimedOut, Interrupted, BrokenPipe, ConnectionReset } = Deno.errors;

/** 5 MiB. */
const PIECES = 80;

/** More than the kernel takes without a reader: one piece is buffered. */
const FEW = 8;

/** What a test of a close works with. */
interface CloseFixture {
  world: World;
  time: FakeTime;
  how: { kind: Kind; style: Style };
  /** Makes what is closed; the deadline is the default unless given. */
  make(deadline?: number): Promise<Closing>;
}

function closeTest(
  name: string,
  body: (fixture: CloseFixture) => Promise<void>,
): void {
  for (const kind of KINDS) {
    for (const style of ["protocol", "promise"] as const) {
      Deno.test(`${name}: ${kind}, ${style} style`, async () => {
        using time = new FakeTime();
        await inWorld({}, async (world) => {
          const how = { kind, style };
          const make = (deadline?: number) =>
            open(world, kind, { style, deadline });
          await body({ world, time, how, make });
        });
      });
    }
  }
}

const test = { ...worldTests, close: closeTest };

function writeAll(closing: Closing, count: number) {
  return Array.from({ length: count }, () => closing.write());
}

async function drain(world: World, peer: bigint): Promise<number> {
  let sum = 0;
  for (;;) {
    const length = await take(world, peer);
    if (length === 0) return sum;
    sum += length;
  }
}

test.close("a close waits for a slow peer", async ({ world, time, how, make }) => {
  const closing = await make();
  const writes = writeAll(closing, PIECES);
  closing.close();
  let taken = 0;
  for (let i = 0; i < PIECES; i++) {
    time.tick(4900);
    taken += await take(world, closing.peer);
  }
  assertEquals(taken, PIECES * PIECE);
  assertEquals(await closing.end, null);
  assertEquals(await take(world, closing.peer), 0);
  for (const end of await Promise.all(writes)) {
    if (how.style === "promise") assertEquals(end, `ok ${PIECE}`);
  }
  world.close(closing.peer);
});

test.close("a close gives up when nothing moves", async ({ world, time, how, make }) => {
  const closing = await make();
  const writes = writeAll(closing, FEW);
  closing.close();
  time.tick(4900);
  await take(world, closing.peer);
  time.tick(4999);
  await turns();
  assertEquals(closing.closed, false);
  time.tick(1);
  await turns();
  assertEquals(closing.closed, true);
  const done = how.kind === "TCP" ? 2 : 2;
  assertDropped(await closing.end, TimedOut, (FEW - done) * PIECE);
  const ends = await Promise.all(writes);
  if (how.style === "promise") {
    const expected = ends.map((_, i) => i < done ? `ok ${PIECE}` : "TimedOut");
    assertEquals(ends, expected);
  }
  await assertPeerTold(world, closing, how.kind);
});

async function assertPeerTold(world: World, { peer }: Closing, kind: Kind) {
  const told = {
    TCP: "ConnectionReset",
    // Error 233, which is the end of the stream: pipes have no other.
    "server's end of a byte pipe": "ok ",
    "server's end of a message pipe": "ok ",
  }[kind as string];
  if (told === undefined) assertEquals(await drain(world, peer), PIECE);
  else assertEquals(await outcome(world.proactor.recv(peer, 1)), told);
  world.close(peer);
}

test.close("the deadline of a stream is for all its closes", async ({ world, time, make }) => {
  const closing = await make(200);
  writeAll(closing, FEW);
  closing.close();
  time.tick(199);
  await turns();
  assertEquals(closing.closed, false);
  time.tick(1);
  assertDropped(await closing.end, TimedOut, (FEW - 1) * PIECE);
  world.close(closing.peer);
});

test.close("a close without a deadline waits for ever", async ({ world, time, make }) => {
  const closing = await make();
  writeAll(closing, FEW);
  closing.close({ deadline: Infinity });
  closing.close();
  time.tick(2 ** 40);
  await turns();
  assertEquals(closing.closed, false);
  for (let i = 0; i < FEW; i++) await take(world, closing.peer);
  assertEquals(await closing.end, null);
  world.close(closing.peer);
});

test.close("the last deadline that was given counts", async ({ world, time, make }) => {
  const closing = await make();
  writeAll(closing, FEW);
  closing.close({ deadline: Infinity });
  closing.close({ deadline: 10 });
  closing.close();
  time.tick(10);
  assertDropped(await closing.end, TimedOut, (FEW - 1) * PIECE);
  world.close(closing.peer);
});

test.close("abort() with writes under way tells the peer", async ({ world, time, how, make }) => {
  const closing = await make();
  const writes = writeAll(closing, FEW);
  closing.abort();
  assertEquals(await closing.end, null);
  if (how.style === "promise") {
    assertEquals((await Promise.all(writes)).at(-1), "Interrupted");
  }
  await assertPeerTold(world, closing, how.kind);
  time.tick(10_000);
});

test.close("abort() with nothing under way ends in order", async ({ world, make }) => {
  const closing = await make();
  closing.write();
  closing.abort();
  assertEquals(await drain(world, closing.peer), PIECE);
  assertEquals(await closing.end, null);
  world.close(closing.peer);
});

test.close("a close that is overtaken by an abort", async ({ world, how, make }) => {
  const closing = await make();
  writeAll(closing, FEW);
  closing.close();
  closing.abort();
  closing.abort();
  closing.close();
  const end = await closing.end;
  if (how.style === "protocol") assertEquals(end, null);
  else assertDropped(end, Interrupted, (FEW - 1) * PIECE);
  await assertPeerTold(world, closing, how.kind);
});

test.close("a close whose peer goes", async ({ world, how, make }) => {
  const closing = await make();
  writeAll(closing, FEW);
  closing.close();
  world.close(closing.peer);
  const error = how.kind === "TCP" ? ConnectionReset : BrokenPipe;
  assertDropped(await closing.end, error, (FEW - 1) * PIECE);
});

test.close("a close after the peer has gone", async ({ world, make }) => {
  const closing = await make();
  world.close(closing.peer);
  closing.close();
  closing.close();
  assertEquals(await closing.end, null);
});

test.close("a close that is overtaken by the proactor's", async ({ world, how, make }) => {
  const closing = await make();
  writeAll(closing, FEW);
  closing.close();
  const closed = world.proactor.close();
  assertDropped(await closing.end, Interrupted, (FEW - 1) * PIECE);
  assertEquals(await closed, 0);
  // The raw end was the proactor's too.
  if (how.kind !== "TCP") world.sim.closeHandle(closing.peer);
  else world.sim.sockets.closeSocket(closing.peer);
});

test.world("a deadline is an integer that fits a timer, or Infinity", async (world) => {
  const { transport, peer } = rig(world);
  for (const deadline of [-1, NaN, 1.5, 2 ** 31, -Infinity]) {
    assertThrows(() => transport.close({ deadline }), RangeError);
  }
  assertEquals(transport.isClosing(), false);
  transport.write(bytes("still open"));
  transport.close({ deadline: 0 });
  await transport.finished;
  world.close(peer);
});

for (const end of ["abort", "proactor"] as const) {
  Deno.test(`a write whose packet is under way is no loss: ${end}`, async () => {
    await inWorld({ skip: false }, async (world) => {
      const { transport, protocol, peer } = rig(world);
      transport.write(bytes("whole"));
      assertEquals(transport.getWriteBufferSize(), 5);
      const closed = end === "abort"
        ? transport.abort()
        : world.proactor.close();
      await closed;
      await transport.finished;
      assertEquals(protocol.log, ["made", "lost"]);
      assertEquals(protocol.error, null);
      if (end === "abort") {
        assertEquals(await take(world, peer), 5);
        world.close(peer);
      } else world.sim.closeHandle(peer);
    });
  });
}

/** Closes a connection while it sends a file. */
async function closedBehindFile(world: World) {
  const [client, served] = await connections(world);
  const { sendFile } = world.sim;
  const file = new MemoryFile(pattern(10 * PIECE));
  const sent = outcome(client.sendFile(file, { files: sendFile }));
  await turns();
  return { served, sent, closed: outcome(client.shutdown()) };
}

Deno.test("a close behind a file goes on while the file is sent", async () => {
  using time = new FakeTime();
  await inWorld({}, async (world) => {
    const { served, sent, closed } = await closedBehindFile(world);
    let received = 0;
    for (;;) {
      time.tick(4900);
      const count = await served.read(new Uint8Array(PIECE));
      await turns();
      if (count === null) break;
      received += count;
    }
    assertEquals(received, 10 * PIECE);
    assertEquals([await sent, await closed], [
      `ok ${10 * PIECE}`,
      "ok undefined",
    ]);
    served.abort();
    await served.finished;
  });
});

Deno.test("a close behind a file gives up when nothing moves", async () => {
  using time = new FakeTime();
  await inWorld({}, async (world) => {
    const { served, sent, closed } = await closedBehindFile(world);
    time.tick(5000);
    assertEquals([await sent, await closed], ["TimedOut", "TimedOut"]);
    const read = outcome(served.read(new Uint8Array(PIECE)));
    assertEquals(await read, "ConnectionReset");
    served.abort();
    await served.finished;
  });
});
