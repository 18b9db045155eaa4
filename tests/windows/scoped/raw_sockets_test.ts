// These tests run twice: with --allow-ffi, and with a grant that names the
// libraries by absolute paths.
import { assertEquals, assertRejects } from "@std/assert";
import { connectTcp, createSocket, pipe, TcpListener } from "../../../mod.ts";
import { loadSendFileSymbols } from "../../../src/ffi/load.ts";
import { defaultSockets } from "../../../src/ffi/default_sockets.ts";
import { decode, eachModeTest, encode, proactorTest, soon } from "../_setup.ts";

loadSendFileSymbols();
defaultSockets();

const LOCAL = { family: "IPv4", hostname: "127.0.0.1", port: 0 } as const;

/** False under a grant that names the libraries. */
const isFull = defaultSockets().extensions;

eachModeTest("scoped: datagrams go between raw sockets", async (proactor) => {
  using a = createSocket({ type: "datagram" });
  using b = createSocket({ type: "datagram" });
  a.bind(LOCAL);
  b.bind(LOCAL);
  await soon(proactor.sendTo(a, encode("hello"), b.localAddress!));
  const { data, address } = await soon(proactor.recvFrom(b, 100));
  assertEquals([decode(data), address], ["hello", a.localAddress]);
});

eachModeTest("scoped: accept() takes a client", async (proactor) => {
  using listener = createSocket();
  listener.bind(LOCAL);
  listener.listen();
  const accepted = proactor.accept(listener);
  const { hostname, port } = listener.localAddress as typeof LOCAL;
  await using client = await soon(connectTcp({ hostname, port, proactor }));
  const { socket } = await soon(accepted);
  await soon(proactor.send(socket, [encode("he"), encode("llo")]));
  const target = new Uint8Array(5);
  assertEquals(await soon(client.read(target)), 5);
  assertEquals(decode(target), "hello");
  proactor.closeHandle(socket);
});

proactorTest(
  "scoped: connect() needs the full grant, and says so",
  async (proactor) => {
    using listener = createSocket();
    listener.bind(LOCAL);
    listener.listen();
    using client = createSocket();
    const connect = async () =>
      await soon(proactor.connect(client, listener.localAddress!));
    if (isFull) await connect();
    else await assertRejects(connect, Deno.errors.NotCapable, "ConnectEx");
  },
);

eachModeTest(
  "scoped: sendFile() sends what Windows reads",
  async (proactor) => {
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
  },
);

eachModeTest("scoped: pipes are no sockets", async (proactor) => {
  const [a, b] = pipe({ duplex: true, proactor });
  using _a = a;
  using _b = b;
  await soon(proactor.send(a, [encode("he"), encode("llo")]));
  assertEquals(decode(await soon(proactor.recv(b, 100))), "hello");
});
