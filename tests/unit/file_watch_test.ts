/** Watching directories: events, order, loss, ends. */

import { assert, assertEquals, assertRejects } from "@std/assert";
import {
  ChangeEvents,
  type DirectoryEvent,
} from "../../src/file/change_events.ts";
import type { DirectoryWatcher } from "../../src/file/directory_watcher.ts";
import {
  watchDirectory,
  type WatchDirectoryOptions,
} from "../../src/file/watch_directory.ts";
import { STATUS_NOTIFY_ENUM_DIR } from "../sim/disk_file.ts";
import type { SimulatedFiles } from "../sim/simulated_files.ts";
import { changeRecords } from "./_changes.ts";
import { type DiskBody, withDisk } from "./_files.ts";
import { outcome, type World, wrong } from "./_helpers.ts";
import { turns } from "./_turns.ts";

const FOLDER = "C:\\inbox";
const [CREATED, REMOVED, MODIFIED, OLD, NEW] = [1, 2, 3, 4, 5];
const STATUS_DELETE_PENDING = 0xc000_0056;

function watchTest(name: string, body: DiskBody): void {
  Deno.test(name, () =>
    withDisk({}, async ({ world, disk }) => {
      disk.makeDirectory(FOLDER);
      await body({ world, disk });
    }));
}

const test = { watch: watchTest };

function watch(
  world: World,
  options: WatchDirectoryOptions = {},
): Promise<DirectoryWatcher> {
  const { files } = world.sim as SimulatedFiles;
  const { proactor } = world;
  return watchDirectory(FOLDER, { ...options, proactor, files });
}

async function take(
  watcher: DirectoryWatcher,
  count: number,
): Promise<string[]> {
  const events: string[] = [];
  while (events.length < count) {
    const { value, done } = await watcher.next();
    if (done) return [...events, "done"];
    events.push(short(value));
  }
  return events;
}

function short(event: DirectoryEvent): string {
  const path = event.path.replace(`${FOLDER}\\`, "");
  if (event.kind !== "rename") return `${event.kind} ${path}`;
  return `rename ${event.oldPath.replace(`${FOLDER}\\`, "")} ${path}`;
}

test.watch("watchDirectory() tells what changes, with full paths", async ({ world, disk }) => {
  using watcher = await watch(world);
  assertEquals(watcher.path, FOLDER);
  disk.change(FOLDER, changeRecords([CREATED, "a"], [MODIFIED, "sub\\b"]));
  assertEquals(await watcher.next(), {
    value: { kind: "create", path: `${FOLDER}\\a` },
    done: false,
  });
  assertEquals(await take(watcher, 1), ["modify sub\\b"]);
  disk.change(FOLDER, changeRecords([REMOVED, "a"]));
  assertEquals(await take(watcher, 1), ["remove a"]);
});

Deno.test("ChangeEvents.translate() joins paths below a root", () => {
  const events = new ChangeEvents("C:\\");
  assertEquals(events.translate(changeRecords([CREATED, "a"])), [
    { kind: "create", path: "C:\\a" },
  ]);
});

Deno.test("ChangeEvents.translate() makes one event of the two of a rename", () => {
  const cases: [records: [number, string][][], expected: string[]][] = [
    [[[[OLD, "a"], [NEW, "b"]]], ["rename a b"]],
    [[[[OLD, "a"]], [[NEW, "b"]]], ["rename a b"]],
    [[[[OLD, "a"]], [[MODIFIED, "c"]]], ["remove a", "modify c"]],
    [[[[OLD, "a"], [OLD, "b"], [NEW, "c"]]], ["remove a", "rename b c"]],
    [[[[NEW, "b"]]], ["create b"]],
    [[[[CREATED, "x"], [OLD, "x"], [NEW, "y"], [REMOVED, "y"]]], [
      "create x",
      "rename x y",
      "remove y",
    ]],
    [[[[8, "x:stream"]]], ["modify x:stream"]],
  ];
  for (const [buffers, expected] of cases) {
    const events = new ChangeEvents(FOLDER);
    const told = buffers.flatMap((records) =>
      events.translate(changeRecords(...records))
    );
    assertEquals(told.map(short), expected);
  }
});

Deno.test("ChangeEvents tells of what is lost", () => {
  const events = new ChangeEvents(FOLDER);
  events.translate(changeRecords([OLD, "a"]));
  assertEquals(events.overflow().map(short), [
    "remove a",
    `overflow ${FOLDER}`,
  ]);
  const cut = changeRecords([CREATED, "a"], [CREATED, "b"]).slice(0, 20);
  assertEquals(events.translate(cut).map(short), [
    "create a",
    `overflow ${FOLDER}`,
  ]);
});

test.watch("an overflow is an event, whatever Windows calls it", async ({ world, disk }) => {
  using watcher = await watch(world);
  disk.change(FOLDER, STATUS_NOTIFY_ENUM_DIR);
  assertEquals(await take(watcher, 1), [`overflow ${FOLDER}`]);
  disk.change(FOLDER, new Uint8Array(0));
  assertEquals(await take(watcher, 1), [`overflow ${FOLDER}`]);
  disk.change(FOLDER, changeRecords([CREATED, "x".repeat(40_000)]));
  assertEquals(await take(watcher, 1), [`overflow ${FOLDER}`]);
  disk.change(FOLDER, changeRecords([CREATED, "a"]));
  assertEquals(await take(watcher, 1), ["create a"]);
});

test.watch("the next read is with the kernel before events are told", async ({ world, disk }) => {
  using watcher = await watch(world);
  const next = watcher.next().then(() => world.sim.pendingOperations);
  disk.change(FOLDER, changeRecords([CREATED, "a"]));
  assertEquals(await next, 1);
});

test.watch("what changes between two events is told at once", async ({ world, disk }) => {
  using watcher = await watch(world);
  for (let i = 0; i < 100; i++) {
    disk.change(FOLDER, changeRecords([CREATED, `f${i}`]));
  }
  const expected = Array.from({ length: 100 }, (_, i) => `create f${i}`);
  assertEquals(await take(watcher, 100), expected);
});

test.watch("an iterator that is slow stops the reads, and resumes them", async ({ world, disk }) => {
  using watcher = await watch(world);
  const batch = (i: number) =>
    changeRecords(
      ...Array.from({ length: 1000 }, (_, j): [number, string] => [
        CREATED,
        `${i}-${j}`,
      ]),
    );
  for (let i = 0; i < 40; i++) {
    disk.change(FOLDER, batch(i));
    await turns(1);
  }
  await turns();
  assertEquals(world.sim.pendingOperations, 0, "no read is in flight");
  assertEquals((await take(watcher, 40_000)).at(-1), "create 39-999");
  assertEquals(world.sim.pendingOperations, 1);
});

test.watch("several may wait for the next event", async ({ world, disk }) => {
  using watcher = await watch(world);
  const waiting = [take(watcher, 1), take(watcher, 1), take(watcher, 1)];
  disk.change(FOLDER, changeRecords([CREATED, "a"], [CREATED, "b"]));
  assertEquals(await waiting[0], ["create a"]);
  assertEquals(await waiting[1], ["create b"]);
  watcher.close();
  assertEquals(await waiting[2], ["done"]);
});

test.watch("the directory's end ends the iteration with NotFound", async ({ world, disk }) => {
  for (const status of [STATUS_DELETE_PENDING, 0xc000_0022]) {
    const watcher = await watch(world);
    disk.change(FOLDER, changeRecords([REMOVED, "a"]), status);
    await turns();
    assertEquals(await take(watcher, 1), ["remove a"]);
    await assertRejects(
      () => watcher.next(),
      Deno.errors.NotFound,
      `Cannot watch directory "${FOLDER}": it was deleted`,
    );
    assertEquals(await take(watcher, 1), ["done"]);
    assertEquals(world.sim.openHandles, 1, "the port");
  }
});

test.watch("a directory that is removed ends the watch, whenever that is noticed", async ({ world, disk }) => {
  const deleted = (watcher: DirectoryWatcher) =>
    assertRejects(
      () => watcher.next(),
      Deno.errors.NotFound,
      `Cannot watch directory "${FOLDER}": it was deleted`,
    );
  const [waits, slow, nobody] = [
    await watch(world),
    await watch(world),
    await watch(world, { recursive: false }),
  ];
  const waiting = deleted(waits);
  disk.change(FOLDER, changeRecords([CREATED, "a"]));
  assertEquals(await take(slow, 1), ["create a"]);
  assertEquals(
    await outcome(waiting),
    "AssertionError",
    "an event comes first",
  );
  const last = deleted(waits);
  disk.removeDirectory(FOLDER);
  await last;
  await deleted(slow);
  await turns();
  assertEquals(await take(nobody, 1), ["create a"], "it came before");
  await deleted(nobody);
  for (const watcher of [waits, slow, nobody]) {
    assertEquals(await take(watcher, 1), ["done"]);
  }
  assertEquals(world.sim.openHandles, 1, "the port");
  assertEquals(await outcome(watch(world)), "NotFound");
});

test.watch("a directory that is removed while nothing is read is told later", async ({ world, disk }) => {
  const watcher = await watch(world);
  const names = Array.from(
    { length: 1000 },
    (_, i): [number, string] => [CREATED, `${i}`],
  );
  for (let i = 0; i < 20; i++) {
    disk.change(FOLDER, changeRecords(...names));
    await turns(1);
  }
  await turns();
  assertEquals(world.sim.pendingOperations, 0, "no read is in flight");
  disk.removeDirectory(FOLDER);
  let events = 0;
  const end = await (async () => {
    for await (const _ of watcher) events++;
  })().catch((error) => error);
  assertEquals(events, 20_000);
  assert(end instanceof Deno.errors.NotFound, `${end}`);
});

test.watch("a directory that is removed while it is opened is told at once", async ({ world, disk }) => {
  disk.holdCalls = true;
  const watching = outcome(watch(world));
  await turns();
  disk.finishCalls();
  disk.removeDirectory(FOLDER);
  assertEquals(await watching, "NotFound");
  await turns();
  assertEquals(world.sim.openHandles, 1, "the port");
});

test.watch("for await ends the watch when it is left", async ({ world, disk }) => {
  const watcher = await watch(world);
  disk.change(FOLDER, changeRecords([CREATED, "a"], [CREATED, "b"]));
  for await (const event of watcher) {
    assertEquals(event.kind, "create");
    break;
  }
  assertEquals(await take(watcher, 1), ["done"]);
  await watcher[Symbol.asyncDispose]();
  assertEquals(world.sim.openHandles, 1, "the port");
});

test.watch("an aborted signal ends the watch with its reason", async ({ world, disk }) => {
  const controller = new AbortController();
  const { signal } = controller;
  const watcher = await watch(world, { signal });
  disk.change(FOLDER, changeRecords([CREATED, "a"]));
  await turns();
  controller.abort(new Error("enough"));
  assertEquals(await take(watcher, 1), ["create a"], "it came before");
  await assertRejects(() => watcher.next(), Error, "enough");
  assertEquals(await take(watcher, 1), ["done"]);
  await assertRejects(() => watch(world, { signal }), Error, "enough");
});

test.watch("abort ends a next() that waits", async ({ world }) => {
  const controller = new AbortController();
  const watcher = await watch(world, { signal: controller.signal });
  const next = outcome(watcher.next());
  controller.abort("enough");
  assertEquals(await next, "enough");
});

test.watch("close() drops events and errors; again does nothing", async ({ world, disk }) => {
  const watcher = await watch(world);
  disk.change(FOLDER, changeRecords([CREATED, "a"]), STATUS_DELETE_PENDING);
  await turns();
  watcher.close();
  watcher.close();
  assertEquals(await take(watcher, 1), ["done"]);
});

test.watch("close() against a change, with the packet on its way", async ({ world, disk }) => {
  const watcher = await watch(world);
  world.sim.holdPackets = true;
  disk.change(FOLDER, changeRecords([CREATED, "a"]));
  watcher.close();
  world.sim.holdPackets = false;
  world.sim.releaseAll();
  await watcher[Symbol.asyncDispose]();
  assertEquals(await take(watcher, 1), ["done"]);
});

test.watch("the close of the proactor ends the watch", async ({ world }) => {
  const watcher = await watch(world);
  const next = outcome(watcher.next());
  await world.proactor.close();
  assertEquals(await next, "Interrupted");
});

test.watch("a watch that cannot start leaves nothing", async ({ world, disk }) => {
  world.sim.fail("virtualAlloc", 8, { after: 2 });
  assertEquals(await outcome(watch(world)), "WindowsError");
  disk.failures.set("notifyChangeDirectory", 1);
  assertEquals(await outcome(watch(world)), "WindowsError");
  await turns();
  assertEquals(world.sim.openHandles, 1, "the port");
});

test.watch("a read that cannot be started again ends the watch", async ({ world, disk }) => {
  using watcher = await watch(world);
  disk.failures.set("notifyChangeDirectory", 1450);
  disk.change(FOLDER, changeRecords([CREATED, "a"]));
  assertEquals(await take(watcher, 1), ["create a"]);
  assertEquals(await outcome(watcher.next()), "WindowsError");
});

test.watch("watchDirectory() refuses what it cannot watch", async ({ world, disk }) => {
  const { files } = disk;
  const place = { proactor: world.proactor, files };
  disk.put("C:\\file", new Uint8Array(0));
  const cases: [
    path: string,
    options: WatchDirectoryOptions,
    error: string,
  ][] = [
    ["C:\\none", {}, "NotFound"],
    ["C:\\file", {}, "NotADirectory"],
    ["NUL", {}, "NotSupported"],
    ["", {}, "TypeError"],
    [FOLDER, { changes: [] }, "TypeError"],
    [FOLDER, { changes: [wrong("taste")] }, "TypeError"],
    [FOLDER, { changes: [wrong("toString")] }, "TypeError"],
    [FOLDER, { bufferSize: 255 }, "RangeError"],
    [FOLDER, { bufferSize: 65_537 }, "RangeError"],
  ];
  for (const [path, options, error] of cases) {
    const watching = watchDirectory(path, { ...options, ...place });
    assertEquals(await outcome(watching), error, path);
  }
});

test.watch("unref() and ref() say what keeps the process alive", async ({ world }) => {
  using watcher = await watch(world);
  assertEquals(world.port.referenced, 1);
  watcher.unref();
  assertEquals([world.port.outstanding, world.port.referenced], [1, 0]);
  watcher.ref();
  assert(world.port.referenced === 1);
});
