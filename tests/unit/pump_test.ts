/** The pump: when to poll, when to wait, when to stop. */

import { assert, assertEquals } from "@std/assert";
import { stub } from "@std/testing/mock";
import { CallBudget } from "../../src/proactor/port/call_budget.ts";
import { Pump, type PumpHost } from "../../src/proactor/port/pump.ts";
import { TurnClock } from "../../src/proactor/port/turn_clock.ts";
import { test } from "./_helpers.ts";
import { bytes } from "./_bytes.ts";
import { turns, until } from "./_turns.ts";

/** A host that counts what the pump asks of it. */
class Host implements PumpHost {
  readonly calls = new CallBudget();
  readonly clock = new TurnClock();
  outstanding = 0;
  referenced = 0;
  packets: number[] = [];
  work: (() => void)[] = [];
  drains = 0;
  /** Called at each poll. */
  onDrain = () => {};
  waits = 0;
  /** Waits that end at once, but for slow ones. */
  rests = 0;
  slow = false;
  starvations = 0;
  readonly queue = { waitStarted: true, disarm: () => !this.queue.waitStarted };
  wakes = 0;
  collected: number[] = [];
  #wait: PromiseWithResolvers<number> | undefined;

  get deferred(): boolean {
    return this.work.length > 0;
  }

  turn(poll: boolean): number {
    this.calls.renew();
    for (const each of this.work.splice(0)) each();
    return poll && this.outstanding > 0 ? this.drain() : 0;
  }

  drain(): number {
    this.drains++;
    this.onDrain();
    const count = this.packets.shift() ?? 0;
    this.outstanding -= count;
    return count;
  }

  wait(rest: boolean): Promise<number> {
    this.#wait = Promise.withResolvers();
    const { promise } = this.#wait;
    if (!rest) this.waits++;
    else if (++this.rests > 0 && !this.slow) this.arrive(0);
    return promise;
  }

  starved(): void {
    this.starvations++;
  }

  collect(arrived: number): void {
    this.collected.push(arrived);
    this.outstanding -= arrived;
  }

  wake(): boolean {
    this.wakes++;
    this.arrive(0);
    return true;
  }

  arrive(count: number): void {
    this.#wait?.resolve(count);
    this.#wait = undefined;
  }
}

/** A clock that stands still but for the work that is done. */
class WorkClock {
  #now = 1000;
  readonly #stub = stub(performance, "now", () => this.#now);

  work(milliseconds: number): void {
    this.#now += milliseconds;
  }

  [Symbol.dispose](): void {
    this.#stub.restore();
  }
}

/** Starts a pump that has one reason, and lets it wait. */
async function startWaiting(host: Host): Promise<void> {
  host.outstanding = host.referenced = 1;
  new Pump(host).start();
  await until(() => host.waits === 1);
}

/** Takes the last reason of a pump, and ends its wait. */
async function endPump(host: Host): Promise<void> {
  host.outstanding = 0;
  host.arrive(0);
  await turns(50);
}

Deno.test("the pump does nothing while nothing is outstanding", async () => {
  const host = new Host();
  const pump = new Pump(host);
  pump.start();
  pump.review();
  await turns(50);
  assertEquals([host.drains, host.waits, host.wakes], [0, 0, 0]);
});

Deno.test("the pump polls for some turns, then waits once", async () => {
  const host = new Host();
  const pump = new Pump(host);
  host.outstanding = host.referenced = 1;
  pump.start();
  pump.start();
  await until(() => host.waits === 1);
  const { drains } = host;
  assert(drains > 1);
  pump.start();
  await turns(50);
  assertEquals([host.drains, host.waits], [drains, 1]);
  assert(pump.waiting !== undefined);
  host.arrive(1);
  await turns(50);
  assertEquals([host.collected, host.waits, pump.waiting], [[1], 1, undefined]);
});

Deno.test("a packet starts the polling turns anew", async () => {
  using clock = new WorkClock();
  const host = new Host();
  host.onDrain = () => clock.work(0.02);
  const pump = new Pump(host);
  host.outstanding = 5;
  host.packets = [0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1];
  pump.start();
  await until(() => host.waits === 1);
  // Eleven, and 0.3 ms of polls at 0.02 ms behind the first idle one.
  assertEquals(host.drains, 11 + 17);
  host.outstanding = 0;
  pump.review();
  pump.review();
  await turns(4);
  assertEquals([host.wakes, pump.waiting], [1, undefined]);
});

Deno.test("hurry() runs deferred work soon, also during a wait", async () => {
  const host = new Host();
  const pump = new Pump(host);
  host.outstanding = 1;
  pump.start();
  await until(() => host.waits === 1);
  const order: string[] = [];
  host.work.push(() => {
    order.push("first");
    host.work.push(() => order.push("second"));
    pump.hurry();
  });
  pump.hurry();
  assertEquals(order, []);
  await turns(4);
  assertEquals([order, host.waits], [["first", "second"], 1]);
  host.outstanding = 0;
  pump.review();
  await turns(4);
});

Deno.test("stop() takes a scheduled turn back", async () => {
  const host = new Host();
  const pump = new Pump(host);
  host.outstanding = 1;
  pump.start();
  pump.stop();
  pump.stop();
  await turns(4);
  assertEquals(host.drains, 0);
});

test.world("a hold keeps the port waiting, and unhold() ends the wait", async (world) => {
  const { port, sim } = world;
  port.hold();
  await until(() => port.metrics().waits === 1);
  assertEquals([port.outstanding, port.referenced], [1, 1]);
  const calls: [number, number][] = [];
  port.onCall = (id, value) => calls.push([id, value]);
  sim.postQueuedCompletionStatus(port.handle, 7, 2, 5n);
  await until(() => calls.length === 1);
  assertEquals(calls, [[5, 7]]);
  await until(() => port.metrics().waits === 2);
  port.unhold();
  await port.settled();
  await turns(50);
  assertEquals(port.metrics().waits, 2);
});

test.world("unreferenced operations do not count as referenced", async (world) => {
  const { port, sim } = world;
  const { server, client } = world.pair();
  const handle = port.associate(server, { warnings: false });
  const ends: number[] = [];
  const operation = port.acquire(handle, {
    onCompletion: (each) => void ends.push(each.index),
  });
  port.setReferenced(handle, false);
  port.begin(operation);
  const { address } = operation;
  port.settle(operation, sim.readFile(server, address, 0, address));
  assertEquals([port.outstanding, port.referenced], [1, 0]);
  port.setReferenced(handle, true);
  port.setReferenced(handle, true);
  assertEquals(port.referenced, 1);
  port.setReferenced(handle, false);
  await until(() => port.metrics().waits === 1);
  await world.proactor.send(client, bytes("x"));
  await until(() => ends.length === 1);
  assertEquals([port.outstanding, port.referenced], [0, 0]);
  port.operations.release(operation);
  port.closeHandle(handle);
  world.close(client);
});

/** Lets every wait end without a packet. */
async function pollsBeforeWaits(host: Host, waits: number): Promise<number[]> {
  const polls: number[] = [];
  for (let wait = 1; wait <= waits; wait++) {
    await until(() => host.waits === wait);
    polls.push(host.drains);
    host.drains = 0;
    if (wait === waits) host.outstanding = 0;
    host.arrive(0);
  }
  await turns(50);
  return polls;
}

Deno.test("polls that find nothing become fewer, and are tried again", async () => {
  using clock = new WorkClock();
  const host = new Host();
  host.onDrain = () => clock.work(2 ** -7);
  host.outstanding = host.referenced = 1;
  new Pump(host).start();
  const polls = await pollsBeforeWaits(host, 66);
  assertEquals(polls.slice(0, 6), [40, 21, 11, 6, 1, 1]);
  assertEquals(polls.slice(62), [1, 1, 40, 21]);
});

for (const cost of [0.001, 0.008, 0.05]) {
  Deno.test(`idle polls take the same time when each takes ${cost} ms`, async () => {
    using clock = new WorkClock();
    const host = new Host();
    host.onDrain = () => clock.work(cost);
    await startWaiting(host);
    const time = (host.drains - 1) * cost;
    assert(time > 0.299 && time < 0.301 + cost, `${time} ms`);
    await endPump(host);
  });
}

Deno.test("a clock that stands still does not keep the pump from waiting", async () => {
  using _clock = new WorkClock();
  const host = new Host();
  await startWaiting(host);
  assertEquals(host.drains, 1000);
  await endPump(host);
});

Deno.test("an idle poll that finds something restores their number", async () => {
  using clock = new WorkClock();
  const host = new Host();
  host.onDrain = () => clock.work(0.02);
  host.outstanding = host.referenced = 2;
  new Pump(host).start();
  await until(() => host.waits === 1);
  host.drains = 0;
  host.packets = [0, 0, 1];
  host.arrive(0);
  await until(() => host.waits === 2);
  // Two that found nothing, the one that did, and 0.3 ms of them again.
  assertEquals(host.drains, 3 + 17);
  await endPump(host);
});

/** How often the pump rests when each of 1,000 turns takes so long. */
async function restsOf(milliseconds: number): Promise<number> {
  using clock = new WorkClock();
  const host = new Host();
  let drains = 0;
  host.drain = () => {
    clock.work(milliseconds);
    if (++drains === 1000) host.outstanding = 0;
    return 1;
  };
  host.outstanding = host.referenced = 1;
  new Pump(host).start();
  await until(() => drains === 1000);
  await turns(5);
  assertEquals([host.waits, host.wakes], [0, 0]);
  return host.rests;
}

Deno.test("the pump rests although packets come without end", async () => {
  // More than 1 ms after the first of them: every second turn, or each.
  assertEquals(await restsOf(0.6), 499);
  assertEquals(await restsOf(3), 999);
});

Deno.test("the pump needs no rest while turns are short", async () => {
  // Deno looks at its own I/O in each 61st turn: 61 x 0.016 ms are 0.98 ms.
  assertEquals(await restsOf(0.016), 0);
  assert(await restsOf(0.02) > 0);
});

Deno.test("the pump rests although work is put off without end", async () => {
  const host = new Host();
  const pump = new Pump(host);
  using clock = new WorkClock();
  const again = () => {
    clock.work(1);
    if (host.rests < 3) defer();
  };
  const defer = () => {
    host.work.push(again);
    pump.hurry();
  };
  defer();
  await until(() => host.rests === 3);
  await turns(5);
  assertEquals([host.deferred, pump.waiting, host.waits], [
    false,
    undefined,
    0,
  ]);
});

Deno.test("the pump rests although nothing is left behind each turn", async () => {
  // As calls that end at once: they go on behind the turn, until one is put
  // off. What they take of time is the pump's.
  const host = new Host();
  const pump = new Pump(host);
  using clock = new WorkClock();
  let left = 20;
  const again = () => {
    queueMicrotask(() => {
      clock.work(8);
      if (--left > 0) defer();
    });
  };
  const defer = () => {
    host.work.push(again);
    pump.hurry();
  };
  defer();
  await until(() => left === 0);
  assert(host.rests >= 10, `${host.rests} rests`);
});

Deno.test("the pump rests beside a thread that waits, by waking it", async () => {
  const host = new Host();
  const pump = new Pump(host);
  using clock = new WorkClock();
  host.outstanding = host.referenced = 1;
  pump.start();
  await until(() => host.waits === 1);
  let left = 10;
  const defer = () => {
    host.work.push(() => {
      clock.work(2);
      if (--left > 0) defer();
    });
    pump.hurry();
  };
  defer();
  await until(() => left === 0);
  assertEquals(host.wakes, 1);
  assert(host.rests > 3, `${host.rests} rests`);
  host.outstanding = 0;
  pump.review();
  host.arrive(0);
  await turns(4);
});

Deno.test("nothing runs while the pump rests", async () => {
  using clock = new WorkClock();
  const host = new Host();
  host.slow = true;
  const pump = new Pump(host);
  let ran = 0;
  const defer = () => {
    host.work.push(() => {
      clock.work(1);
      if (++ran < 20) defer();
    });
    pump.hurry();
  };
  defer();
  await until(() => host.rests === 1);
  const before = ran;
  assert(host.calls.spent);
  pump.hurry();
  await turns(10);
  assertEquals(ran, before);
  host.arrive(0);
  await turns(3);
  assert(ran > before);
  while (ran < 20) {
    host.arrive(0);
    await turns(1);
  }
  host.arrive(0);
  await turns(2);
});

/** Lets timers fire: a queued wait is looked at on one. */
async function untilLater(condition: () => boolean): Promise<void> {
  for (let i = 0; i < 20_000 && !condition(); i++) {
    await new Promise((resolve) => setTimeout(resolve, 1));
  }
  assert(condition());
}

Deno.test("a wait that no thread begins is polled for, one that begins is not", async () => {
  const host = new Host();
  host.queue.waitStarted = false;
  host.outstanding = 1;
  const pump = new Pump(host);
  pump.start();
  await until(() => host.waits === 1);
  const { drains } = host;
  await untilLater(() => host.drains > drains + 5);
  assertEquals([host.waits, pump.queued], [1, true]);
  assertEquals([pump.queuedWaits, host.starvations], [1, 1]);
  host.queue.waitStarted = true;
  let before = -1;
  await untilLater(() => before === (before = host.drains));
  await new Promise((resolve) => setTimeout(resolve, 30));
  assertEquals(host.drains, before);
  host.outstanding = 0;
  pump.review();
  host.arrive(0);
  await turns(4);
});

Deno.test("a rest ends although no thread is free for it", async () => {
  const host = new Host();
  host.queue.waitStarted = false;
  host.slow = true;
  const pump = new Pump(host);
  let left = 40;
  const defer = () => {
    host.work.push(() => {
      const end = performance.now() + 1;
      while (performance.now() < end);
      if (--left > 0) defer();
    });
    pump.hurry();
  };
  defer();
  await untilLater(() => left === 0);
  assertEquals(host.rests, 1, "one wait is queued");
  host.arrive(0);
  await turns(4);
  pump.stop();
});

/** Waits that bring a packet after a silence of so many milliseconds each. */
async function trickle(
  host: Host,
  clock: WorkClock,
  silence: number,
): Promise<number> {
  for (let i = 0; i < 10; i++) {
    await until(() => host.waits === i + 1);
    host.drains = 0;
    clock.work(silence);
    host.outstanding++; // what follows the packet
    host.arrive(1);
    await until(() => host.collected.length === i + 1);
  }
  await until(() => host.waits === 11);
  return host.drains;
}

Deno.test("behind a long wait the next one begins without a poll, behind a short one with one", async () => {
  for (const [silence, polls] of [[10, 0], [0.5, 1]] as const) {
    using clock = new WorkClock();
    const host = new Host();
    host.onDrain = () => clock.work(0.1);
    host.outstanding = host.referenced = 1;
    new Pump(host).start();
    assertEquals(await trickle(host, clock, silence), polls);
    await endPump(host);
  }
});

Deno.test("what is begun behind a long wait is waited for without a poll", async () => {
  using clock = new WorkClock();
  const host = new Host();
  const pump = new Pump(host);
  host.onDrain = () => clock.work(0.1);
  host.outstanding = host.referenced = 1;
  pump.start();
  await trickle(host, clock, 10);
  host.drains = 0;
  clock.work(10);
  host.arrive(1); // nothing is outstanding, until somebody reads again
  await until(() => host.collected.length === 11);
  assertEquals(host.outstanding, 0);
  host.outstanding = 1;
  pump.start();
  assertEquals([host.waits, host.drains], [12, 0]);
  await endPump(host);
});

Deno.test("looks for a wait that has begun become rarer", async () => {
  const host = new Host();
  let looks = 0;
  const queue = Object.defineProperty(host.queue, "waitStarted", {
    get: () => ++looks > 0,
  });
  assert(queue === host.queue);
  host.outstanding = host.referenced = 1;
  const pump = new Pump(host);
  pump.start();
  await until(() => host.waits === 1);
  const times: number[] = [];
  for (let i = 0; i < 4; i++) {
    const before = looks;
    const since = performance.now();
    await untilLater(() => looks > before);
    times.push(performance.now() - since);
    const { waits } = host;
    host.arrive(0);
    await until(() => host.waits > waits);
  }
  assert(times[3]! >= 35, `${times}`);
  await endPump(host);
});
