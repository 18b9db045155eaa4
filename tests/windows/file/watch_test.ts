import { assert, assertEquals, assertRejects } from "@std/assert";
import type { IocpProactor } from "../../../mod.ts";
import {
  type DirectoryEvent,
  type DirectoryWatcher,
  openFile,
  watchDirectory,
} from "../../../src/file/mod.ts";
import { test } from "../_setup.ts";
import { encode } from "../_bytes.ts";
import { soon } from "../_turns.ts";
import {
  Folder,
  removeDirectory,
  removeFile,
  rename,
  writeFile,
} from "./_files.ts";
import { onWine } from "../_wine.ts";

/** Names only, which Windows tells once each. */
const NAMES = { changes: ["fileName", "directoryName"] } as const;

async function touch(proactor: IocpProactor, path: string): Promise<void> {
  const options = { write: true, createNew: true, proactor };
  await using _file = await openFile(path, options);
}

async function next(watcher: DirectoryWatcher): Promise<DirectoryEvent> {
  const { value, done } = await soon(watcher.next());
  assert(!done, "the watcher has ended");
  return value;
}

test.eachMode("files that come, change, are renamed and go are told", async (proactor) => {
  using folder = new Folder();
  const [a, b] = [folder.file("a.txt"), folder.file("b.txt")];
  await using watcher = await watchDirectory(folder.path, { proactor });
  await touch(proactor, a);
  assertEquals(await next(watcher), { kind: "create", path: a });
  await writeFile(proactor, a, encode("text"));
  assertEquals(await next(watcher), { kind: "modify", path: a });
  rename(a, b);
  let event = await next(watcher);
  while (event.kind === "modify") event = await next(watcher);
  assertEquals(event, { kind: "rename", path: b, oldPath: a });
  removeFile(b);
  do event = await next(watcher); while (event.kind === "modify");
  assertEquals(event, { kind: "remove", path: b });
});

test.proactor("directories below are watched, or not (Wine sees none that are older)", async (proactor) => {
  using folder = new Folder();
  const options = { ...NAMES, proactor };
  await using deep = await watchDirectory(folder.path, options);
  await using flat = await watchDirectory(folder.path, {
    ...options,
    recursive: false,
  });
  const sub = folder.folder("sub");
  assertEquals(await next(deep), { kind: "create", path: sub });
  const [below, beside] = [folder.file("sub\\x"), folder.file("y")];
  await touch(proactor, below);
  assertEquals(await next(deep), { kind: "create", path: below });
  await touch(proactor, beside);
  assertEquals(await next(deep), { kind: "create", path: beside });
  assertEquals(await next(flat), { kind: "create", path: sub });
  assertEquals(await next(flat), { kind: "create", path: beside });
});

test.eachMode("1,000 files that are made while the iterator is slow are all told", async (proactor) => {
  using folder = new Folder();
  await using watcher = await watchDirectory(folder.path, {
    ...NAMES,
    proactor,
  });
  const paths = Array.from(
    { length: 1000 },
    (_, i) => folder.file(`file${i}`),
  );
  const made = (async () => {
    for (const path of paths) await touch(proactor, path);
  })();
  const seen = new Set<string>();
  let lost = false;
  while (seen.size < paths.length && !lost) {
    const event = await next(watcher);
    if (event.kind === "overflow") lost = true;
    else if (event.kind === "create") seen.add(event.path);
    if (seen.size % 100 === 0) await new Promise((go) => setTimeout(go, 5));
  }
  await made;
  assert(lost || paths.every((path) => seen.has(path)));
});

test.proactor("what does not fit the buffer is an overflow, and watching goes on", async (proactor) => {
  using folder = new Folder();
  await using watcher = await watchDirectory(folder.path, {
    ...NAMES,
    bufferSize: 256,
    proactor,
  });
  const name = "n".repeat(200);
  await touch(proactor, folder.file(name));
  assertEquals(await next(watcher), { kind: "overflow", path: folder.path });
  const short = folder.file("short");
  await touch(proactor, short);
  assertEquals(await next(watcher), { kind: "create", path: short });
});

test.proactor("many renames stay pairs", async (proactor) => {
  using folder = new Folder();
  const names = Array.from({ length: 50 }, (_, i) => folder.file(`f${i}`));
  await touch(proactor, names[0]!);
  await using watcher = await watchDirectory(folder.path, {
    ...NAMES,
    proactor,
  });
  for (let i = 1; i < names.length; i++) rename(names[i - 1]!, names[i]!);
  for (let i = 1; i < names.length; i++) {
    assertEquals(await next(watcher), {
      kind: "rename",
      oldPath: names[i - 1]!,
      path: names[i]!,
    });
  }
});

test.proactor("a file of another directory is a remove here and a create there", async (proactor) => {
  using folder = new Folder();
  const [one, two] = [folder.folder("one"), folder.folder("two")];
  const [from, to] = [folder.file("one\\x"), folder.file("two\\x")];
  await touch(proactor, from);
  const options = { ...NAMES, proactor };
  await using left = await watchDirectory(one, options);
  await using right = await watchDirectory(two, options);
  rename(from, to);
  assertEquals(await next(left), { kind: "remove", path: from });
  assertEquals(await next(right), { kind: "create", path: to });
});

test.proactor("for await ends when it is left, and by a signal", async (proactor) => {
  using folder = new Folder();
  const path = folder.file("x");
  const watcher = await watchDirectory(folder.path, { ...NAMES, proactor });
  await touch(proactor, path);
  for await (const event of watcher) {
    assertEquals(event.path, path);
    break;
  }
  assertEquals((await watcher.next()).done, true);
  const signal = AbortSignal.timeout(20);
  const error = await assertRejects(async () => {
    const options = { ...NAMES, proactor, signal };
    for await (const _ of await watchDirectory(folder.path, options));
  }, DOMException);
  assertEquals(error.name, "TimeoutError");
});

test.proactor("what cannot be watched is refused", async (proactor) => {
  using folder = new Folder();
  const path = folder.file("file");
  await touch(proactor, path);
  await assertRejects(
    () => watchDirectory(path, { proactor }),
    Deno.errors.NotADirectory,
    `Cannot open directory "${path}": it is not a directory`,
  );
  await assertRejects(
    () => watchDirectory(`${folder.path}\\none`, { proactor }),
    Deno.errors.NotFound,
  );
});

test.proactor("the proactor's close ends a watch", async (proactor) => {
  using folder = new Folder();
  const watcher = await watchDirectory(folder.path, { proactor });
  const waiting = assertRejects(
    () => soon(watcher.next()),
    Deno.errors.Interrupted,
  );
  assertEquals(await proactor.close(), 0);
  await waiting;
});

test.proactor("a directory that is deleted ends the watch (Wine keeps it until then)", async (proactor) => {
  using folder = new Folder();
  const path = folder.folder("doomed");
  const watcher = await watchDirectory(path, { ...NAMES, proactor });
  const ended = watcher.next().catch((error) => error);
  removeDirectory(path);
  // Wine removes it with the last handle, and tells nobody.
  if (onWine("directory-deletion")) watcher.close();
  const end = await soon(ended);
  if (onWine("directory-deletion")) assertEquals(end.done, true);
  else assert(end instanceof Deno.errors.NotFound, `${end}`);
});
