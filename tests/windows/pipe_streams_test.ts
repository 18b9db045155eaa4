import { assert, assertEquals, assertStrictEquals } from "@std/assert";
import { assertRejects } from "@std/assert";
import { connectPipe, PipeServer } from "../../mod.ts";
import { test } from "./_setup.ts";
import { encode, pattern, readBytes, readText, sha256 } from "./_bytes.ts";
import { connectedPair, uniquePipeName } from "./_pipes.ts";
import { soon, turn, until } from "./_turns.ts";

const BYTE = { type: "byte" } as const;

for (const type of ["byte", "message"] as const) {
  test.proactor(`${type} pipe: readable is a stream that ends when the peer closes`, async (proactor) => {
    await using pair = await connectedPair(proactor, { type });
    const data = pattern(300_000);
    pair.client.write(data);
    pair.client.close();
    const chunks: Uint8Array<ArrayBuffer>[] = [];
    for await (const chunk of pair.served.readable) chunks.push(chunk);
    const whole = new Uint8Array(await new Blob(chunks).arrayBuffer());
    assertEquals(await sha256(whole), await sha256(data));
  });

  test.proactor(`${type} pipe: an echo by pipeTo() gives everything back and ends`, async (proactor) => {
    const path = uniquePipeName();
    await using server = PipeServer.listen(path, { type, proactor });
    const client = await connectPipe(path, { proactor });
    const served = await soon(server.accept());
    const echoed = served.readable.pipeTo(served.writable);
    const data = pattern(300_000);
    const writing = client.write(data);
    assertEquals(
      await sha256(await readBytes(client, data.length)),
      await sha256(data),
    );
    await soon(writing);
    if (type === "message") {
      await client.closeWrite();
      await soon(echoed);
      assertStrictEquals(await soon(client.read(new Uint8Array(1))), null);
    }
    client.close();
    await Promise.allSettled([soon(echoed)]);
    await soon(served.finished);
    assertEquals(server.connections.size, 0);
  });

  test.proactor(`${type} pipe: an echo by pipeTo() closes when the client leaves unread`, async (proactor) => {
    const path = uniquePipeName();
    await using server = PipeServer.listen(path, { type, proactor });
    const client = await connectPipe(path, { proactor });
    const served = await soon(server.accept());
    const echoed = served.readable.pipeTo(served.writable);
    client.write(pattern(1_000_000)).catch(() => {});
    await until(() => served.bufferedAmount > 0);
    client.abort();
    await assertRejects(() => soon(echoed), Deno.errors.BrokenPipe);
    await soon(served.finished);
    assertEquals(server.connections.size, 0);
  });
}

test.proactor("readable fills the view of a BYOB reader", async (proactor) => {
  await using pair = await connectedPair(proactor, BYTE);
  const reader = pair.served.readable.getReader({ mode: "byob" });
  await pair.client.write(encode("hello"));
  const first = await soon(reader.read(new Uint8Array(3)));
  const second = await soon(reader.read(new Uint8Array(100)));
  assertEquals(first.value, encode("hel"));
  assertEquals(second.value, encode("lo"));
  pair.client.close();
  assert((await soon(reader.read(new Uint8Array(10)))).done);
  await soon(reader.closed);
});

test.proactor("readable waits for data that come later", async (proactor) => {
  await using pair = await connectedPair(proactor, BYTE);
  const reader = pair.served.readable.getReader();
  const reading = reader.read();
  await pair.client.write(encode("later"));
  assertEquals((await soon(reading)).value, encode("later"));
});

test.proactor("readable.cancel() closes the connection", async (proactor) => {
  await using pair = await connectedPair(proactor, BYTE);
  const reader = pair.served.readable.getReader();
  const reading = reader.read();
  await soon(reader.cancel());
  assert((await soon(reading)).done);
  await soon(pair.served.finished);
  assertStrictEquals(await soon(pair.client.read(new Uint8Array(1))), null);
});

test.proactor("leaving a loop over readable closes the connection", async (proactor) => {
  await using pair = await connectedPair(proactor, BYTE);
  await pair.client.write(encode("enough"));
  for await (const chunk of pair.served.readable) {
    assertEquals(chunk, encode("enough"));
    break;
  }
  await soon(pair.served.finished);
});

test.proactor("readable errors with Interrupted when the connection is closed", async (proactor) => {
  await using pair = await connectedPair(proactor, BYTE);
  const reading = pair.served.readable.getReader().read();
  await turn();
  pair.served.close();
  await assertRejects(() => soon(reading), Deno.errors.Interrupted);
});

test.proactor("writable.close() on a byte pipe closes behind what was written", async (proactor) => {
  await using pair = await connectedPair(proactor, BYTE);
  const writer = pair.client.writable.getWriter();
  const data = pattern(300_000);
  writer.write(data);
  const closed = writer.close();
  assertEquals(
    await sha256(await readBytes(pair.served)),
    await sha256(data),
  );
  await soon(closed);
  await soon(pair.client.finished);
});

test.proactor("writable.close() on a message pipe leaves reading open", async (proactor) => {
  await using pair = await connectedPair(proactor, { type: "message" });
  const writer = pair.client.writable.getWriter();
  await writer.write(encode("question"));
  await soon(writer.close());
  assertEquals(await readText(pair.served), "question");
  await pair.served.write(encode("answer"));
  assertEquals(await readText(pair.client, 6), "answer");
});

test.proactor("writable.abort() drops what is queued", async (proactor) => {
  await using pair = await connectedPair(proactor, BYTE);
  const writer = pair.client.writable.getWriter();
  const writing = writer.write(pattern(1_000_000));
  const closed = writer.closed.catch(() => "errored");
  const aborted = writer.abort(new Error("enough"));
  const [written] = await Promise.allSettled([soon(writing)]);
  assertEquals(written.status, "rejected");
  await Promise.allSettled([soon(aborted)]);
  assertEquals(await soon(closed), "errored");
  await soon(pair.client.finished);
});

test.proactor("writable holds a fast writer back until the peer reads", async (proactor) => {
  await using pair = await connectedPair(proactor, BYTE);
  const writer = pair.client.writable.getWriter();
  const writing = writer.write(pattern(1_000_000));
  assertEquals(writer.desiredSize, 0);
  let ready = false;
  const waiting = writer.ready.then(() => ready = true);
  await readBytes(pair.served, 1000);
  assertEquals(ready, false);
  await readBytes(pair.served, 999_000);
  await soon(writing);
  await soon(waiting);
});

test.proactor("writable fails with BrokenPipe when the peer has closed", async (proactor) => {
  await using pair = await connectedPair(proactor, BYTE);
  const writer = pair.client.writable.getWriter();
  const closed = assertRejects(() => soon(writer.closed));
  pair.served.abort();
  await assertRejects(
    () => writer.write(encode("x")),
    Deno.errors.BrokenPipe,
  );
  await closed;
});

test.proactor("a file's worth of data goes through transforms unchanged", async (proactor) => {
  await using pair = await connectedPair(proactor, BYTE);
  const text = "named pipe ".repeat(100_000);
  const sent = new Blob([text]).stream()
    .pipeThrough(new CompressionStream("gzip"))
    .pipeTo(pair.client.writable);
  const received = pair.served.readable
    .pipeThrough(new DecompressionStream("gzip"));
  assertEquals(await soon(new Response(received).text()), text);
  await soon(sent);
});
