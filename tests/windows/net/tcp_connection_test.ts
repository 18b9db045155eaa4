import { assert, assertEquals } from "@std/assert";
import { assertInstanceOf, assertRejects, assertThrows } from "@std/assert";
import { test } from "../_setup.ts";
import { encode, pattern, readBytes, readText, sha256 } from "../_bytes.ts";
import { soon, until } from "../_turns.ts";
import { connectTcp, TcpListener } from "../../../src/net/mod.ts";
import { IPPROTO_TCP, TCP_NODELAY } from "../../../src/ffi/socket/constants.ts";
import { defaultSockets } from "../../../src/ffi/socket/default.ts";
import { LOCAL, resetOnClose, socketOf, tcpPair, upperCase } from "./_tcp.ts";

const MIB = 1 << 20;

test.eachMode("bytes go both ways", async (proactor) => {
  await using pair = await tcpPair(proactor);
  const echo = upperCase(pair.served);
  assertEquals(await pair.client.write(encode("hello")), 5);
  assertEquals(await readText(pair.client, 5), "HELLO");
  await pair.client.closeWrite();
  assertEquals(await readText(pair.client), "");
  await soon(echo);
});

test.eachMode("64 MiB each way at once arrive unharmed", async (proactor) => {
  await using pair = await tcpPair(proactor);
  const [up, down] = [pattern(64 * MIB, 1), pattern(64 * MIB, 2)];
  async function send(end: typeof pair.client, data: typeof up) {
    for (let i = 0; i < data.length; i += MIB) {
      await soon(end.write(data.subarray(i, i + MIB)));
    }
    await end.closeWrite();
  }
  const [atServer, atClient] = await Promise.all([
    readBytes(pair.served),
    readBytes(pair.client),
    send(pair.client, up),
    send(pair.served, down),
  ]);
  assertEquals(await sha256(atServer), await sha256(up));
  assertEquals(await sha256(atClient), await sha256(down));
});

test.proactor("localAddr and remoteAddr mirror each other", async (proactor) => {
  await using pair = await tcpPair(proactor);
  const { client, served, listener } = pair;
  assertEquals(client.remoteAddr, listener.addr);
  assertEquals(served.localAddr, client.remoteAddr);
  assertEquals(served.remoteAddr, client.localAddr);
  assertEquals(client.localAddr.transport, "tcp");
  assertEquals(client.localAddr.hostname, "127.0.0.1");
  assert(client.localAddr.port > 0);
});

test.eachMode("closeWrite() ends the peer's reads, not its writes", async (proactor) => {
  await using pair = await tcpPair(proactor);
  const { client, served } = pair;
  assert(client.canCloseWrite);
  await client.write(encode("bye"));
  await client.closeWrite();
  assertEquals(await readText(served), "bye");
  assertEquals(await soon(served.read(new Uint8Array(1))), null);
  await served.write(encode("so long"));
  assertEquals(await readText(client, 7), "so long");
  await assertRejects(
    () => client.write(encode("x")),
    Deno.errors.BadResource,
    "the write side is closed",
  );
});

test.proactor("close() sends what was written", async (proactor) => {
  await using pair = await tcpPair(proactor);
  const data = pattern(4 * MIB);
  const written = pair.client.write(data);
  pair.client.close();
  const arrived = await readBytes(pair.served);
  await soon(written);
  assertEquals(await sha256(arrived), await sha256(data));
});

test.eachMode("a reset of the peer ends a read", async (proactor) => {
  await using pair = await tcpPair(proactor);
  const { client, served } = pair;
  const reading = served.read(new Uint8Array(10));
  resetOnClose(socketOf(client));
  client.abort();
  const error = await assertRejects(
    () => soon(reading),
    Deno.errors.ConnectionReset,
    `Cannot read from TCP peer 127.0.0.1:${served.remoteAddr.port}`,
  );
  assertEquals(Reflect.get(error, "winerror"), 10054);
  assertEquals(Reflect.get(error, "syscall"), "WSARecv");
});

test.proactor("a reset of the peer ends writes", async (proactor) => {
  await using pair = await tcpPair(proactor);
  const { client, served } = pair;
  resetOnClose(socketOf(client));
  client.abort();
  const error = await assertRejects(async () => {
    while (true) await soon(served.write(new Uint8Array(65536)));
  });
  assert(
    error instanceof Deno.errors.ConnectionReset ||
      error instanceof Deno.errors.ConnectionAborted,
    `${error}`,
  );
});

test.proactor("abort() interrupts a pending read", async (proactor) => {
  await using pair = await tcpPair(proactor);
  const reading = pair.client.read(new Uint8Array(10));
  pair.client.abort();
  await assertRejects(() => soon(reading), Deno.errors.Interrupted);
  await soon(pair.client.finished);
});

test.proactor("a signal ends a read and loses no data", async (proactor) => {
  await using pair = await tcpPair(proactor);
  const { client, served } = pair;
  const controller = new AbortController();
  const { signal } = controller;
  const reading = served.read(new Uint8Array(10), { signal });
  controller.abort(new Error("enough"));
  await assertRejects(() => soon(reading), Error, "enough");
  await client.write(encode("kept"));
  assertEquals(await readText(served, 4), "kept");
});

test.proactor("a closed connection refuses everything", async (proactor) => {
  await using pair = await tcpPair(proactor);
  const { client } = pair;
  client.close();
  client.close();
  const { BadResource } = Deno.errors;
  await assertRejects(() => client.read(new Uint8Array(1)), BadResource);
  await assertRejects(() => client.write(encode("x")), BadResource);
  await assertRejects(() => client.closeWrite(), BadResource);
  assertThrows(() => client.setNoDelay(), BadResource, "connection is closed");
  assertThrows(() => client.setKeepAlive(), BadResource);
});

test.proactor("arguments of a wrong shape are refused", async (proactor) => {
  await using pair = await tcpPair(proactor);
  const text = "text" as unknown as Uint8Array;
  await assertRejects(() => pair.client.read(text), TypeError);
  await assertRejects(() => pair.client.write(text), TypeError);
});

test.proactor("TCP_NODELAY is on unless noDelay is false", async (proactor) => {
  await using quick = await tcpPair(proactor);
  assertEquals([noDelay(quick.client), noDelay(quick.served)], [true, true]);
  quick.client.setNoDelay(false);
  assertEquals(noDelay(quick.client), false);
  quick.client.setKeepAlive();
  quick.client.setKeepAlive(false);
  await using slow = await tcpPair(proactor, { noDelay: false });
  assertEquals([noDelay(slow.client), noDelay(slow.served)], [true, false]);
});

test.proactor("readable and writable carry a stream", async (proactor) => {
  await using pair = await tcpPair(proactor);
  const { client, served } = pair;
  const piped = served.readable.pipeTo(served.writable);
  const data = pattern(MIB);
  const sent = new Blob([data]).stream().pipeTo(client.writable);
  const response = new Response(client.readable);
  const back = new Uint8Array(await soon(response.arrayBuffer()));
  await soon(Promise.all([piped, sent]));
  assertEquals(await sha256(back), await sha256(data));
});

test.proactor("idle connections hold no buffer", async (proactor) => {
  const count = 1000;
  await using listener = TcpListener.listen({
    ...LOCAL,
    backlog: count,
    proactor,
  });
  const before = proactor.metrics().bufferBytes;
  const clients = await Promise.all(
    Array.from(
      { length: count },
      () => soon(connectTcp({ ...listener.addr, proactor })),
    ),
  );
  await until(() => listener.connections.size === count);
  const reads = clients.map((client) => client.read(new Uint8Array(8)));
  const served = await Promise.all(clients.map(() => listener.accept()));
  assertEquals(proactor.metrics().bufferBytes, before);
  await Promise.all(served.map((end) => end.write(encode("x"))));
  assertEquals(new Set(await soon(Promise.all(reads))), new Set([1]));
  for (const end of [...clients, ...served]) end.close();
});

test.proactor("writes that pend hold their bytes until they are taken", async (proactor) => {
  await using pair = await tcpPair(proactor);
  const data = pattern(32 * MIB);
  const written = pair.client.write(data);
  const hash = await sha256(data);
  data.fill(0);
  assert(pair.client.bufferedAmount > 0);
  const arrived = await readBytes(pair.served, data.length);
  assertEquals(await soon(written), data.length);
  assertEquals(await sha256(arrived), hash);
  assertEquals(pair.client.bufferedAmount, 0);
});

test.proactor("proactor.close() ends everything that is open", async (proactor) => {
  const pair = await tcpPair(proactor);
  const { client, served, listener } = pair;
  const pending = [
    client.read(new Uint8Array(1)),
    served.read(new Uint8Array(1)),
    listener.accept(),
  ];
  const outcomes = Promise.allSettled(pending);
  assertEquals(await soon(proactor.close()), 0);
  for (const outcome of await soon(outcomes)) {
    assert(outcome.status === "rejected");
    assertInstanceOf(outcome.reason, Error);
  }
  await soon(Promise.all([client.finished, served.finished]));
  await soon(listener.finished);
});

function noDelay(connection: object): boolean {
  const value = new Uint8Array(4);
  const option = { level: IPPROTO_TCP, name: TCP_NODELAY };
  const sockets = defaultSockets();
  const socket = socketOf(connection);
  assertEquals(sockets.getSocketOption(socket, option, value), 0);
  return value[0] !== 0;
}
