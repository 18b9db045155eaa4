/** The operations of sockets, on a simulated Winsock. */

import { assert, assertEquals, assertStrictEquals } from "@std/assert";
import { assertRejects, assertThrows } from "@std/assert";
import { isWindowsError } from "../../src/ffi/windows_error.ts";
import type { FileLike } from "../../src/proactor/call/file_to_send.ts";
import { IocpProactor } from "../../src/proactor/iocp_proactor.ts";
import type { SocketAddress } from "../../src/ffi/socket/sockaddr.ts";
import {
  addressOf,
  bound,
  connectedSockets,
  FILE,
  listener,
  LOCAL,
  putFile,
  receiveAll,
  socket,
} from "./_sockets.ts";
import { inWorld, outcome, test, type World, wrong } from "./_helpers.ts";
import { bytes, pattern, text } from "./_bytes.ts";
import { turns } from "./_turns.ts";

/** How long the socket of the end that leaves first is not free, at most. */
const TIME_WAIT = 120_000;

/** A test in skip mode, and with a packet for each operation. */
function socketTest(name: string, body: (world: World) => Promise<void>): void {
  for (const skip of [true, false]) {
    Deno.test(`${name} (skip mode ${skip})`, () => inWorld({ skip }, body));
  }
}

socketTest("accept() and connect() give both addresses", async (world) => {
  const { proactor, sim } = world;
  const server = listener(world);
  const client = socket(world);
  const accepted = proactor.accept(server);
  await proactor.connect(client, addressOf(world, server));
  const { socket: served, localAddr, remoteAddr } = await accepted;
  assertEquals(localAddr, addressOf(world, server));
  assertEquals(remoteAddr, addressOf(world, client));
  assert(sim.sockets.at(served).updated);
  assert(sim.sockets.at(client).updated);
  world.close(server, client, served);
});

socketTest("send() gathers several arrays into one call", async (world) => {
  const { proactor } = world;
  const [client, served] = await connectedSockets(world);
  const data = [bytes("one "), bytes(""), bytes("two "), bytes("three")];
  assertEquals(await proactor.send(client, data), 13);
  data[0]!.fill(0);
  assertEquals(text(await proactor.recv(served, 100)), "one two three");
  world.close(client, served);
});

test.world("send() of several arrays to a message pipe is one message", async (world) => {
  const { proactor } = world;
  const { server, client } = world.pair({ type: "message" });
  await proactor.send(client, [bytes("one "), bytes("message")]);
  await proactor.send(client, bytes("next"));
  assertEquals(text(await proactor.recv(server, 100)), "one message");
  world.close(server, client);
});

socketTest("recv() gives what is there, then the end", async (world) => {
  const { proactor } = world;
  const [client, served] = await connectedSockets(world);
  const waiting = proactor.recv(served, 3);
  await proactor.send(client, bytes("abcde"));
  assertEquals([text(await waiting), waiting.partial], ["abc", false]);
  const target = new Uint8Array(10);
  assertEquals(await proactor.recvInto(served, target), 2);
  assertEquals(text(target.subarray(0, 2)), "de");
  world.close(client);
  assertEquals((await proactor.recv(served, 10)).length, 0);
  assertEquals(await proactor.recvInto(served, target), 0);
  world.close(served);
});

socketTest("recv() of 0 bytes waits for data and takes none", async (world) => {
  const { proactor } = world;
  const [client, served] = await connectedSockets(world);
  const waiting = proactor.recv(served, 0);
  await turns();
  assert(!waiting.done());
  await proactor.send(client, bytes("x"));
  assertEquals((await waiting).length, 0);
  assertEquals(text(await proactor.recv(served, 10)), "x");
  world.close(client, served);
});

socketTest("recvFrom() says who has sent, and what is cut", async (world) => {
  const { proactor } = world;
  const [a, b] = [bound(world, "datagram"), bound(world, "datagram")];
  const waiting = proactor.recvFrom(b, 3);
  const to = addressOf(world, b);
  assertEquals(await proactor.sendTo(a, bytes("hello"), to), 5);
  const received = await waiting;
  const address = addressOf(world, a);
  assertEquals(received, { data: bytes("hel"), address, partial: true });
  assert(waiting.partial);
  await proactor.sendTo(a, bytes(""), to);
  const empty = { data: bytes(""), address, partial: false };
  assertEquals(await proactor.recvFrom(b, 10), empty);
  const target = new Uint8Array(4);
  await proactor.sendTo(a, bytes("longer"), to);
  const into = { byteLength: 4, address, partial: true };
  assertEquals(await proactor.recvFromInto(b, target), into);
  assertEquals(text(target), "long");
  world.close(a, b);
});

socketTest("recv() of a datagram that is cut is partial", async (world) => {
  const { proactor } = world;
  const [a, b] = [bound(world, "datagram"), bound(world, "datagram")];
  await proactor.connect(a, addressOf(world, b));
  await proactor.send(a, [bytes("one"), bytes(" datagram")]);
  await proactor.send(a, bytes("next"));
  const first = proactor.recv(b, 3);
  assertEquals([text(await first), first.partial], ["one", true]);
  const next = proactor.recv(b, 10);
  assertEquals([text(await next), next.partial], ["next", false]);
  world.close(a, b);
});

socketTest(
  "recvFrom() tells that a datagram has found no one, and goes on",
  async (world) => {
    const { proactor } = world;
    const [a, b] = [bound(world, "datagram"), bound(world, "datagram")];
    const gone = bound(world, "datagram");
    const nowhere = addressOf(world, gone);
    world.close(gone);
    const waiting = proactor.recvFrom(a, 10);
    await proactor.sendTo(a, bytes("x"), nowhere);
    const error = await assertRejects(
      async () => await waiting,
      Deno.errors.ConnectionReset,
      "found no one",
    );
    assert(isWindowsError(error));
    await proactor.sendTo(b, bytes("hi"), addressOf(world, a));
    assertEquals(text((await proactor.recvFrom(a, 10)).data), "hi");
    world.close(a, b);
  },
);

socketTest("errors of a connection are typed", async (world) => {
  const { proactor, sim } = world;
  const [client, served] = await connectedSockets(world);
  const waiting = proactor.recv(client, 10);
  sim.sockets.reset(client);
  const error = await assertRejects(
    async () => await waiting,
    Deno.errors.ConnectionReset,
    "Cannot receive: the peer reset the connection",
  );
  assert(isWindowsError(error));
  assertEquals([error.winerror, error.syscall], [10054, "WSARecv"]);
  assertEquals(
    await outcome(proactor.send(client, bytes("x"))),
    "ConnectionReset",
  );
  for (
    const [code, name] of [
      [64, "ConnectionReset"],
      [1236, "ConnectionAborted"],
      [10053, "ConnectionAborted"],
      [10057, "NotConnected"],
      [10055, "WindowsError"],
    ] as const
  ) {
    sim.sockets.fail("wsaRecv", code);
    assertEquals(await outcome(proactor.recv(client, 1)), name, `${code}`);
  }
  world.close(client, served);
});

socketTest("connect() to nobody is refused", async (world) => {
  const { proactor } = world;
  const [client, target] = [socket(world), bound(world)];
  const to = addressOf(world, target);
  assertEquals(
    await outcome(proactor.connect(client, to)),
    "ConnectionRefused",
  );
  world.close(client, target);
});

socketTest("connect() leaves the address of a bound socket", async (world) => {
  const { proactor } = world;
  const [client, server] = [bound(world), listener(world)];
  const local = addressOf(world, client);
  await proactor.connect(client, addressOf(world, server));
  assertEquals(addressOf(world, client), local);
  world.close(client, server);
});

for (
  const [call, code, name] of [
    ["bind", 10013, "AddrInUse"],
    ["connectEx", 10051, "NetworkUnreachable"],
    ["setSocketOption", 10057, "NotConnected"],
  ] as const
) {
  socketTest(`connect() fails when ${call} does`, async (world) => {
    const { proactor, sim } = world;
    const [client, server] = [socket(world), listener(world)];
    sim.sockets.fail(call, code);
    const connected = proactor.connect(client, addressOf(world, server));
    assertEquals(await outcome(connected), name);
    world.close(client, server);
  });
}

for (const call of ["acceptEx", "setSocketOption"] as const) {
  socketTest(`accept() closes its socket when ${call} fails`, async (world) => {
    const { proactor, sim } = world;
    const [client, server] = [socket(world), listener(world)];
    proactor.register(server);
    await proactor.connect(client, addressOf(world, server));
    const handles = sim.openHandles;
    sim.sockets.fail(call, 10055);
    assertEquals(await outcome(proactor.accept(server)), "WindowsError");
    assertEquals(sim.openHandles, handles);
    world.close(client, server);
  });
}

socketTest("accept() of a client that has left is told", async (world) => {
  const { proactor, sim } = world;
  const [client, server] = [socket(world), listener(world)];
  await proactor.connect(client, addressOf(world, server));
  sim.sockets.reset(client);
  assertEquals(await outcome(proactor.accept(server)), "ConnectionReset");
  const next = socket(world);
  await proactor.connect(next, addressOf(world, server));
  const { socket: served } = await proactor.accept(server);
  world.close(client, next, server, served);
});

socketTest("accept() is refused after stopServing()", async (world) => {
  const { proactor } = world;
  const server = listener(world);
  const waiting = proactor.accept(server);
  proactor.stopServing(server);
  assertEquals(await outcome(waiting), "CancelledError");
  assertThrows(() => proactor.accept(server), Deno.errors.BadResource);
  world.close(server);
});

socketTest("disconnect() frees a socket for the next peer", async (world) => {
  const { proactor } = world;
  const [client, served] = await connectedSockets(world);
  const disconnected = proactor.disconnect(client, { reuse: true });
  assertEquals((await proactor.recv(served, 10)).length, 0);
  await turns();
  assert(!disconnected.done(), "TIME_WAIT is not over");
  world.sim.advance(TIME_WAIT);
  await disconnected;
  const server = listener(world);
  await proactor.connect(client, addressOf(world, server));
  const next = (await proactor.accept(server)).socket;
  await proactor.send(client, bytes("again"));
  assertEquals(text(await proactor.recv(next, 10)), "again");
  world.close(client, served, server, next);
});

test.world("sockets are refused what they cannot do", async (world) => {
  const { proactor } = world;
  const { server, client } = world.pair();
  const datagrams = bound(world, "datagram");
  const no = "the handle is not a socket";
  const { BadResource } = Deno.errors;
  assertThrows(() => proactor.recvFrom(server, 1), BadResource, no);
  assertThrows(() => proactor.accept(server), BadResource, no);
  assertThrows(() => proactor.connect(server, LOCAL), BadResource, no);
  assertThrows(() => proactor.disconnect(server), BadResource, no);
  assertThrows(() => proactor.recvFrom(datagrams, -1), RangeError);
  assertThrows(
    () => proactor.recvFromInto(datagrams, new Uint8Array(0)),
    TypeError,
    "it is empty",
  );
  assertThrows(
    () => proactor.sendTo(datagrams, bytes("x"), wrong<SocketAddress>(null)),
    TypeError,
    "Cannot send: the address has no known family",
  );
  assertThrows(
    () => proactor.sendTo(datagrams, wrong<Uint8Array>("x"), LOCAL),
    TypeError,
    "not a Uint8Array",
  );
  assertThrows(
    () =>
      proactor.connect(datagrams, { ...LOCAL, port: 65536 } as SocketAddress),
    RangeError,
  );
  const name = { family: "IPv4", hostname: "example", port: 1 } as const;
  assertThrows(() => proactor.connect(datagrams, name), TypeError, "numeric");
  assertThrows(
    () => proactor.send(datagrams, [bytes("x"), wrong<Uint8Array>(1)]),
    TypeError,
    "not a Uint8Array",
  );
  await assertRejects(
    () => proactor.sendfile(datagrams, FILE),
    TypeError,
    "the socket is not a stream",
  );
  const stream = socket(world);
  const path = { family: "Unix", path: "C:\\x" } as const;
  assertThrows(() => proactor.connect(stream, path), TypeError, "not IPv4");
  world.close(server, client, datagrams, stream);
});

test.world("closeHandle() of a socket that was never used closes it as one", async (world) => {
  const { proactor, sim } = world;
  const [client, served] = await connectedSockets(world);
  const unused = socket(world);
  const { calls } = sim;
  const before = calls.closeHandle ?? 0;
  world.close(client, served, unused);
  assertStrictEquals(calls.closeHandle ?? 0, before);
  assertEquals(proactor.metrics().pending, 0);
});

test.world("without Winsock pipes and files go on, and sockets are refused", async (world) => {
  await using proactor = new IocpProactor({ api: world.sim });
  const { server, client } = world.pair();
  await proactor.send(client, bytes("hi"));
  assertEquals(text(await proactor.recv(server, 10)), "hi");
  assertThrows(
    () => proactor.recvFrom(server, 10),
    Deno.errors.NotSupported,
    "Winsock",
  );
  proactor.closeHandle(server);
  proactor.closeHandle(client);
  await proactor.close();
});

// --- sendfile ----------------------------------------------------------------

for (
  const [name, options, expected] of [
    ["a whole file", {}, [0, 10_000]],
    ["a part", { offset: 1000, count: 2000 }, [1000, 3000]],
    ["what is there of a part", { offset: 9000, count: 5000 }, [9000, 10_000]],
    ["nothing from behind the end", { offset: 10_001 }, [0, 0]],
    ["nothing", { count: 0 }, [0, 0]],
  ] as const
) {
  socketTest(`sendfile() sends ${name}`, async (world) => {
    const data = pattern(10_000);
    putFile(world, data);
    const [start, end] = expected;
    const { proactor } = world;
    const [client, served] = await connectedSockets(world);
    assertEquals(await proactor.sendfile(client, FILE, options), end - start);
    world.close(client);
    const received = await receiveAll(world, served);
    assertEquals(received, data.slice(start, end));
  });
}

socketTest("sendfile() tells its progress", async (world) => {
  const { proactor } = world;
  const [client, served] = await connectedSockets(world);
  putFile(world, pattern(100));
  const told: number[] = [];
  const onProgress = (sent: number) => told.push(sent);
  assertEquals(await proactor.sendfile(client, FILE, { onProgress }), 100);
  assertEquals(told, [100]);
  world.close(client, served);
});

test.world("sendfile() takes another handle of a file that is not overlapped", async (world) => {
  const { proactor, sim } = world;
  const [client, served] = await connectedSockets(world);
  const other = world.serve();
  putFile(world, pattern(100));
  sim.sockets.files.set(other, pattern(100));
  sim.sendFile.overlapped = false;
  sim.sendFile.reopened = other;
  const handles = sim.openHandles;
  assertEquals(await proactor.sendfile(client, FILE, { offset: 90 }), 10);
  assertEquals(sim.openHandles, handles - 1, "the other handle is closed");
  world.close(client, served);
});

test.world("sendfile() refuses what is no file", async (world) => {
  const { proactor, sim } = world;
  const [client, served] = await connectedSockets(world);
  const send = (file: FileLike, options = {}) =>
    proactor.sendfile(client, file, options);
  await assertRejects(() => send(0x1230n), Deno.errors.BadResource);
  await assertRejects(() => send(0n), Deno.errors.BadResource, "closed");
  await assertRejects(() => send({ handle: null }), Deno.errors.BadResource);
  await assertRejects(() => send(wrong(7)), TypeError, "not a bigint");
  putFile(world, pattern(100));
  await assertRejects(() => send(FILE, { offset: -1 }), RangeError, "offset");
  await assertRejects(() => send(FILE, { count: 1.5 }), RangeError, "count");
  const aborted = { signal: AbortSignal.abort(new Error("enough")) };
  await assertRejects(() => send(FILE, aborted), Error, "enough");
  sim.sendFile.overlapped = false;
  await assertRejects(() => send(FILE), Deno.errors.Busy, "another program");
  sim.sendFile.type = 3;
  await assertRejects(() => send(FILE), TypeError, "not that of a regular");
  world.close(client, served);
});
