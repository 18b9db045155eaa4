/** Files as streams: order, read-ahead, backpressure, ends. */

import { assertEquals, assertRejects } from "@std/assert";
import { openFile } from "../../src/file/open_file.ts";
import type { SimulatedFiles } from "../sim/simulated_files.ts";
import { FILE, open, test, withDisk } from "./_files.ts";
import { outcome } from "./_helpers.ts";
import { bytes, pattern, text } from "./_bytes.ts";
import { turns, until } from "./_turns.ts";

const CHUNK = 65_536;
const READ = { read: true };

async function collect(
  stream: ReadableStream<Uint8Array<ArrayBuffer>>,
): Promise<Uint8Array<ArrayBuffer>> {
  return new Uint8Array(await new Response(stream).arrayBuffer());
}

test.disk("readable brings the whole file, and closes it", async ({ world, disk }) => {
  for (const size of [0, 1, CHUNK - 1, CHUNK, CHUNK + 1, 9 * CHUNK + 5]) {
    const data = pattern(size);
    disk.put(FILE, data);
    const file = await open(world, READ);
    assertEquals(await collect(file.readable), data);
    assertEquals(file.handle, null);
  }
});

test.disk("readable begins at the position", async ({ world, disk }) => {
  disk.put(FILE, bytes("0123456789"));
  const file = await open(world, READ);
  await file.seek(4, Deno.SeekMode.Start);
  assertEquals(text(await collect(file.readable)), "456789");
});

test.disk("readable goes on behind reads that bring less", async ({ world, disk }) => {
  const data = pattern(3 * CHUNK + 100);
  disk.put(FILE, data);
  disk.maxRead = 40_000;
  const file = await open(world, READ);
  assertEquals(await collect(file.readable), data);
});

test.disk("readable takes small BYOB views", async ({ world, disk }) => {
  const data = pattern(2 * CHUNK);
  disk.put(FILE, data);
  const file = await open(world, READ);
  const reader = file.readable.getReader({ mode: "byob" });
  const parts: Uint8Array<ArrayBuffer>[] = [];
  for (;;) {
    const { value, done } = await reader.read(new Uint8Array(30_000));
    if (done) break;
    parts.push(value);
  }
  assertEquals(
    new Uint8Array(await new Blob(parts).arrayBuffer()),
    data,
  );
});

test.disk("readable keeps the order when reads end in another", async ({ world, disk }) => {
  const data = pattern(12 * CHUNK);
  disk.put(FILE, data);
  const file = await open(world, READ);
  world.sim.manual = true;
  const collected = collect(file.readable);
  let most = 0;
  for (let last = 0; file.handle !== null; last = 1 - last) {
    await turns(6);
    const { ready } = world.sim;
    most = Math.max(most, ready.length);
    if (ready.length > 0) world.sim.complete(last * (ready.length - 1));
  }
  world.sim.manual = false;
  assertEquals(await collected, data);
  assertEquals(most, 4, "reads in flight");
});

test.disk("readable does not read on for a reader that pauses", async ({ world, disk }) => {
  disk.put(FILE, pattern(40 * CHUNK));
  const file = await open(world, READ);
  const reader = file.readable.getReader();
  for (let i = 0; i < 8; i++) await reader.read();
  await turns();
  const { readFile } = world.sim.calls;
  const { bufferBytes } = world.proactor.metrics();
  await turns(50);
  assertEquals(world.sim.calls.readFile, readFile);
  assertEquals(bufferBytes <= 4 * CHUNK, true, `${bufferBytes} bytes`);
  await reader.cancel();
  assertEquals(file.handle, null);
});

test.disk("readable sees what was appended at its end", async ({ world, disk }) => {
  disk.put(FILE, pattern(100));
  const file = await open(world, READ);
  const reader = file.readable.getReader();
  assertEquals((await reader.read()).value!.length, 100);
  const entry = disk.entries.get(FILE.toLowerCase())!;
  entry.data = pattern(150);
  assertEquals((await reader.read()).value, pattern(150).slice(100));
  assertEquals((await reader.read()).done, true);
});

test.disk("readable that is cancelled leaves nothing in flight", async ({ world, disk }) => {
  disk.put(FILE, pattern(20 * CHUNK));
  const file = await open(world, READ);
  const reader = file.readable.getReader();
  for (let i = 0; i < 5; i++) await reader.read();
  world.sim.manual = true;
  const reads = [reader.read(), reader.read(), reader.read(), reader.read()];
  const ends = reads.map((read) => outcome(read));
  await turns();
  const cancelled = reader.cancel();
  world.sim.manual = false;
  await cancelled;
  await Promise.all(ends);
  assertEquals(world.sim.pendingOperations, 0);
  assertEquals(file.handle, null);
});

test.disk("an error of a read ends the stream and closes the file", async ({ world, disk }) => {
  disk.put(FILE, pattern(20 * CHUNK));
  const file = await open(world, READ);
  world.sim.fail("readFile", 1117, { after: 3 });
  await assertRejects(() => collect(file.readable));
  assertEquals(file.handle, null);
});

test.disk("close() ends a stream that reads", async ({ world, disk }) => {
  disk.put(FILE, pattern(20 * CHUNK));
  const file = await open(world, READ);
  world.sim.manual = true;
  const read = outcome(file.readable.getReader().read());
  await turns();
  file.close();
  world.sim.manual = false;
  assertEquals(await read, "Interrupted");
});

test.disk("writable writes in order, and closes the file", async ({ world, disk }) => {
  const file = await open(world);
  const writer = file.writable.getWriter();
  for (const part of ["a", "bc", "", "def"]) writer.write(bytes(part));
  await writer.close();
  assertEquals(text(disk.content(FILE)), "abcdef");
  assertEquals(file.handle, null);
});

test.disk("writable fails and closes the file when a write fails", async ({ world }) => {
  const file = await open(world);
  const writer = file.writable.getWriter();
  await writer.write(bytes("a"));
  world.sim.fail("writeFile", 112);
  assertEquals(await outcome(writer.write(bytes("b"))), "WindowsError");
  assertEquals(await outcome(writer.closed), "WindowsError");
  assertEquals(file.handle, null);
});

test.disk("writable that is aborted closes the file", async ({ world }) => {
  const file = await open(world);
  await file.writable.abort();
  assertEquals(file.handle, null);
});

test.disk("pipeTo() copies from stream to stream", async ({ world, disk }) => {
  const data = pattern(7 * CHUNK + 9);
  disk.put("C:\\from", data);
  const place = { proactor: world.proactor, files: disk.files };
  const from = await openFile("C:\\from", place);
  const to = await open(world);
  await from.readable.pipeTo(to.writable);
  assertEquals(disk.content(FILE), data);
});

Deno.test("timers fire between chunks that end at once", async () => {
  await withDisk({}, async ({ world }) => {
    (world.sim as SimulatedFiles).put(FILE, pattern(300 * CHUNK));
    const file = await open(world, READ);
    let fired = false;
    let chunks = 0;
    setTimeout(() => fired = true, 0);
    for await (const _ of file.readable) {
      if (!fired) chunks++;
    }
    assertEquals(chunks < 200, true, `${chunks} chunks before the timer`);
    await until(() => fired);
  });
});
