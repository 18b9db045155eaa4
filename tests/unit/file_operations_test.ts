/** Reads and writes of files: positions, order, sizes. */

import { assertEquals, assertRejects } from "@std/assert";
import { FILE, open, test } from "./_files.ts";
import { outcome, wrong } from "./_helpers.ts";
import { bytes, pattern, text } from "./_bytes.ts";

const MIB = 1 << 20;

test.disk("read() and write() go on from the position", async ({ world, disk }) => {
  await using file = await open(world);
  assertEquals(await file.write(bytes("hello ")), 6);
  assertEquals(await file.write(bytes("world")), 5);
  assertEquals(text(disk.content(FILE)), "hello world");
  const target = new Uint8Array(4);
  assertEquals(await file.read(target), null, "at the end");
  assertEquals(await file.seek(-5, Deno.SeekMode.End), 6);
  assertEquals(await file.read(target), 4);
  assertEquals(text(target), "worl");
  assertEquals(await file.read(target), 1);
  assertEquals(await file.read(target), null);
  assertEquals(await file.seek(2n, Deno.SeekMode.Start), 2);
  assertEquals(await file.seek(-1, Deno.SeekMode.Current), 1);
  assertEquals(await file.read(target), 4);
  assertEquals(text(target), "ello");
});

test.disk("read() and write() with `at` leave the position", async ({ world, disk }) => {
  disk.put(FILE, bytes("0123456789"));
  await using file = await open(world);
  const [one, two] = [new Uint8Array(3), new Uint8Array(3)];
  const counts = await Promise.all([
    file.read(one, { at: 7 }),
    file.read(two, { at: 0 }),
    file.write(bytes("ab"), { at: 4 }),
    file.read(new Uint8Array(3), { at: 10 }),
  ]);
  assertEquals(counts, [3, 3, 2, null]);
  assertEquals([text(one), text(two)], ["789", "012"]);
  assertEquals(await file.read(one), 3);
  assertEquals(text(one), "012");
  assertEquals(text(disk.content(FILE)), "0123ab6789");
});

test.disk("positions beyond 4 GiB reach the kernel whole", async ({ world, disk }) => {
  await using file = await open(world);
  const entry = disk.entries.get(FILE.toLowerCase())!;
  entry.data = bytes("only the start");
  assertEquals(await file.read(new Uint8Array(5), { at: 2 ** 32 }), null);
  assertEquals(await file.read(new Uint8Array(5), { at: 2 ** 40 + 3 }), null);
});

test.disk("a slot forgets the offset of a file", async ({ world, disk }) => {
  disk.put(FILE, bytes("0123456789"));
  await using file = await open(world);
  await file.read(new Uint8Array(3), { at: 7 });
  const { port } = world;
  const lane = port.acquire(file.core.handle, { onCompletion: () => {} });
  const offset = new Uint8Array(8);
  world.sim.copyOut(offset, lane.address + 16n);
  port.operations.release(lane);
  assertEquals(offset, new Uint8Array(8));
});

test.disk("large arrays are moved in pieces, and whole", async ({ world, disk }) => {
  await using file = await open(world);
  const data = pattern(6 * MIB + 12_345);
  assertEquals(await file.write(data), data.length);
  assertEquals(disk.content(FILE), data);
  const target = new Uint8Array(data.length + 100);
  assertEquals(await file.read(target, { at: 0 }), data.length);
  assertEquals(target.subarray(0, data.length), data);
});

test.disk("a read that meets the end between its pieces is short", async ({ world, disk }) => {
  disk.put(FILE, pattern(2 * MIB));
  await using file = await open(world);
  const target = new Uint8Array(5 * MIB);
  assertEquals(await file.read(target), 2 * MIB);
  assertEquals(await file.read(target), null);
  await file.seek(1, Deno.SeekMode.Start);
  assertEquals(await file.read(target), 2 * MIB - 1);
});

test.disk("what was written is copied before write() returns", async ({ world, disk }) => {
  await using file = await open(world);
  world.sim.forcePending = true;
  const data = bytes("first");
  const first = file.write(data);
  data.set(bytes("XXXXX"));
  const next = bytes("second");
  const second = file.write(next);
  next.set(bytes("YYYYYY"));
  await Promise.all([first, second]);
  assertEquals(text(disk.content(FILE)), "firstsecond");
});

test.disk("operations without `at` keep their order", async ({ world, disk }) => {
  await using file = await open(world);
  const target = new Uint8Array(3);
  const results = await Promise.all([
    file.write(bytes("abc")),
    file.write(bytes("def")),
    file.seek(1, Deno.SeekMode.Start),
    file.read(target),
    file.write(bytes("Z")),
  ]);
  assertEquals(results, [3, 3, 1, 3, 1]);
  assertEquals(text(target), "bcd");
  assertEquals(text(disk.content(FILE)), "abcdZf");
});

test.disk("an operation that failed does not stop the next", async ({ world }) => {
  await using file = await open(world);
  world.sim.fail("writeFile", 112);
  const [failed, written] = [file.write(bytes("a")), file.write(bytes("b"))];
  await assertRejects(
    () => failed,
    Error,
    `Cannot write to file "${FILE}": the disk is full`,
  );
  assertEquals(await written, 1);
});

test.disk("append writes go to the end, each in one piece", async ({ world, disk }) => {
  disk.put(FILE, bytes("log:"));
  await using file = await open(world, { append: true, read: true });
  await using other = await open(world, { append: true });
  const line = pattern(3 * MIB);
  const { writeFile = 0 } = world.sim.calls;
  await Promise.all([
    file.write(bytes("one,")),
    other.write(line),
    file.write(bytes("two,")),
  ]);
  const content = disk.content(FILE)!;
  assertEquals(content.length, 4 + 8 + line.length);
  assertEquals(world.sim.calls.writeFile, writeFile + 2);
  const onThread = disk.begun.filter((name) => name === "writeFile");
  assertEquals(onThread.length, 1);
  const head = text(content.subarray(0, 12));
  const at = head === "log:one,two," ? 12 : head.startsWith("log:one,") ? 8 : 4;
  assertEquals(content.subarray(at, at + line.length), line);
  await assertRejects(
    () => file.write(line, { at: 5 }),
    TypeError,
    `"at" is given, but it was opened with "append"`,
  );
});

test.disk("bad arguments are refused before any call", async ({ world, disk }) => {
  await using file = await open(world);
  const { calls } = world;
  const detached = new Uint8Array(5);
  structuredClone(detached, { transfer: [detached.buffer] });
  const cases: [attempt: Promise<unknown>, error: string][] = [
    [file.read(wrong("text")), "TypeError"],
    [file.write(wrong([1, 2])), "TypeError"],
    [file.read(detached), "TypeError"],
    [file.read(new Uint8Array(1), { at: -1 }), "RangeError"],
    [file.read(new Uint8Array(1), { at: 1.5 }), "RangeError"],
    [file.write(new Uint8Array(1), { at: 2 ** 53 }), "RangeError"],
    [file.seek(-1, Deno.SeekMode.Start), "RangeError"],
    [file.seek(NaN, Deno.SeekMode.Start), "RangeError"],
    [file.seek(0, wrong(7)), "TypeError"],
    [file.truncate(-1), "RangeError"],
  ];
  for (const [attempt, error] of cases) {
    assertEquals(await outcome(attempt), error);
  }
  assertEquals(world.calls, calls);
  assertEquals(disk.begun, ["createFile"]);
});

test.disk("empty arrays are read and written without a call", async ({ world }) => {
  await using file = await open(world);
  const { calls } = world;
  assertEquals(await file.read(new Uint8Array(0)), 0);
  assertEquals(await file.write(new Uint8Array(0)), 0);
  assertEquals(world.calls, calls);
});

test.disk("stat(), truncate() and sync() do what they say", async ({ world, disk }) => {
  disk.put(FILE, bytes("0123456789"));
  await using file = await open(world);
  await file.truncate(4);
  assertEquals(text(disk.content(FILE)), "0123");
  await file.truncate(6);
  assertEquals(disk.content(FILE), bytes("0123\0\0"));
  await file.truncate();
  assertEquals(disk.content(FILE)!.length, 0);
  await file.sync();
  await file.syncData();
  assertEquals(await file.stat(), {
    isFile: true,
    isDirectory: false,
    isSymlink: false,
    size: 0,
    allocationSize: 4096,
    mtime: new Date(3000),
    atime: new Date(2000),
    birthtime: new Date(1000),
    ctime: null,
    attributes: 32,
  });
});

test.disk("calls on other threads say why they failed", async ({ world, disk }) => {
  await using file = await open(world);
  const cases: [name: string, call: () => Promise<unknown>, text: string][] = [
    ["queryInformation", () => file.stat(), "stat"],
    ["setInformation", () => file.truncate(1), "truncate"],
    ["flushFileBuffers", () => file.sync(), "flush"],
  ];
  for (const [name, call, action] of cases) {
    disk.failures.set(name, 5);
    await assertRejects(
      call,
      Deno.errors.PermissionDenied,
      `Cannot ${action} file "${FILE}": access is denied`,
    );
  }
});

test.disk("unref() and ref() count for what is in flight", async ({ world }) => {
  const { sim, port } = world;
  await using file = await open(world);
  sim.manual = true;
  const read = file.read(new Uint8Array(4));
  assertEquals(port.referenced, 1);
  file.unref();
  assertEquals([port.outstanding, port.referenced], [1, 0]);
  file.ref();
  assertEquals(port.referenced, 1);
  sim.manual = false;
  assertEquals(await read, null);
});
