// These tests run twice: with --allow-ffi, and with a grant that names the
// three libraries by absolute paths.
import { assertEquals } from "@std/assert";
import { test } from "../_setup.ts";
import { decode, encode, pattern } from "../_bytes.ts";
import { soon } from "../_turns.ts";
import { copyFile, openFile, watchDirectory } from "../../../src/file/mod.ts";
import { Folder, readAll, SCRATCH, writeFile } from "../file/_files.ts";

test.eachMode("scoped: a file is written, read and cut", async (proactor) => {
  using folder = new Folder();
  const path = folder.file("data.txt");
  await using file = await openFile(path, { ...SCRATCH, proactor });
  await file.write(encode("hello world"));
  await file.truncate(5);
  await file.sync();
  assertEquals(decode(await readAll(file)), "hello");
});

test.eachMode("scoped: a file is copied", async (proactor) => {
  using folder = new Folder();
  const [from, to] = [folder.file("from.bin"), folder.file("to.bin")];
  await writeFile(proactor, from, 1_000_001);
  assertEquals(await soon(copyFile(from, to, { proactor })), 1_000_001);
  await using copy = await openFile(to, { proactor });
  assertEquals(await readAll(copy), pattern(1_000_001));
});

test.eachMode("scoped: a directory is watched", async (proactor) => {
  using folder = new Folder();
  await using watcher = await watchDirectory(folder.path, { proactor });
  const path = folder.file("new.txt");
  await writeFile(proactor, path, 10);
  const { value } = await soon(watcher.next());
  assertEquals(value, { kind: "create", path });
});
