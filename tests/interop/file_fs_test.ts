import { assert, assertEquals } from "@std/assert";
import {
  copyFile,
  type DirectoryEvent,
  openFile,
  watchDirectory,
} from "../../src/file/mod.ts";
import { loadFileSymbols } from "../../src/ffi/file/native.ts";
import { type ProactorBody, withProactor } from "../windows/_setup.ts";
import { decode, encode, pattern, sha256 } from "../windows/_bytes.ts";
import { soon } from "../windows/_turns.ts";
import { runScript, test } from "./_script.ts";

loadFileSymbols();

/** Registers a test with a folder of its own, in `folder`. */
function fileTest(
  name: string,
  body: (folder: string, ...rest: Parameters<ProactorBody>) => Promise<void>,
): void {
  test.process(name, () =>
    withProactor(async (proactor) => {
      const folder = await Deno.realPath(await Deno.makeTempDir());
      try {
        await body(folder, proactor);
      } finally {
        await Deno.remove(folder, { recursive: true });
      }
    }));
}

fileTest("Deno and openFile() see the same bytes", async (folder, proactor) => {
  const path = `${folder}\\data.bin`;
  const data = pattern(1_500_001);
  await Deno.writeFile(path, data);
  const reader = await openFile(path, { proactor });
  const read = new Uint8Array(
    await new Response(reader.readable).arrayBuffer(),
  );
  assertEquals(await sha256(read), await sha256(data));
  await using writer = await openFile(path, { write: true, proactor });
  await writer.write(encode("other bytes"), { at: 1_000_000 });
  data.set(encode("other bytes"), 1_000_000);
  assertEquals(await sha256(await Deno.readFile(path)), await sha256(data));
});

fileTest("stat() tells what Deno.stat() tells", async (folder, proactor) => {
  const path = `${folder}\\data.bin`;
  await Deno.writeFile(path, pattern(12_345));
  await Deno.utime(
    path,
    new Date(1_000_000_000_000),
    new Date(1_100_000_000_000),
  );
  await using file = await openFile(path, { proactor });
  const ours = await file.stat();
  const theirs = await Deno.stat(path);
  for (const key of ["size", "isFile", "isDirectory", "isSymlink"] as const) {
    assertEquals(ours[key], theirs[key], key);
  }
  for (const key of ["mtime", "atime", "birthtime"] as const) {
    assertEquals(ours[key], theirs[key], key);
  }
});

fileTest(
  "copyFile() makes what Deno.copyFile() makes",
  async (folder, proactor) => {
    const from = `${folder}\\from.bin`;
    for (const size of [0, 1, 262_144, 5_000_003]) {
      await Deno.writeFile(from, pattern(size, size + 1));
      await Deno.copyFile(from, `${folder}\\theirs.bin`);
      await copyFile(from, `${folder}\\ours.bin`, { proactor });
      const [ours, theirs] = await Promise.all(
        ["ours.bin", "theirs.bin"].map(async (name) =>
          await sha256(await Deno.readFile(`${folder}\\${name}`))
        ),
      );
      assertEquals(ours, theirs);
    }
  },
);

fileTest(
  "both open() calls refuse with the same classes",
  async (folder, proactor) => {
    const file = `${folder}\\file`;
    await Deno.writeTextFile(file, "x");
    const cases: [path: string, options: Deno.OpenOptions][] = [
      [`${folder}\\none`, { read: true }],
      [`${folder}\\none\\none`, { read: true }],
      [file, { write: true, createNew: true }],
      [`${folder}\\none`, { write: true, truncate: true }],
    ];
    for (const [path, options] of cases) {
      const theirs = await Deno.open(path, options).catch((error) => error);
      const ours = await openFile(path, { ...options, proactor }).catch((e) =>
        e
      );
      assert(theirs instanceof Error);
      assertEquals(ours.constructor, theirs.constructor, path);
    }
  },
);

fileTest(
  "appends of both never overwrite each other",
  async (folder, proactor) => {
    const path = `${folder}\\log.txt`;
    await using file = await openFile(path, {
      append: true,
      create: true,
      proactor,
    });
    for (let i = 0; i < 20; i++) {
      await file.write(encode(`ours ${i}\n`));
      await Deno.writeTextFile(path, `theirs ${i}\n`, { append: true });
    }
    const lines = (await Deno.readTextFile(path)).trimEnd().split("\n");
    const expected = Array.from(
      { length: 20 },
      (_, i) => [`ours ${i}`, `theirs ${i}`],
    );
    assertEquals(lines, expected.flat());
  },
);

fileTest(
  "relative paths are those of Deno's current directory",
  async (folder, proactor) => {
    const before = Deno.cwd();
    await Deno.writeTextFile(`${folder}\\here.txt`, "here");
    Deno.chdir(folder);
    try {
      await using file = await openFile("here.txt", { proactor });
      const target = new Uint8Array(4);
      await file.read(target);
      assertEquals([file.path, decode(target)], [
        `${folder}\\here.txt`,
        "here",
      ]);
    } finally {
      Deno.chdir(before);
    }
  },
);

fileTest("links lead where Deno's lead", async (folder, proactor) => {
  const [file, link] = [`${folder}\\file.txt`, `${folder}\\link.txt`];
  await Deno.writeTextFile(file, "behind a link");
  // Making links takes a privilege, or Windows' developer mode.
  await Deno.symlink(file, link, { type: "file" }).catch(() => {});
  const theirs = await endOf(async () => {
    using opened = await Deno.open(link);
    return (await opened.stat()).size;
  });
  const ours = await endOf(async () => {
    await using opened = await openFile(link, { proactor });
    return (await opened.stat()).size;
  });
  assertEquals(ours, theirs);
});

async function endOf(body: () => Promise<number>): Promise<unknown> {
  try {
    return await body();
  } catch (error) {
    return (error as Error).constructor;
  }
}

fileTest(
  "watchDirectory() tells of what Deno does",
  async (folder, proactor) => {
    await using watcher = await watchDirectory(folder, {
      changes: ["fileName", "directoryName"],
      proactor,
    });
    const [a, b] = [`${folder}\\a`, `${folder}\\b`];
    await Deno.writeTextFile(a, "x");
    await Deno.rename(a, b);
    await Deno.mkdir(`${folder}\\sub`);
    await Deno.remove(b);
    const events: DirectoryEvent[] = [];
    while (events.length < 4) events.push((await soon(watcher.next())).value);
    assertEquals(events, [
      { kind: "create", path: a },
      { kind: "rename", path: b, oldPath: a },
      { kind: "create", path: `${folder}\\sub` },
      { kind: "remove", path: b },
    ]);
  },
);

fileTest(
  "watchDirectory() tells of another process's file",
  async (folder, proactor) => {
    await using watcher = await watchDirectory(folder, { proactor });
    const path = `${folder}\\theirs.txt`;
    const script = `Deno.writeTextFileSync(Deno.args[0], "x");`;
    const running = runScript(script, {
      args: [path],
      permissions: ["--allow-ffi", "--allow-write"],
    });
    assertEquals((await soon(watcher.next())).value, { kind: "create", path });
    assertEquals((await running).code, 0);
  },
);

test.process("open files and an unreferenced watcher let a process end", async () => {
  const folder = await Deno.makeTempDir();
  const { code, stdout, stderr } = await runScript(
    `
    const path = Deno.args[0] + "\\\\data.txt";
    const file = await lib.openFile(path, { read: true, write: true, create: true });
    await file.write(new Uint8Array(100));
    const watcher = await lib.watchDirectory(Deno.args[0]);
    watcher.next();
    watcher.unref();
    console.log((await file.stat()).size);
    `,
    { args: [folder] },
  );
  assertEquals([code, stdout, stderr], [0, "100", ""]);
  await Deno.remove(folder, { recursive: true });
});

test.process("a watcher keeps its process alive until it is closed", async () => {
  const folder = await Deno.makeTempDir();
  const { code, stdout, stderr } = await runScript(
    `
    const watcher = await lib.watchDirectory(Deno.args[0]);
    const file = await lib.openFile(Deno.args[0] + "\\\\x", {
      write: true, create: true, deleteOnClose: true,
    });
    for await (const { kind } of watcher) {
      console.log(kind);
      break;
    }
    file.close();
    `,
    { args: [folder] },
  );
  assertEquals([code, stdout, stderr], [0, "create", ""]);
  await Deno.remove(folder, { recursive: true });
});
