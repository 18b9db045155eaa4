import { assert, assertEquals, assertLess, assertRejects } from "@std/assert";
import { test } from "../_setup.ts";
import { encode, pattern, readBytes, readText, sha256 } from "../_bytes.ts";
import { connectedPair } from "../_pipes.ts";
import { soon, turn, until } from "../_turns.ts";
import { connectTcp, startTls, TcpListener } from "../../../src/net/mod.ts";
import { FLOOD, LOCAL, MEGABYTE } from "./_tcp.ts";
import { agree, CLIENT, SERVER, tlsPair } from "./_tls.ts";

/** Connections at once. */
const CLIENTS = 50;

test.eachMode("startTls() carries bytes both ways", async (proactor) => {
  await using pair = await tlsPair(proactor);
  const { server, client } = pair;
  await client.write(encode("hello"));
  assertEquals(await readText(server, 5), "hello");
  await server.write(encode("HELLO"));
  assertEquals(await readText(client, 5), "HELLO");
});

test.eachMode("startTls() carries 8 MiB each way at once", async (proactor) => {
  await using pair = await tlsPair(proactor);
  const { server, client } = pair;
  const [up, down] = [pattern(8 * MEGABYTE, 1), pattern(8 * MEGABYTE, 2)];
  const writes = [client.write(up), server.write(down)];
  const received = await Promise.all([
    readBytes(server, up.length),
    readBytes(client, down.length),
  ]);
  assertEquals(await soon(Promise.all(writes)), [up.length, down.length]);
  assertEquals(
    await Promise.all(received.map(sha256)),
    await Promise.all([up, down].map(sha256)),
  );
});

test.proactor("what goes over the wire is not the text", async (proactor) => {
  await using listener = TcpListener.listen({ ...LOCAL, proactor });
  const accepted = listener.accept();
  const tcp = await connectTcp({ ...listener.addr, proactor });
  using served = await soon(accepted);
  using tls = await startTls(tcp, CLIENT);
  const HANDSHAKE = 22;
  assertEquals((await readBytes(served, 1))[0], HANDSHAKE);
  const handshake = assertRejects(() => tls.handshake());
  tls.abort();
  await handshake;
});

test.proactor("handshake() tells what ALPN has chosen", async (proactor) => {
  await using pair = await tlsPair(proactor, {
    server: { alpnProtocols: ["h2", "http/1.1"] },
    client: { alpnProtocols: ["http/1.1"] },
  });
  const { server, client } = pair;
  const expected = { alpnProtocol: "http/1.1" };
  assertEquals(await soon(client.handshake()), expected);
  assertEquals(await soon(server.handshake()), expected);
  assertEquals(await soon(client.handshake()), expected); // again
});

test.proactor("handshake() tells of no ALPN when none is asked for", async (proactor) => {
  await using pair = await tlsPair(proactor);
  assertEquals(await soon(pair.client.handshake()), { alpnProtocol: null });
  assertEquals(await soon(pair.server.handshake()), { alpnProtocol: null });
});

test.proactor("startTls() takes a certificate for an address", async (proactor) => {
  await using pair = await tlsPair(proactor, {
    client: { hostname: "127.0.0.1" },
  });
  await agree(pair);
});

test.proactor("unsafelyDisableHostnameVerification takes any name", async (proactor) => {
  await using pair = await tlsPair(proactor, {
    client: {
      hostname: "other.example",
      unsafelyDisableHostnameVerification: true,
    },
  });
  await agree(pair);
});

test.proactor("addresses are those of the connection below", async (proactor) => {
  await using pair = await tlsPair(proactor);
  const { server, client, connected } = pair;
  assertEquals(client.localAddr, connected.localAddr);
  assertEquals(client.remoteAddr, server.localAddr);
  assertEquals(server.remoteAddr, client.localAddr);
});

for (const first of ["client", "server"] as const) {
  test.eachMode(`closeWrite() of the ${first} ends the peer's reads, not its writes`, async (proactor) => {
    await using pair = await tlsPair(proactor);
    const one = pair[first];
    const other = first === "client" ? pair.server : pair.client;
    await one.write(encode("question"));
    await soon(one.closeWrite());
    assertEquals(await readText(other), "question");
    await other.write(encode("answer"));
    await soon(other.closeWrite());
    assertEquals(await readText(one), "answer");
    assertEquals(await soon(one.read(new Uint8Array(1))), null); // again
    await soon(Promise.all([one.finished, other.finished]));
  });
}

test.eachMode("close() sends what was written, and its end", async (proactor) => {
  await using pair = await tlsPair(proactor);
  const { server, client } = pair;
  await agree(pair);
  const data = pattern(MEGABYTE);
  const writing = server.write(data);
  server.close();
  assertEquals(await sha256(await readBytes(client)), await sha256(data));
  assertEquals(await soon(writing), data.length);
  await soon(server.finished);
});

test.proactor("shutdown() gives up on a peer that does not read", async (proactor) => {
  await using pair = await tlsPair(proactor);
  const { server } = pair;
  await agree(pair);
  const writing = assertRejects(
    () => server.write(new Uint8Array(FLOOD)),
    Deno.errors.TimedOut,
  );
  await turn();
  await assertRejects(
    () => soon(server.shutdown({ deadline: 50 })),
    Deno.errors.TimedOut,
  );
  await soon(writing);
});

test.proactor("a closed connection refuses everything", async (proactor) => {
  await using pair = await tlsPair(proactor);
  const { client } = pair;
  await agree(pair);
  const reading = client.read(new Uint8Array(1));
  client.close();
  await assertRejects(() => soon(reading), Deno.errors.Interrupted);
  const { BadResource } = Deno.errors;
  await assertRejects(() => client.read(new Uint8Array(1)), BadResource);
  await assertRejects(() => client.write(encode("x")), BadResource);
  await assertRejects(() => client.closeWrite(), BadResource);
  client.close();
  client[Symbol.dispose]();
  await soon(client.finished);
});

test.proactor("close() before the handshake ends it", async (proactor) => {
  await using pair = await tlsPair(proactor);
  const { server, client } = pair;
  const writing = client.write(encode("x"));
  client.close();
  const { Interrupted } = Deno.errors;
  await assertRejects(() => soon(client.handshake()), Interrupted);
  await assertRejects(() => soon(writing), Interrupted);
  await assertRejects(() => soon(server.handshake()));
  await soon(client.finished);
});

test.proactor("write() waits for a reader, who gets everything", async (proactor) => {
  await using pair = await tlsPair(proactor);
  const { server, client } = pair;
  await agree(pair);
  const data = pattern(FLOOD);
  let written = false;
  const writing = client.write(data).finally(() => written = true);
  await stall(() => pair.connected.bufferedAmount);
  assert(!written);
  const received = await readBytes(server, data.length);
  assertEquals(await sha256(received), await sha256(data));
  assertEquals(await soon(writing), data.length);
});

test.proactor("nothing is read ahead, so the kernel holds the peer back", async (proactor) => {
  await using pair = await tlsPair(proactor);
  const { server, client } = pair;
  await agree(pair);
  const data = new Uint8Array(FLOOD);
  const writing = client.write(data);
  assertEquals(await soon(server.read(new Uint8Array(1))), 1);
  const before = Deno.memoryUsage();
  await stall(() => pair.connected.bufferedAmount);
  const after = Deno.memoryUsage();
  const growth = after.heapUsed + after.external -
    before.heapUsed - before.external;
  assertLess(growth, 8 * MEGABYTE);
  client.abort();
  await assertRejects(() => soon(writing), Deno.errors.Interrupted);
});

test.proactor("an idle connection has no operation pending", async (proactor) => {
  await using pair = await tlsPair(proactor);
  const { server, client } = pair;
  const { pending } = proactor.metrics();
  await client.write(encode("x"));
  assertEquals(await readText(server, 1), "x");
  await server.write(encode("y"));
  assertEquals(await readText(client, 1), "y");
  // Those of the handshake may have waited for the first bytes.
  assert(proactor.metrics().pending <= pending);
});

test.proactor("a signal ends a read and loses no data", async (proactor) => {
  await using pair = await tlsPair(proactor);
  const { server, client } = pair;
  const controller = new AbortController();
  const { signal } = controller;
  const reading = server.read(new Uint8Array(5), { signal });
  await agree(pair);
  controller.abort(new Error("enough"));
  await assertRejects(() => soon(reading), Error, "enough");
  await client.write(encode("hello"));
  assertEquals(await readText(server, 5), "hello");
});

test.proactor("write() leaves the bytes to the caller", async (proactor) => {
  await using pair = await tlsPair(proactor);
  const { server, client } = pair;
  const data = encode("hello");
  const writes = [client.write(data)]; // waits for the handshake
  data.set(encode("HELLO"));
  await soon(client.handshake());
  writes.push(client.write(data));
  data.fill(0);
  assertEquals(await readText(server, 10), "helloHELLO");
  await soon(Promise.all(writes));
});

test.proactor("arguments of a wrong shape are refused", async (proactor) => {
  await using pair = await tlsPair(proactor);
  const { client } = pair;
  const wrong = "text" as unknown as Uint8Array;
  await assertRejects(() => client.read(wrong), TypeError);
  await assertRejects(() => client.write(wrong), TypeError);
  await assertRejects(() => client.shutdown({ deadline: -1 }), RangeError);
  assertEquals(await client.read(new Uint8Array(0)), 0);
  assertEquals(await client.write(new Uint8Array(0)), 0);
});

test.proactor("readable and writable carry a stream", async (proactor) => {
  await using pair = await tlsPair(proactor);
  const { server, client } = pair;
  const echo = server.readable.pipeTo(server.writable);
  const data = pattern(MEGABYTE);
  const sending = ReadableStream.from([data]).pipeTo(client.writable);
  const received = new Uint8Array(await new Response(client.readable).bytes());
  assertEquals(await sha256(received), await sha256(data));
  await soon(Promise.all([echo, sending, client.finished, server.finished]));
});

test.eachMode("startTls() works on pipes", async (proactor) => {
  await using pair = await connectedPair(proactor, { type: "byte" });
  await using server = await startTls(pair.served, SERVER);
  await using client = await startTls(pair.client, CLIENT);
  await client.write(encode("hello"));
  await soon(client.closeWrite());
  assertEquals(await readText(server), "hello");
  await server.write(encode("HELLO"));
  await soon(server.closeWrite());
  assertEquals(await readText(client), "HELLO");
  assertEquals(client.remoteAddr, pair.client.remoteAddr);
});

test.proactor(`${CLIENTS} connections shake hands at once`, async (proactor) => {
  await using listener = TcpListener.listen({ ...LOCAL, proactor });
  const serving = repeat(async () => {
    await using tls = await startTls(await listener.accept(), SERVER);
    await tls.write(encode((await readText(tls)).toUpperCase()));
  });
  const texts = await repeat(async (i) => {
    const tcp = await connectTcp({ ...listener.addr, proactor });
    await using tls = await startTls(tcp, CLIENT);
    await tls.write(encode(`hello ${i}`));
    await tls.closeWrite();
    return await readText(tls);
  });
  await soon(serving);
  assertEquals(texts, texts.map((_, i) => `HELLO ${i}`));
});

function repeat<T>(run: (i: number) => Promise<T>): Promise<T[]> {
  return Promise.all(Array.from({ length: CLIENTS }, (_, i) => run(i)));
}

/** Goes on when nothing has moved for some turns. */
async function stall(amount: () => number): Promise<void> {
  const TURNS = 200;
  let last = -1;
  let turns = 0;
  await until(() => {
    turns = amount() === last ? turns + 1 : 0;
    last = amount();
    return turns === TURNS;
  });
}
