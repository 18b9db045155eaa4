/** Closes of UDP sockets with datagrams that wait to be sent. */

import { assertEquals, assertThrows } from "@std/assert";
import { FakeTime } from "@std/testing/time";
import { DatagramChannelTransport } from "../../src/net/udp/datagram_channel_transport.ts";
import { UdpSocket } from "../../src/net/udp/udp_socket.ts";
import type { DeadlineOptions } from "../../src/stream/close_deadline.ts";
import { assertDropped } from "./_closing.ts";
import { inWorld, outcome, type World } from "./_helpers.ts";
import { bytes, text } from "./_bytes.ts";
import { turns } from "./_turns.ts";
import { datagramHandle } from "./_sockets.ts";

const { TimedOut, Interrupted } = Deno.errors;

/** A socket of either style, with three datagrams of 3 bytes on their way. */
interface Closing {
  /** What the datagrams came to, in promise style. */
  sent: Promise<string>[];
  close(options?: DeadlineOptions): void;
  abort(): void;
  /** `null`, or what was lost. */
  end: Promise<Error | null>;
}

function protocolStyle(world: World, deadline?: number): Closing {
  const { promise, resolve } = Promise.withResolvers<Error | null>();
  const handle = datagramHandle(world, deadline);
  const transport = new DatagramChannelTransport(handle, {
    connectionLost: resolve,
  });
  for (const text of ["abc", "def", "ghi"]) {
    transport.sendTo(bytes(text), handle.local);
  }
  return {
    sent: [],
    close: (options) => transport.close(options),
    abort: () => transport.abort(),
    end: promise,
  };
}

function promiseStyle(world: World, deadline?: number): Closing {
  const handle = datagramHandle(world, deadline);
  const socket = new UdpSocket(handle);
  const sent = ["abc", "def", "ghi"].map((text) =>
    outcome(socket.send(bytes(text), handle.local))
  );
  return {
    sent,
    close: (options) => socket.close(options),
    abort: () => socket.abort(),
    end: socket.finished.then(() => socket.shutdown())
      .then(() => null, (error) => error),
  };
}

/** Lets Windows send the datagram that is in flight. */
async function sendOne({ sim }: World): Promise<void> {
  const index = sim.ready.findIndex(({ kind }) => kind === "write");
  sim.complete(index);
  await turns();
}

/** What a test of a close works with. */
interface CloseFixture {
  closing: Closing;
  world: World;
  time: FakeTime;
}

function closeTest(
  name: string,
  body: (fixture: CloseFixture) => Promise<void>,
  deadline?: number,
): void {
  for (const make of [protocolStyle, promiseStyle]) {
    Deno.test(`${name}: UDP, ${make.name}`, async () => {
      using time = new FakeTime();
      await inWorld({}, async (world) => {
        world.sim.manual = true;
        const closing = make(world, deadline);
        await body({ closing, world, time });
        world.sim.completeAll();
        world.sim.manual = false;
        await turns();
      });
    });
  }
}

const test = { close: closeTest };

test.close("a close waits while datagrams go out", async ({ closing, world, time }) => {
  closing.close();
  for (let i = 0; i < 3; i++) {
    time.tick(4900);
    await sendOne(world);
  }
  world.sim.completeAll();
  assertEquals(await closing.end, null);
  for (const end of await Promise.all(closing.sent)) assertEquals(end, "ok 3");
});

test.close("a close gives up when none goes out", async ({ closing, world, time }) => {
  closing.close();
  time.tick(4900);
  await sendOne(world);
  time.tick(5000);
  world.sim.completeAll();
  assertDropped(await closing.end, TimedOut, 6);
  const [first, ...rest] = await Promise.all(closing.sent);
  if (first !== undefined) {
    assertEquals([first, ...rest], ["ok 3", "TimedOut", "TimedOut"]);
  }
});

test.close(
  "the deadline of a socket is for its closes",
  async ({ closing, world, time }) => {
    for (const deadline of [-1, NaN, 1.5, 2 ** 31]) {
      assertThrows(() => closing.close({ deadline }), RangeError);
    }
    closing.close();
    time.tick(20);
    world.sim.completeAll();
    assertDropped(await closing.end, TimedOut, 9);
  },
  20,
);

test.close("a close without a deadline waits for ever", async ({ closing, world, time }) => {
  closing.close({ deadline: Infinity });
  time.tick(2 ** 40);
  for (let i = 0; i < 3; i++) await sendOne(world);
  world.sim.completeAll();
  assertEquals(await closing.end, null);
});

test.close("an abort drops datagrams", async ({ closing, world }) => {
  closing.abort();
  world.sim.completeAll();
  assertEquals(await closing.end, null);
});

test.close("a close that is overtaken by the proactor's", async ({ closing, world }) => {
  closing.close();
  const closed = world.proactor.close();
  world.sim.completeAll();
  assertDropped(await closing.end, Interrupted, 9);
  assertEquals(await closed, 0);
});

Deno.test("each datagram is received once, in order", async () => {
  await inWorld({}, async (world) => {
    const socket = new UdpSocket(datagramHandle(world));
    for (const each of ["a", "b", "c"]) {
      await socket.send(bytes(each), socket.addr);
    }
    const received: string[] = [];
    while (received.length < 3) {
      received.push(text((await socket.receive())[0]));
    }
    assertEquals(received, ["a", "b", "c"]);
    socket.abort();
    await socket.finished;
  });
});
