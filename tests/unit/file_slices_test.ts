/** Writes that make a file longer wait on a thread without JavaScript. */

import { assertEquals, assertRejects } from "@std/assert";
import { copyFile } from "../../src/file/copy_file.ts";
import type { SimulatedFiles } from "../sim/simulated_files.ts";
import { FILE, open, test, withDisk } from "./_files.ts";
import { outcome } from "./_helpers.ts";
import { bytes, pattern } from "./_bytes.ts";
import { turns } from "./_turns.ts";

const KIB = 1024;
const LONG = 64 * KIB + 1;

/** Calls on another thread that write. */
function onThread(disk: SimulatedFiles): number {
  return disk.begun.filter((name) => name === "writeFile").length;
}

test.disk("a write makes a file longer by 64 KiB on this thread, by more on another", async ({ world, disk }) => {
  await using file = await open(world);
  for (const size of [LONG - 1, LONG, 3_000_000]) {
    const data = pattern(size);
    const before = onThread(disk);
    const at = disk.content(FILE)!.length;
    assertEquals(await file.write(data, { at }), size);
    assertEquals(disk.content(FILE)!.subarray(at), data);
    assertEquals(onThread(disk) > before, size >= LONG, `${size}`);
  }
});

test.disk("a write inside a file is made on this thread once its size is known", async ({ world, disk }) => {
  disk.put(FILE, pattern(200 * KIB));
  await using file = await open(world);
  const data = pattern(100 * KIB);
  await file.write(data, { at: 0 });
  assertEquals(onThread(disk), 1, "nothing was known");
  await file.write(data, { at: 0 });
  await file.stat();
  await file.write(data, { at: 100 * KIB });
  assertEquals(onThread(disk), 1);
  await file.write(data, { at: 100 * KIB + 1 });
  assertEquals(onThread(disk), 2);
  await file.truncate(1 * KIB);
  await file.write(data, { at: 0 });
  assertEquals(onThread(disk), 3);
});

test.disk("appends of more than 64 KiB are one write on another thread", async ({ world, disk }) => {
  disk.put(FILE, bytes("head"));
  await using file = await open(world, { append: true });
  const data = pattern(5_000_000);
  assertEquals(await file.write(data), data.length);
  assertEquals(onThread(disk), 1);
  assertEquals(disk.content(FILE)!.subarray(4), data);
});

for (const skip of [true, false]) {
  Deno.test(`a packet may be faster than the call on another thread (skip mode ${skip})`, () =>
    withDisk({ skip }, async ({ world: { sim, ...world }, disk }) => {
      const rest = Promise.withResolvers<void>();
      disk.files.writeFile = async (handle, parameters) => {
        sim.forcePending = true;
        const code = disk.writeOnThread(handle, parameters);
        sim.forcePending = false;
        await rest.promise;
        return code;
      };
      await using file = await open({ sim, ...world } as never);
      assertEquals(await file.write(pattern(LONG)), LONG);
      assertEquals(await file.write(bytes("x")), 1);
      rest.resolve();
      await turns();
      assertEquals(disk.content(FILE)!.length, LONG + 1);
    }));
}

test.disk("a write on another thread that is cancelled before it begins writes nothing", async ({ world, disk }) => {
  await using file = await open(world);
  disk.holdCalls = true;
  const controller = new AbortController();
  const { signal } = controller;
  const stats = Array.from({ length: 64 }, () => file.stat());
  const written = outcome(file.write(pattern(LONG), { at: 0, signal }));
  const second = outcome(file.write(pattern(LONG), { at: LONG }));
  controller.abort(new Error("enough"));
  await turns();
  disk.holdCalls = false;
  disk.finishCalls();
  await Promise.all(stats);
  assertEquals(await written, "Error");
  assertEquals(await second, `ok ${LONG}`);
  const first = disk.content(FILE)!.subarray(0, LONG);
  assertEquals(first, new Uint8Array(LONG));
});

test.disk("the close of a file waits for its write on another thread", async ({ world, disk }) => {
  const file = await open(world);
  disk.holdCalls = true;
  const written = outcome(file.write(pattern(LONG)));
  await turns();
  file.close();
  let closed = false;
  file[Symbol.asyncDispose]().then(() => closed = true);
  await turns();
  assertEquals(closed, false);
  disk.finishCalls();
  await written;
  await turns();
  assertEquals(closed, true);
  assertEquals(world.inUse, [0, 0, 0]);
});

test.disk("what fails on another thread fails its write", async ({ world, disk }) => {
  await using file = await open(world);
  disk.failures.set("writeFile", 112);
  await assertRejects(
    () => file.write(pattern(LONG)),
    Error,
    `Cannot write to file "${FILE}": the disk is full`,
  );
  assertEquals(await file.write(pattern(LONG)), LONG);
});

test.disk("a copy makes its target longer once, before it writes", async ({ world, disk }) => {
  disk.put(FILE, pattern(3_000_000));
  const { proactor } = world;
  const options = { proactor, files: disk.files };
  assertEquals(await copyFile(FILE, "C:\\copy.bin", options), 3_000_000);
  assertEquals(disk.content("C:\\copy.bin"), pattern(3_000_000));
  assertEquals(onThread(disk), 0);
  assertEquals(
    disk.begun.filter((name) => name === "setInformation").length,
    1,
  );
});

Deno.test("a call on another thread that throws is reported, and fails its write", () =>
  withDisk({}, async ({ world, disk }) => {
    await using file = await open(world);
    const { writeFile } = disk.files;
    disk.files.writeFile = () => {
      throw new TypeError("expected u32");
    };
    assertEquals(await outcome(file.write(pattern(LONG))), "WindowsError");
    assertEquals(world.takeReports().length, 1);
    disk.files.writeFile = writeFile;
    assertEquals(await file.write(bytes("x")), 1);
  }));
