/** Connecting: order, waiting, time-outs, what leaks nothing. */

import { assert, assertEquals } from "@std/assert";
import { assertInstanceOf, assertRejects } from "@std/assert";
import { connectPipe } from "../../src/pipe/connect_pipe.ts";
import { inWorld, outcome, PATH, test, World, wrong } from "./_helpers.ts";
import { bytes } from "./_bytes.ts";
import { turns, until } from "./_turns.ts";

test.world("connectPipe() opens a free instance at once", (world) => {
  const server = world.serve();
  const future = world.proactor.connectPipe(PATH);
  assert(future.done());
  assertEquals(world.sim.calls.fsControl, undefined);
  world.close(server, future.result());
});

test.world("connectPipe() of a missing pipe fails at once", (world) => {
  const error = world.proactor.connectPipe(PATH).exception() as Error;
  assertInstanceOf(error, Deno.errors.NotFound);
  assertEquals(
    error.message,
    `Cannot connect to pipe "${PATH}": no server has this name`,
  );
});

test.world("dials of a busy pipe are served in the order they came", async (world) => {
  const { sim, proactor } = world;
  const { server, client } = world.pair();
  const order: number[] = [];
  const dials = [0, 1, 2].map((index) => {
    const dial = proactor.connectPipe(
      PATH.toUpperCase().replace("PIPE", "pipe"),
    );
    dial.addDoneCallback(() => order.push(index));
    return dial;
  });
  await turns(40);
  assertEquals([order, sim.calls.fsControl], [[], 1]);
  const created: bigint[] = [];
  for (const done of [1, 2, 3]) {
    created.push(world.serve());
    await until(() => order.length === done);
  }
  assertEquals(order, [0, 1, 2]);
  for (const dial of dials) world.close(dial.result());
  world.close(server, client, ...created);
});

test.world("a dial that gives up lets the next one go on", async (world) => {
  const { proactor } = world;
  const { server, client } = world.pair();
  const aborter = new AbortController();
  const { signal } = aborter;
  const first = proactor.connectPipe(PATH, { signal });
  const second = proactor.connectPipe(PATH);
  aborter.abort(new RangeError("gave up"));
  assertEquals(await outcome(first), "RangeError");
  const free = world.serve();
  world.close(await second, free, server, client);
});

test.world("the last dial that gives up ends the wait in the kernel", async (world) => {
  const { sim, proactor } = world;
  const { server, client } = world.pair();
  const handles = sim.openHandles;
  const dial = proactor.connectPipe(PATH);
  assertEquals([sim.pendingOperations, sim.openHandles], [1, handles + 1]);
  assert(dial.cancel());
  await until(() => sim.pendingOperations === 0);
  assertEquals(sim.openHandles, handles);
  world.close(server, client);
});

test.world("a pipe that vanishes while dials wait ends them as NotFound", async (world) => {
  const { server, client } = world.pair();
  const dials = [1, 2].map(() => world.proactor.connectPipe(PATH));
  world.close(server, client);
  // The kernel waits on: the name may come back.
  assertEquals([world.sim.pendingOperations, dials[0]!.done()], [1, false]);
  world.sim.advance(1000);
  for (const dial of dials) assertEquals(await outcome(dial), "NotFound");
});

test.world("a time-out says what was missing: the server, or a free instance", async (world) => {
  const { proactor } = world;
  const dial = async (timeout: number) => {
    const options = { proactor, timeout, waitForServer: true };
    const error = await assertRejects(
      () => connectPipe(PATH, options),
      Deno.errors.TimedOut,
    );
    return error.message.split('": ')[1];
  };
  const absent = "no server came in time";
  assertEquals(await Promise.all([dial(0), dial(1), dial(2)]), [
    absent,
    absent,
    absent,
  ]);
  const { server, client } = world.pair();
  const busy = "no instance was free in time";
  assertEquals(await Promise.all([dial(0), dial(1)]), [busy, busy]);
  world.close(server, client);
});

Deno.test("without the root the dialer tries again by a timer", async () => {
  for (const name of ["createFile", "createIoCompletionPort"] as const) {
    await inWorld({}, async (world) => {
      const { sim, proactor } = world;
      const { server, client } = world.pair();
      // The first call finds the pipe busy; the root is the next one.
      sim.fail(name, 5, { after: name === "createFile" ? 1 : 0 });
      const dial = proactor.connectPipe(PATH);
      assertEquals(sim.pendingOperations, 0);
      const free = world.serve();
      world.close(await dial, free, server, client);
    });
  }
});

Deno.test("a kernel that can't wait, or always lies, makes no busy loop", async () => {
  for (const code of [50, 2, 0]) {
    await inWorld({}, async (world) => {
      const { sim, proactor } = world;
      const { server, client } = world.pair();
      if (code === 0) sim.fsControl = () => 0;
      else sim.fail("fsControl", code, { times: Infinity });
      const dial = proactor.connectPipe(PATH);
      await turns(100);
      assert(sim.calls.createFile! < 30, `${sim.calls.createFile} tries`);
      const free = world.serve();
      world.close(await dial, free, server, client);
    });
  }
});

test.world("a dial without memory for its wait fails, or is served later", async (world) => {
  const { sim, proactor } = world;
  const { server, client } = world.pair();
  sim.fail("virtualAlloc", 8);
  const dial = proactor.connectPipe(PATH);
  const free = world.serve();
  world.close(await dial, free, server, client);
});

test.world("waitForServer waits for a pipe that does not exist yet", async (world) => {
  const dial = world.proactor.connectPipe(PATH, { waitForServer: true });
  await turns();
  assert(!dial.done());
  const server = world.serve();
  world.close(await dial, server);
  const given = world.proactor.connectPipe(PATH, { waitForServer: true });
  given.cancel();
  assert(given.cancelled());
});

test.world("connectPipe() with a time-out ends with TimedOut and leaves nothing", async (world) => {
  const { proactor } = world;
  const { server, client } = world.pair();
  for (const timeout of [0, 5]) {
    await assertRejects(
      () => connectPipe(PATH, { proactor, timeout }),
      Deno.errors.TimedOut,
      `Cannot connect to pipe "${PATH}"`,
    );
  }
  const missing = { proactor, timeout: 5, waitForServer: true };
  await assertRejects(
    () => connectPipe(PATH + "2", missing),
    Deno.errors.TimedOut,
  );
  await until(() => world.sim.pendingOperations === 0);
  world.close(server, client);
});

test.world("connectPipe() refuses bad options without a system call", async (world) => {
  const { proactor } = world;
  const { calls } = world;
  const bad = [
    { direction: wrong<"in">("sideways") },
    { readMode: wrong<"byte">("line") },
    { impersonation: wrong<"anonymous">("delegation") },
  ];
  for (const options of bad) {
    await assertRejects(
      () => connectPipe(PATH, { proactor, ...options }),
      TypeError,
    );
  }
  for (const timeout of [-1, NaN, 1.5, 2 ** 31]) {
    await assertRejects(
      () => connectPipe(PATH, { proactor, timeout }),
      RangeError,
    );
  }
  assertEquals(world.calls, calls);
});

test.world("connectPipe() closes the handle when a later step fails", async (world) => {
  const { sim, proactor } = world;
  const server = world.serve();
  await assertRejects(
    () => connectPipe(PATH, { proactor, readMode: "message" }),
    Deno.errors.NotSupported,
  );
  world.close(server);
  const messages = world.serve({ type: "message" });
  sim.fail("setNamedPipeHandleState", 5);
  await assertRejects(
    () => connectPipe(PATH, { proactor, readMode: "message" }),
    Deno.errors.PermissionDenied,
  );
  world.close(messages);
  const other = world.serve();
  sim.fail("createIoCompletionPort", 8);
  await assertRejects(() => connectPipe(PATH, { proactor }), Error);
  world.close(other);
  assertEquals(sim.openHandles, 1);
});

Deno.test("closing the proactor ends dials in every state", async () => {
  const world = new World();
  const { proactor, sim } = world;
  const { server, client } = world.pair();
  const dials = [
    proactor.connectPipe(PATH),
    proactor.connectPipe(PATH),
    proactor.connectPipe(PATH + "2", { waitForServer: true }),
  ].map(outcome);
  assertEquals(await proactor.close(), 0);
  assertEquals(await Promise.all(dials), Array(3).fill("BadResource"));
  sim.closeHandle(server);
  sim.closeHandle(client);
  assertEquals(sim.leaks(), []);
  assertEquals(world.takeReports(), []);
});

test.world("many dials at once give others their turn", async (world) => {
  const { sim, proactor } = world;
  const { server, client } = world.pair();
  const dials = Array.from({ length: 200 }, () => proactor.connectPipe(PATH));
  const servers = Array.from({ length: 200 }, () => world.serve());
  const { createFile = 0 } = sim.calls;
  world.proactor.poll();
  assert(sim.calls.createFile! - createFile <= 64);
  for (const dial of dials) await dial;
  const first = dials[0]!.result();
  await proactor.send(first, bytes("x"));
  world.close(...dials.map((dial) => dial.result()), ...servers);
  world.close(server, client);
});

test.world("a busy pipe that is gone for a moment is looked for again", async (world) => {
  const { server, client } = world.pair();
  const dial = world.proactor.connectPipe(PATH);
  await turns(5);
  world.close(server, client);
  const next = world.serve();
  await until(() => dial.done());
  world.close(next, dial.result());
});

test.world("a busy pipe that stays away is given up", async (world) => {
  const { server, client } = world.pair();
  const dial = world.proactor.connectPipe(PATH);
  await turns(5);
  world.close(server, client);
  world.sim.advance(1000);
  await assertRejects(async () => await dial, Deno.errors.NotFound);
});

test.world("a wait that was never told of an instance looks for itself", async (world) => {
  const { sim, proactor } = world;
  const { server, client } = world.pair();
  const dial = proactor.connectPipe(PATH);
  await turns(5);
  assertEquals(sim.calls.fsControl, 1);
  sim.advance(1000);
  await until(() => sim.calls.fsControl === 2);
  dial.cancel();
  await outcome(dial);
  world.close(server, client);
});

test.world("clients that dial without end leave timers their turn, and one that gives up gets nothing", async (world) => {
  const { proactor, port, sim } = world;
  const server = world.serve();
  port.calls.exhaust();
  const dialed = proactor.connectPipe(PATH);
  assert(!dialed.done());
  const before = sim.openHandles;
  dialed.cancel();
  await turns();
  assertEquals(sim.openHandles, before - 1);
  world.close(server);
  let fired = false;
  const timer = setTimeout(() => fired = true, 1);
  for (let i = 0; i < 100_000 && !fired; i++) {
    const instance = world.serve();
    world.close(await proactor.connectPipe(PATH), instance);
  }
  clearTimeout(timer);
  assert(fired);
});
