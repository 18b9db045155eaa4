import { assert, assertEquals, assertLess, assertRejects } from "@std/assert";
import { IocpProactor } from "../../../mod.ts";
import { test } from "../_setup.ts";
import { decode, encode, pattern } from "../_bytes.ts";
import { assertKeepsHandles } from "../_handles.ts";
import { soon } from "../_turns.ts";
import {
  openFile,
  type OpenFileOptions,
  type OverlappedFile,
} from "../../../src/file/mod.ts";
import { exists, Folder, readAll, SCRATCH, writeFile } from "./_files.ts";
import { onWine } from "../_wine.ts";

const GIB = 2 ** 30;

test.eachMode("read() and write() go on from the position", async (proactor) => {
  using folder = new Folder();
  const path = folder.file("data.txt");
  await using file = await openFile(path, { ...SCRATCH, proactor });
  assertEquals(file.path, path);
  assertEquals(await file.write(encode("hello ")), 6);
  assertEquals(await file.write(encode("world")), 5);
  const target = new Uint8Array(5);
  assertEquals(await file.read(target), null, "at the end");
  assertEquals(await file.seek(-5, Deno.SeekMode.End), 6);
  assertEquals(await file.read(target), 5);
  assertEquals(decode(target), "world");
  assertEquals(await file.read(target), null);
  assertEquals(await file.seek(0, Deno.SeekMode.Start), 0);
  assertEquals(await file.seek(9, Deno.SeekMode.Current), 9);
  assertEquals(await file.read(target), 2);
});

test.eachMode("64 reads are in flight from one handle", async (proactor) => {
  using folder = new Folder();
  const path = folder.file("data.bin");
  const data = await writeFile(proactor, path, 1_000_003);
  await using file = await openFile(path, { proactor });
  const reads = Array.from({ length: 64 }, async (_, i) => {
    const at = i * 15_625;
    const target = new Uint8Array(16_000);
    const count = await file.read(target, { at });
    return { at, bytes: target.subarray(0, count ?? 0) };
  });
  for (const { at, bytes } of await soon(Promise.all(reads))) {
    assertEquals(bytes, data.subarray(at, at + 16_000));
  }
});

test.eachMode("arrays of many megabytes are moved whole", async (proactor) => {
  using folder = new Folder();
  const path = folder.file("data.bin");
  await using file = await openFile(path, { ...SCRATCH, proactor });
  const data = pattern(9_000_001);
  assertEquals(await file.write(data), data.length);
  const target = new Uint8Array(data.length + 1);
  assertEquals(await file.read(target, { at: 0 }), data.length);
  assert(target.subarray(0, data.length).every((byte, i) => byte === data[i]));
});

test.eachMode("a read behind the end is null, at it is short", async (proactor) => {
  using folder = new Folder();
  const path = folder.file("data.bin");
  await writeFile(proactor, path, 10);
  await using file = await openFile(path, { proactor });
  const target = new Uint8Array(8);
  const ats = [0, 5, 9, 10, 11, 2 ** 31, 2 ** 32, 2 ** 40];
  const counts = await Promise.all(
    ats.map((at) => file.read(target, { at })),
  );
  assertEquals(counts, [8, 5, 1, null, null, null, null, null]);
});

test.eachMode("positions beyond 4 GiB are honoured, holes are zeros", async (proactor) => {
  using folder = new Folder();
  const path = folder.file("sparse.bin");
  const options: OpenFileOptions = { ...SCRATCH, sparse: true, proactor };
  await using file = await openFile(path, options);
  const at = 5 * GIB + 7;
  assertEquals(await file.write(encode("far away"), { at }), 8);
  assertEquals(await file.write(encode("near"), { at: 0 }), 4);
  const { size, allocationSize } = await file.stat();
  assertEquals(size, at + 8);
  assertLess(allocationSize, GIB);
  const target = new Uint8Array(8);
  assertEquals(await file.read(target, { at }), 8);
  assertEquals(decode(target), "far away");
  assertEquals(await file.read(target, { at: at - 4 * GIB }), 8);
  assertEquals(target, new Uint8Array(8));
  assertEquals(await file.seek(-4, Deno.SeekMode.End), at + 4);
  assertEquals(await file.read(target), 4);
  assertEquals(decode(target.subarray(0, 4)), "away");
  await file.truncate(6 * GIB);
  assertEquals((await file.stat()).size, 6 * GIB);
  await file.truncate(4);
  assertEquals(decode(await readAll(file)), "near");
});

test.eachMode("appends of many handles never overwrite each other", async (proactor) => {
  using folder = new Folder();
  const path = folder.file("log.txt");
  const options = { append: true, create: true, proactor };
  const files = await Promise.all(
    [0, 1, 2].map(() => openFile(path, options)),
  );
  const lines = Array.from(
    { length: 300 },
    (_, i) => `${i} ${"x".repeat(i * 37 % 500)}`,
  );
  await Promise.all(
    lines.map((line, i) => files[i % 3]!.write(encode(`${line}\n`))),
  );
  for (const file of files) await file[Symbol.asyncDispose]();
  await using reader = await openFile(path, { proactor });
  const text = decode(await readAll(reader));
  assertEquals(text.trimEnd().split("\n").sort(), lines.sort());
});

test.proactor("stat() tells times and sizes", async (proactor) => {
  using folder = new Folder();
  const path = folder.file("data.txt");
  const before = Date.now();
  await using file = await openFile(path, { ...SCRATCH, proactor });
  await file.write(pattern(5000));
  const info = await file.stat();
  assertEquals([info.isFile, info.isDirectory, info.isSymlink], [
    true,
    false,
    false,
  ]);
  assertEquals(info.size, 5000);
  assert(info.allocationSize >= 5000);
  for (const time of [info.mtime, info.birthtime]) {
    assert(Math.abs(time!.getTime() - before) < 120_000, `${time}`);
  }
});

test.proactor("sync() and syncData() wait for the disk", async (proactor) => {
  using folder = new Folder();
  const path = folder.file("data.txt");
  const options = { ...SCRATCH, writeThrough: true, proactor };
  await using file = await openFile(path, options);
  await file.write(pattern(100_000));
  await Promise.all([file.sync(), file.syncData(), file.stat()]);
  assertEquals((await file.stat()).size, 100_000);
});

test.proactor("unbuffered files move whole sectors", async (proactor) => {
  using folder = new Folder();
  const path = folder.file("data.bin");
  const options = { ...SCRATCH, noBuffering: true, proactor };
  await using file = await openFile(path, options);
  const data = pattern(4 * 4096);
  assertEquals(await file.write(data, { at: 4096 }), data.length);
  const target = new Uint8Array(8192);
  assertEquals(await file.read(target, { at: 8192 }), 8192);
  assertEquals(target, data.subarray(4096, 12_288));
});

test.eachMode("close() ends what is in flight, and nothing leaks", async (proactor) => {
  using folder = new Folder();
  const path = folder.file("data.bin");
  await writeFile(proactor, path, 3_000_000);
  await assertKeepsHandles(async () => {
    const file = await openFile(path, { proactor });
    const reads = Array.from(
      { length: 16 },
      (_, i) =>
        settled(file.read(new Uint8Array(150_000), { at: i * 150_000 })),
    );
    file.close();
    await file[Symbol.asyncDispose]();
    for (const end of await soon(Promise.all(reads))) {
      assert(/^(150000|Interrupted)$/.test(end), end);
    }
  }, 10);
});

test.eachMode("an aborted read delivers or rejects, never both", async (proactor) => {
  using folder = new Folder();
  const path = folder.file("data.bin");
  const data = await writeFile(proactor, path, 100_000);
  await using file = await openFile(path, { proactor });
  for (let round = 0; round < 50; round++) {
    const controller = new AbortController();
    const target = new Uint8Array(100_000);
    const { signal } = controller;
    const read = settled(file.read(target, { at: 0, signal }));
    if (round % 2 === 0) await Promise.resolve();
    controller.abort("enough");
    const end = await soon(read);
    assert(/^(100000|enough)$/.test(end), end);
    if (end !== "enough") assertEquals(target, data);
  }
});

test.proactor("a hundred files are open and busy at once", async (proactor) => {
  using folder = new Folder();
  const paths = Array.from({ length: 100 }, (_, i) => folder.file(`f${i}`));
  const contents = await soon(Promise.all(paths.map(async (path, i) => {
    await using file = await openFile(path, { ...SCRATCH, proactor });
    await file.write(pattern(10_000, i + 1));
    return await readAll(file);
  })));
  contents.forEach((bytes, i) => assertEquals(bytes, pattern(10_000, i + 1)));
});

test.proactor("the proactor's close closes its files", async (proactor) => {
  using folder = new Folder();
  const path = folder.file("data.bin");
  const file: OverlappedFile = await openFile(path, { ...SCRATCH, proactor });
  const write = settled(file.write(pattern(500_000)));
  assertEquals(await proactor.close(), 0);
  assert(/^(500000|Interrupted)$/.test(await soon(write)));
  assertEquals(file.handle, null);
  assert(!exists(path), "deleted with its handle");
  await assertRejects(() => file.stat(), Deno.errors.BadResource);
});

Deno.test({
  name: "regular files end with a packet, never at once (Wine's way)",
  ignore: !onWine("file-always-pending"),
  async fn() {
    using folder = new Folder();
    await using proactor = new IocpProactor();
    const path = folder.file("data.bin");
    await using file = await openFile(path, { ...SCRATCH, proactor });
    const { packets } = proactor.metrics();
    await file.write(pattern(10));
    await file.read(new Uint8Array(10), { at: 0 });
    await file.read(new Uint8Array(10), { at: 10 });
    assertEquals(proactor.metrics().packets, packets + 3);
  },
});

async function settled(promise: Promise<unknown>): Promise<string> {
  try {
    return String(await promise);
  } catch (error) {
    return error instanceof Error ? error.constructor.name : String(error);
  }
}
