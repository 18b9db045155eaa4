import { assert, assertEquals } from "@std/assert";
import { assertInstanceOf, assertRejects, assertThrows } from "@std/assert";
import {
  type DuplexConnection,
  type IocpProactor,
  toNodeDuplex,
} from "../../../mod.ts";
import { test } from "../_setup.ts";
import { encode, pattern, readBytes, readText, sha256 } from "../_bytes.ts";
import { connectedPair } from "../_pipes.ts";
import { soon, turn, until } from "../_turns.ts";
import { once } from "node:events";
import { Readable, Writable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { FLOOD, MEGABYTE, resetOnClose, socketOf, tcpPair } from "./_tcp.ts";

/** A connection's end as a stream, and the other end. */
async function duplexPair(
  proactor: IocpProactor,
  options: { allowHalfOpen?: boolean } = {},
) {
  const pair = await tcpPair(proactor);
  const duplex = await toNodeDuplex(pair.client, options);
  return {
    duplex,
    peer: pair.served,
    connection: pair.client,
    async [Symbol.asyncDispose]() {
      duplex.destroy();
      await pair[Symbol.asyncDispose]();
    },
  };
}

test.eachMode("toNodeDuplex() carries bytes both ways", async (proactor) => {
  await using pair = await duplexPair(proactor);
  const { duplex, peer } = pair;
  duplex.write("hello");
  assertEquals(await readText(peer, 5), "hello");
  await peer.write(encode("HELLO"));
  const [data] = await soon(once(duplex, "data"));
  assertEquals(String(data), "HELLO");
});

test.eachMode("a pipeline through a duplex arrives unharmed, and ends", async (proactor) => {
  await using pair = await duplexPair(proactor);
  const { duplex, peer } = pair;
  const echo = peer.readable.pipeTo(peer.writable);
  const data = pattern(8 * MEGABYTE);
  const parts: Uint8Array<ArrayBuffer>[] = [];
  await soon(pipeline(
    Readable.from([data.subarray(0, MEGABYTE), data.subarray(MEGABYTE)]),
    duplex,
    new Writable({
      write(chunk, _encoding, done) {
        parts.push(chunk);
        done();
      },
    }),
  ));
  const received = new Uint8Array(await new Blob(parts).arrayBuffer());
  assertEquals(await sha256(received), await sha256(data));
  await soon(Promise.all([echo, pair.connection.finished]));
});

test.proactor("end() ends the peer's reads, not its writes", async (proactor) => {
  await using pair = await duplexPair(proactor);
  const { duplex, peer } = pair;
  duplex.end("question");
  assertEquals(await readText(peer), "question");
  await peer.write(encode("answer"));
  await peer.closeWrite();
  assertEquals(await text(duplex), "answer");
  await soon(pair.connection.finished); // nobody else would close it
});

test.eachMode("end() closes a pipe, which has no half close", async (proactor) => {
  await using pair = await connectedPair(proactor, { type: "byte" });
  const duplex = await toNodeDuplex(pair.client);
  const closed = once(duplex, "close");
  duplex.resume().end("hello");
  assertEquals(await readText(pair.served), "hello");
  await soon(closed);
});

test.proactor("the end of the peer is the end of the stream", async (proactor) => {
  await using pair = await duplexPair(proactor);
  const { duplex, peer } = pair;
  const closed = once(duplex, "close");
  await peer.write(encode("hello"));
  await peer.closeWrite();
  assertEquals(await text(duplex), "hello");
  assertEquals(await soon(closed), [false]);
  assertEquals(await readText(peer), "");
});

test.proactor("a stream with allowHalfOpen outlives the end of the peer", async (proactor) => {
  await using pair = await duplexPair(proactor, { allowHalfOpen: true });
  const { duplex, peer } = pair;
  await peer.write(encode("hello"));
  await peer.closeWrite();
  assertEquals(await text(duplex), "hello");
  duplex.end("bye");
  assertEquals(await readText(peer), "bye");
});

test.proactor("write() returns false while the peer does not read", async (proactor) => {
  await using pair = await duplexPair(proactor);
  const { duplex, peer } = pair;
  const data = pattern(FLOOD);
  assert(!duplex.write(data));
  const drained = once(duplex, "drain");
  assertEquals(
    await sha256(await readBytes(peer, FLOOD)),
    await sha256(data),
  );
  await soon(drained);
});

test.proactor("nothing is read while nobody takes it", async (proactor) => {
  await using pair = await duplexPair(proactor);
  const { duplex, peer } = pair;
  duplex.on("readable", () => {});
  let written = false;
  const writing = peer.write(pattern(FLOOD)).then(() => written = true);
  await until(() => duplex.readableLength >= duplex.readableHighWaterMark);
  assert(duplex.readableLength < MEGABYTE);
  assert(!written);
  duplex.removeAllListeners("readable").resume();
  await soon(writing);
});

for (const [name, listen] of Object.entries({ reads: true, writes: false })) {
  test.proactor(`a reset ends ${name} with Node's code`, async (proactor) => {
    await using pair = await duplexPair(proactor);
    const { duplex, peer } = pair;
    if (listen) duplex.resume();
    else duplex.write(pattern(FLOOD));
    const failed = once(duplex, "error");
    const closed = new Promise((resolve) => duplex.on("close", resolve));
    resetOnClose(socketOf(peer));
    peer.abort();
    const [error] = await soon(failed);
    assert(error instanceof Error);
    const { ConnectionReset, ConnectionAborted } = Deno.errors;
    const { cause } = error;
    if (cause instanceof ConnectionAborted) {
      assertEquals(Reflect.get(error, "code"), "ECONNABORTED");
    } else {
      assertInstanceOf(cause, ConnectionReset);
      assertEquals(Reflect.get(error, "code"), "ECONNRESET");
    }
    assertEquals(Reflect.get(error, "syscall"), listen ? "read" : "write");
    await soon(closed);
  });
}

test.proactor("destroy() closes the connection at once", async (proactor) => {
  await using pair = await duplexPair(proactor);
  const { duplex, peer } = pair;
  duplex.resume();
  duplex.write(pattern(FLOOD));
  const closed = once(duplex, "close");
  duplex.destroy();
  await soon(closed);
  await soon(pair.connection.finished);
  await assertRejects(() => pair.connection.write(encode("x")));
  const received = await readBytes(peer).catch(() => new Uint8Array());
  assert(received.length < FLOOD);
});

test.proactor("destroySoon() sends what was written", async (proactor) => {
  await using pair = await duplexPair(proactor);
  const { duplex, peer } = pair;
  const data = pattern(8 * MEGABYTE);
  duplex.write(data);
  duplex.destroySoon();
  assertEquals(await sha256(await readBytes(peer)), await sha256(data));
  await soon(pair.connection.finished);
});

test.proactor("a connection that is closed below ends the stream with an error", async (proactor) => {
  await using pair = await duplexPair(proactor);
  const { duplex, connection } = pair;
  duplex.resume();
  const failed = once(duplex, "error");
  await turn();
  connection.close();
  const [error] = await soon(failed);
  assertEquals(Reflect.get(error, "code"), "ECANCELED");
});

test.proactor("timeout is emitted after silence, not while data flow", async (proactor) => {
  await using pair = await duplexPair(proactor);
  const { duplex, peer } = pair;
  let called = 0;
  duplex.resume().setTimeout(100, () => called++);
  assertEquals(duplex.timeout, 100);
  const start = performance.now();
  while (performance.now() - start < 250) {
    await peer.write(encode("x"));
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
  assertEquals(called, 0);
  await soon(once(duplex, "timeout"));
  assertEquals(called, 1);
  duplex.setTimeout(50).setTimeout(0);
  assertThrows(() => duplex.setTimeout(-1), RangeError);
});

test.proactor("addresses and flags are those of the connection", async (proactor) => {
  await using pair = await duplexPair(proactor);
  const { duplex, connection } = pair;
  const { localAddr, remoteAddr } = connection;
  assertEquals(duplex.localAddress, localAddr.hostname);
  assertEquals(duplex.localPort, localAddr.port);
  assertEquals(duplex.remoteAddress, remoteAddr.hostname);
  assertEquals(duplex.remotePort, remoteAddr.port);
  assertEquals(duplex.remoteFamily, "IPv4");
  assert(!duplex.connecting);
  const calls: unknown[] = [];
  const spy: DuplexConnection = new Proxy(connection, {
    get: (_, name) => (...args: unknown[]) => calls.push([name, ...args]),
  });
  const spied = await toNodeDuplex(spy);
  spied.setNoDelay().setNoDelay(false).setKeepAlive(true).ref().unref();
  assertEquals(calls, [
    ["setNoDelay", true],
    ["setNoDelay", false],
    ["setKeepAlive", true],
    ["ref"],
    ["unref"],
  ]);
});

test.proactor("a pipe has no internet address", async (proactor) => {
  await using pair = await connectedPair(proactor, { type: "byte" });
  const duplex = await toNodeDuplex(pair.client);
  assertEquals(duplex.remoteAddress, undefined);
  assertEquals(duplex.remotePort, undefined);
  assertEquals(duplex.remoteFamily, undefined);
  duplex.setNoDelay().setKeepAlive();
});

/** Reads to the end, and does not destroy the stream then. */
async function text(stream: Readable): Promise<string> {
  let all = "";
  stream.on("data", (chunk) => all += chunk);
  await soon(once(stream, "end"));
  return all;
}
