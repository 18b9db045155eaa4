/** Owned handles, and pairs of them. */

import { assert, assertEquals, assertThrows } from "@std/assert";
import { pipe } from "../../src/pipe/anonymous_pipe.ts";
import { PipeHandle } from "../../src/pipe/pipe_handle.ts";
import { test } from "./_helpers.ts";
import { bytes, text } from "./_bytes.ts";

test.world("a PipeHandle closes its handle once", (world) => {
  const handle = world.serve();
  const owner = new PipeHandle(world.sim, handle);
  assertEquals([owner.handle, owner.fileno()], [handle, handle]);
  owner.close();
  const { calls } = world;
  owner.close();
  owner[Symbol.dispose]();
  assertEquals([owner.handle, world.calls], [null, calls]);
  assertThrows(() => owner.fileno(), Deno.errors.BadResource);
});

test.world("a PipeHandle whose close fails is closed all the same", (world) => {
  const handle = world.serve();
  const owner = new PipeHandle(world.sim, handle);
  world.sim.fail("closeHandle", 6);
  assertThrows(() => owner.close(), Deno.errors.BadResource, "Cannot close");
  owner.close();
  assertEquals(owner.handle, null);
  world.close(handle);
});

test.world("pipe() makes two ends that the proactor can use", async ({ proactor }) => {
  const [reader, writer] = pipe({ proactor });
  const received = proactor.recv(reader, 10);
  await proactor.send(writer, bytes("hello"));
  assertEquals(text(await received), "hello");
  reader.close();
  assertThrows(() => proactor.recv(reader, 1), Deno.errors.BadResource);
  writer.close();
});

test.world("pipe() with duplex moves bytes both ways", async ({ proactor, sim }) => {
  const [one, other] = pipe({ proactor, duplex: true, bufferSize: 100 });
  await proactor.send(one, bytes("there"));
  assertEquals(text(await proactor.recv(other, 10)), "there");
  await proactor.send(other, bytes("back"));
  assertEquals(text(await proactor.recv(one, 10)), "back");
  const made = sim.created.at(-1)!;
  assertEquals([made.maxInstances, made.inBufferSize], [1, 100]);
  assert(made.securityDescriptor !== 0n);
  one.close();
  other.close();
});

test.world("pipe() leaks nothing when a step fails", (world) => {
  const { sim, proactor } = world;
  const names = ["createNamedPipe", "createFile"] as const;
  for (const name of names) {
    sim.fail(name, 5);
    assertThrows(() => pipe({ proactor }), Deno.errors.PermissionDenied);
    assertEquals(sim.openHandles, 1);
  }
  const { calls } = world;
  for (const bufferSize of [0, -1, 1.5, NaN, 2 ** 31]) {
    assertThrows(() => pipe({ proactor, bufferSize }), RangeError);
  }
  assertEquals(world.calls, calls);
});
