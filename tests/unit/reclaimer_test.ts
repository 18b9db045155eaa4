/** Buffers of silent streams go back, and not a byte is lost by it. */

import { assert, assertEquals } from "@std/assert";
import { ERROR_OPERATION_ABORTED } from "../../src/ffi/constants.ts";
import type { Handle } from "../../src/ffi/win32_api.ts";
import type { PortHandle } from "../../src/proactor/port/port_handle.ts";
import {
  type BufferHolder,
  type Reclaimed,
  Reclaimer,
} from "../../src/proactor/port/reclaimer.ts";
import { ReadHalf } from "../../src/stream/read_half.ts";
import { FileIo } from "../../src/stream/stream_io.ts";
import type { Choose } from "../sim/explore.ts";
import { inWorld, outcome, race, type World } from "./_helpers.ts";
import { bytes, pattern, text } from "./_bytes.ts";
import { turns, until } from "./_turns.ts";
import { assertEnds } from "./_races.ts";

/** A read side that takes whatever comes, as a transport does. */
class Taker {
  readonly reader: ReadHalf;
  readonly client: Handle;
  readonly #owner: PortHandle;
  readonly #world: World;
  taken = "";
  released = 0;
  paused = false;

  constructor(
    world: World,
    type: "byte" | "message" = "byte",
    blocking = false,
  ) {
    const { server, client } = world.pair({ type, quota: 1 << 20 });
    this.#world = world;
    this.client = client;
    this.#owner = world.port.associate(server, {
      warnings: type === "message",
    });
    this.reader = new ReadHalf(world.port, this.#owner, {
      io: Object.assign(new FileIo(world.sim, server), { blocking }),
      emptyIsEnd: type === "message",
      probe: type === "byte",
      consumer: {
        onReadable: () => this.take(),
        onReadReleased: () => this.released++,
      },
    });
  }

  /** Takes what is there, and waits for more. */
  take(): void {
    const { reader } = this;
    while (!this.paused && reader.arm()) {
      if (reader.available === 0) return;
      this.taken += text(reader.take());
    }
  }

  /** How the read side has ended, if it has. */
  get end(): string {
    if (this.reader.error !== 0) return `error ${this.reader.error}`;
    return this.reader.ended ? "end" : "open";
  }

  async send(data: string): Promise<void> {
    const { length } = this.taken;
    await this.#world.proactor.send(this.client, bytes(data));
    await until(() => this.paused || this.taken.length > length);
  }

  /** Two messages in a row: the next one is awaited with a buffer. */
  async talk(): Promise<void> {
    this.take();
    await this.send("a");
    await this.send("b");
    assertEquals(this.taken, "ab");
  }

  /** As the timer does it, after a long silence. */
  reclaim(): Reclaimed {
    return this.reader.reclaim(Infinity);
  }

  close(): void {
    this.#world.port.closeHandle(this.#owner);
    this.reader.dispose();
  }

  closeBoth(): void {
    this.close();
    this.#world.sim.closeHandle(this.client);
  }
}

function held(world: World): number {
  return world.proactor.metrics().bufferBytes;
}

Deno.test("a read that blocks a thread is never cancelled for its buffer", async () => {
  await inWorld({}, async (world) => {
    const it = new Taker(world, "byte", true);
    await it.talk();
    const { cancelIoEx } = world.sim.calls;
    assertEquals([it.reclaim(), it.reader.pending], ["free", true]);
    assertEquals(world.sim.calls.cancelIoEx, cancelIoEx);
    await it.send("c");
    assertEquals(it.taken, "abc");
    it.closeBoth();
  });
});

Deno.test("a read that waits in silence goes on without its buffer", async () => {
  await inWorld({}, async (world) => {
    const it = new Taker(world);
    await it.talk();
    assertEquals([held(world), it.reader.pending], [4096, true]);
    assertEquals(it.reader.reclaim(performance.now()), "busy");
    assertEquals(it.reclaim(), "cancelled");
    assertEquals(held(world), 4096, "the kernel's until the packet");
    await until(() => held(world) === 0);
    assertEquals([it.reader.pending, it.end], [true, "open"]);
    assertEquals(it.reclaim(), "free");
    await it.send("c");
    assertEquals([it.taken, it.end], ["abc", "open"]);
    it.closeBoth();
  });
});

Deno.test("a message-type pipe waits in silence with one page", async () => {
  await inWorld({ warningPackets: false }, async (world) => {
    const it = new Taker(world, "message");
    it.take();
    const long = text(pattern(60_000).map((byte) => byte & 0x7f));
    await world.proactor.send(it.client, bytes(long));
    await until(() => it.taken.length === long.length);
    assertEquals(held(world), 65_536);
    assertEquals(it.reclaim(), "cancelled");
    await until(() => held(world) === 4096);
    await it.send("c");
    assertEquals(it.taken, `${long}c`);
    assertEquals([it.reclaim(), held(world)], ["free", 4096]);
    it.closeBoth();
  });
});

Deno.test("a stream that nobody reads holds no empty buffer", async () => {
  await inWorld({}, async (world) => {
    const it = new Taker(world);
    await it.talk();
    it.paused = true;
    await world.proactor.send(it.client, bytes("c"));
    await until(() => it.reader.available === 1);
    assertEquals([it.reclaim(), held(world)], ["free", 4096]);
    assertEquals([text(it.reader.take()), held(world)], ["c", 0]);
    it.closeBoth();
  });
});

Deno.test("a cancellation that nobody has asked for is an error", async () => {
  await inWorld({}, async (world) => {
    const it = new Taker(world);
    await it.talk();
    world.sim.cancelIoEx(
      world.port.operations.pending().next().value!.owner!
        .handle,
      0n,
    );
    await until(() => it.end !== "open");
    assertEquals(it.end, `error ${ERROR_OPERATION_ABORTED}`);
    it.closeBoth();
  });
});

/** Each thing that can happen to a stream in silence. */
const EVENTS: Record<string, (it: Taker) => void> = {
  close: (it) => it.close(),
  pause: (it) => it.paused = true,
  dispose: (it) => it.reader.dispose(),
};

/** Has a buffer of more than a page wait for messages. */
async function grow(world: World, it: Taker): Promise<void> {
  await world.proactor.send(it.client, pattern(4096));
  await until(() => it.taken.length > 2);
  it.taken = "ab";
}

/** What is sent, reclaims and an event, in every order with their packets. */
function silence(type: "byte" | "message", event: string) {
  return async (world: World, choose: Choose): Promise<string> => {
    const { sim, proactor } = world;
    const it = new Taker(world, type);
    await it.talk();
    if (type === "message") await grow(world, it);
    sim.manual = true;
    const texts = event === "more" ? "cd" : "c";
    const sends = [...texts].map((data) => () => {
      outcome(proactor.send(it.client, bytes(data)));
    });
    const happen = EVENTS[event];
    const events = happen === undefined ? [] : [[() => happen(it)]];
    await race(world, choose, [sends, [() => it.reclaim()], ...events]);
    sim.manual = false;
    const wasClosed = event === "close" || event === "dispose";
    const now = it.taken;
    it.paused = false;
    it.take();
    await turns(8);
    const sent = `ab${texts}`;
    assert(sent.startsWith(it.taken), it.taken);
    if (!wasClosed) assertEquals([it.taken, it.end], [sent, "open"]);
    it.closeBoth();
    await until(() => it.released === 1);
    return happen === undefined ? now : event;
  };
}

for (const skip of [true, false]) {
  for (const type of ["byte", "message"] as const) {
    Deno.test(`silence ends a read of a ${type} pipe, against data, in every order (skip mode ${skip})`, async () => {
      await assertEnds({ skip }, silence(type, "data"), ["abc"]);
    });
  }
}

for (const event of ["more", "close", "pause", "dispose"]) {
  Deno.test(`silence ends a read, against data and "${event}", in every order`, async () => {
    const end = event === "more" ? "abcd" : event;
    await assertEnds({}, silence("byte", event), [end]);
  });
}

for (const skip of [true, false]) {
  Deno.test(`silence ends a read, against data and the end of the peer, in every order (skip mode ${skip})`, async () => {
    await assertEnds({ skip }, async (world, choose) => {
      const { sim, proactor } = world;
      const it = new Taker(world);
      await it.talk();
      sim.manual = true;
      await race(world, choose, [
        [() => {
          proactor.send(it.client, bytes("c"))
            .then(() => world.close(it.client));
        }],
        [() => it.reclaim()],
        [() => it.reclaim()],
      ]);
      sim.manual = false;
      it.close();
      await until(() => it.released === 1);
      return `${it.taken} ${it.end}`;
    }, ["abc end"]);
  });
}

/** Holds something until it is told that it may not. */
class Holder implements BufferHolder {
  place = -1;
  asked = 0;
  answer: Reclaimed | Error = "busy";

  reclaim(): Reclaimed {
    this.asked++;
    if (this.answer instanceof Error) throw this.answer;
    return this.answer;
  }
}

function reclaimer() {
  const reports: string[] = [];
  const it = new Reclaimer({
    report: (_error, message) => void reports.push(message),
  });
  return { it, reports };
}

function pause(milliseconds: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, milliseconds));
}

/** Lets timers fire until something is true. */
async function eventually(condition: () => boolean): Promise<void> {
  for (let i = 0; i < 500 && !condition(); i++) await pause(10);
  assert(condition());
}

Deno.test("the reclaimer asks who is busy again, and rests when nobody is", async () => {
  const { it } = reclaimer();
  assert(!it.active);
  const holders = [new Holder(), new Holder(), new Holder()];
  for (const each of [...holders, ...holders]) it.add(each);
  await eventually(() => holders.every(({ asked }) => asked === 2));
  holders[0]!.answer = "free";
  it.delete(holders[1]!);
  it.delete(holders[1]!);
  await eventually(() => holders[2]!.asked >= 4);
  assertEquals(holders.map(({ place }) => place), [-1, -1, 0]);
  assertEquals([holders[0]!.asked, holders[1]!.asked], [3, 2]);
  holders[2]!.answer = "free";
  await eventually(() => !it.active);
  assertEquals(holders[2]!.place, -1);
});

Deno.test("the timer ends with the last holder", () => {
  const { it } = reclaimer();
  const holders = [new Holder(), new Holder()];
  for (const each of holders) it.add(each);
  it.delete(holders[0]!);
  assert(it.active);
  it.delete(holders[1]!);
  assert(!it.active);
});

Deno.test("one look cancels at most 32 reads, and the next one is soon", async () => {
  const { it } = reclaimer();
  const holders = Array.from({ length: 100 }, () => new Holder());
  for (const each of holders) {
    each.answer = "cancelled";
    it.add(each);
  }
  const counts = new Set<number>();
  await eventually(() => {
    counts.add(holders.filter(({ asked }) => asked > 0).length);
    return !it.active;
  });
  assert([...counts].every((each) => each % 32 === 0 || each === 100));
  assert(holders.every(({ asked }) => asked === 1));
});

Deno.test("a holder that throws is reported and not asked again", async () => {
  const { it, reports } = reclaimer();
  const [bad, good] = [new Holder(), new Holder()];
  bad.answer = new Error("bad");
  good.answer = "free";
  it.add(good);
  it.add(bad);
  await eventually(() => !it.active);
  assertEquals([bad.asked, good.asked], [1, 1]);
  assertEquals(reports, ["A buffer was not given back"]);
});

Deno.test("a reclaimer that was stopped never looks again", async () => {
  const { it } = reclaimer();
  const holder = new Holder();
  it.add(holder);
  it.stop();
  it.add(new Holder());
  await pause(150);
  assertEquals([holder.asked, it.active], [0, false]);
});
