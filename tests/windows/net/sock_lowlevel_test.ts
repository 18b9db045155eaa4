/** The `sock` methods of the loop, as asyncio's tests use them. */

import { assert, assertEquals, assertGreater } from "@std/assert";
import { assertInstanceOf, assertRejects } from "@std/assert";
import {
  InvalidStateError,
  ProactorEventLoop,
  type Protocol,
} from "../../../mod.ts";
import { test } from "../_setup.ts";
import { decode, encode, pattern } from "../_bytes.ts";
import { soon, turn } from "../_turns.ts";
import {
  createSocket,
  type Socket,
  type SocketAddress,
} from "../../../src/net/mod.ts";
import { SO_SNDBUF, SOL_SOCKET } from "../../../src/ffi/socket/constants.ts";
import {
  ANY,
  boundSocket,
  isSocket,
  listeningSocket,
  socketPair,
} from "./_sockets.ts";

const REQUEST = encode("GET / HTTP/1.0\r\n\r\n");
const RESPONSE = "HTTP/1.0 200 OK\r\nContent-Length: 4\r\n\r\ntest";

/** Answers one request. */
async function answer(loop: ProactorEventLoop, listener: Socket) {
  const { socket } = await soon(loop.sockAccept(listener));
  using served = socket;
  assertEquals(await soon(loop.sockRecv(served, 1024)), REQUEST);
  await soon(loop.sockSendAll(served, encode(RESPONSE)));
}

async function receiveAll(loop: ProactorEventLoop, socket: Socket) {
  let text = "";
  for (;;) {
    const part = await soon(loop.sockRecv(socket, 1024));
    if (part.length === 0) return text;
    text += decode(part);
  }
}

test.loop("sockConnect(), sockSendAll() and sockRecv() talk HTTP", async (loop) => {
  using listener = listeningSocket();
  const answered = answer(loop, listener);
  using socket = createSocket();
  await soon(loop.sockConnect(socket, listener.localAddr!));
  await soon(loop.sockSendAll(socket, REQUEST));
  assertEquals(await receiveAll(loop, socket), RESPONSE);
  await soon(answered);
});

test.loop("sockRecvInto() fills an array part by part", async (loop) => {
  using listener = listeningSocket();
  const answered = answer(loop, listener);
  using socket = createSocket();
  await soon(loop.sockConnect(socket, listener.localAddr!));
  await soon(loop.sockSendAll(socket, REQUEST));
  const target = new Uint8Array(1024);
  let filled = await soon(loop.sockRecvInto(socket, target.subarray(0, 15)));
  assertGreater(filled, 0);
  for (;;) {
    const rest = target.subarray(filled);
    const count = await soon(loop.sockRecvInto(socket, rest));
    if (count === 0) break;
    filled += count;
  }
  assertEquals(decode(target.subarray(0, filled)), RESPONSE);
  await soon(answered);
});

test.loop("sockRecv() that is aborted leaves all data to the next", async (loop) => {
  using pair = await socketPair(loop.proactor);
  const { client, served } = pair;
  for (const into of [false, true]) {
    for (let turns = 0; turns < 3; turns++) {
      const aborter = new AbortController();
      const { signal } = aborter;
      const target = new Uint8Array(100);
      const received = into
        ? loop.sockRecvInto(client, target, { signal })
        : loop.sockRecv(client, 100, { signal });
      for (let i = 0; i < turns; i++) await turn();
      aborter.abort(new Error("enough"));
      await assertRejects(() => soon<unknown>(received), Error, "enough");
      await soon(loop.sockSendAll(served, encode(`text ${turns}`)));
      const text = decode(await soon(loop.sockRecv(client, 100)));
      assertEquals(text, `text ${turns}`);
    }
  }
});

test.loop("sockRecv() that is aborted late delivers what has come", async (loop) => {
  using pair = await socketPair(loop.proactor);
  const { client, served } = pair;
  let text = "";
  for (let i = 0; i < 20; i++) {
    const aborter = new AbortController();
    const received = loop.sockRecv(client, 1, { signal: aborter.signal });
    await soon(loop.sockSendAll(served, encode(String(i % 10))));
    aborter.abort();
    text += await soon(received.then(decode, () => ""));
  }
  while (text.length < 20) {
    text += decode(await soon(loop.sockRecv(client, 100)));
  }
  assertEquals(text, "01234567890123456789");
});

test.loop("sockSendAll() works behind one that was aborted", async (loop) => {
  using pair = await socketPair(loop.proactor);
  const { client, served } = pair;
  client.setOption(SOL_SOCKET, SO_SNDBUF, 1024);
  const filling = loop.sockSendAll(client, pattern(4 << 20));
  await turn();
  const aborter = new AbortController();
  const aborted = loop.sockSendAll(client, encode("hello"), aborter)
    .then(() => "sent", () => "aborted");
  await turn();
  aborter.abort();
  const last = loop.sockSendAll(client, encode("world"));
  let received = "";
  let count = 0;
  while (!received.endsWith("world")) {
    const part = await soon(loop.sockRecv(served, 65536));
    count += part.length;
    received = (received + decode(part.slice(-16))).slice(-16);
  }
  await soon(Promise.all([filling, last]));
  const hello = await soon(aborted) === "sent" ? 5 : 0;
  assert(count === (4 << 20) + hello + 5 || count === (4 << 20) + 10);
});

test.loop("sockConnect() that was aborted can be tried again", async (loop) => {
  using listener = boundSocket();
  const address = listener.localAddr!;
  using socket = createSocket();
  const aborter = new AbortController();
  const connected = loop.sockConnect(socket, address, aborter);
  aborter.abort(new Error("enough"));
  // A refusal that was faster counts.
  const error = await assertRejects(() => soon(connected), Error);
  assert(
    error.message === "enough" ||
      error instanceof Deno.errors.ConnectionRefused,
  );
  listener.listen();
  using other = createSocket();
  await soon(loop.sockConnect(other, address));
});

test.loop("sockSendAll() and sockRecv() move a million bytes both ways", async (loop) => {
  using pair = await socketPair(loop.proactor);
  const { client, served } = pair;
  const data = pattern(1_000_000);
  const echo = async () => {
    for (let rest = data.length; rest > 0;) {
      const part = await soon(loop.sockRecv(served, 65536));
      await soon(loop.sockSendAll(served, part));
      rest -= part.length;
    }
  };
  const echoed = echo();
  const sent = loop.sockSendAll(client, data);
  const received = new Uint8Array(data.length);
  for (let at = 0; at < data.length;) {
    const target = received.subarray(at, at + 65536);
    at += await soon(loop.sockRecvInto(client, target));
  }
  await soon(Promise.all([sent, echoed]));
  assertEquals(received, data);
});

test.loop("sockSendAll() of several arrays is one piece", async (loop) => {
  using pair = await socketPair(loop.proactor);
  const { client, served } = pair;
  const parts = [encode("one "), new Uint8Array(0), encode("two")];
  await soon(loop.sockSendAll(client, parts));
  assertEquals(decode(await soon(loop.sockRecv(served, 100))), "one two");
});

test.loop("sockSendTo() and sockRecvFrom() exchange datagrams", async (loop) => {
  using a = boundSocket("datagram");
  using b = boundSocket("datagram");
  const data = pattern(4096);
  const [from, to] = [a.localAddr!, b.localAddr!];
  assertEquals(await soon(loop.sockSendTo(a, data, to)), 4096);
  const received = await soon(loop.sockRecvFrom(b, 4096));
  assertEquals(received, { data, address: from, partial: false });
  const target = new Uint8Array(8192);
  await soon(loop.sockSendTo(a, data, to));
  assertEquals(await soon(loop.sockRecvFromInto(b, target)), {
    byteLength: 4096,
    address: from,
    partial: false,
  });
  assertEquals(target.slice(0, 4096), data);
  await soon(loop.sockSendTo(a, data, to));
  const some = await soon(loop.sockRecvFromInto(b, target, { size: 100 }));
  assertEquals([some.byteLength, some.partial], [100, true]);
});

test.loop("sockRecvFromInto() refuses a wrong size, and takes nothing", async (loop) => {
  using a = boundSocket("datagram");
  using b = boundSocket("datagram");
  await soon(loop.sockSendTo(a, encode("hello"), b.localAddr!));
  const target = new Uint8Array(8);
  for (const size of [9, 0, -1, 1.5]) {
    await assertRejects(
      () => loop.sockRecvFromInto(b, target, { size }),
      RangeError,
    );
  }
  const { byteLength } = await soon(loop.sockRecvFromInto(b, target));
  assertEquals(decode(target.subarray(0, byteLength)), "hello");
});

test.loop("sockSendTo() looks names up", async (loop) => {
  using a = boundSocket("datagram");
  using b = boundSocket("datagram");
  const { port } = b.localAddr as { port: number };
  const data = encode("hello");
  const name = { family: "IPv4", hostname: "localhost", port } as const;
  const sent = loop.sockSendTo(a, data, name);
  data.fill(0);
  assertEquals(await soon(sent), 5);
  const received = await soon(loop.sockRecvFrom(b, 10));
  assertEquals(decode(received.data), "hello");
});

test.loop("a datagram that finds no one does not end receiving (Wine never tells)", async (loop) => {
  using a = boundSocket("datagram");
  using b = boundSocket("datagram");
  const gone = boundSocket("datagram");
  const nowhere = gone.localAddr!;
  gone.close();
  await soon(loop.sockSendTo(a, encode("x"), nowhere));
  await soon(loop.sockSendTo(b, encode("still here"), a.localAddr!));
  for (;;) {
    try {
      const { data } = await soon(loop.sockRecvFrom(a, 100));
      assertEquals(decode(data), "still here");
      break;
    } catch (error) {
      assertInstanceOf(error, Deno.errors.ConnectionReset);
    }
  }
});

test.loop("sockConnect() to a closed port is refused", async (loop) => {
  using bound = boundSocket();
  using socket = createSocket();
  await assertRejects(
    () => soon(loop.sockConnect(socket, bound.localAddr!)),
    Deno.errors.ConnectionRefused,
    "Cannot connect: refused",
  );
});

test.loop("sockConnect() looks names up", async (loop) => {
  using listener = listeningSocket();
  using socket = createSocket();
  const { port } = listener.localAddr as { port: number };
  const address = { family: "IPv4", hostname: "localhost", port } as const;
  await soon(loop.sockConnect(socket, address));
  assertEquals(socket.remoteAddr, listener.localAddr);
});

test.loop("sockConnect() of a datagram socket chooses its peer", async (loop) => {
  using a = boundSocket("datagram");
  using b = boundSocket("datagram");
  await soon(loop.sockConnect(a, b.localAddr!));
  await soon(loop.sockSendAll(a, encode("hello")));
  assertEquals(decode(await soon(loop.sockRecv(b, 100))), "hello");
  assertEquals(a.remoteAddr, b.localAddr);
});

for (const hostname of ["127.0.0.1", "::1"]) {
  test.loop(`sockAccept() gives the addresses at ${hostname}`, async (loop) => {
    const address: SocketAddress = hostname === "::1"
      ? { family: "IPv6", hostname, port: 0, flowInfo: 0, scopeId: 0 }
      : { family: "IPv4", hostname, port: 0 };
    const { family } = address;
    using listener = createSocket({ family });
    listener.bind(address);
    listener.listen();
    using socket = createSocket({ family });
    const accepted = loop.sockAccept(listener);
    await soon(loop.sockConnect(socket, listener.localAddr!));
    const { socket: served, localAddr, remoteAddr } = await soon(
      accepted,
    );
    using _served = served;
    assertEquals(remoteAddr, socket.localAddr);
    assertEquals(localAddr, listener.localAddr);
    assertEquals(served.remoteAddr, socket.localAddr);
    assertEquals(served.localAddr, listener.localAddr);
  });
}

test.loop("sockAccept() that is aborted leaves nothing behind", async (loop) => {
  const listener = listeningSocket();
  const address = listener.localAddr!;
  const signal = AbortSignal.timeout(20);
  await assertRejects(
    () => soon(loop.sockAccept(listener, { signal })),
    DOMException,
  );
  listener.close();
  using socket = createSocket();
  await assertRejects(
    () => soon(loop.sockConnect(socket, address)),
    Deno.errors.ConnectionRefused,
  );
});

test.loop("sockAccept() may wait several times at once", async (loop) => {
  using listener = listeningSocket();
  const accepted = Promise.all([1, 2, 3].map(() => loop.sockAccept(listener)));
  const clients = [1, 2, 3].map(() => createSocket());
  for (const client of clients) {
    await soon(loop.sockConnect(client, listener.localAddr!));
  }
  const ends = await soon(accepted);
  const remotes = ends.map(({ remoteAddr }) => JSON.stringify(remoteAddr));
  const locals = clients.map((client) => JSON.stringify(client.localAddr));
  assertEquals(remotes.sort(), locals.sort());
  for (const { socket } of ends) socket.close();
  for (const client of clients) client.close();
});

test.loop("close() of a socket ends what is pending on it", async (loop) => {
  const listener = listeningSocket();
  const accepted = loop.sockAccept(listener);
  const pair = await socketPair(loop.proactor);
  const received = loop.sockRecv(pair.client, 10);
  await turn();
  listener.close();
  pair.client.close();
  for (const ended of [accepted, received]) {
    await assertRejects(() => soon<unknown>(ended), Deno.errors.Interrupted);
  }
  pair.served.close();
});

test.loop("a reset is an error of its own class", async (loop) => {
  const { client, served } = await socketPair(loop.proactor);
  served.setOption(SOL_SOCKET, 0x80, Uint8Array.of(1, 0, 0, 0)); // SO_LINGER
  const received = loop.sockRecv(client, 10);
  await turn();
  served.close();
  await assertRejects(() => soon(received), Deno.errors.ConnectionReset);
  client.close();
});

test.loop("connectAcceptedSocket() gives sockets to protocols", async (loop) => {
  using listener = listeningSocket();
  const accepted = loop.sockAccept(listener);
  const client = createSocket();
  await soon(loop.sockConnect(client, listener.localAddr!));
  const { socket: served } = await soon(accepted);
  const handles = [client.handle!, served.handle!];
  const lost = Promise.withResolvers<Error | null>();
  const text = Promise.withResolvers<string>();
  const upper: Protocol = {
    connectionMade: (transport) => transport.write(encode("hello")),
    connectionLost: (error) => lost.resolve(error),
  };
  const reader: Protocol = {
    dataReceived: (data) => text.resolve(decode(data)),
  };
  const [ours] = await loop.connectAcceptedSocket(() => reader, served);
  const [theirs] = await loop.connectAcceptedSocket(() => upper, client);
  assertEquals([client.handle, served.handle], [null, null]);
  assertEquals(await soon(text.promise), "hello");
  ours.close();
  assertEquals(await soon(lost.promise), null);
  assert(theirs.isClosing());
  assertEquals(handles.map(isSocket), [false, false]);
});

test.loop("connectAcceptedSocket() refuses what is not connected", async (loop) => {
  using socket = createSocket();
  await assertRejects(() => loop.connectAcceptedSocket(() => ({}), socket));
  assert(socket.handle !== null);
});

Deno.test("the sock methods are refused on a closed loop", async () => {
  const loop = new ProactorEventLoop();
  await loop.close();
  using socket = boundSocket("datagram");
  const data = new Uint8Array(1);
  for (
    const call of [
      (): Promise<unknown> => loop.sockRecv(socket, 1),
      () => loop.sockRecvInto(socket, data),
      () => loop.sockRecvFrom(socket, 1),
      () => loop.sockRecvFromInto(socket, data),
      () => loop.sockSendAll(socket, data),
      () => loop.sockSendTo(socket, data, ANY),
      () => loop.sockAccept(socket),
      () => loop.sockConnect(socket, ANY),
      () => loop.sockSendfile(socket, "C:\\x"),
      () => loop.connectAcceptedSocket(() => ({}), socket),
    ]
  ) {
    await assertRejects(call, InvalidStateError, "closed");
  }
});
