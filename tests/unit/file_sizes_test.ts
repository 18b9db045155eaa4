/** Sizes beyond a DWORD, and calls that throw: everything is given back. */

import { assertEquals, assertRejects } from "@std/assert";
import { copyFile } from "../../src/file/copy_file.ts";
import { watchDirectory } from "../../src/file/watch_directory.ts";
import { type DiskBody, FILE, open, test, withDisk } from "./_files.ts";
import { outcome, type World } from "./_helpers.ts";
import { bytes, pattern } from "./_bytes.ts";
import { turns } from "./_turns.ts";

const FOLDER = "C:\\folder";

let shared: Uint8Array | undefined;

/** 4 GiB, of which the system gives those pages memory that are touched. */
function huge(): Uint8Array {
  return shared ??= new Uint8Array(2 ** 32);
}

/** Once, and in one mode: 4 GiB take their time. */
function hugeTest(name: string, body: DiskBody): void {
  Deno.test(name, () => withDisk({}, body).finally(() => shared = undefined));
}

/** Lets a call of the kernel throw, as the FFI does for a bad argument. */
function throwing<K extends "readFile" | "writeFile" | "fsControl">(
  { sim }: World,
  name: K,
): () => void {
  sim[name] = () => {
    throw new TypeError("expected u32");
  };
  return () => delete (sim as Partial<typeof sim>)[name];
}

hugeTest(
  "an append of 4 GiB is refused before anything is taken",
  async ({ world }) => {
    const data = huge();
    const file = await open(world, { append: true, create: true });
    const before = world.inUse;
    const name = `file "${FILE}"`;
    await assertRejects(
      () => file.write(data),
      RangeError,
      `Cannot append 4294967296 bytes to ${name}: one write takes 4294967295`,
    );
    const other = await open(world, { append: true });
    await assertRejects(() => other.write(data), RangeError);
    assertEquals(world.inUse, before);
    assertEquals(await other.write(bytes("goes on")), 7);
    await file[Symbol.asyncDispose]();
    await other[Symbol.asyncDispose]();
  },
);

hugeTest(
  "reads of 4 GiB, and long writes, go in pieces that a DWORD holds",
  async ({ world, disk }) => {
    const array = huge();
    disk.put(FILE, pattern(3_000_000));
    const file = await open(world, { read: true, write: true });
    assertEquals(await file.read(array, { at: 0 }), 3_000_000);
    assertEquals(array.subarray(0, 3_000_000), pattern(3_000_000));
    assertEquals(await file.read(array), 3_000_000);
    disk.failures.set("writeFile", 112);
    const long = new Uint8Array(20 << 20);
    assertEquals(await outcome(file.write(long)), "WindowsError");
    assertEquals(world.inUse[0], 0, "slots");
    await file[Symbol.asyncDispose]();
    assertEquals(world.inUse, [0, 0, 0]);
  },
);

test.disk("reads and writes that throw give everything back", async ({ world, disk }) => {
  disk.put(FILE, pattern(5 << 20));
  for (const size of [10, 100_000, 5 << 20]) {
    for (const at of [undefined, 0]) {
      const file = await open(world, { read: true, write: true });
      await file.stat(); // so that writes inside it are made on this thread
      const before = world.inUse;
      const options = at === undefined ? {} : { at };
      for (const name of ["readFile", "writeFile"] as const) {
        const restore = throwing(world, name);
        const array = new Uint8Array(size);
        const call = name === "readFile"
          ? file.read(array, options)
          : file.write(array, options);
        assertEquals(await outcome(call), "TypeError", `${name} ${size}`);
        restore();
        assertEquals(world.inUse[0], before[0], "slots");
        assertEquals(world.inUse[2], before[2], "pending");
      }
      assertEquals(await file.read(new Uint8Array(7), { at: 0 }), 7);
      await file[Symbol.asyncDispose]();
      assertEquals(world.inUse, before, "buffers too");
    }
  }
});

test.disk("appends that throw give everything back", async ({ world, disk }) => {
  const file = await open(world, { append: true, create: true });
  const before = world.inUse;
  const restore = throwing(world, "writeFile");
  assertEquals(await outcome(file.write(new Uint8Array(5))), "TypeError");
  assertEquals(world.inUse, before);
  restore();
  const { files } = disk;
  const { writeFile } = files;
  files.writeFile = () => Promise.reject(new TypeError("expected u32"));
  const long = await outcome(file.write(new Uint8Array(5 << 20)));
  assertEquals(long, "WindowsError");
  assertEquals(world.takeReports().length, 1);
  assertEquals(world.inUse, before);
  files.writeFile = writeFile;
  assertEquals(await file.write(bytes("x")), 1);
  await file[Symbol.asyncDispose]();
});

test.disk("streams whose calls throw close the file", async ({ world, disk }) => {
  disk.put(FILE, pattern(300_000));
  for (const name of ["readFile", "writeFile"] as const) {
    const file = await open(world, { read: true, write: true });
    const restore = throwing(world, name);
    const call = name === "readFile"
      ? file.readable.getReader().read()
      : file.writable.getWriter().write(bytes("x"));
    assertEquals(await outcome(call), "TypeError", name);
    restore();
    await file[Symbol.asyncDispose]();
    assertEquals(world.inUse, [0, 0, 0]);
  }
});

test.disk("copies whose calls throw end, and leave nothing", async ({ world, disk }) => {
  const place = { proactor: world.proactor, files: disk.files };
  disk.put(FILE, pattern(40_000));
  for (const name of ["readFile", "writeFile"] as const) {
    for (const pending of [true, false]) {
      world.sim.forcePending = pending;
      const restore = throwing(world, name);
      const options = { ...place, blockSize: 4096, inFlight: 4 };
      const copying = copyFile(FILE, "C:\\to", options);
      assertEquals(await outcome(copying), "TypeError", name);
      restore();
      world.sim.forcePending = false;
      assertEquals(disk.content("C:\\to"), undefined);
      assertEquals(world.inUse, [0, 0, 0]);
    }
  }
  assertEquals(world.sim.openHandles, 1, "the port");
});

test.disk("openFile() whose sparse call throws closes the file", async ({ world }) => {
  const restore = throwing(world, "fsControl");
  const options = { write: true, create: true, sparse: true };
  assertEquals(await outcome(open(world, options)), "TypeError");
  restore();
  await turns();
  assertEquals(world.inUse, [0, 0, 0]);
  assertEquals(world.sim.openHandles, 1, "the port");
});

test.disk("a watch whose call throws ends", async ({ world, disk }) => {
  disk.makeDirectory(FOLDER);
  const place = { proactor: world.proactor, files: disk.files };
  const watcher = await watchDirectory(FOLDER, place);
  const notify = disk.files.notifyChangeDirectory;
  disk.files.notifyChangeDirectory = () => {
    throw new TypeError("expected u32");
  };
  disk.change(FOLDER, new Uint8Array(0));
  assertEquals((await watcher.next()).value?.kind, "overflow");
  assertEquals(await outcome(watcher.next()), "TypeError");
  assertEquals(await outcome(watchDirectory(FOLDER, place)), "TypeError");
  disk.files.notifyChangeDirectory = notify;
  await watcher[Symbol.asyncDispose]();
  await turns();
  assertEquals(world.inUse, [0, 0, 0]);
  assertEquals(world.sim.openHandles, 1, "the port");
});
