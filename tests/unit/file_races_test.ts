/** Races of files: cancellation, failure and close against completion. */

import { assert, assertEquals, assertRejects } from "@std/assert";
import type { OverlappedFile } from "../../src/file/overlapped_file.ts";
import { explore } from "../sim/explore.ts";
import { SimulatedFiles } from "../sim/simulated_files.ts";
import { FILE, open, test, withDisk } from "./_files.ts";
import { outcome, race, World, wrong } from "./_helpers.ts";
import { bytes, pattern, text } from "./_bytes.ts";
import { turns, until } from "./_turns.ts";

const MIB = 1 << 20;

test.disk("an array that is transferred meanwhile gets nothing", async ({ world, disk }) => {
  disk.put(FILE, pattern(100));
  await using file = await open(world);
  world.sim.manual = true;
  const target = new Uint8Array(100);
  const read = file.read(target);
  structuredClone(target, { transfer: [target.buffer] });
  world.sim.completeAll();
  await assertRejects(
    () => read,
    TypeError,
    `Cannot read from file "${FILE}": the array was transferred`,
  );
  world.sim.manual = false;
});

Deno.test("cancel against completion, in every order", async () => {
  for (const skip of [true, false]) {
    const ends = new Set<string>();
    await explore(async (choose) => {
      await withDisk({ skip }, async ({ world, disk }) => {
        disk.put(FILE, bytes("data"));
        const file = await open(world);
        world.sim.manual = true;
        const controller = new AbortController();
        const { signal } = controller;
        const target = new Uint8Array(4);
        const read = outcome(file.read(target, { at: 0, signal }));
        await race(world, choose, [[() => controller.abort("enough")]]);
        const end = await read;
        ends.add(`${end}: ${text(target).replaceAll("\0", "-")}`);
        file.close();
        await file[Symbol.asyncDispose]();
        world.sim.manual = false;
      });
    });
    assertEquals([...ends].sort(), ["enough: ----", "ok 4: data"]);
  }
});

Deno.test("close against completion of reads and writes, in every order", async () => {
  const ends = new Set<string>();
  await explore(async (choose) => {
    await withDisk({}, async ({ world, disk }) => {
      disk.put(FILE, bytes("data"));
      const file = await open(world);
      world.sim.manual = true;
      const operations = [
        outcome(file.read(new Uint8Array(4), { at: 0 })),
        outcome(file.write(bytes("x"), { at: 9 })),
      ];
      await race(world, choose, [[() => file.close()]]);
      ends.add((await Promise.all(operations)).join(", "));
      await file[Symbol.asyncDispose]();
      world.sim.manual = false;
    });
  });
  assertEquals([...ends].sort(), [
    "Interrupted, Interrupted",
    "Interrupted, ok 1",
    "ok 4, Interrupted",
    "ok 4, ok 1",
  ]);
});

test.disk("a cancelled read of many pieces leaves nothing in flight", async ({ world, disk }) => {
  disk.put(FILE, pattern(6 * MIB));
  await using file = await open(world);
  world.sim.manual = true;
  const controller = new AbortController();
  const { signal } = controller;
  const read = outcome(file.read(new Uint8Array(6 * MIB), { signal }));
  await turns();
  assertEquals(world.sim.pendingOperations, 4);
  world.sim.complete(0);
  await turns();
  controller.abort("enough");
  world.sim.manual = false;
  assertEquals(await read, "enough");
  assertEquals(world.sim.pendingOperations, 0);
  assertEquals(await file.seek(0, Deno.SeekMode.Current), 0);
});

test.disk("a piece that fails ends the whole, when all have come back", async ({ world, disk }) => {
  disk.put(FILE, pattern(6 * MIB));
  await using file = await open(world);
  world.sim.fail("readFile", 1117, { after: 2 });
  await assertRejects(() => file.read(new Uint8Array(6 * MIB)));
  await until(() => world.proactor.metrics().pending === 0);
  assertEquals(await file.read(new Uint8Array(5)), 5);
});

test.disk("close() refuses further work, and again does nothing", async ({ world }) => {
  const file = await open(world);
  assert(file.handle !== null);
  file.close();
  file.close();
  assertEquals(file.handle, null);
  const attempts: (() => Promise<unknown>)[] = [
    () => file.read(new Uint8Array(1)),
    () => file.write(bytes("x")),
    () => file.seek(0, Deno.SeekMode.Start),
    () => file.stat(),
    () => file.truncate(),
    () => file.sync(),
    () => file.syncData(),
    () => file.copyTo(wrong<OverlappedFile>({ core: {} })),
  ];
  for (const attempt of attempts) {
    const error = await outcome(attempt());
    assert(/^(BadResource|TypeError)$/.test(error), `${attempt}: ${error}`);
  }
});

test.disk("close() waits for calls on other threads", async ({ world, disk }) => {
  const file = await open(world);
  disk.holdCalls = true;
  world.sim.manual = true;
  const read = outcome(file.read(new Uint8Array(4)));
  const flushed = outcome(file.sync());
  const cut = outcome(file.truncate(3));
  await turns();
  file.close();
  world.sim.manual = false;
  assertEquals(await read, "Interrupted");
  assertEquals(world.sim.openHandles, 2, "the port and the file");
  disk.heldCalls.shift()!.finish();
  assertEquals(await flushed, "ok undefined");
  assertEquals(world.sim.openHandles, 2, "one call is left");
  disk.finishCalls();
  assertEquals(await cut, "ok undefined");
  await file[Symbol.asyncDispose]();
  assertEquals(world.sim.openHandles, 1);
  assertEquals(disk.content(FILE)!.length, 3);
});

Deno.test("the proactor's close ends what is in flight, and closes the file", async () => {
  await withDisk({}, async ({ world }) => {
    const file = await open(world);
    world.sim.manual = true;
    const read = outcome(file.read(new Uint8Array(4)));
    await turns();
    world.sim.manual = false;
    world.sim.forcePending = true;
    const again = outcome(file.read(new Uint8Array(4), { at: 0 }));
    await world.proactor.close();
    assert(/^(Interrupted|ok null)$/.test(await read));
    assert(/^(Interrupted|ok null)$/.test(await again));
    assertEquals(file.handle, null);
    assertEquals(world.sim.openHandles, 0);
  });
});

test.disk("memory that is missing fails the call, not the file", async ({ world, disk }) => {
  disk.put(FILE, pattern(3 * MIB));
  await using file = await open(world);
  await file.read(new Uint8Array(5), { at: 0 });
  world.sim.fail("virtualAlloc", 8);
  await assertRejects(
    () => file.read(new Uint8Array(3 * MIB)),
    Error,
    "Cannot allocate 1048576 bytes of native memory: not enough memory",
  );
  assertEquals(await file.read(new Uint8Array(3 * MIB)), 3 * MIB);
});

Deno.test("operations that never come back keep their memory", async () => {
  const disk = new SimulatedFiles();
  const world = new World({ sim: disk });
  disk.put(FILE, pattern(2 * MIB));
  const file = await open(world);
  disk.holdPackets = true;
  disk.forcePending = true;
  const ends = [
    outcome(file.read(new Uint8Array(100), { at: 0 })),
    outcome(file.read(new Uint8Array(2 * MIB), { at: 0 })),
    outcome(file.write(pattern(200_000), { at: 0 })),
  ];
  await turns();
  assertEquals(await world.proactor.close({ deadline: 0 }), 4);
  assertEquals(await Promise.all(ends), Array(3).fill("Interrupted"));
  await file[Symbol.asyncDispose]();
  assertEquals(disk.violations, []);
  disk.releaseAll();
  assertEquals(disk.violations, [], "the kernel can still write to it");
});
