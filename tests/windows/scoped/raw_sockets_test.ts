// These tests run twice: with --allow-ffi, and with a grant that names the
// libraries by absolute paths.
import { assert, assertEquals, assertRejects } from "@std/assert";
import { IocpProactor, ProactorEventLoop } from "../../../mod.ts";
import { pipe } from "../../../src/pipe/mod.ts";
import {
  connectTcp,
  createSocket,
  type Socket,
  TcpListener,
} from "../../../src/net/mod.ts";
import { loadFileSymbols } from "../../../src/ffi/file/native.ts";
import { loadSendFileSymbols } from "../../../src/ffi/sendfile/native.ts";
import { defaultSockets } from "../../../src/ffi/socket/default.ts";
import {
  IPPROTO_IPV6,
  IPV6_V6ONLY,
} from "../../../src/ffi/socket/constants.ts";
import { test, withProactor } from "../_setup.ts";
import { decode, encode } from "../_bytes.ts";
import { soon } from "../_turns.ts";

loadSendFileSymbols();
loadFileSymbols();
defaultSockets();

const LOCAL = { family: "IPv4", hostname: "127.0.0.1", port: 0 } as const;
const LOCAL_V6 = {
  family: "IPv6",
  hostname: "::1",
  port: 0,
  flowInfo: 0,
  scopeId: 0,
} as const;

/** A network for documentation (RFC 5737): nobody answers. */
const NO_ANSWER = { family: "IPv4", hostname: "192.0.2.1", port: 9 } as const;

/** False under a grant that names the libraries. */
const isFull = defaultSockets().extensions;

test.eachMode("scoped: datagrams go between raw sockets", async (proactor) => {
  using a = createSocket({ type: "datagram" });
  using b = createSocket({ type: "datagram" });
  a.bind(LOCAL);
  b.bind(LOCAL);
  await soon(proactor.sendTo(a, encode("hello"), b.localAddr!));
  const { data, address } = await soon(proactor.recvFrom(b, 100));
  assertEquals([decode(data), address], ["hello", a.localAddr]);
});

test.eachMode("scoped: accept() takes a client", async (proactor) => {
  using listener = createSocket();
  listener.bind(LOCAL);
  listener.listen();
  const accepted = proactor.accept(listener);
  const { hostname, port } = listener.localAddr as typeof LOCAL;
  await using client = await soon(connectTcp({ hostname, port, proactor }));
  const { socket } = await soon(accepted);
  await soon(proactor.send(socket, [encode("he"), encode("llo")]));
  const target = new Uint8Array(5);
  assertEquals(await soon(client.read(target)), 5);
  assertEquals(decode(target), "hello");
  proactor.closeHandle(socket);
});

test.eachMode("scoped: connect() connects a raw socket", async (proactor) => {
  for (const family of ["IPv4", "IPv6"] as const) {
    using listener = listening(family);
    using client = createSocket({ family });
    const accepted = proactor.accept(listener);
    const connected = proactor.connect(client, listener.localAddr!);
    await soon(connected);
    assertEquals([connected.done(), connected.cancelled()], [true, false]);
    const { socket } = await soon(accepted);
    await soon(proactor.send(client, encode("hello")));
    assertEquals(decode(await soon(proactor.recv(socket, 9))), "hello");
    await soon(proactor.send(socket, encode("HELLO")));
    assertEquals(decode(await soon(proactor.recv(client, 9))), "HELLO");
    assertEquals(client.remoteAddr, listener.localAddr);
    proactor.closeHandle(socket);
  }
});

test.proactor("scoped: connect() is refused where nobody listens", async (proactor) => {
  using listener = listening();
  const address = listener.localAddr!;
  listener.close();
  using client = createSocket();
  await assertRejects(
    async () => await soon(proactor.connect(client, address)),
    Deno.errors.ConnectionRefused,
    "Cannot connect: refused",
  );
});

test.proactor("scoped: connect() knows its way to this computer", async (proactor) => {
  using listener = createSocket({ family: "IPv6" });
  listener.setOption(IPPROTO_IPV6, IPV6_V6ONLY, false);
  listener.bind({ ...LOCAL_V6, hostname: "::" });
  listener.listen();
  const { port } = listener.localAddr as typeof LOCAL_V6;
  for (const hostname of ["::", "::1", "::ffff:127.0.0.1"]) {
    using client = createSocket({ family: "IPv6" });
    await soon(proactor.connect(client, { ...LOCAL_V6, hostname, port }));
  }
});

test.proactor("scoped: connect() twice is refused", async (proactor) => {
  using listener = listening();
  using client = createSocket();
  await soon(proactor.connect(client, listener.localAddr!));
  await assertRejects(
    async () => await soon(proactor.connect(client, listener.localAddr!)),
    Error,
    "connected already",
  );
});

test.proactor("scoped: connect() can be cancelled", async (proactor) => {
  using listener = listening();
  const controller = new AbortController();
  const { signal } = controller;
  const reason = new Error("enough");
  using first = createSocket();
  const aborted = proactor.connect(first, listener.localAddr!, { signal });
  controller.abort(reason);
  // A connection that was faster is still there.
  const error = await soon(aborted.then(() => undefined, (error) => error));
  assert(error === undefined || error === reason);
  using second = createSocket();
  const cancelled = proactor.connect(second, listener.localAddr!, {
    signal,
  });
  await assertRejects(async () => await cancelled, Error, "enough");
  assertEquals(cancelled.cancelled(), true);
});

for (const end of ["close()", "closeHandle()", "stopServing()"] as const) {
  Deno.test(`scoped: ${end} ends a connect() without an answer`, async () => {
    await using proactor = new IocpProactor();
    const socket = createSocket().detach();
    // Under the full grant too: a packet may come before the end.
    const connecting = proactor.connect(socket, NO_ANSWER);
    const result = connecting.then(() => "connected", (error) => error);
    if (end === "close()") await soon(proactor.close());
    else if (end === "stopServing()") proactor.stopServing(socket);
    else proactor.closeHandle(socket);
    const error = await soon(result);
    assert(error instanceof Error, `${error}`);
    assert(connecting.done());
    if (end !== "closeHandle()") defaultSockets().closeSocket(socket);
  });
}

test.proactor("scoped: a loop connects a raw socket", async () => {
  await using loop = new ProactorEventLoop();
  using listener = listening();
  const accepted = loop.sockAccept(listener);
  using client = createSocket();
  await soon(loop.sockConnect(client, listener.localAddr!));
  using socket = (await soon(accepted)).socket;
  await soon(loop.sockSendAll(client, encode("hello")));
  assertEquals(decode(await soon(loop.sockRecv(socket, 9))), "hello");
});

test.proactor("scoped: select() tells of a connect()", async (proactor) => {
  using listener = listening();
  using client = createSocket();
  const selecting = proactor.select(20_000);
  const connecting = proactor.connect(client, listener.localAddr!);
  const [done] = await soon(selecting);
  assert(done === connecting);
});

Deno.test(
  `scoped: disconnect() needs the full grant, and says so${
    isFull ? " (only under a scoped grant)" : ""
  }`,
  { ignore: isFull },
  () =>
    withProactor(async (proactor) => {
      using listener = listening();
      using client = createSocket();
      await soon(proactor.connect(client, listener.localAddr!));
      await assertRejects(
        async () => await soon(proactor.disconnect(client)),
        Deno.errors.NotCapable,
        "Cannot call DisconnectEx: it needs the full --allow-ffi",
      );
      await soon(proactor.send(client, encode("x"))); // still connected
    }),
);

test.eachMode("scoped: sendFile() sends what Windows reads", async (proactor) => {
  const path = "C:\\Windows\\System32\\kernel32.dll";
  const listener = TcpListener.listen({ ...LOCAL, proactor });
  const accepted = listener.accept();
  await using client = await soon(connectTcp({ ...listener.addr, proactor }));
  await using served = await soon(accepted);
  const sent = await soon(client.sendFile(path, { count: 2 }));
  assertEquals(sent, 2);
  const target = new Uint8Array(2);
  assertEquals(await soon(served.read(target)), 2);
  assertEquals(decode(target), "MZ");
  client.abort();
  served.abort();
  await soon(listener.shutdown());
});

test.eachMode("scoped: pipes are no sockets", async (proactor) => {
  const [a, b] = pipe({ duplex: true, proactor });
  using _a = a;
  using _b = b;
  await soon(proactor.send(a, [encode("he"), encode("llo")]));
  assertEquals(decode(await soon(proactor.recv(b, 100))), "hello");
});

function listening(family: "IPv4" | "IPv6" = "IPv4"): Socket {
  const listener = createSocket({ family });
  listener.bind(family === "IPv4" ? LOCAL : LOCAL_V6);
  listener.listen();
  return listener;
}
