import { assert, assertEquals, assertNotEquals } from "@std/assert";
import { assertRejects, assertThrows } from "@std/assert";
import { WindowsError } from "../../mod.ts";
import { test } from "./_setup.ts";
import { decode, encode, pattern, sha256 } from "./_bytes.ts";
import { assertKeepsHandles, isOpen } from "./_handles.ts";
import { soon } from "./_turns.ts";
import { pipe } from "../../src/pipe/mod.ts";

test.eachMode("pipe() goes from its second end to its first", async (proactor) => {
  const [reader, writer] = pipe({ proactor });
  using _reader = reader;
  using _writer = writer;
  const received = proactor.recv(reader, 100);
  assert(received.pending);
  await proactor.send(writer, encode("hello"));
  assertEquals(decode(await soon(received)), "hello");
});

test.proactor("pipe() is of one direction by default", async (proactor) => {
  const [reader, writer] = pipe({ proactor });
  using _reader = reader;
  using _writer = writer;
  await assertRejects(
    async () => await proactor.send(reader, encode("x")),
    Deno.errors.PermissionDenied,
  );
  await assertRejects(
    async () => await proactor.recv(writer, 10),
    Deno.errors.PermissionDenied,
  );
});

test.eachMode("pipe() with duplex goes both ways", async (proactor) => {
  const [a, b] = pipe({ duplex: true, proactor });
  using _a = a;
  using _b = b;
  for (const [from, to] of [[a, b], [b, a]] as const) {
    const received = proactor.recv(to, 100);
    await proactor.send(from, encode("hello"));
    assertEquals(decode(await soon(received)), "hello");
  }
});

test.eachMode("pipe() brings 16 MiB unchanged", async (proactor) => {
  const [reader, writer] = pipe({ proactor });
  using _reader = reader;
  const data = pattern(16 * 2 ** 20);
  const sent = (async () => {
    for (let at = 0; at < data.length; at += 100_000) {
      await proactor.send(writer, data.subarray(at, at + 100_000));
    }
    writer.close();
  })();
  const parts: Uint8Array<ArrayBuffer>[] = [];
  for (;;) {
    const part = await soon(proactor.recv(reader, 65536));
    if (part.length === 0) break;
    parts.push(part);
  }
  await soon(sent);
  const whole = new Uint8Array(await new Blob(parts).arrayBuffer());
  assertEquals(await sha256(whole), await sha256(data));
});

for (
  const overlapped of [
    [true, true],
    [true, false],
    [false, true],
    [false, false],
  ] as const
) {
  test.proactor(`pipe() with overlapped [${overlapped}] makes such ends`, (proactor) => {
    const ends = pipe({ overlapped, proactor });
    for (const [i, end] of ends.entries()) {
      if (overlapped[i]) proactor.register(end);
      else assertThrows(() => proactor.register(end), WindowsError);
      end.close();
    }
  });
}

test.proactor("pipe() takes bufferSize bytes before they are read", async (proactor) => {
  const [reader, writer] = pipe({ bufferSize: 10_000, proactor });
  using _writer = writer;
  const fits = proactor.send(writer, pattern(10_000));
  assert(fits.done());
  const more = proactor.send(writer, pattern(10_000));
  assert(more.pending);
  reader.close();
  await soon(Promise.allSettled([fits, more]));
  assert(more.exception() instanceof Deno.errors.BrokenPipe);
});

test.proactor("pipe() twice gives pipes that do not know each other", async (proactor) => {
  const pipes = [pipe({ proactor }), pipe({ proactor })];
  const reads = pipes.map(([reader]) => proactor.recv(reader, 10));
  for (const [i, [, writer]] of pipes.entries()) {
    await proactor.send(writer, encode(`${i}`));
  }
  const texts = await soon(
    Promise.all(reads.map(async (r) => decode(await r))),
  );
  assertEquals(texts, ["0", "1"]);
  for (const end of pipes.flat()) end.close();
});

test.proactor("pipe() leaves no handle after close()", async (proactor) => {
  function make() {
    const [reader, writer] = pipe({ proactor });
    assertNotEquals(reader.fileno(), writer.fileno());
    const handles = [reader.fileno(), writer.fileno()];
    reader.close();
    writer.close();
    assertEquals(handles.filter(isOpen), []);
  }
  await assertKeepsHandles(make, 50);
});

for (const bufferSize of [0, -1, 1.5, NaN, 2 ** 31]) {
  test.proactor(`pipe() refuses a bufferSize of ${bufferSize}`, (proactor) => {
    assertThrows(
      () => pipe({ bufferSize, proactor }),
      RangeError,
      "Cannot use bufferSize",
    );
  });
}
