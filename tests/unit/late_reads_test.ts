/** Reads that let peers have a turn first. */

import { assert, assertEquals } from "@std/assert";
import { stub } from "@std/testing/mock";
import { connectPipe } from "../../src/pipe/connect_pipe.ts";
import { PipeServer } from "../../src/pipe/pipe_server.ts";
import { CallBudget } from "../../src/proactor/call_budget.ts";
import { type LateHost, LateReads } from "../../src/proactor/late_reads.ts";
import { SimulatedWin32 } from "../sim/simulated_win32.ts";
import { bytes, inWorld, PATH, turns, until } from "./_helpers.ts";
import { rig } from "./_recorder.ts";

/** A host that notes what happens, with peers that run when they are let. */
class Host implements LateHost {
  readonly api = new SimulatedWin32();
  readonly calls = new CallBudget();
  readonly dispatcher = { active: false };
  readonly log: string[] = [];
  readonly late: LateReads = new LateReads(this, {
    hurry: () => this.hurries++,
  });
  deferred: (() => void)[] = [];
  hurries = 0;
  /** What a peer does. Returns false when none wants to run. */
  peer = () => false;

  constructor() {
    this.api.yieldExecution = () => {
      this.log.push("yield");
      return this.peer();
    };
  }

  readonly report = (error: unknown) => {
    this.log.push(String(error));
  };

  defer(work: () => void): void {
    this.deferred.push(work);
  }

  /** Adds a reader that finds something so often. */
  add(name: string, times = 0): void {
    this.late.add({
      readLate: () => {
        this.log.push(name);
        if (times > 0) this.add(name, times - 1);
        return times > 0;
      },
    });
  }

  turn(): void {
    this.calls.renew();
    for (const work of this.deferred.splice(0)) work();
  }
}

Deno.test("late readers are called together, behind what is running", async () => {
  const host = new Host();
  host.add("a");
  queueMicrotask(() => host.add("b"));
  host.add("c", 2);
  queueMicrotask(() => host.add("d"));
  host.log.push("running");
  await turns(2);
  assertEquals(
    host.log.join(" "),
    "running yield a c yield c yield c yield b d",
  );
});

Deno.test("peers run four times before a round, if they want to", async () => {
  const host = new Host();
  host.peer = () => true;
  host.add("a");
  await turns(2);
  assertEquals(host.log, ["yield", "yield", "yield", "yield", "a"]);
  assertEquals(host.hurries, 0, "nothing was found");
});

Deno.test("a late reader that throws is reported, and others have their turn", async () => {
  const host = new Host();
  host.late.add({
    readLate: () => {
      throw new Error("no");
    },
  });
  host.add("b");
  await turns(2);
  assertEquals(host.log, ["yield", "Error: no", "b"]);
  assert(!host.late.running);
});

Deno.test("late readers that always find something leave room for others", async () => {
  const host = new Host();
  const calls = () => host.log.filter((name) => name === "a").length;
  host.add("a", Infinity);
  await turns(2);
  assertEquals([calls(), host.deferred.length], [32, 1]);
  assertEquals(host.hurries, 32);
  host.add("b");
  host.turn();
  assertEquals([calls(), host.deferred.length], [64, 1]);
  assertEquals(host.log.filter((name) => name === "b").length, 1);
  await turns(2);
  assertEquals(calls(), 64);
});

Deno.test("late readers wait for the next turn once, however often it is tried", async () => {
  const host = new Host();
  host.calls.exhaust();
  host.add("a");
  host.late.run();
  await turns(2);
  for (let i = 0; i < 3; i++) {
    host.late.run();
    host.add("b");
  }
  assertEquals([host.log, host.deferred.length], [[], 1]);
  host.turn();
  assertEquals([host.log.join(" "), host.deferred.length], [
    "yield a b b b",
    0,
  ]);
});

Deno.test("whoever computes meanwhile gets a twentieth of the time", async () => {
  const host = new Host();
  let now = 0;
  using _now = stub(performance, "now", () => now);
  let slices = 0;
  host.peer = () => {
    slices++;
    now += 10;
    return true;
  };
  while (now < 10_000) {
    host.add("a");
    await turns(1);
    now++;
  }
  assert(slices * 10 < 10_000 / 19, `${slices} slices of 10 ms`);
  assert(slices * 10 > 10_000 / 23, `${slices} slices of 10 ms`);
});

Deno.test("a transport that has answered reads what its peer says then, without a packet", async () => {
  await inWorld({}, async (world) => {
    const { transport, protocol, peer } = rig(world);
    protocol.on = (name) => {
      if (name.startsWith("data")) transport.write(bytes("ok"));
    };
    let said = 0;
    using _yield = stub(world.sim, "yieldExecution", () => {
      if (++said <= 5) world.proactor.send(peer, bytes(`${said}`));
      return false;
    });
    world.proactor.send(peer, bytes("0"));
    await until(() => protocol.received.length === 6);
    assertEquals(protocol.received, "012345");
    assertEquals(protocol.log.length, 7, "each by itself");
    assertEquals(world.proactor.metrics().packets, 1);
    transport.abort();
    world.close(peer);
    await transport.finished;
  });
});

Deno.test("a transport that does not answer reads on at once", async () => {
  await inWorld({}, async (world) => {
    const { transport, protocol, peer } = rig(world);
    using yields = stub(world.sim, "yieldExecution", () => false);
    world.proactor.send(peer, bytes("abc"));
    world.proactor.poll();
    assertEquals(protocol.received, "abc");
    assertEquals(world.sim.pendingOperations, 1);
    await turns(3);
    assertEquals(yields.calls.length, 0);
    transport.abort();
    world.close(peer);
    await transport.finished;
  });
});

Deno.test("a connection that has written reads the answer without a packet", async () => {
  await inWorld({}, async ({ proactor, sim }) => {
    const server = PipeServer.listen(PATH, { type: "byte", proactor });
    const client = await connectPipe(PATH, { proactor });
    const served = await server.accept();
    await turns(2);
    const { packets } = proactor.metrics();
    using yields = stub(sim, "yieldExecution", () => {
      served.write(bytes("answer"));
      return false;
    });
    const answer = new Uint8Array(10);
    for (let i = 1; i <= 10; i++) {
      await client.write(bytes("question"));
      assertEquals(await client.read(answer), 6);
      assertEquals(yields.calls.length, i);
    }
    assertEquals(proactor.metrics().packets, packets);
    client.abort();
    served.abort();
    await server.shutdown();
  });
});

Deno.test("timers fire beside a protocol whose peer always has an answer", async () => {
  await inWorld({}, async (world) => {
    const { transport, protocol, peer } = rig(world, { quota: 1 << 24 });
    protocol.on = (name) => {
      if (name.startsWith("data")) transport.write(bytes("ok"));
    };
    using _yield = stub(world.sim, "yieldExecution", () => {
      if (!transport.isClosing()) world.proactor.send(peer, bytes("."));
      return false;
    });
    world.proactor.send(peer, bytes("."));
    await new Promise((resolve) => setTimeout(resolve, 1));
    transport.abort();
    world.close(peer);
    await transport.finished;
  });
});

Deno.test("poll() from a late reader dispatches nothing", async () => {
  await inWorld({}, async (world) => {
    const { transport, peer } = rig(world);
    await world.proactor.send(peer, bytes("x"));
    const found: number[] = [];
    world.port.late.add({
      readLate: () => found.push(world.proactor.poll()) > 0,
    });
    await until(() => found.length === 1);
    assertEquals(found, [0]);
    transport.abort();
    world.close(peer);
    await transport.finished;
  });
});

Deno.test("a port can be closed while reads are late", async () => {
  await inWorld({}, async (world) => {
    const { transport, protocol, peer } = rig(world);
    while (!world.port.calls.spent) world.port.calls.spend();
    const read: string[] = [];
    world.port.late.add({ readLate: () => read.push("late") > 0 });
    await Promise.resolve();
    await world.proactor.close();
    await transport.finished;
    assertEquals(protocol.log, ["made", "lost"]);
    assertEquals(read, ["late"]);
    world.close(peer);
  });
});
