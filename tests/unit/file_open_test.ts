/** Opening files: options, refusals, and what is abandoned on the way. */

import { assert, assertEquals, assertRejects, assertThrows } from "@std/assert";
import { openFile } from "../../src/file/open_file.ts";
import {
  assertOpenOptions,
  type OpenFileOptions,
  openParameters,
} from "../../src/file/open_options.ts";
import { FILE, open, test, withDisk } from "./_files.ts";
import { outcome, wrong } from "./_helpers.ts";
import { bytes } from "./_bytes.ts";
import { turns } from "./_turns.ts";

const READ = 0x12_0089;
const WRITE = 0x12_0116;
const APPEND = WRITE & ~0x2;
const ALWAYS = 0x10_0080;

Deno.test("openParameters() asks for what Deno.open would", () => {
  const cases: [options: OpenFileOptions, access: number, how: number][] = [
    [{}, READ, 1],
    [{ read: true }, READ, 1],
    [{ write: true }, WRITE, 1],
    [{ read: true, write: true }, READ | WRITE, 1],
    [{ append: true }, APPEND, 1],
    [{ append: true, write: true, create: true }, APPEND, 3],
    [{ read: true, append: true }, READ | APPEND, 1],
    [{ write: true, create: true }, WRITE, 3],
    [{ write: true, truncate: true }, WRITE, 4],
    [{ write: true, truncate: true, create: true }, WRITE, 5],
    [{ write: true, createNew: true }, WRITE, 2],
    [{ write: true, createNew: true, truncate: true }, WRITE, 2],
    [{ deleteOnClose: true }, READ | 0x1_0000, 1],
  ];
  for (const [options, access, how] of cases) {
    const parameters = openParameters(options, "open");
    const text = JSON.stringify(options);
    assertEquals(parameters.access, access | ALWAYS, text);
    assertEquals(parameters.disposition, how, text);
  }
});

Deno.test("openParameters() shares all by default", () => {
  const share = (options: OpenFileOptions) =>
    openParameters(options, "open").shareMode;
  assertEquals(share({}), 7);
  assertEquals(share({ shareRead: false }), 6);
  assertEquals(share({ shareWrite: false }), 5);
  assertEquals(share({ shareDelete: false }), 3);
});

Deno.test("openParameters() passes hints on", () => {
  const options = (options: OpenFileOptions) =>
    openParameters(options, "open").options;
  assertEquals(options({}), 0x40, "no directory");
  assertEquals(options({ write: true, writeThrough: true }), 0x42);
  assertEquals(options({ hint: "sequential" }), 0x44);
  assertEquals(options({ noBuffering: true }), 0x48);
  assertEquals(options({ hint: "random" }), 0x840);
  assertEquals(options({ deleteOnClose: true }), 0x1040);
});

Deno.test("openParameters() refuses options that contradict each other", () => {
  const cases: OpenFileOptions[] = [
    { read: false },
    { truncate: true },
    { append: true, truncate: true },
    { write: true, append: true, truncate: true },
    { create: true },
    { createNew: true },
    { sparse: true },
    { append: true, sparse: true },
    { append: true, noBuffering: true },
  ];
  for (const options of cases) {
    const text = JSON.stringify(options);
    const message = "Cannot open file: ";
    assertThrows(
      () => openParameters(options, "open file"),
      TypeError,
      message,
      text,
    );
  }
});

Deno.test("assertOpenOptions() refuses a hint that is none", () => {
  assertThrows(
    () => assertOpenOptions({ hint: wrong("backwards") }),
    TypeError,
    'Cannot use hint "backwards"',
  );
});

test.disk("openFile() says what is wrong with a path", async ({ world, disk }) => {
  disk.makeDirectory("C:\\folder");
  disk.put("C:\\serial", bytes("")).type = 2;
  disk.put(FILE, bytes(""));
  const options = { proactor: world.proactor, files: disk.files };
  const cases: [path: string, how: OpenFileOptions, error: string][] = [
    ["C:\\none", {}, "NotFound"],
    ["C:\\folder", {}, "IsADirectory"],
    ["C:\\serial", {}, "NotSupported"],
    ["NUL", {}, "NotSupported"],
    ["fails", {}, "WindowsError"],
    [FILE, { write: true, createNew: true }, "AlreadyExists"],
    [FILE, { truncate: true }, "TypeError"],
  ];
  for (const [path, how, error] of cases) {
    const opened = openFile(path, { ...options, ...how });
    assertEquals(await outcome(opened), error, path);
  }
});

test.disk("openFile() keeps what other handles do not share", async ({ world }) => {
  using _file = await open(world, {
    write: true,
    create: true,
    shareWrite: false,
  });
  await assertRejects(
    () => open(world, { write: true }),
    Deno.errors.Busy,
    `Cannot open file "${FILE}": another program is using the file`,
  );
  using _reader = await open(world, { read: true });
});

test.disk("openFile() makes a file sparse", async ({ world, disk }) => {
  await using file = await open(world, {
    write: true,
    create: true,
    sparse: true,
  });
  assert(disk.entries.get(FILE.toLowerCase())!.sparse);
  assertEquals(file.path, FILE);
});

test.disk("openFile() closes a file that cannot be sparse", async ({ world }) => {
  const { sim } = world;
  for (const [code, Class] of [[1, Deno.errors.NotSupported], [5, Error]]) {
    sim.fail("fsControl", code as number);
    await assertRejects(
      () => open(world, { write: true, create: true, sparse: true }),
      Class as ErrorConstructor,
      `Cannot make sparse file "${FILE}": `,
    );
    await turns();
    assertEquals(sim.openHandles, 1, "the port");
  }
});

test.disk("openFile() that was abandoned closes what comes late", async ({ world, disk }) => {
  disk.holdCalls = true;
  const controller = new AbortController();
  const opening = open(world, {
    write: true,
    create: true,
    signal: controller.signal,
  });
  await turns();
  assertEquals(disk.heldCalls.length, 1);
  controller.abort(new Error("enough"));
  await assertRejects(() => opening, Error, "enough");
  disk.finishCalls();
  await turns();
  assertEquals(world.sim.openHandles, 1, "the port");
});

test.disk("openFile() with an aborted signal asks nobody", async ({ world, disk }) => {
  const signal = AbortSignal.abort(new Error("enough"));
  await assertRejects(() => open(world, { signal }), Error, "enough");
  assertEquals(disk.begun, []);
});

Deno.test("openFile() on a proactor that closes meanwhile leaves no handle", async () => {
  await withDisk({}, async ({ world, disk }) => {
    disk.holdCalls = true;
    const opening = open(world);
    await turns();
    await world.proactor.close();
    disk.finishCalls();
    assertEquals(await outcome(opening), "BadResource");
    assertEquals(world.sim.openHandles, 0);
    assertEquals(await outcome(open(world)), "BadResource");
  });
});

test.disk("openFile() closes a handle that the port refuses", async ({ world }) => {
  world.sim.fail("createIoCompletionPort", 87);
  assertEquals(await outcome(open(world)), "WindowsError");
  assertEquals(world.sim.openHandles, 1, "the port");
});
