/** Reads that come behind the batch. */

import { stub } from "@std/testing/mock";
import { assert, assertEquals } from "@std/assert";
import { connectPipe } from "../../src/pipe/connect_pipe.ts";
import { PipeServer } from "../../src/pipe/pipe_server.ts";
import { CallBudget } from "../../src/proactor/port/call_budget.ts";
import {
  type LateHost,
  LateReads,
} from "../../src/proactor/port/late_reads.ts";
import { PATH, test } from "./_helpers.ts";
import { bytes } from "./_bytes.ts";
import { turns, until } from "./_turns.ts";
import { rig } from "./_recorder.ts";

/** A host that notes what happens. */
class Host implements LateHost {
  readonly calls = new CallBudget();
  readonly dispatcher = { active: false };
  readonly log: string[] = [];
  readonly late: LateReads = new LateReads(this, {
    hurry: () => void this.hurries++,
  });
  hurries = 0;

  readonly report = (error: unknown) => {
    this.log.push(String(error));
  };

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
    this.late.run();
  }
}

Deno.test("late readers are called together, behind what is running", async () => {
  const host = new Host();
  host.add("a");
  queueMicrotask(() => host.add("b"));
  host.add("c");
  host.log.push("running");
  await turns(2);
  assertEquals(host.log.join(" "), "running a c b");
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
  assertEquals(host.log, ["Error: no", "b"]);
  assert(!host.late.running);
});

Deno.test("late readers that find something are called once a turn", async () => {
  const host = new Host();
  host.add("a", Infinity);
  host.add("b", Infinity);
  host.add("c");
  await turns(2);
  assertEquals(host.log.join(" "), "a b c");
  assertEquals([host.hurries, host.late.waiting], [1, true]);
  host.turn();
  assertEquals(host.log.join(" "), "a b c a b");
  assertEquals([host.hurries, host.late.waiting], [2, true]);
});

Deno.test("late readers are called in turn when there are many", async () => {
  using _clock = stub(performance, "now", () => 0);
  const host = new Host();
  for (let i = 0; i < 40; i++) host.add(`${i}`, Infinity);
  await turns(2);
  assertEquals(host.log.length, 32);
  host.turn();
  assertEquals(host.log.slice(30, 42), [
    ...["30", "31", "32", "33", "34", "35", "36", "37", "38", "39"],
    ...["0", "1"],
  ]);
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
  assertEquals(host.log, []);
  host.turn();
  assertEquals(host.log.join(" "), "a b b b");
});

test.world("a transport that has answered reads what its peer says then, without a packet", async (world) => {
  const { transport, protocol, peer } = rig(world);
  let said = 0;
  protocol.on = (name) => {
    if (!name.startsWith("data")) return;
    transport.write(bytes("ok"));
    if (++said <= 5) world.proactor.send(peer, bytes(`${said}`));
  };
  world.proactor.send(peer, bytes("0"));
  await until(() => protocol.received.length === 6);
  assertEquals(protocol.received, "012345");
  assertEquals(protocol.log.length, 7, "each by itself");
  assertEquals(world.proactor.metrics().packets, 1);
  transport.abort();
  world.close(peer);
  await transport.finished;
});

test.world("a transport that does not answer reads on at once", async (world) => {
  const { transport, protocol, peer } = rig(world);
  world.proactor.send(peer, bytes("abc"));
  world.proactor.poll();
  assertEquals(protocol.received, "abc");
  assertEquals(world.sim.pendingOperations, 1);
  transport.abort();
  world.close(peer);
  await transport.finished;
});

test.world("a connection that has written reads the answer without a packet", async ({ proactor }) => {
  const server = PipeServer.listen(PATH, { type: "byte", proactor });
  const client = await connectPipe(PATH, { proactor });
  const served = await server.accept();
  await turns(2);
  const { packets } = proactor.metrics();
  const answer = new Uint8Array(10);
  for (let i = 0; i < 10; i++) {
    await client.write(bytes("question"));
    const read = client.read(answer);
    await served.write(bytes("answer"));
    assertEquals(await read, 6);
  }
  assertEquals(proactor.metrics().packets, packets);
  client.abort();
  served.abort();
  await server.shutdown();
});

test.world("timers fire beside a protocol whose peer always has an answer", async (world) => {
  const { transport, protocol, peer } = rig(world, { quota: 1 << 24 });
  protocol.on = (name) => {
    if (!name.startsWith("data")) return;
    transport.write(bytes("ok"));
    if (!transport.isClosing()) world.proactor.send(peer, bytes("."));
  };
  world.proactor.send(peer, bytes("."));
  await new Promise((resolve) => setTimeout(resolve, 1));
  transport.abort();
  world.close(peer);
  await transport.finished;
});

test.world("poll() from a late reader dispatches nothing", async (world) => {
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

test.world("a port can be closed while reads are late", async (world) => {
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
