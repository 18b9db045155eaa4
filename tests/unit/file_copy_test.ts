/** Copies of files: order, ends, failures, and what is left behind. */

import { assertEquals, assertRejects, assertThrows } from "@std/assert";
import { copyFile, type CopyFileOptions } from "../../src/file/copy_file.ts";
import { assertCopyOptions } from "../../src/file/copy_to.ts";
import { openFile } from "../../src/file/open_file.ts";
import type { OverlappedFile } from "../../src/file/overlapped_file.ts";
import type { SimulatedFiles } from "../sim/simulated_files.ts";
import { test, withDisk } from "./_files.ts";
import { outcome, type World } from "./_helpers.ts";
import { bytes, pattern } from "./_bytes.ts";
import { turns } from "./_turns.ts";

const FROM = "C:\\from";
const TO = "C:\\to";
const BLOCK = 4096;
const SMALL = { blockSize: BLOCK, inFlight: 4 };

function place(world: World): Pick<CopyFileOptions, "proactor" | "files"> {
  const { files } = world.sim as SimulatedFiles;
  return { proactor: world.proactor, files };
}

function copy(world: World, options: CopyFileOptions = {}): Promise<number> {
  return copyFile(FROM, TO, { ...SMALL, ...place(world), ...options });
}

async function openPair(
  world: World,
): Promise<[OverlappedFile, OverlappedFile]> {
  const write = { read: true, write: true, create: true };
  return [
    await openFile(FROM, place(world)),
    await openFile(TO, { ...place(world), ...write }),
  ];
}

test.disk("copyFile() copies files of every size", async ({ world, disk }) => {
  for (const size of [0, 1, BLOCK - 1, BLOCK, 5 * BLOCK, 41 * BLOCK + 7]) {
    disk.put(FROM, pattern(size));
    assertEquals(await copy(world), size);
    assertEquals(disk.content(TO), pattern(size));
  }
});

test.disk("copyFile() replaces what is there", async ({ world, disk }) => {
  disk.put(FROM, bytes("new"));
  disk.put(TO, pattern(10 * BLOCK));
  assertEquals(await copy(world), 3);
  assertEquals(disk.content(TO), bytes("new"));
});

test.disk("copyFile() keeps positions when blocks end in any order", async ({ world, disk }) => {
  const data = pattern(23 * BLOCK + 99);
  disk.put(FROM, data);
  world.sim.manual = true;
  const copying = copy(world);
  let done = false;
  copying.then(() => done = true);
  let most = 0;
  for (let step = 1; !done; step++) {
    await turns();
    const { ready } = world.sim;
    most = Math.max(most, ready.length);
    if (ready.length > 0) world.sim.complete(step * 7 % ready.length);
  }
  world.sim.manual = false;
  assertEquals(await copying, data.length);
  assertEquals(disk.content(TO), data);
  assertEquals(most, 4, "blocks in flight");
});

test.disk("copyFile() goes on behind reads that bring less", async ({ world, disk }) => {
  const data = pattern(6 * BLOCK + 10);
  disk.put(FROM, data);
  disk.maxRead = 3000;
  assertEquals(await copy(world), data.length);
  assertEquals(disk.content(TO), data);
});

test.disk("copyFile() of a file that shrinks copies what there is", async ({ world, disk }) => {
  const entry = disk.put(FROM, pattern(9 * BLOCK));
  world.sim.manual = true;
  const copying = copy(world);
  while (world.sim.ready.length < 4) await turns();
  entry.data = entry.data.slice(0, 2 * BLOCK + 5);
  world.sim.manual = false;
  assertEquals(await copying, 2 * BLOCK + 5);
  assertEquals(disk.content(TO), pattern(9 * BLOCK).slice(0, 2 * BLOCK + 5));
});

test.disk("copyFile() refuses to copy a file to itself", async ({ world, disk }) => {
  disk.put(FROM, bytes("precious"));
  await assertRejects(
    () => copyFile(FROM, FROM.toUpperCase(), place(world)),
    Deno.errors.Busy,
  );
  assertEquals(disk.content(FROM), bytes("precious"));
});

test.disk("copyFile() lets nobody see the copy before it is complete", async ({ world, disk }) => {
  disk.put(FROM, pattern(9 * BLOCK));
  world.sim.manual = true;
  const copying = copy(world);
  while (world.sim.ready.length < 4) await turns();
  assertEquals(await outcome(openFile(TO, place(world))), "Busy");
  world.sim.manual = false;
  await copying;
});

test.disk("copyFile() deletes what it cannot complete", async ({ world, disk }) => {
  const faults: [name: "readFile" | "writeFile", code: number][] = [
    ["readFile", 1117],
    ["writeFile", 112],
  ];
  for (const [name, code] of faults) {
    disk.put(FROM, pattern(20 * BLOCK));
    world.sim.fail(name, code, { after: 5 });
    const error = await assertRejects(() => copy(world), Error);
    assertEquals((error as { winerror?: number }).winerror, code);
    assertEquals(disk.content(TO), undefined);
    assertEquals(world.sim.openHandles, 1, "the port");
  }
});

test.disk("copyFile() that is aborted leaves nothing", async ({ world, disk }) => {
  disk.put(FROM, pattern(20 * BLOCK));
  const controller = new AbortController();
  world.sim.manual = true;
  const copying = outcome(copy(world, { signal: controller.signal }));
  while (world.sim.ready.length < 4) await turns();
  world.sim.complete(2);
  await turns();
  controller.abort("enough");
  world.sim.manual = false;
  assertEquals(await copying, "enough");
  assertEquals(disk.content(TO), undefined);
  assertEquals(world.sim.openHandles, 1, "the port");
  const signal = AbortSignal.abort("too early");
  assertEquals(await outcome(copy(world, { signal })), "too early");
});

test.disk("copyFile() that is aborted while it opens leaves nothing", async ({ world, disk }) => {
  disk.put(FROM, bytes("x"));
  const controller = new AbortController();
  const copying = outcome(copy(world, { signal: controller.signal }));
  while (disk.begun.length < 1) await turns(1);
  disk.holdCalls = true;
  while (disk.heldCalls.length < 1) await turns(1);
  disk.holdCalls = false;
  controller.abort("enough");
  await turns();
  disk.finishCalls();
  assertEquals(await copying, "enough");
  assertEquals(disk.content(TO), undefined);
  assertEquals(world.sim.openHandles, 1, "the port");
});

Deno.test("copyFile() that is aborted at any time leaves nothing", async () => {
  for (const hold of [false, true]) {
    for (let wait = 0; wait < 60; wait++) {
      await withDisk({}, async ({ world, disk }) => {
        disk.put(FROM, pattern(5 * BLOCK));
        world.sim.forcePending = true;
        disk.holdCalls = hold;
        const controller = new AbortController();
        const { signal } = controller;
        const copying = outcome(copy(world, { signal }));
        for (let i = 0; i < wait; i++) {
          await turns(1);
          if (i % 2 === 1) disk.heldCalls.shift()?.finish();
        }
        controller.abort("enough");
        disk.holdCalls = false;
        await turns(2);
        disk.finishCalls();
        const ended = await copying;
        const left = disk.content(TO);
        if (ended === "enough") assertEquals(left, undefined, `${wait}`);
        else assertEquals([ended, left], ["ok 20480", pattern(5 * BLOCK)]);
        await turns();
        assertEquals(world.sim.openHandles, 1, "the port");
      });
    }
  }
});

test.disk("copyFile() that is aborted before it opens does not wait", async ({ world, disk }) => {
  disk.put(FROM, bytes("new"));
  disk.put(TO, bytes("old"));
  disk.holdCalls = true;
  const others = Array.from(
    { length: 32 },
    () => outcome(openFile(FROM, place(world)).then((file) => file.close())),
  );
  const controller = new AbortController();
  const copying = outcome(copy(world, { signal: controller.signal }));
  await turns();
  controller.abort("enough");
  assertEquals(await copying, "enough");
  disk.holdCalls = false;
  disk.finishCalls();
  await Promise.all(others);
  assertEquals(disk.begun.length, others.length, "it never began");
  assertEquals(disk.content(TO), bytes("old"));
});

Deno.test("copyFile() whose proactor closes leaves nothing", async () => {
  for (let wait = 0; wait < 60; wait++) {
    await withDisk({}, async ({ world, disk }) => {
      disk.put(FROM, pattern(5 * BLOCK));
      world.sim.forcePending = true;
      const copying = outcome(copy(world));
      await turns(wait);
      await world.proactor.close();
      if (await copying === "ok 20480") return;
      assertEquals(disk.content(TO), undefined, `${wait}`);
      await turns();
      assertEquals(world.sim.openHandles, 0);
    });
  }
});

test.disk("copyFile() that fails in any of its calls leaves nothing", async ({ world, disk }) => {
  const data = pattern(3 * BLOCK);
  for (const old of [undefined, bytes("old")]) {
    for (const call of ["queryInformation", "setInformation"]) {
      disk.put(FROM, data);
      if (old !== undefined) disk.put(TO, old);
      disk.failures.set(call, 1117);
      assertEquals(await outcome(copy(world)), "WindowsError", call);
      assertEquals(disk.content(TO), undefined, call);
    }
    world.sim.fail("createIoCompletionPort", 87, { after: 1 });
    assertEquals(await outcome(copy(world)), "WindowsError");
    assertEquals(disk.content(TO), undefined, "not on the port");
  }
  assertEquals(await copy(world), data.length);
  assertEquals(disk.content(TO), data);
  assertEquals(world.sim.openHandles, 1, "the port");
});

test.disk("copyFile() that never begins leaves what was there", async ({ world, disk }) => {
  disk.put(TO, bytes("old"));
  assertEquals(await outcome(copy(world)), "NotFound");
  const signal = AbortSignal.abort("too early");
  disk.put(FROM, bytes("new"));
  assertEquals(await outcome(copy(world, { signal })), "too early");
  disk.failures.set("createFile", 5);
  assertEquals(await outcome(copy(world)), "PermissionDenied");
  assertEquals(disk.content(TO), bytes("old"));
});

test.disk("copyFile() closes what it opened when the other is missing", async ({ world, disk }) => {
  assertEquals(await outcome(copy(world)), "NotFound");
  disk.put(FROM, bytes("x"));
  disk.makeDirectory(TO);
  assertEquals(await outcome(copy(world)), "IsADirectory");
  assertEquals(world.sim.openHandles, 1, "the port");
});

test.disk("memory that is missing ends a copy", async ({ world, disk }) => {
  disk.put(FROM, pattern(64 * 65_536));
  const options = { blockSize: 1 << 20, inFlight: 8 };
  await copy(world, options);
  world.sim.fail("virtualAlloc", 8, { after: 2 });
  assertEquals(await outcome(copy(world, options)), "WindowsError");
  assertEquals(disk.content(TO), undefined);
});

test.disk("copyTo() leaves what is behind the last byte", async ({ world, disk }) => {
  disk.put(FROM, pattern(5 * BLOCK));
  disk.put(TO, new Uint8Array(7 * BLOCK).fill(9));
  const [from, to] = await openPair(world);
  assertEquals(await from.copyTo(to, SMALL), 5 * BLOCK);
  const content = disk.content(TO)!;
  assertEquals(content.subarray(0, 5 * BLOCK), pattern(5 * BLOCK));
  assertEquals(content.length, 7 * BLOCK);
  assertEquals(content.at(-1), 9);
  from.close();
  to.close();
});

Deno.test("copyTo() ends when either file is closed", async () => {
  for (const which of [0, 1]) {
    await withDisk({}, async ({ world, disk }) => {
      disk.put(FROM, pattern(20 * BLOCK));
      const pair = await openPair(world);
      world.sim.manual = true;
      const copying = outcome(pair[0].copyTo(pair[1], SMALL));
      while (world.sim.ready.length < 4) await turns();
      world.sim.complete(0);
      await turns();
      pair[which]!.close();
      world.sim.manual = false;
      assertEquals(await copying, "Interrupted");
      for (const file of pair) await file[Symbol.asyncDispose]();
    });
  }
});

Deno.test("copyTo() survives the close of the proactor", async () => {
  await withDisk({}, async ({ world, disk }) => {
    disk.put(FROM, pattern(20 * BLOCK));
    const [from, to] = await openPair(world);
    world.sim.manual = true;
    const copying = outcome(from.copyTo(to, SMALL));
    while (world.sim.ready.length < 4) await turns();
    world.sim.manual = false;
    world.sim.forcePending = true;
    await world.proactor.close();
    assertEquals(await copying, "Interrupted");
  });
});

test.disk("copyTo() refuses itself, and files of other proactors", async ({ world, disk }) => {
  disk.put(FROM, bytes("x"));
  const [from, to] = await openPair(world);
  await assertRejects(
    () => from.copyTo(from),
    TypeError,
    `Cannot copy file "${FROM}": it is the target too`,
  );
  await withDisk({}, async ({ world: other }) => {
    const [foreign] = await openPair(other).catch(() => [undefined]);
    assertEquals(foreign, undefined, "another disk");
    const file = await openFile(TO, {
      ...place(other),
      write: true,
      create: true,
    });
    await assertRejects(
      () => from.copyTo(file),
      TypeError,
      "they have different proactors",
    );
    file.close();
  });
  to.close();
  assertEquals(await outcome(from.copyTo(to)), "BadResource");
  from.close();
});

Deno.test("numbers of blocks and bytes are checked", () => {
  const wrong = [
    { inFlight: 0 },
    { inFlight: 257 },
    { inFlight: 1.5 },
    { blockSize: 0 },
    { blockSize: 4095 },
    { blockSize: 5000 },
    { blockSize: 2 ** 25 },
  ];
  for (const options of wrong) {
    assertThrows(() => assertCopyOptions(options), RangeError);
  }
  assertCopyOptions({ inFlight: 256, blockSize: 8192 });
});

Deno.test("timers fire while a copy ends all its calls at once", async () => {
  await withDisk({}, async ({ world, disk }) => {
    disk.put(FROM, pattern(400 * BLOCK));
    let writes: number | undefined;
    setTimeout(() => writes = world.sim.calls.writeFile, 0);
    await copy(world);
    assertEquals(writes !== undefined && writes < 400, true, `${writes}`);
  });
});
