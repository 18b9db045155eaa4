import {
  assert,
  assertEquals,
  assertFalse,
  assertGreater,
  assertStrictEquals,
} from "@std/assert";
import { assertInstanceOf, assertRejects } from "@std/assert";
import { connectPipe, isWindowsError, PipeServer } from "../../mod.ts";
import { test } from "./_setup.ts";
import { encode, pattern, readBytes, readText, sha256 } from "./_bytes.ts";
import { connectedPair, uniquePipeName } from "./_pipes.ts";
import { soon, turn } from "./_turns.ts";
import { assertConnected } from "./_connections.ts";

const BYTE = { type: "byte" } as const;
const TYPES = ["byte", "message"] as const;

for (const type of TYPES) {
  test.eachMode(`${type} pipe: both ends read what the other writes`, async (proactor) => {
    await using pair = await connectedPair(proactor, { type });
    const { client, served } = pair;
    for (let i = 0; i < 20; i++) {
      assertEquals(await client.write(encode("ping")), 4);
      assertEquals(await readText(served, 4), "ping");
      const reading = readText(client, 4);
      await served.write(encode("pong"));
      assertEquals(await reading, "pong");
    }
  });

  test.eachMode(`${type} pipe: read() resolves with null when the client has closed`, async (proactor) => {
    await using pair = await connectedPair(proactor, { type });
    const reading = pair.served.read(new Uint8Array(10));
    pair.client.close();
    assertStrictEquals(await soon(reading), null);
    assertStrictEquals(await pair.served.read(new Uint8Array(10)), null);
  });

  test.eachMode(`${type} pipe: read() resolves with null when the server has closed`, async (proactor) => {
    await using pair = await connectedPair(proactor, { type });
    const reading = pair.client.read(new Uint8Array(10));
    pair.served.close();
    assertStrictEquals(await soon(reading), null);
  });

  test.eachMode(`${type} pipe: all that was written before close() can be read`, async (proactor) => {
    for (const size of [1, 5000, 65536, 300_000]) {
      await using pair = await connectedPair(proactor, { type });
      const data = pattern(size);
      pair.client.write(data);
      pair.client.close();
      const read = await readBytes(pair.served);
      assertEquals(await sha256(read), await sha256(data));
      await soon(pair.client.finished);
    }
  });

  test.eachMode(`${type} pipe: many writes arrive complete and in order`, async (proactor) => {
    await using pair = await connectedPair(proactor, { type });
    const parts = Array.from(
      { length: 500 },
      (_, i) => pattern(i * 7 % 900 + 1, i),
    );
    const written = parts.map((part) => pair.client.write(part));
    pair.client.close();
    const read = await readBytes(pair.served);
    await soon(Promise.all(written));
    const data = new Uint8Array(await new Blob(parts).arrayBuffer());
    assertEquals(await sha256(read), await sha256(data));
  });

  test.proactor(`${type} pipe: 64 MiB arrive unchanged, each way at once`, async (proactor) => {
    await using pair = await connectedPair(proactor, { type });
    const { client, served } = pair;
    const data = pattern(64 * 2 ** 20);
    const hash = await sha256(data);
    async function send(from: typeof client) {
      for (let at = 0; at < data.length; at += 2 ** 20) {
        await from.write(data.subarray(at, at + 2 ** 20));
      }
    }
    const [, , there, back] = await Promise.all([
      send(client),
      send(served),
      readBytes(served, data.length),
      readBytes(client, data.length),
    ]);
    assertEquals(await sha256(there), hash);
    assertEquals(await sha256(back), hash);
  });

  test.proactor(`${type} pipe: reads with a small array get everything in order`, async (proactor) => {
    await using pair = await connectedPair(proactor, { type });
    const data = pattern(1000);
    await pair.client.write(data);
    pair.client.close();
    const read: number[] = [];
    const target = new Uint8Array(3);
    for (;;) {
      const count = await soon(pair.served.read(target));
      if (count === null) break;
      assertGreater(count, 0);
      read.push(...target.subarray(0, count));
    }
    assertEquals(Uint8Array.from(read), data);
  });

  test.proactor(`${type} pipe: write() fails with BrokenPipe when the other end is closed`, async (proactor) => {
    await using pair = await connectedPair(proactor, { type });
    pair.served.abort();
    const error = await assertRejects(
      () => pair.client.write(encode("x")),
      Deno.errors.BrokenPipe,
      `Cannot write to pipe "${pair.client.localAddr.path}"`,
    );
    assert(isWindowsError(error));
    await assertRejects(
      () => pair.client.write(encode("x")),
      Deno.errors.BrokenPipe,
    );
  });

  test.proactor(`${type} pipe: a pending write fails with BrokenPipe when the other end closes`, async (proactor) => {
    await using pair = await connectedPair(proactor, { type });
    const writing = pair.client.write(pattern(1_000_000));
    await turn();
    pair.served.abort();
    await assertRejects(() => soon(writing), Deno.errors.BrokenPipe);
  });

  test.proactor(`${type} pipe: abort() drops a pending write, and its promise rejects with Interrupted`, async (proactor) => {
    await using pair = await connectedPair(proactor, { type });
    const writing = pair.client.write(pattern(1_000_000));
    pair.client.abort();
    await assertRejects(() => soon(writing), Deno.errors.Interrupted);
    await soon(pair.client.finished);
    await readBytes(pair.served);
  });

  test.proactor(`${type} pipe: shutdown() gives up on a peer that does not read at its deadline`, async (proactor) => {
    await using pair = await connectedPair(proactor, { type });
    const writing = pair.client.write(pattern(1_000_000));
    const { TimedOut } = Deno.errors;
    const shutdown = assertRejects(
      () => pair.client.shutdown({ deadline: 30 }),
      TimedOut,
    );
    await assertRejects(() => soon(writing), TimedOut);
    await soon(shutdown);
  });

  test.proactor(`${type} pipe: a pending read is interrupted by close()`, async (proactor) => {
    await using pair = await connectedPair(proactor, { type });
    const reads = [
      pair.client.read(new Uint8Array(10)),
      pair.client.read(new Uint8Array(10)),
    ];
    pair.client.close();
    for (const reading of reads) {
      await assertRejects(
        () => soon(reading),
        Deno.errors.Interrupted,
        "operation canceled",
      );
    }
  });

  test.proactor(`${type} pipe: read() ends by AbortSignal.timeout(), and what comes later is kept`, async (proactor) => {
    await using pair = await connectedPair(proactor, { type });
    const signal = AbortSignal.timeout(20);
    const error = await assertRejects(
      () => soon(pair.client.read(new Uint8Array(10), { signal })),
    );
    assertInstanceOf(error, DOMException);
    assertEquals(error.name, "TimeoutError");
    await pair.served.write(encode("late"));
    assertEquals(await readText(pair.client, 4), "late");
  });
}

test.proactor("read() serves several callers in the order they came", async (proactor) => {
  await using pair = await connectedPair(proactor, BYTE);
  const reads = [1, 2, 3].map((n) => readText(pair.client, n));
  await pair.served.write(encode("122333"));
  assertEquals(await soon(Promise.all(reads)), ["1", "22", "333"]);
});

test.proactor("read() into an array that was transferred meanwhile loses no data", async (proactor) => {
  await using pair = await connectedPair(proactor, BYTE);
  const target = new Uint8Array(10);
  const reading = pair.client.read(target);
  target.buffer.transfer();
  await pair.served.write(encode("kept"));
  await assertRejects(
    () => soon(reading),
    TypeError,
    "the array was transferred",
  );
  assertEquals(await readText(pair.client, 4), "kept");
});

test.proactor("write() lets the caller use the array again at once", async (proactor) => {
  await using pair = await connectedPair(proactor, BYTE);
  const data = pattern(300_000);
  const hash = await sha256(data);
  const writing = pair.client.write(data);
  data.fill(0);
  data.buffer.transfer();
  const read = await readBytes(pair.served, 300_000);
  assertEquals(await sha256(read), hash);
  assertEquals(await soon(writing), 300_000);
});

test.proactor("write() of nothing on a byte pipe resolves with 0 and sends nothing", async (proactor) => {
  await using pair = await connectedPair(proactor, BYTE);
  assertEquals(await pair.client.write(new Uint8Array(0)), 0);
  await assertConnected(pair);
});

test.proactor("bufferedAmount is what the kernel has not taken yet", async (proactor) => {
  await using pair = await connectedPair(proactor, BYTE);
  assertEquals(pair.client.bufferedAmount, 0);
  const writing = pair.client.write(pattern(1_000_000));
  assertGreater(pair.client.bufferedAmount, 500_000);
  await readBytes(pair.served, 1_000_000);
  await soon(writing);
  assertEquals(pair.client.bufferedAmount, 0);
});

test.proactor("finished resolves once the connection is closed", async (proactor) => {
  await using pair = await connectedPair(proactor);
  let finished = false;
  pair.client.finished.then(() => finished = true);
  await turn();
  assertFalse(finished);
  pair.client.close();
  pair.client.close();
  await soon(pair.client.finished);
});

test.proactor("close() disconnects the peer although its data were not read", async (proactor) => {
  await using pair = await connectedPair(proactor, BYTE);
  await pair.client.write(encode("never read"));
  pair.served.close();
  assertStrictEquals(await soon(pair.client.read(new Uint8Array(10))), null);
});

test.proactor("using and await using close the connection", async (proactor) => {
  const path = uniquePipeName();
  await using server = PipeServer.listen(path, { ...BYTE, proactor });
  {
    using client = await connectPipe(path, { proactor });
    await using served = await soon(server.accept());
    await assertConnected({ client, served });
  }
  assertEquals(server.connections.size, 0);
});

for (const type of TYPES) {
  test.proactor(`${type} pipe: a connection that is closed while data arrive leaks nothing`, async (proactor) => {
    for (let i = 0; i < 50; i++) {
      await using pair = await connectedPair(proactor, { type });
      const reading = pair.served.read(new Uint8Array(10)).catch(() => 0);
      await pair.client.write(pattern(100));
      if (i % 2 === 0) pair.served.abort();
      else pair.client.abort();
      await soon(reading);
    }
  });
}
