import { assert, assertEquals, assertRejects } from "@std/assert";
import { test } from "../_setup.ts";
import { decode, encode, pattern, readBytes, sha256 } from "../_bytes.ts";
import { connectedPair } from "../_pipes.ts";
import { soon } from "../_turns.ts";
import { openFile } from "../../../src/file/mod.ts";
import { exists, Folder, SCRATCH, writeFile } from "./_files.ts";

async function collect(
  stream: ReadableStream<Uint8Array<ArrayBuffer>>,
): Promise<Uint8Array<ArrayBuffer>> {
  return new Uint8Array(await soon(new Response(stream).arrayBuffer()));
}

test.eachMode("readable brings the whole file and closes it", async (proactor) => {
  using folder = new Folder();
  const path = folder.file("data.bin");
  for (const size of [3_000_001, 0, 65_536, 100]) {
    const options = { write: true, create: true, truncate: true, proactor };
    const data = pattern(size);
    {
      await using file = await openFile(path, options);
      await file.write(data);
    }
    const file = await openFile(path, { proactor });
    assertEquals(
      await sha256(await collect(file.readable)),
      await sha256(data),
    );
    assertEquals(file.handle, null);
  }
});

test.eachMode("readable.pipeTo(writable) copies a file", async (proactor) => {
  using folder = new Folder();
  const [from, to] = [folder.file("from.bin"), folder.file("to.bin")];
  const data = await writeFile(proactor, from, 5_000_001);
  const source = await openFile(from, { proactor });
  const target = await openFile(to, { write: true, create: true, proactor });
  await soon(source.readable.pipeTo(target.writable));
  const copy = await openFile(to, { proactor });
  assertEquals(await sha256(await collect(copy.readable)), await sha256(data));
});

test.eachMode("a file goes through a pipe as a stream", async (proactor) => {
  using folder = new Folder();
  const path = folder.file("data.bin");
  const data = await writeFile(proactor, path, 2_000_003);
  await using pair = await connectedPair(proactor, { type: "byte" });
  const file = await openFile(path, { proactor });
  const piping = file.readable.pipeTo(pair.client.writable);
  const received = await readBytes(pair.served, data.length);
  await soon(piping);
  assertEquals(await sha256(received), await sha256(data));
});

test.proactor("readable begins at the position, and takes BYOB views", async (proactor) => {
  using folder = new Folder();
  const path = folder.file("data.txt");
  await writeFile(proactor, path, encode("0123456789"));
  const file = await openFile(path, { proactor });
  await file.seek(4, Deno.SeekMode.Start);
  const reader = file.readable.getReader({ mode: "byob" });
  const first = await soon(reader.read(new Uint8Array(4)));
  assertEquals(decode(first.value!), "4567");
  const rest = await soon(reader.read(new Uint8Array(4)));
  assertEquals(decode(rest.value!), "89");
  assert((await soon(reader.read(new Uint8Array(4)))).done);
});

test.proactor("a stream that is left in the middle closes its file", async (proactor) => {
  using folder = new Folder();
  const path = folder.file("data.bin");
  await writeFile(proactor, path, 1_000_000);
  const file = await openFile(path, { proactor, deleteOnClose: true });
  for await (const chunk of file.readable) {
    assertEquals(chunk.length, 65_536);
    break;
  }
  assertEquals(file.handle, null);
  assert(!exists(path));
});

test.proactor("writable closes its file at its end and when aborted", async (proactor) => {
  using folder = new Folder();
  const path = folder.file("data.txt");
  const options = { write: true, create: true, proactor };
  const file = await openFile(path, options);
  const writer = file.writable.getWriter();
  for (const text of ["one ", "two ", "three"]) writer.write(encode(text));
  await soon(writer.close());
  const back = await openFile(path, { proactor });
  assertEquals(decode(await collect(back.readable)), "one two three");
  const aborted = await openFile(path, { ...SCRATCH, proactor });
  await aborted.writable.abort();
  assert(!exists(path));
  await assertRejects(
    () => aborted.write(encode("x")),
    Deno.errors.BadResource,
  );
});
