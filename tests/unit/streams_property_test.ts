/** Streams of bytes and messages against a model of them. */

import { assert, assertEquals } from "@std/assert";
import { connectPipe } from "../../src/pipe/connect_pipe.ts";
import type { PipeConnection } from "../../src/pipe/pipe_connection.ts";
import { PipeServer } from "../../src/pipe/pipe_server.ts";
import type { StreamConnection } from "../../src/stream/stream_connection.ts";
import type { SimulationOptions } from "../sim/options.ts";
import { inWorld, PATH, type World } from "./_helpers.ts";
import { pattern } from "./_bytes.ts";
import { turns } from "./_turns.ts";
import { fc, test } from "./_property.ts";
import { type Recorder, rig } from "./_recorder.ts";
import { connections } from "./_sockets.ts";

/** What a writer does, in order. */
interface WriteStep {
  /** Bytes. */
  size: number;
  /** Turns that pass before. */
  pause: number;
  /** Whether the next step waits for this one. */
  waits: boolean;
  /** Turns after which the wait for it is given up; `null` for never. */
  abort: number | null;
}

/** How a reader reads, again and again. */
interface ReadStep {
  /** Room of the array. */
  size: number;
  pause: number;
  abort: number | null;
}

/** What differs from run to run. */
interface Plan {
  writes: WriteStep[];
  reads: ReadStep[];
  world: SimulationOptions & { skip: boolean };
  /** Room of a pipe in each direction. */
  quota: number;
  /** In which order the kernel completes what it can; `null` for at once. */
  picks: number[] | null;
}

const delay = fc.oneof(
  fc.constant(0),
  { arbitrary: fc.nat({ max: 3 }), weight: 1 },
);
const abort = fc.option(fc.nat({ max: 3 }), { freq: 3 });
const size = fc.oneof(
  fc.nat({ max: 40 }),
  fc.constantFrom(4095, 4096, 4097, 65_536, 70_000),
);

const messageSize = fc.oneof(
  fc.integer({ min: 1, max: 40 }),
  fc.constantFrom(4096, 4097, 65_537),
);

function plans(sizes: fc.Arbitrary<number>): fc.Arbitrary<Plan> {
  const write = fc.record({
    size: sizes,
    pause: delay,
    waits: fc.boolean(),
    abort,
  });
  const read = fc.record({
    size: fc.oneof(fc.integer({ min: 1, max: 64 }), fc.constant(70_000)),
    pause: delay,
    abort,
  });
  return fc.record({
    writes: fc.array(write, { maxLength: 8 }),
    reads: fc.array(read, { minLength: 1, maxLength: 4 }),
    world: fc.record({
      skip: fc.boolean(),
      warningPackets: fc.boolean(),
      straddle4GiB: fc.boolean(),
    }),
    quota: fc.constantFrom(1, 7, 64, 4096, 65_536),
    picks: fc.option(fc.array(fc.nat({ max: 7 }), { minLength: 1 })),
  });
}

/** The bytes of all steps, and where each begins. */
function dataOf(steps: readonly { size: number }[]): Uint8Array[] {
  const all = pattern(steps.reduce((sum, { size }) => sum + size, 0));
  let at = 0;
  return steps.map(({ size }) => all.slice(at, at += size));
}

/** A signal that is aborted after some turns, and what stops that. */
function aborting(
  after: number | null,
): { signal: AbortSignal | undefined; stop: () => Promise<void> } {
  if (after === null) return { signal: undefined, stop: async () => {} };
  const controller = new AbortController();
  let done = false;
  const waited = turns(after).then(() => {
    if (!done) controller.abort();
  });
  const stop = () => {
    done = true;
    return waited;
  };
  return { signal: controller.signal, stop };
}

async function write(
  connection: StreamConnection,
  steps: readonly WriteStep[],
): Promise<void> {
  const data = dataOf(steps);
  const pending: Promise<void>[] = [];
  for (const [i, step] of steps.entries()) {
    await turns(step.pause);
    const { signal, stop } = aborting(step.abort);
    const result = connection.write(data[i]!, { signal })
      .then(() => {}, assertAborted).then(stop);
    if (step.waits) await result;
    else pending.push(result);
  }
  await Promise.all(pending);
  if (connection.canCloseWrite) await connection.closeWrite();
  else await connection.shutdown();
}

/** Only the wait is given up: bytes that were handed over are sent. */
function assertAborted(error: unknown): void {
  assert(
    error instanceof DOMException && error.name === "AbortError",
    `${error}`,
  );
}

/** Calls `take` until it has had the end; what it waits for may be aborted. */
async function readAll(
  steps: readonly ReadStep[],
  take: (step: ReadStep, signal: AbortSignal | undefined) => Promise<boolean>,
): Promise<void> {
  for (let i = 0;; i++) {
    const step = steps[i % steps.length]!;
    // Each pause comes once: small reads of much would take for ever.
    const first = i < 2 * steps.length;
    if (first) await turns(step.pause);
    const { signal, stop } = aborting(first ? step.abort : null);
    const more = await take(step, signal).catch((error) => {
      assertAborted(error);
      return true;
    });
    await stop();
    if (!more) return;
  }
}

async function readBytes(
  connection: StreamConnection,
  steps: readonly ReadStep[],
): Promise<Uint8Array> {
  const parts: Uint8Array[] = [];
  await readAll(steps, async ({ size }, signal) => {
    const target = new Uint8Array(parts.length < 100 ? size : 70_000);
    const count = await connection.read(target, { signal });
    if (count !== null) parts.push(target.slice(0, count));
    return count !== null;
  });
  return joined(parts);
}

async function readMessages(
  connection: PipeConnection,
  steps: readonly ReadStep[],
): Promise<Uint8Array[]> {
  const messages: Uint8Array[] = [];
  let parts: Uint8Array[] = [];
  await readAll(steps, async ({ size }, signal) => {
    const maxLength = parts.length < 100 ? size : 70_000;
    const part = await connection.readMessage({ maxLength, signal });
    if (part === null) return false;
    assert(part.data.length <= maxLength);
    parts.push(part.data);
    if (!part.more) messages.push(joined(parts));
    if (!part.more) parts = [];
    return true;
  });
  return messages;
}

function joined(parts: readonly Uint8Array[]): Uint8Array<ArrayBuffer> {
  const all = new Uint8Array(
    parts.reduce((sum, { length }) => sum + length, 0),
  );
  let at = 0;
  for (const part of parts) {
    all.set(part, at);
    at += part.length;
  }
  return all;
}

/** Completes what the kernel can complete, in the order of the plan. */
async function completing(
  { sim }: World,
  picks: readonly number[] | null,
  work: Promise<unknown>,
): Promise<void> {
  let done = false;
  const end = () => void (done = true);
  work.then(end, end);
  sim.manual = picks !== null;
  for (let i = 0; picks !== null && !done; i++) {
    await turns(1);
    const { length } = sim.ready;
    if (length > 0) sim.complete(picks[i % picks.length]! % length);
  }
  sim.manual = false;
  await work;
}

async function pipeEnds(
  { proactor }: World,
  type: "byte" | "message",
  options: { quota: number; readMode?: "byte" | "message" },
): Promise<[served: PipeConnection, client: PipeConnection]> {
  const { quota, readMode = type } = options;
  const sizes = { inBufferSize: quota, outBufferSize: quota };
  const server = PipeServer.listen(PATH, { type, ...sizes, proactor });
  const client = await connectPipe(PATH, { proactor, readMode });
  const served = await server.accept();
  server.close();
  return [served, client];
}

/** The bytes of a model: one after the other. */
function model(steps: readonly WriteStep[]): Uint8Array {
  return joined(dataOf(steps));
}

/** Both directions at once. */
const both = fc.tuple(plans(size), plans(size));

async function exchange(
  world: World,
  [one, other]: [StreamConnection, StreamConnection],
  [there, back]: [Plan, Plan],
): Promise<void> {
  const work = Promise.all([
    write(one, there.writes),
    readBytes(other, there.reads),
    write(other, back.writes),
    readBytes(one, back.reads),
  ]);
  await completing(world, there.picks, work);
  const [, received, , returned] = await work;
  assertEquals(received, model(there.writes));
  assertEquals(returned, model(back.writes));
  one.close();
  other.close();
  await Promise.all([one.finished, other.finished]);
}

test.property(
  "a byte pipe delivers what was written, in order, to the end",
  fc.tuple(plans(size), fc.boolean()),
  async ([plan, toServer]) => {
    await inWorld(plan.world, async (world) => {
      const ends = await pipeEnds(world, "byte", plan);
      const [writer, reader] = toServer ? ends.toReversed() : ends;
      const work = Promise.all([
        write(writer!, plan.writes),
        readBytes(reader!, plan.reads),
      ]);
      await completing(world, plan.picks, work);
      assertEquals((await work)[1], model(plan.writes));
      reader!.close();
      await reader!.finished;
    });
  },
  { runs: 100 },
);

test.property(
  "a message pipe that is read as a stream delivers what was written, both ways",
  fc.tuple(plans(messageSize), plans(messageSize)),
  async ([there, back]) => {
    const rules = { ...there.world, swallowEmptyMessages: true };
    await inWorld(rules, async (world) => {
      const quota = Math.max(64, there.quota);
      const options = { quota, readMode: "byte" } as const;
      const ends = await pipeEnds(world, "message", options);
      await exchange(world, ends, [there, back]);
    });
  },
  { runs: 100 },
);

test.property(
  "a TCP connection delivers what was written, in order, to the end",
  both,
  async ([there, back]) => {
    await inWorld(there.world, async (world) => {
      const ends = await connections(world);
      await exchange(world, ends, [there, back]);
    });
  },
  { runs: 100 },
);

test.property(
  "a message pipe delivers each message whole, in order, to the end",
  plans(messageSize),
  async (plan) => {
    await inWorld(
      { ...plan.world, swallowEmptyMessages: true },
      async (world) => {
        const [served, client] = await pipeEnds(world, "message", plan);
        const work = Promise.all([
          write(served, plan.writes),
          readMessages(client, plan.reads),
        ]);
        await completing(world, plan.picks, work);
        const [, messages] = await work;
        assertEquals(messages, dataOf(plan.writes));
        served.close();
        client.close();
        await Promise.all([served.finished, client.finished]);
      },
    );
  },
  { runs: 100 },
);

/** What a program does with a transport. */
interface TransportStep {
  what: "pause" | "resume" | "turn" | "send";
  size: number;
}

const transportSteps = fc.array(
  fc.record<TransportStep>({
    what: fc.constantFrom("pause", "resume", "turn", "send", "send"),
    size: fc.oneof(fc.integer({ min: 1, max: 30 }), fc.constant(5000)),
  }),
  { maxLength: 20 },
);

test.property(
  "a protocol that pauses reading loses no byte, and gets none while paused",
  fc.tuple(transportSteps, fc.boolean(), fc.constantFrom(7, 4096, 65_536)),
  async ([steps, skip, quota]) => {
    await inWorld({ skip }, async (world) => {
      const { transport, protocol, peer } = rig(world, { quota });
      await turns();
      const data = dataOf(steps.filter(({ what }) => what === "send"));
      const sent = [...data];
      const writes: PromiseLike<unknown>[] = [];
      const total = joined(data).length;
      const recorder = new Bytes(protocol);
      for (const { what } of steps) {
        if (what === "turn") await turns(2);
        if (what === "send") {
          writes.push(world.proactor.send(peer, sent.shift()!));
        }
        if (what === "pause") {
          transport.pauseReading();
          recorder.paused = true;
        }
        if (what !== "resume") continue;
        recorder.paused = false;
        transport.resumeReading();
      }
      recorder.paused = false;
      transport.resumeReading();
      await Promise.all(writes);
      while (recorder.length < total) await turns(1);
      assertEquals(recorder.all(), joined(data));
      world.close(peer);
      while (!protocol.log.includes("lost")) await turns(1);
    });
  },
  { runs: 100 },
);

/** Keeps what a protocol is given. */
class Bytes {
  paused = false;
  length = 0;
  readonly #parts: Uint8Array[] = [];

  constructor(protocol: Recorder) {
    protocol.dataReceived = (data) => {
      assert(!this.paused, "paused");
      this.#parts.push(data.slice());
      this.length += data.length;
    };
  }

  all(): Uint8Array {
    return joined(this.#parts);
  }
}
