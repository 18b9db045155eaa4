/** Reads and writes settle in the order they were made, however they were. */

import { assert, assertEquals } from "@std/assert";
import type { Handle } from "../../src/ffi/win32_api.ts";
import type { OverlappedFuture } from "../../src/proactor/future/overlapped_future.ts";
import { SettleOrder } from "../../src/proactor/port/settle_order.ts";
import type { PipeConnection } from "../../src/pipe/pipe_connection.ts";
import { explore } from "../sim/explore.ts";
import { inWorld, type World } from "./_helpers.ts";
import { bytes, pattern, text } from "./_bytes.ts";
import { turns, until } from "./_turns.ts";
import { pipeEnds } from "./_pipe_ends.ts";

const NAMES = ["a", "b", "c", "d"];

/** Writes down who settles, and how. */
class Log {
  readonly entries: string[] = [];

  add(name: string, promise: PromiseLike<unknown>): void {
    promise.then(
      (value) => this.entries.push(`${name} ${value}`),
      (error) => this.entries.push(`${name} ${error.message}`),
    );
  }
}

/** All ways to give some of four calls a signal. */
function* masks(): Generator<(AbortSignal | undefined)[]> {
  for (let mask = 0; mask < 16; mask++) {
    yield NAMES.map((_, i) =>
      mask & 1 << i ? new AbortController().signal : undefined
    );
  }
}

async function withEnds(
  body: (ends: PipeConnection[], world: World) => Promise<void>,
  options = {},
): Promise<void> {
  await inWorld({}, async (world) => {
    const ends = await pipeEnds(world, { ...ROOMY, ...options });
    await body(ends, world);
    for (const end of ends) end.abort();
    await Promise.all(ends.map((end) => end.finished));
  });
}

const ROOMY = { inBufferSize: 65_536, outBufferSize: 65_536 };

/** Four reads of a byte, started before or after the data have come. */
async function readFour(
  [end, peer]: PipeConnection[],
  options: { signals: (AbortSignal | undefined)[]; early: boolean },
): Promise<string[]> {
  const log = new Log();
  const targets = NAMES.map(() => new Uint8Array(1));
  if (!options.early) await peer!.write(bytes("1234"));
  for (const [i, target] of targets.entries()) {
    const signal = options.signals[i];
    log.add(NAMES[i]!, end!.read(target, { signal }).then(() => text(target)));
  }
  if (options.early) await peer!.write(bytes("1234"));
  await until(() => log.entries.length === 4);
  return log.entries;
}

for (const early of [true, false]) {
  const when = early ? "before the data came" : "when the data were there";
  Deno.test(`reads made ${when} settle in order, whoever has a signal`, async () => {
    await withEnds(async (ends) => {
      for (const signals of masks()) {
        const entries = await readFour(ends, { signals, early });
        assertEquals(entries, ["a 1", "b 2", "c 3", "d 4"]);
      }
    });
  });
}

Deno.test("messages settle in order, whoever has a signal", async () => {
  await withEnds(async ([end, peer]) => {
    for (const signals of masks()) {
      const log = new Log();
      for (const [i, signal] of signals.entries()) {
        const message = end!.readMessage({ signal });
        log.add(NAMES[i]!, message.then((it) => text(it?.data)));
      }
      for (const name of NAMES) await peer!.write(bytes(name));
      await until(() => log.entries.length === 4);
      assertEquals(log.entries, ["a a", "b b", "c c", "d d"]);
    }
  }, { type: "message" });
});

Deno.test("a read that is aborted leaves the order of the others", async () => {
  await withEnds(async ([end, peer]) => {
    for (let aborted = 0; aborted < 4; aborted++) {
      const log = new Log();
      const controller = new AbortController();
      for (const [i, name] of NAMES.entries()) {
        const signal = i === aborted || i % 2 === 0
          ? (i === aborted ? controller : new AbortController()).signal
          : undefined;
        log.add(name, end!.read(new Uint8Array(1), { signal }));
      }
      controller.abort(new Error("enough"));
      await turns();
      assertEquals(log.entries, [`${NAMES[aborted]} enough`]);
      await peer!.write(bytes("123"));
      await until(() => log.entries.length === 4);
      const others = NAMES.filter((_, i) => i !== aborted);
      assertEquals(log.entries.slice(1), others.map((name) => `${name} 1`));
    }
  });
});

Deno.test("a read into nothing waits for those before it, and for nothing else", async () => {
  await withEnds(async ([end, peer]) => {
    const log = new Log();
    const controller = new AbortController();
    const { signal } = controller;
    log.add("a", end!.read(new Uint8Array(1)));
    log.add("b", end!.read(new Uint8Array(0)));
    log.add("c", end!.read(new Uint8Array(1), { signal }));
    log.add("d", end!.read(new Uint8Array(0)));
    await turns();
    assertEquals(log.entries, []);
    await peer!.write(bytes("1"));
    await until(() => log.entries.length === 2);
    assertEquals(log.entries, ["a 1", "b 0"]);
    controller.abort(new Error("enough"));
    await turns();
    assertEquals(log.entries.slice(2), ["c enough", "d 0"]);
    assertEquals(await end!.read(new Uint8Array(0)), 0);
  });
});

Deno.test("writes settle in order, large, small and empty ones", async () => {
  for (const type of ["byte", "message"] as const) {
    await withEnds(async ([end, peer]) => {
      const log = new Log();
      const sizes = [100_000, 0, 1, 0, 0, 70_000, 3, 0];
      for (const [i, size] of sizes.entries()) {
        log.add(`${i}`, end!.write(pattern(size)));
      }
      await turns();
      assertEquals(log.entries, []);
      const target = new Uint8Array(200_000);
      for (let rest = 170_004; rest > 0;) {
        rest -= await peer!.read(target) ?? NaN;
      }
      await until(() => log.entries.length === sizes.length);
      assertEquals(log.entries, sizes.map((size, i) => `${i} ${size}`));
    }, { type, inBufferSize: 7, outBufferSize: 7 });
  }
});

Deno.test("a call that waits for its turn is not overtaken when a new one begins", async () => {
  await withEnds(async ([end, peer], world) => {
    const { calls } = world.port;
    const log = new Log();
    await peer!.write(bytes("12"));
    for (const name of ["a", "b"]) {
      if (name === "a") calls.exhaust();
      log.add(`read ${name}`, end!.read(new Uint8Array(1)));
      log.add(`write ${name}`, end!.write(bytes(name)));
      // A wait brings packets of others.
      for (let i = 0; i < 5; i++) await Promise.resolve();
      if (name === "a") assertEquals(log.entries, []);
      calls.renew();
    }
    await until(() => log.entries.length === 4);
    const order = log.entries.filter((entry) => entry.startsWith("read"));
    assertEquals(order, ["read a 1", "read b 1"]);
    const writes = log.entries.filter((entry) => entry.startsWith("write"));
    assertEquals(writes, ["write a 1", "write b 1"]);
  });
});

// --- futures -----------------------------------------------------------------

async function withPair(
  body: (world: World, ends: [Handle, Handle]) => Promise<void>,
  type: "byte" | "message" = "byte",
): Promise<void> {
  await inWorld({}, async (world) => {
    const { server, client } = world.pair({ type });
    await body(world, [server, client]);
    world.close(server, client);
  });
}

Deno.test("recv() that ends at once settles behind one whose packet is under way", async () => {
  for (const type of ["byte", "message"] as const) {
    await withPair(async ({ proactor }, [server, client]) => {
      const log = new Log();
      const a = proactor.recv(server, 1);
      log.add("a", a.then(text));
      for (const name of ["1", "2"]) await proactor.send(client, bytes(name));
      const b = proactor.recv(server, 1);
      log.add("b", b.then(text));
      assertEquals([a.done(), b.done(), b.pending], [false, false, false]);
      assert(b.cancel()); // too late: its data have been taken
      await until(() => log.entries.length === 2);
      assertEquals(log.entries, ["a 1", "b 2"]);
    }, type);
  }
});

Deno.test("a future that waits for its turn is told by select(), once", async () => {
  await withPair(async ({ proactor }, [server, client]) => {
    assertEquals(await proactor.select(0), []);
    const a = proactor.recv(server, 1);
    await proactor.send(client, bytes("12"));
    const b = proactor.recv(server, 1);
    await until(() => b.done());
    const ended = await proactor.select(0);
    const reads = ended.filter((it) => it === a || it === b);
    assertEquals(reads, [a, b] as unknown[] as typeof reads);
  });
});

Deno.test("cancelling the first of two reads lets the second settle", async () => {
  await explore(async (choose) => {
    await inWorld({}, async (world) => {
      const { server, client } = world.pair();
      const { proactor, sim } = world;
      sim.manual = true;
      const log = new Log();
      const futures: OverlappedFuture<Uint8Array>[] = [];
      for (const name of ["a", "b"]) {
        const future = proactor.recv(server, 1);
        futures.push(future);
        log.add(name, future.then(text));
      }
      const cancel = () => futures[0]!.cancel(new Error("cancelled"));
      const send = () => void proactor.send(client, bytes("12"));
      const steps = choose(2) === 0 ? [cancel, send] : [send, cancel];
      for (const step of steps) step();
      sim.manual = false;
      await until(() => log.entries.length === 2);
      assertEquals(log.entries.map((entry) => entry[0]).sort(), ["a", "b"]);
      if (log.entries.includes("a 1")) {
        assertEquals(log.entries, ["a 1", "b 2"]);
      }
      world.close(server, client);
    });
  });
});

Deno.test("SettleOrder lets those go on who were behind one that has left", () => {
  const order = new SettleOrder();
  const place = order.enter();
  const log: string[] = [];
  assert(!order.succeed(undefined, () => log.push("b")));
  assertEquals([log, order.idle], [[], false]);
  order.leave(place);
  assertEquals([log, order.idle], [["b"], true]);
  order.leave(place);
  assert(order.succeed(undefined, () => log.push("c")));
  assertEquals(log, ["b", "c"]);
});
