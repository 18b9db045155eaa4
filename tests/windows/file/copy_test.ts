import { assert, assertEquals, assertRejects } from "@std/assert";
import { createHash } from "node:crypto";
import { IocpProactor } from "../../../mod.ts";
import { copyFile, openFile } from "../../../src/file/mod.ts";
import { test } from "../_setup.ts";
import { pattern } from "../_bytes.ts";
import { soon, turn, until } from "../_turns.ts";
import {
  exists,
  Folder,
  readAll,
  removeFile,
  SCRATCH,
  writeFile,
} from "./_files.ts";

const MIB = 1024 * 1024;

/** Each MiB begins with its number, so that none can take another's place. */
async function writeNumbered(
  proactor: IocpProactor,
  path: string,
  size: number,
): Promise<string> {
  const hash = createHash("sha256");
  const block = pattern(MIB);
  const options = { write: true, create: true, proactor };
  await using file = await openFile(path, options);
  for (let at = 0; at < size; at += MIB) {
    new DataView(block.buffer).setFloat64(0, at);
    const part = block.subarray(0, Math.min(MIB, size - at));
    hash.update(part);
    await file.write(part);
  }
  return hash.digest("hex");
}

async function hashOf(proactor: IocpProactor, path: string): Promise<string> {
  const hash = createHash("sha256");
  const file = await openFile(path, { proactor });
  for await (const chunk of file.readable) hash.update(chunk);
  return hash.digest("hex");
}

test.eachMode("copyFile() copies 64 MiB by 16 reads in flight", async (proactor) => {
  using folder = new Folder();
  const [from, to] = [folder.file("from.bin"), folder.file("to.bin")];
  const size = 64 * MIB + 4321;
  const hash = await writeNumbered(proactor, from, size);
  const copying = copyFile(from, to, { inFlight: 16, proactor });
  assertEquals(await soon(copying), size);
  assertEquals(await hashOf(proactor, to), hash);
});

test.eachMode("copyFile() copies files of every size", async (proactor) => {
  using folder = new Folder();
  const [from, to] = [folder.file("from.bin"), folder.file("to.bin")];
  for (const size of [200_000, 0, 1, 65_535, 65_536, 65_537, 1_000_003]) {
    const data = pattern(size, size + 1);
    const write = { write: true, create: true, truncate: true, proactor };
    {
      await using file = await openFile(from, write);
      await file.write(data);
    }
    const options = { blockSize: 65_536, inFlight: 3, proactor };
    assertEquals(await soon(copyFile(from, to, options)), size);
    await using copy = await openFile(to, { proactor });
    assertEquals(await readAll(copy), data);
  }
});

test.proactor("copyFile() never overwrites its own source", async (proactor) => {
  using folder = new Folder();
  const path = folder.file("precious.bin");
  const data = await writeFile(proactor, path, 10_000);
  await assertRejects(
    () => copyFile(path, path.toUpperCase(), { proactor }),
    Deno.errors.Busy,
  );
  await using file = await openFile(path, { proactor });
  assertEquals(await readAll(file), data);
});

test.proactor("copyFile() that is aborted leaves no copy", async (proactor) => {
  using folder = new Folder();
  const [from, to] = [folder.file("from.bin"), folder.file("to.bin")];
  await writeNumbered(proactor, from, 32 * MIB);
  const controller = new AbortController();
  const { signal } = controller;
  const copying = copyFile(from, to, { blockSize: 4096, signal, proactor });
  const aborted = assertRejects(() => soon(copying), Error, "enough");
  await until(() => exists(to));
  controller.abort(new Error("enough"));
  await aborted;
  await until(() => !exists(to));
});

test.proactor("copyFile() that is aborted has left nothing when it rejects", async (proactor) => {
  using folder = new Folder();
  const [from, to] = [folder.file("from.bin"), folder.file("to.bin")];
  await writeNumbered(proactor, from, MIB);
  for (let wait = 0; wait < 40; wait++) {
    const controller = new AbortController();
    const { signal } = controller;
    const options = { blockSize: 4096, inFlight: 1, signal, proactor };
    const copying = copyFile(from, to, options).catch((error) => error);
    for (let i = 0; i < wait; i++) await turn();
    controller.abort("enough");
    const end = await soon(copying);
    assertEquals(exists(to), end === MIB, `${wait} turns: ${end}`);
    if (end === MIB) removeFile(to);
  }
});

Deno.test("copyFile() whose proactor is closed has left nothing when it rejects", async () => {
  using folder = new Folder();
  const [from, to] = [folder.file("from.bin"), folder.file("to.bin")];
  for (const wait of [0, 1, 5, 20]) {
    await using proactor = new IocpProactor();
    await writeNumbered(proactor, from, MIB);
    const options = { blockSize: 4096, inFlight: 1, proactor };
    const copying = copyFile(from, to, options).catch((error) => error);
    for (let i = 0; i < wait; i++) await turn();
    await proactor.close();
    const end = await soon(copying);
    assert(end === MIB || end instanceof Error, `${end}`);
    assertEquals(exists(to), end === MIB, `${wait} turns: ${end}`);
    if (end === MIB) removeFile(to);
  }
});

test.proactor("copyFile() of what is not there makes nothing", async (proactor) => {
  using folder = new Folder();
  const [from, to] = [folder.file("none.bin"), folder.file("to.bin")];
  await assertRejects(
    () => copyFile(from, to, { proactor }),
    Deno.errors.NotFound,
  );
  assert(!exists(to));
  await writeFile(proactor, from, 10);
  await assertRejects(
    () => copyFile(from, folder.path, { proactor }),
    Deno.errors.IsADirectory,
  );
});

test.eachMode("copyTo() copies between open files", async (proactor) => {
  using folder = new Folder();
  const source = folder.file("from.bin");
  const data = await writeFile(proactor, source, 3_000_001);
  await using from = await openFile(source, { proactor });
  await using to = await openFile(folder.file("to.bin"), {
    ...SCRATCH,
    proactor,
  });
  assertEquals(await soon(from.copyTo(to)), data.length);
  assertEquals(await from.seek(0, Deno.SeekMode.Current), 0);
  const copy = await readAll(to);
  assert(copy.every((byte, i) => byte === data[i]));
});

test.proactor("ten copies of one file go on at once", async (proactor) => {
  using folder = new Folder();
  const from = folder.file("from.bin");
  const hash = await writeNumbered(proactor, from, 2 * MIB);
  const copies = Array.from({ length: 10 }, (_, i) => folder.file(`to${i}`));
  await soon(Promise.all(copies.map((to) => copyFile(from, to, { proactor }))));
  for (const copy of copies) assertEquals(await hashOf(proactor, copy), hash);
});
