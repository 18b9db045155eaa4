import { assertEquals, assertRejects } from "@std/assert";
import { UdpSocket } from "../../../src/net/mod.ts";
import { test } from "../_setup.ts";
import { decode, encode, pattern } from "../_bytes.ts";
import { soon, turn, until } from "../_turns.ts";
import { listen, receiveText, sendText, udpPair } from "./_udp.ts";
import { onWine } from "../_wine.ts";

for (const hostname of ["127.0.0.1", "::1"]) {
  test.eachMode(`receive() gives a datagram and its sender at ${hostname}`, async (proactor) => {
    await using pair = udpPair(proactor, { hostname });
    const { a, b } = pair;
    assertEquals(a.addr.hostname, hostname);
    const data = pattern(4096);
    assertEquals(await soon(a.send(data, b.addr)), 4096);
    assertEquals(await soon(b.receive()), [data, a.addr]);
    await sendText(b, "answer", a);
    assertEquals(await receiveText(a), "answer");
  });
}

test.eachMode("receive() that waits gets the datagram that comes", async (proactor) => {
  await using pair = udpPair(proactor);
  const { a, b } = pair;
  const received = b.receive();
  await turn();
  await sendText(a, "hello", b);
  const [data, addr] = await soon(received);
  assertEquals([decode(data), addr], ["hello", a.addr]);
});

test.eachMode("receive() keeps the order of 10,000 paced datagrams, and none is lost", async (proactor) => {
  await using pair = udpPair(proactor);
  const { a, b } = pair;
  const count = 10_000;
  const size = 32;
  for (let next = 0; next < count;) {
    for (let i = next; i < next + size && i < count; i++) {
      await a.send(new Uint8Array(Uint32Array.of(i).buffer), b.addr);
    }
    for (let i = 0; i < size && next < count; i++, next++) {
      const [data] = await b.receive();
      assertEquals(new DataView(data.buffer).getUint32(0, true), next);
    }
  }
});

test.eachMode("receive() of several callers is first come, first served", async (proactor) => {
  await using pair = udpPair(proactor);
  const { a, b } = pair;
  const texts: string[] = [];
  const received = Array.from({ length: 5 }, async () => {
    const [data] = await b.receive();
    texts.push(decode(data));
  });
  // One by one: nobody promises that datagrams stay in order on their way.
  for (let i = 0; i < 5; i++) {
    await sendText(a, `${i}`, b);
    await soon(received[i]!);
    assertEquals(texts.length, i + 1);
  }
  assertEquals(texts, ["0", "1", "2", "3", "4"]);
});

test.eachMode("receive() gives empty datagrams with their sender", async (proactor) => {
  await using pair = udpPair(proactor);
  const { a, b } = pair;
  const waiting = b.receive();
  await turn();
  assertEquals(await soon(a.send(new Uint8Array(0), b.addr)), 0);
  assertEquals(await soon(waiting), [new Uint8Array(0), a.addr]);
  await soon(a.send(new Uint8Array(0), b.addr));
  assertEquals(await soon(b.receive()), [new Uint8Array(0), a.addr]);
});

test.eachMode("receive() gives the longest datagram whole", async (proactor) => {
  await using pair = udpPair(proactor);
  const { a, b } = pair;
  const data = pattern(65_507);
  await soon(a.send(data, b.addr));
  const [whole] = await soon(b.receive(new Uint8Array(10)));
  assertEquals(whole, data);
});

test.eachMode("receive() puts what fits into the caller's array", async (proactor) => {
  await using pair = udpPair(proactor);
  const { a, b } = pair;
  const target = new Uint8Array(10);
  await sendText(a, "hello", b);
  const [data] = await soon(b.receive(target));
  assertEquals([data.buffer, decode(data)], [target.buffer, "hello"]);
});

test.eachMode("receiveInto() says that a datagram was truncated", async (proactor) => {
  await using pair = udpPair(proactor);
  const { a, b } = pair;
  const target = new Uint8Array(2);
  for (const wait of [true, false]) {
    const early = wait ? b.receiveInto(target) : undefined;
    await turn();
    await sendText(a, "hello", b);
    assertEquals(await soon(early ?? b.receiveInto(target)), {
      byteLength: 2,
      datagramLength: 5,
      truncated: true,
      addr: a.addr,
    });
    assertEquals(decode(target), "he");
  }
  await sendText(a, "hi", b);
  assertEquals((await soon(b.receiveInto(target))).truncated, false);
});

test.eachMode("receiveInto() leaves the datagram to the next when its array was transferred", async (proactor) => {
  await using pair = udpPair(proactor);
  const { a, b } = pair;
  const target = new Uint8Array(8);
  const received = b.receiveInto(target);
  target.buffer.transfer();
  await sendText(a, "hello", b);
  await assertRejects(() => soon(received), TypeError, "transferred");
  assertEquals(await receiveText(b), "hello");
});

test.eachMode("receive() that is aborted loses no datagram and gives its buffer back", async (proactor) => {
  await using pair = udpPair(proactor);
  const { a, b } = pair;
  for (let i = 0; i < 20; i++) {
    const controller = new AbortController();
    const received = b.receive(undefined, controller);
    if (i % 2 === 0) await turn();
    // Its packet is queued, but not dispatched, when the wait is aborted.
    const early = i % 4 < 2 ? a.send(encode(`${i}`), b.addr) : undefined;
    early?.catch(() => {}); // awaited below
    controller.abort(new Error("enough"));
    await assertRejects(() => soon(received), Error, "enough");
    await soon(early ?? a.send(encode(`${i}`), b.addr));
    assertEquals(await receiveText(b), `${i}`);
  }
  const controller = new AbortController();
  const received = b.receive(undefined, controller);
  controller.abort(new Error("enough"));
  await assertRejects(() => soon(received), Error, "enough");
  await until(() => proactor.metrics().bufferBytes === 0);
  assertEquals(proactor.metrics().pending, 0);
});

test.proactor("receive() is refused when its signal was aborted before", async (proactor) => {
  await using pair = udpPair(proactor);
  const signal = AbortSignal.abort(new Error("enough"));
  await assertRejects(
    () => pair.a.receive(undefined, { signal }),
    Error,
    "enough",
  );
  assertEquals(proactor.metrics().pending, 0);
});

test.proactor("listen() holds no buffer while nobody receives", async (proactor) => {
  await using pair = udpPair(proactor);
  const { a, b } = pair;
  await sendText(a, "hello", b);
  assertEquals(proactor.metrics().bufferBytes, 0);
  assertEquals(proactor.metrics().pending, 0);
  assertEquals(await receiveText(b), "hello");
  assertEquals(proactor.metrics().bufferBytes, 0);
});

test.eachMode("receive() goes on when a datagram has found no one (Wine never tells of it)", async (proactor) => {
  await using pair = udpPair(proactor);
  const { a, b } = pair;
  const closed = listen(proactor);
  const { addr } = closed;
  await closed.shutdown();
  const received = a.receive();
  for (let i = 0; i < 3; i++) await soon(a.send(encode("x"), addr));
  await sendText(b, "still here", a);
  assertEquals(decode((await soon(received))[0]), "still here");
});

test.eachMode("receive() may tell that a datagram has found no one, and goes on (Wine never tells)", async (proactor) => {
  await using pair = udpPair(proactor, { reportUnreachable: true });
  const { a, b } = pair;
  const closed = listen(proactor);
  const { addr } = closed;
  await closed.shutdown();
  await soon(a.send(encode("x"), addr));
  if (!onWine("udp-unreachable")) {
    await assertRejects(() => soon(a.receive()), Deno.errors.ConnectionReset);
  }
  await sendText(b, "still here", a);
  assertEquals(await receiveText(a), "still here");
});

test.eachMode("connect() sends to one peer and receives from nobody else", async (proactor) => {
  await using pair = udpPair(proactor);
  const { a: peer, b: stranger } = pair;
  await using socket = await UdpSocket.connect({ ...peer.addr, proactor });
  assertEquals(socket.remoteAddr, peer.addr);
  assertEquals(peer.remoteAddr, null);
  await soon(socket.send(encode("hello")));
  const [data, from] = await soon(peer.receive());
  assertEquals([decode(data), from], ["hello", socket.addr]);
  await soon(socket.send(encode("again"), peer.addr));
  assertEquals(await receiveText(peer), "again");
  await soon(stranger.send(encode("stranger"), from));
  await soon(peer.send(encode("answer"), from));
  assertEquals(await receiveText(socket), "answer");
  await assertRejects(
    () => socket.send(encode("x"), stranger.addr),
    TypeError,
    "Cannot send to another address",
  );
});

test.eachMode("send() leaves the bytes to the caller", async (proactor) => {
  await using pair = udpPair(proactor);
  const { a, b } = pair;
  const data = encode("0");
  const sent = [];
  for (let i = 0; i < 10; i++) {
    data[0] = 48 + i;
    sent.push(a.send(data, b.addr));
  }
  data.buffer.transfer();
  assertEquals(await soon(Promise.all(sent)), Array(10).fill(1));
  for (let i = 0; i < 10; i++) assertEquals(await receiveText(b), `${i}`);
});

test.eachMode("iteration gives the datagrams until the close", async (proactor) => {
  await using pair = udpPair(proactor);
  const { a, b } = pair;
  for (const text of ["1", "2", "3"]) await sendText(a, text, b);
  const texts: string[] = [];
  const ended = (async () => {
    for await (const [data, addr] of b) {
      assertEquals(addr, a.addr);
      texts.push(decode(data));
      if (texts.length === 3) queueMicrotask(() => b.close());
    }
  })();
  await soon(ended);
  assertEquals(texts, ["1", "2", "3"]);
});
