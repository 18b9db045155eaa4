/** The transport of a child: the order of its events. */

import { assert, assertEquals, assertMatch } from "@std/assert";
import { FakeTime } from "@std/testing/time";
import type { Handle } from "../../src/ffi/win32_api.ts";
import { createPipePair } from "../../src/pipe/anonymous_pipe.ts";
import type { SubprocessStatus } from "../../src/process/child_process.ts";
import {
  ChildTransport,
  type TransportParts,
} from "../../src/process/child_transport.ts";
import type { SubprocessProtocol } from "../../src/process/subprocess_protocol.ts";
import { inWorld, test, type World } from "./_helpers.ts";
import { bytes, text } from "./_bytes.ts";
import { turns, until } from "./_turns.ts";

/** Writes down what it is told. */
class Recorder implements SubprocessProtocol {
  readonly log: string[] = [];

  connectionMade(): void {
    this.log.push("made");
  }

  pipeDataReceived(fd: number, data: Uint8Array): void {
    this.log.push(`data ${fd} ${text(data)}`);
  }

  pipeConnectionLost(fd: number, error: Error | null): void {
    this.log.push(`lost ${fd} ${error?.name ?? null}`);
  }

  processExited(): void {
    this.log.push("exited");
  }

  connectionLost(error: Error | null): void {
    this.log.push(`lost ${error?.name ?? null}`);
  }
}

/** A child that ends when the test says so. */
class FakeChild {
  readonly pid = 42;
  readonly settle = Promise.withResolvers<SubprocessStatus>();
  readonly exited = this.settle.promise;
  status: SubprocessStatus | null = null;
  destroyed = 0;

  kill(): void {}

  destroy(): void {
    this.destroyed++;
  }

  exit(code: number): void {
    this.status = { success: code === 0, code, signal: null };
    this.settle.resolve(this.status);
  }
}

interface Rig {
  child: FakeChild;
  parts: TransportParts;
  /** The child's ends, by number. */
  theirs: Handle[];
}

/** A child with the given pipes; nobody reads from them yet. */
function rig(world: World, fds: readonly number[]): Rig {
  const child = new FakeChild();
  const theirs: Handle[] = [];
  const ends = [0, 1, 2].map((fd) => {
    if (!fds.includes(fd)) return null;
    const { path, server, client } = createPipePair(world.sim, {
      duplex: true,
    });
    theirs[fd] = client;
    return { path, handle: world.port.associate(server, { warnings: false }) };
  });
  return { child, parts: { child, ends }, theirs };
}

test.world("connectionMade() comes before data that were there already", async (world) => {
  const { child, parts, theirs } = rig(world, [1, 2]);
  await world.proactor.send(theirs[2]!, bytes("early"));
  const protocol = new Recorder();
  new ChildTransport(world.port, parts, protocol);
  await turns();
  assertEquals(protocol.log, ["made", "data 2 early"]);
  child.exit(0);
  world.close(theirs[1]!, theirs[2]!);
  await until(() => protocol.log.includes("lost null"));
});

Deno.test("connectionLost() comes behind the exit and all pipes, in any order", async () => {
  for (const exitFirst of [true, false]) {
    await inWorld({}, async (world) => {
      const { child, parts, theirs } = rig(world, [0, 1]);
      const protocol = new Recorder();
      const transport = new ChildTransport(world.port, parts, protocol);
      assertEquals(transport.getReturnCode(), null);
      if (exitFirst) child.exit(7);
      await turns();
      world.close(theirs[0]!);
      await turns();
      world.close(theirs[1]!);
      await turns();
      assertEquals(protocol.log.includes("lost null"), exitFirst);
      child.exit(7);
      await turns();
      assertEquals(protocol.log.filter((one) => one === "lost null").length, 1);
      assertEquals(protocol.log.at(-1), "lost null");
      assertEquals(transport.getReturnCode(), 7);
      assertEquals(transport.isClosing(), true);
    });
  }
});

test.world("what is being written when the child closes its end is an error", async (world) => {
  const { child, parts, theirs } = rig(world, [0]);
  const protocol = new Recorder();
  const transport = new ChildTransport(world.port, parts, protocol);
  transport.getPipeTransport(0)!.write(new Uint8Array(1_000_000));
  world.sim.manual = true; // so that the end of the read comes first
  world.close(theirs[0]!);
  const ready = world.sim.ready.map(({ kind }) => kind);
  world.sim.complete(ready.indexOf("read"));
  await turns();
  assertEquals(protocol.log, ["made"]);
  world.sim.manual = false;
  await until(() => protocol.log.length > 1);
  assertEquals(protocol.log, ["made", "lost 0 BrokenPipe"]);
  child.exit(0);
  await turns();
});

test.world("close() closes the pipes and destroys the child, once", async (world) => {
  const { child, parts, theirs } = rig(world, [0, 1, 2]);
  const protocol = new Recorder();
  const transport = new ChildTransport(world.port, parts, protocol);
  transport.close();
  transport.close();
  assertEquals(child.destroyed, 1);
  child.exit(1);
  await turns();
  assertEquals(protocol.log.slice(-1), ["lost null"]);
  world.close(...theirs);
});

test.world("a child whose end will never be known is told as lost", async (world) => {
  const { child, parts, theirs } = rig(world, [1]);
  const protocol = new Recorder();
  const transport = new ChildTransport(world.port, parts, protocol);
  child.settle.reject(new Deno.errors.Interrupted("No more"));
  world.close(theirs[1]!);
  await turns();
  assertEquals(protocol.log, ["made", "lost 1 null", "lost Interrupted"]);
  assert(await transport.wait().then(() => false, () => true));
});

Deno.test("a close of standard input gives up on a child that takes nothing", async () => {
  using time = new FakeTime();
  await inWorld({}, async (world) => {
    const { child, parts, theirs } = rig(world, [0]);
    const protocol = new Recorder();
    const options = { ...parts, deadline: 200 };
    const transport = new ChildTransport(world.port, options, protocol);
    const stdin = transport.getPipeTransport(0)!;
    stdin.write(new Uint8Array(1 << 20));
    stdin.close();
    time.tick(199);
    await world.proactor.recv(theirs[0]!, 65_536);
    await turns();
    time.tick(199);
    await turns();
    assertEquals(protocol.log, ["made"]);
    time.tick(1);
    await turns();
    assertEquals(protocol.log, ["made", "lost 0 TimedOut"]);
    child.exit(0);
    await until(() => protocol.log.includes("lost null"));
    world.close(theirs[0]!);
  });
});

// test_subprocess_repr
test.world("a child's transport says its process and its streams", async (world) => {
  const { child, parts, theirs } = rig(world, [1]);
  const transport = new ChildTransport(world.port, parts, new Recorder());
  assertMatch(
    Deno.inspect(transport),
    /^<ChildTransport pid=42 running stdout=<ChannelTransport pipe "[^"]+" fd=0x[\da-f]+ reading>>$/,
  );
  child.exit(6);
  world.close(theirs[1]!);
  await until(() => transport.isClosing());
  assertMatch(
    `${transport}`,
    /^<ChildTransport closed pid=42 returncode=6 stdout=<.*>>$/,
  );
});
