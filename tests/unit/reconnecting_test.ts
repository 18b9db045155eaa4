/** One connection after the other. */

import { assertEquals, assertRejects, assertThrows } from "@std/assert";
import { FakeTime } from "@std/testing/time";
import {
  type ConnectAttempt,
  reconnecting,
  type ReconnectingOptions,
} from "../../src/stream/mod.ts";
import { connectPipe } from "../../src/pipe/connect_pipe.ts";
import { PipeServer } from "../../src/pipe/pipe_server.ts";
import { PATH, test, wrong } from "./_helpers.ts";

const { ConnectionRefused, NotFound, NotSupported, PermissionDenied } =
  Deno.errors;

/** A connection that notes its close. */
class Connection {
  closed = 0;
  readonly id: number;

  constructor(id: number) {
    this.id = id;
  }

  close(): void {
    this.closed++;
  }
}

/** No chance: the waits can be told. */
const EXACT = { backoff: { jitter: 0 } };

/** Runs the timers until something has ended. */
async function settled<T>(time: FakeTime, promise: Promise<T>): Promise<T> {
  let ended = false;
  const end = () => ended = true;
  promise.then(end, end);
  while (!ended) await time.nextAsync();
  return await promise;
}

/** The waits before each attempt, when the first ones fail. */
async function waits(
  failures: number,
  options: ReconnectingOptions,
): Promise<number[]> {
  using time = new FakeTime();
  const delays: number[] = [];
  const connect = ({ failures: count }: ConnectAttempt) => {
    if (count < failures) throw new ConnectionRefused("refused");
    return new Connection(count);
  };
  const onFailure = (_: unknown, delay: number) => void delays.push(delay);
  async function first() {
    const all = reconnecting(connect, { ...options, onFailure });
    for await (const { id } of all) return id;
  }
  assertEquals(await settled(time, first()), failures);
  return delays;
}

Deno.test("reconnecting() gives a connection each round, and closes it", async () => {
  const made: Connection[] = [];
  const connect = () => {
    const connection = new Connection(made.length);
    made.push(connection);
    return connection;
  };
  for await (const { id } of reconnecting(connect, { lasting: 0 })) {
    assertEquals(
      made.map(({ closed }) => closed),
      [1, 1, 1].slice(0, id).concat(0),
    );
    if (id === 2) break;
  }
  assertEquals(made.map(({ closed }) => closed), [1, 1, 1]);
});

Deno.test("reconnecting() waits longer after each failure, up to a limit", async () => {
  assertEquals(await waits(4, EXACT), [100, 200, 400, 800]);
  const backoff = { first: 10, most: 50, factor: 3, jitter: 0 };
  assertEquals(await waits(4, { backoff }), [10, 30, 50, 50]);
  assertEquals((await waits(2000, EXACT)).at(-1), 30_000);
});

Deno.test("reconnecting() leaves a part of each wait to chance", async () => {
  const delays = await waits(50, { backoff: { first: 100, factor: 1 } });
  assertEquals(delays.every((delay) => delay > 49 && delay <= 100), true);
  assertEquals(new Set(delays).size > 10, true);
});

Deno.test("reconnecting() takes a connection that ends early for a failure", async () => {
  using time = new FakeTime();
  const begun: number[] = [];
  const connect = ({ failures }: ConnectAttempt) => {
    begun.push(Date.now());
    return new Connection(failures);
  };
  const lived = [0, 0, 6000, 0, 0];
  async function run() {
    const seen: number[] = [];
    for await (const { id } of reconnecting(connect, EXACT)) {
      seen.push(id);
      const life = lived.shift();
      if (life === undefined) return seen;
      await new Promise((resolve) => setTimeout(resolve, life));
    }
  }
  // performance.now() is the real one: a life is told by it
  const { now } = performance;
  performance.now = () => Date.now();
  try {
    assertEquals(await settled(time, run()), [0, 1, 2, 0, 1, 2]);
  } finally {
    performance.now = now;
  }
  const gaps = begun.slice(1).map((at, i) => at - begun[i]!);
  assertEquals(gaps, [100, 200, 6000, 100, 200]);
});

Deno.test("reconnecting() gives up where waiting does not help", async () => {
  const errors = [
    new TypeError("x"),
    new RangeError("x"),
    new NotSupported("x"),
    new PermissionDenied("x"),
    new Deno.errors.NotCapable("x"),
  ];
  for (const error of errors) {
    const connect = () => Promise.reject(error);
    const thrown = await assertRejects(() => reconnecting(connect).next());
    assertEquals(thrown, error);
  }
  const retry = (error: unknown) => !(error instanceof NotFound);
  const connect = () => Promise.reject(new NotFound("x"));
  await assertRejects(() => reconnecting(connect, { retry }).next(), NotFound);
});

Deno.test("reconnecting() ends by its signal, in a wait, an attempt and a round", async () => {
  const reason = new Error("stop");
  for (const when of ["before", "attempt", "late", "wait", "round"]) {
    const controller = new AbortController();
    const { signal } = controller;
    const stop = () => controller.abort(reason);
    const connection = new Connection(0);
    const connect = (attempt: ConnectAttempt) => {
      assertEquals(attempt.signal, signal);
      if (when === "attempt" || when === "late") stop();
      if (when === "wait") queueMicrotask(() => queueMicrotask(stop));
      if (when !== "round" && when !== "late") throw new NotFound("x");
      return connection;
    };
    if (when === "before") stop();
    let rounds = 0;
    const run = async () => {
      for await (const _ of reconnecting(connect, { signal })) {
        rounds++;
        stop();
      }
    };
    assertEquals(await assertRejects(run), reason, when);
    const connected = when === "round" || when === "late";
    assertEquals(connection.closed, connected ? 1 : 0, when);
    assertEquals(rounds, when === "round" ? 1 : 0, when);
  }
});

Deno.test("reconnecting() closes its connection when the round throws", async () => {
  const connection = new Connection(0);
  async function run() {
    for await (const _ of reconnecting(() => connection)) throw new Error("x");
  }
  await assertRejects(run, Error, "x");
  assertEquals(connection.closed, 1);
});

Deno.test("reconnecting() refuses options that make no sense", () => {
  assertThrows(() => reconnecting(wrong(5)), TypeError);
  const connect = () => new Connection(0);
  const options: ReconnectingOptions[] = [
    { lasting: -1 },
    { lasting: NaN },
    { backoff: { first: -1 } },
    { backoff: { most: NaN } },
    { backoff: { factor: 0.5 } },
    { backoff: { jitter: 2 } },
    { backoff: { first: wrong("5") } },
  ];
  for (const each of options) {
    assertThrows(() => reconnecting(connect, each), RangeError);
  }
  for (const name of ["retry", "onFailure", "signal", "backoff"]) {
    assertThrows(() => reconnecting(connect, { [name]: 5 }), TypeError, name);
  }
});

test.world("reconnecting() finds a server again that was gone", async (world) => {
  const { proactor } = world;
  const backoff = { first: 1, jitter: 0 };
  let servers = 0;
  let rounds = 0;
  const connect = () => connectPipe(PATH, { proactor });
  const serve = () => PipeServer.listen(PATH, { proactor });
  let server: PipeServer | null = null;
  const onFailure = () => {
    servers++;
    server = serve();
  };
  const all = reconnecting(connect, { backoff, onFailure });
  for await (const connection of all) {
    (await server!.accept()).close();
    await (server! as PipeServer).shutdown();
    assertEquals(await connection.read(new Uint8Array(1)), null);
    if (++rounds === 3) break;
  }
  assertEquals([servers, rounds], [3, 3]);
});
