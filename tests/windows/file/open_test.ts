import { assert, assertEquals } from "@std/assert";
import { assertInstanceOf, assertRejects } from "@std/assert";
import { isWindowsError, WindowsError } from "../../../mod.ts";
import { openFile, type OpenFileOptions } from "../../../src/file/mod.ts";
import { test } from "../_setup.ts";
import { decode, encode } from "../_bytes.ts";
import { exists, Folder, readAll, SCRATCH, writeFile } from "./_files.ts";
import { onWine } from "../_wine.ts";

test.proactor("openFile() makes, empties and keeps files as Deno does", async (proactor) => {
  using folder = new Folder();
  const path = folder.file("data.txt");
  const open = (options: OpenFileOptions) =>
    openFile(path, { ...options, proactor });
  const size = async (options: OpenFileOptions) => {
    await using file = await open(options);
    return (await file.stat()).size;
  };
  await assertRejects(() => open({}), Deno.errors.NotFound);
  await assertRejects(
    () => open({ write: true, truncate: true }),
    Deno.errors.NotFound,
  );
  assertEquals(await size({ write: true, createNew: true }), 0);
  await assertRejects(
    () => open({ write: true, createNew: true }),
    Deno.errors.AlreadyExists,
  );
  await writeFile(proactor, path, 10);
  assertEquals(await size({ write: true, create: true }), 10);
  assertEquals(await size({ append: true, create: true }), 10);
  assertEquals(await size({ write: true, truncate: true }), 0);
});

test.proactor("errors name the file, the code and the function", async (proactor) => {
  using folder = new Folder();
  const path = folder.file("none.txt");
  const error = await openFile(path, { proactor }).catch((error) => error);
  assertInstanceOf(error, Deno.errors.NotFound);
  assert(isWindowsError(error));
  assertEquals([error.winerror, error.code, error.syscall], [
    2,
    "ERROR_FILE_NOT_FOUND",
    "NtCreateFile",
  ]);
  assertEquals(error.message, `Cannot open file "${path}": no such name`);
  await assertRejects(
    () => openFile(`${folder.path}\\no\\x`, { proactor }),
    Deno.errors.NotFound,
    "no such path",
  );
  await assertRejects(
    () => openFile(`${folder.path}\\a|b`, { proactor }),
    Error,
    "the name is malformed",
  );
});

test.proactor("directories, pipes and devices are refused", async (proactor) => {
  using folder = new Folder();
  const cases: [path: string, Class: ErrorConstructor, state: string][] = [
    [folder.path, Deno.errors.IsADirectory, "it is a directory"],
    ["\\\\.\\pipe\\none", Deno.errors.NotSupported, "it is a pipe"],
    ["\\\\?\\pipe\\none", Deno.errors.NotSupported, "it is a pipe"],
    ["NUL", Deno.errors.NotSupported, "it is a device"],
    ["\\\\.\\COM1", Deno.errors.NotSupported, "it is a device"],
  ] as [string, ErrorConstructor, string][];
  for (const [path, Class, state] of cases) {
    await assertRejects(() => openFile(path, { proactor }), Class, state);
  }
});

test.proactor("what is not shared is refused as Busy", async (proactor) => {
  using folder = new Folder();
  const path = folder.file("data.txt");
  const options = { ...SCRATCH, shareRead: false, proactor };
  await using _owner = await openFile(path, options);
  await assertRejects(
    () => openFile(path, { proactor }),
    Deno.errors.Busy,
    "another program is using the file",
  );
});

test.proactor("what a handle may not do is denied", async (proactor) => {
  using folder = new Folder();
  const path = folder.file("data.txt");
  await writeFile(proactor, path, 10);
  await using reader = await openFile(path, { proactor });
  await using writer = await openFile(path, { write: true, proactor });
  const denied = Deno.errors.PermissionDenied;
  await assertRejects(() => reader.write(encode("x")), denied);
  await assertRejects(() => writer.read(new Uint8Array(1)), denied);
  // Wine finds the length wrong, not the handle.
  await assertRejects(
    () => reader.truncate(),
    onWine("truncate-read-only") ? WindowsError : denied,
  );
  assertEquals((await writer.stat()).size, 10);
});

test.proactor("deleteOnClose removes the file with its handle", async (proactor) => {
  using folder = new Folder();
  const path = folder.file("data.txt");
  const file = await openFile(path, { ...SCRATCH, proactor });
  assert(exists(path));
  await file[Symbol.asyncDispose]();
  assert(!exists(path));
});

test.proactor("paths may be longer than 260 characters", async (proactor) => {
  using folder = new Folder();
  const deep = folder.folder("d".repeat(200)).slice(folder.path.length + 1);
  const path = folder.file(`${deep}\\${"f".repeat(200)}.txt`);
  assert(path.length > 400);
  await writeFile(proactor, path, encode("deep"));
  await using file = await openFile(path, { proactor });
  assertEquals(decode(await readAll(file)), "deep");
  await using literal = await openFile(`\\\\?\\${path}`, { proactor });
  assertEquals(decode(await readAll(literal)), "deep");
});

test.proactor("paths may be URLs, relative, and of any script", async (proactor) => {
  using folder = new Folder();
  const path = folder.file("grüße 100% 世界 😀.txt");
  await writeFile(proactor, path, encode("hi"));
  const url = new URL(
    `file:///${path.replaceAll("\\", "/").replace("%", "%25")}`,
  );
  for (
    const given of [
      url,
      path.replaceAll("\\", "/"),
      `${folder.path}\\.\\x\\..\\${path.slice(folder.path.length + 1)}`,
    ]
  ) {
    await using file = await openFile(given, { proactor });
    assertEquals(file.path, path);
    assertEquals(decode(await readAll(file)), "hi");
  }
  const error = await openFile("no-such-file", { proactor }).catch((e) => e);
  assert(/"[A-Z]:\\.*\\no-such-file"/.test(error.message), error.message);
});
