/** The operations of sockets on the real Winsock. */

import { assert, assertEquals, assertRejects, assertThrows } from "@std/assert";
import {
  CancelledError,
  IocpProactor,
  isWindowsError,
  type OverlappedFuture,
} from "../../../mod.ts";
import { test } from "../_setup.ts";
import { decode, encode, pattern } from "../_bytes.ts";
import { assertKeepsHandles } from "../_handles.ts";
import { soon, turn } from "../_turns.ts";
import { createSocket, type SocketAddress } from "../../../src/net/mod.ts";
import { WSAEISCONN } from "../../../src/ffi/socket/constants.ts";
import { defaultSockets } from "../../../src/ffi/socket/default.ts";
import {
  ANY,
  boundSocket,
  isSocket,
  listeningSocket,
  socketPair,
} from "./_sockets.ts";
import { resetOnClose } from "./_tcp.ts";
import { onWine } from "../_wine.ts";

test.eachMode("accept() and connect() connect two sockets", async (proactor) => {
  using listener = listeningSocket();
  using client = createSocket();
  assertEquals(client.localAddr, null);
  const accepted = proactor.accept(listener);
  assert(accepted.pending);
  await soon(proactor.connect(client, listener.localAddr!));
  const { socket, localAddr, remoteAddr } = await soon(accepted);
  assertEquals(localAddr, listener.localAddr);
  assertEquals(remoteAddr, client.localAddr);
  assertEquals(client.remoteAddr, listener.localAddr);
  await soon(proactor.send(client, encode("ping")));
  assertEquals(decode(await soon(proactor.recv(socket, 100))), "ping");
  await soon(proactor.send(socket, encode("pong")));
  assertEquals(decode(await soon(proactor.recv(client, 100))), "pong");
  client.shutdown("send");
  assertEquals((await soon(proactor.recv(socket, 100))).length, 0);
  proactor.closeHandle(socket);
  assert(!isSocket(socket));
  assertEquals(await soon(proactor.recvInto(client, new Uint8Array(1))), 0);
});

test.eachMode("send() gathers arrays of any size", async (proactor) => {
  using pair = await socketPair(proactor);
  const { client, served } = pair;
  const parts = Array.from({ length: 50 }, (_, i) => pattern(i * 100, i + 1));
  const whole = new Uint8Array(await new Blob(parts).arrayBuffer());
  const sent = proactor.send(client, parts);
  for (const part of parts) part.fill(0);
  const received = new Uint8Array(whole.length);
  for (let at = 0; at < whole.length;) {
    at += await soon(proactor.recvInto(served, received.subarray(at)));
  }
  assertEquals(received, whole);
  assertEquals(await soon(sent), whole.length);
  assertEquals(await soon(proactor.send(client, [])), 0);
});

test.eachMode("recv() of 0 bytes waits and takes nothing", async (proactor) => {
  using pair = await socketPair(proactor);
  const { client, served } = pair;
  const ready = proactor.recv(served, 0);
  await turn();
  assert(!ready.done());
  await soon(proactor.send(client, encode("x")));
  assertEquals((await soon(ready)).length, 0);
  assertEquals(decode(await soon(proactor.recv(served, 10))), "x");
});

for (const wait of [true, false]) {
  const when = wait ? "that waits" : "that is late";
  test.eachMode(`recvFrom() ${when} says what is cut`, async (proactor) => {
    using a = boundSocket("datagram");
    using b = boundSocket("datagram");
    const receive = async <T>(start: () => OverlappedFuture<T>) => {
      const early = wait ? start() : undefined;
      await soon(proactor.sendTo(a, encode("hello"), b.localAddr!));
      return await soon(early ?? start());
    };
    const address = a.localAddr;
    assertEquals(await receive(() => proactor.recvFrom(b, 3)), {
      data: encode("hel"),
      address,
      partial: true,
    });
    assertEquals(await receive(() => proactor.recvFrom(b, 5)), {
      data: encode("hello"),
      address,
      partial: false,
    });
    const target = new Uint8Array(2);
    assertEquals(await receive(() => proactor.recvFromInto(b, target)), {
      byteLength: 2,
      address,
      partial: true,
    });
    const plain = proactor.recv(b, 4);
    assertEquals(decode(await receive(() => plain)), "hell");
    assert(plain.partial);
    assertEquals(proactor.metrics().unknownPackets, 0);
  });
}

test.eachMode("recvFrom() gives the longest and the empty datagram", async (proactor) => {
  using a = boundSocket("datagram");
  using b = boundSocket("datagram");
  const to = b.localAddr!;
  const data = pattern(65_507);
  await soon(proactor.sendTo(a, data, to));
  assertEquals((await soon(proactor.recvFrom(b, 70_000))).data, data);
  await soon(proactor.sendTo(a, new Uint8Array(0), to));
  const { data: empty, address } = await soon(proactor.recvFrom(b, 10));
  assertEquals([empty.length, address], [0, a.localAddr]);
});

test.eachMode("recvFrom() over IPv6 gives the sender", async (proactor) => {
  const any: SocketAddress = {
    family: "IPv6",
    hostname: "::1",
    port: 0,
    flowInfo: 0,
    scopeId: 0,
  };
  const options = { family: "IPv6", type: "datagram" } as const;
  using a = createSocket(options);
  using b = createSocket(options);
  for (const socket of [a, b]) socket.bind(any);
  await soon(proactor.sendTo(a, encode("hello"), b.localAddr!));
  const { data, address } = await soon(proactor.recvFrom(b, 100));
  assertEquals([decode(data), address], ["hello", a.localAddr]);
});

test.eachMode("operations that are cancelled can be started again", async (proactor) => {
  using listener = listeningSocket();
  const accepted = proactor.accept(listener);
  accepted.cancel();
  await assertRejects(async () => await soon(accepted), CancelledError);
  using pair = await socketPair(proactor);
  const { client, served } = pair;
  const received = proactor.recv(client, 10);
  received.cancel();
  await assertRejects(async () => await soon(received), CancelledError);
  await soon(proactor.send(served, encode("hello")));
  assertEquals(decode(await soon(proactor.recv(client, 10))), "hello");
});

test.proactor("accept() that is cancelled leaves no socket open", async (proactor) => {
  using listener = listeningSocket();
  proactor.register(listener);
  let round = 0;
  await assertKeepsHandles(async () => {
    const accepted = proactor.accept(listener);
    if (round++ % 2 === 0) await turn();
    accepted.cancel();
    await assertRejects(async () => await soon(accepted), CancelledError);
  }, 20);
});

test.eachMode("100 clients are accepted and served", async (proactor) => {
  using listener = listeningSocket();
  const address = listener.localAddr!;
  const serve = async () => {
    const { socket } = await soon(proactor.accept(listener));
    const data = await soon(proactor.recv(socket, 100));
    await soon(proactor.send(socket, data));
    proactor.closeHandle(socket);
  };
  const call = async (i: number) => {
    using client = createSocket();
    await soon(proactor.connect(client, address));
    await soon(proactor.send(client, encode(`client ${i}`)));
    assertEquals(decode(await soon(proactor.recv(client, 100))), `client ${i}`);
    assertEquals((await soon(proactor.recv(client, 100))).length, 0);
  };
  const served = Array.from({ length: 100 }, serve);
  await Promise.all(Array.from({ length: 100 }, (_, i) => call(i)));
  await Promise.all(served);
});

for (const skip of [true, false]) {
  const ignore = skip && onWine("disconnect-reuse");
  const name = "disconnect() ends a connection, and frees the socket " +
    "(Wine: in skip mode its packet is missing, and the socket stays connected)";
  const mode = skip ? "" : " (a packet for every operation)";
  Deno.test({ name: name + mode, ignore }, async () => {
    await using proactor = new IocpProactor({
      skipCompletionPortOnSuccess: skip,
    });
    using pair = await socketPair(proactor);
    const { client, served } = pair;
    const ended = proactor.recv(served, 10);
    await soon(proactor.send(client, encode("bye")));
    assertEquals(decode(await soon(ended)), "bye");
    // The end that leaves second: TIME_WAIT is the other one's.
    served.shutdown("send");
    assertEquals((await soon(proactor.recv(client, 10))).length, 0);
    const disconnected = proactor.disconnect(client, { reuse: true });
    assertEquals((await soon(proactor.recv(served, 10))).length, 0);
    await soon(disconnected);
    served.close();
    using listener = listeningSocket();
    const connected = proactor.connect(client, listener.localAddr!);
    if (onWine("disconnect-reuse")) {
      const error = await assertRejects(async () => await soon(connected));
      assert(isWindowsError(error));
      assertEquals(error.winerror, WSAEISCONN);
      return;
    }
    const { socket } = await soon(proactor.accept(listener));
    await soon(connected);
    await soon(proactor.send(client, encode("again")));
    assertEquals(decode(await soon(proactor.recv(socket, 10))), "again");
    proactor.closeHandle(socket);
  });
}

test.proactor("a reset ends receives and sends as such", async (proactor) => {
  const { client, served } = await socketPair(proactor);
  const waiting = proactor.recv(client, 10);
  resetOnClose(served.handle!);
  served.close();
  const sent = () => proactor.send(client, encode("x"));
  // A send before the reset has come would go through.
  for (const failed of [() => waiting, sent]) {
    const error = await assertRejects(
      async () => await soon<unknown>(failed()),
      Error,
    );
    assert(
      error instanceof Deno.errors.ConnectionReset ||
        error instanceof Deno.errors.ConnectionAborted,
      `${error}`,
    );
  }
  client.close();
});

test.proactor("closeHandle() interrupts what is pending on a socket", async (proactor) => {
  using pair = await socketPair(proactor);
  const raw = pair.served.detach();
  const received = proactor.recv(raw, 10);
  proactor.closeHandle(raw);
  await assertRejects(
    async () => await soon(received),
    Deno.errors.Interrupted,
    "the handle was closed",
  );
  assertThrows(
    () => proactor.recvFrom(raw, 10),
    Deno.errors.BadResource,
  );
  assertEquals(isSocket(raw), false);
});

test.proactor("a socket of another port is refused", async (proactor) => {
  await using other = new IocpProactor();
  using socket = boundSocket("datagram");
  other.register(socket);
  const error = assertThrows(() => proactor.recvFrom(socket, 1), Error);
  assert(isWindowsError(error));
  assertEquals(error.syscall, "CreateIoCompletionPort");
});

test.proactor("close() of the proactor cancels what sockets wait for", async (proactor) => {
  using listener = listeningSocket();
  using datagrams = boundSocket("datagram");
  const pair = await socketPair(proactor);
  const pending: OverlappedFuture<unknown>[] = [
    proactor.accept(listener),
    proactor.recvFrom(datagrams, 10),
    proactor.recv(pair.client, 10),
  ];
  assertEquals(await soon(proactor.close()), 0);
  for (const future of pending) assert(future.cancelled());
  assertThrows(() => proactor.accept(listener), Deno.errors.BadResource);
  pair.client.close();
  pair.served.close();
});

Deno.test("createSocket() makes what is asked for, and refuses the rest", () => {
  using stream = createSocket();
  using datagrams = createSocket({ family: "IPv6", type: "datagram" });
  assert(stream.handle !== null && datagrams.handle !== null);
  assertThrows(
    () => createSocket({ family: "IPX" as "IPv4" }),
    TypeError,
    'Cannot use family "IPX"',
  );
  assertThrows(() => createSocket({ type: "raw" as "stream" }), TypeError);
});

Deno.test("Socket knows its addresses and closes once", () => {
  const socket = createSocket();
  assertEquals(socket.localAddr, null);
  assertThrows(() => socket.remoteAddr, Deno.errors.NotConnected);
  socket.bind(ANY);
  const { localAddr } = socket;
  assert(localAddr?.family === "IPv4" && localAddr.port > 0);
  using other = createSocket();
  assertThrows(() => other.bind(localAddr), Deno.errors.AddrInUse);
  assertThrows(
    () => other.bind({ ...ANY, hostname: "192.0.2.1" } as SocketAddress),
    Deno.errors.AddrNotAvailable,
  );
  assertThrows(() => other.bind(null as unknown as SocketAddress), TypeError);
  assertThrows(() => other.listen(0), RangeError);
  assertThrows(() => other.shutdown(), Deno.errors.NotConnected);
  assertThrows(() => other.shutdown("x" as "both"), TypeError, 'side "x"');
  assertThrows(
    () => other.setOption(0xffff, 0x9999, 1),
    Deno.errors.NotSupported,
  );
  const { handle } = socket;
  socket.close();
  socket.close();
  assertEquals([socket.handle, isSocket(handle!)], [null, false]);
  assertThrows(() => socket.bind(ANY), Deno.errors.BadResource, "closed");
  assertThrows(() => socket.detach(), Deno.errors.BadResource);
});

Deno.test("Socket that is detached is left open", () => {
  const socket = createSocket();
  const handle = socket.detach();
  socket.close();
  assert(isSocket(handle));
  assertEquals(defaultSockets().closeSocket(handle), 0);
});

Deno.test("Socket that was closed by others says so", () => {
  const socket = createSocket();
  assertEquals(defaultSockets().closeSocket(socket.handle!), 0);
  assertThrows(() => socket.close(), Deno.errors.BadResource);
  socket.close();
});
