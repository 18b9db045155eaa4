// These tests run twice: with --allow-ffi, and with a grant that names the
// libraries by absolute paths. Under the latter, Deno calls no function by its
// address: there is no ConnectEx.
import { assert, assertEquals, assertStrictEquals } from "@std/assert";
import { assertInstanceOf, assertRejects, assertThrows } from "@std/assert";
import { type IocpProactor, ProactorEventLoop } from "../../../mod.ts";
import { assertNoLeak, test } from "../_setup.ts";
import { decode, encode, pattern, readText } from "../_bytes.ts";
import { soon, until } from "../_turns.ts";
import {
  addReader,
  connectTcp,
  connectUnix,
  getaddrinfo,
  getnameinfo,
  openDatagramEndpoint,
  removeReader,
  TcpListener,
  UdpSocket,
  waitReadable,
  waitWritable,
} from "../../../src/net/mod.ts";
import { hasFullGrant } from "../../../src/ffi/system_folder.ts";
import {
  decodeSocketAddress,
  encodeSocketAddress,
  type Ipv4Address,
} from "../../../src/ffi/socket/sockaddr.ts";
import {
  AF_INET,
  IPPROTO_UDP,
  SOCK_DGRAM,
} from "../../../src/ffi/socket/constants.ts";
import { defaultSockets } from "../../../src/ffi/socket/default.ts";
import { socketFiles } from "../../../src/net/unix/unix_socket.ts";
import { Recorder } from "../_recorder.ts";
import { assertBothWays, assertStreams } from "../_connections.ts";
import { freePort, LOCAL, tcpPair, UpperCase } from "../net/_tcp.ts";

socketFiles();

const { ConnectionRefused, NotCapable, TimedOut } = Deno.errors;

Deno.test("scoped: functions without a name are known to be refused", () => {
  const sockets = defaultSockets();
  assertEquals(sockets.extensions, hasFullGrant());
  if (sockets.extensions) return;
  const calls = {
    ConnectEx: () => sockets.connectEx(1n, new Uint8Array(16), 0n),
    DisconnectEx: () => sockets.disconnectEx(1n, 0, 0n),
    WSARecvMsg: () => sockets.wsaRecvMsg(1n, 0n, 0n),
  };
  for (const [name, call] of Object.entries(calls)) {
    const message = `Cannot call ${name}: it needs the full --allow-ffi`;
    assertThrows(call, NotCapable, message);
  }
});

test.eachMode("scoped: TCP carries data both ways", async (proactor) => {
  await using pair = await tcpPair(proactor);
  await assertBothWays(pair, pattern(1_000_000));
  await pair.client.closeWrite();
  assertEquals(await readText(pair.served), "");
  assertEquals(pair.served.remoteAddr, pair.client.localAddr);
  pair.client.setNoDelay(false);
  pair.client.setKeepAlive(true);
});

test.eachMode("scoped: TCP is refused, and times out", async (proactor) => {
  const { hostname, port } = await freePort(proactor);
  await assertRejects(
    () => soon(connectTcp({ hostname, port, proactor })),
    ConnectionRefused,
    `Cannot connect to 127.0.0.1:${port}: refused`,
  );
  const outcome = await soon(
    connectTcp({ hostname: "192.0.2.1", port: 9, timeout: 20, proactor })
      .catch((error: unknown) => error),
  );
  // Where the network itself refuses, that may be faster.
  const { NetworkUnreachable } = Deno.errors;
  const expected = [TimedOut, NetworkUnreachable, ConnectionRefused];
  assert(expected.some((Class) => outcome instanceof Class), `${outcome}`);
});

test.proactor("scoped: a name's addresses are tried", async (proactor) => {
  for (const hostname of ["127.0.0.1", "::1"]) {
    await using listener = TcpListener.listen({ hostname, port: 0, proactor });
    const target = {
      hostname: "localhost",
      port: listener.addr.port,
      proactor,
    };
    using client = await soon(connectTcp(target));
    assertEquals(client.remoteAddr, listener.addr);
    (await soon(listener.accept())).close();
  }
});

test.proactor("scoped: streams of TCP work", async (proactor) => {
  await using pair = await tcpPair(proactor);
  await assertStreams(pair);
});

test.eachMode("scoped: UDP carries datagrams both ways", async (proactor) => {
  await using a = UdpSocket.listen({ ...LOCAL, proactor });
  await using b = UdpSocket.listen({ ...LOCAL, proactor });
  await a.send(encode("ping"), b.addr);
  const [data, from] = await soon(b.receive());
  assertEquals([decode(data), from], ["ping", a.addr]);
  await b.send(encode("pong"), from);
  assertEquals(decode((await soon(a.receive()))[0]), "pong");
});

test.proactor("scoped: UDP protocols work", async (proactor) => {
  const texts: string[] = [];
  const [receiver] = await openDatagramEndpoint(
    () => ({
      datagramReceived: (data: Uint8Array) => void texts.push(decode(data)),
    }),
    { localAddr: LOCAL, proactor },
  );
  const remoteAddr = receiver.getExtraInfo("sockname") as typeof LOCAL;
  const options = { remoteAddr, proactor };
  const [sender] = await openDatagramEndpoint(() => ({}), options);
  sender.sendTo(encode("hello"));
  await until(() => texts.length === 1);
  assertEquals(texts, ["hello"]);
  sender.close();
  receiver.close();
});

Deno.test("scoped: names are found", async () => {
  const [info] = await soon(getaddrinfo(null, 80, { family: "ipv4" }));
  assertEquals(info!.address, {
    family: "IPv4",
    hostname: "127.0.0.1",
    port: 80,
  });
  const numeric = { numericHost: true, numericService: true };
  const name = await soon(getnameinfo(info!.address, numeric));
  assertEquals(name, { hostname: "127.0.0.1", service: "80" });
  const named = await soon(getnameinfo(info!.address, { numericHost: true }));
  assert(["http", "80"].includes(named.service), named.service);
});

test.eachMode("scoped: readiness is told", async (proactor) => {
  using sender = rawUdp();
  using receiver = rawUdp();
  await soon(waitWritable(sender.socket, { proactor }));
  const readable = waitReadable(receiver.socket, { proactor });
  let calls = 0;
  addReader(receiver.socket, () => calls++, { proactor });
  await sendTo(proactor, receiver);
  await soon(readable);
  await until(() => calls > 0);
  assert(removeReader(receiver.socket, { proactor }));
});

Deno.test("scoped: servers and connections of a loop work", async () => {
  await using loop = new ProactorEventLoop();
  const server = await loop.createServer(() => new UpperCase(), "localhost", 0);
  assertEquals(server.addrs.length, 2);
  for (const { hostname, port } of server.addrs) {
    const [transport, client] = await soon(
      loop.createConnection(() => new Recorder(), hostname, port),
    );
    transport.write(encode("abc"));
    transport.writeEof();
    assertStrictEquals(await soon(client.lost.promise), null);
    assertEquals(client.text, "ABC");
  }
  await soon(server.shutdown());
  await assertNoLeak(loop.proactor);
});

test.proactor("scoped: sockets with a path are told apart", async (proactor) => {
  const path = "C:\\no such folder\\x.sock";
  const error = await assertRejects(() =>
    soon(connectUnix({ path, proactor }))
  );
  const { NotFound, NotSupported } = Deno.errors;
  const expected = [NotSupported, NotFound, ConnectionRefused];
  assert(expected.some((Class) => error instanceof Class), `${error}`);
  assertInstanceOf(error, Error);
});

/** A socket that is on no port. */
function rawUdp(): Disposable & { socket: bigint } {
  const sockets = defaultSockets();
  const socket = sockets.createSocket({
    family: AF_INET,
    type: SOCK_DGRAM,
    protocol: IPPROTO_UDP,
  });
  const address = encodeSocketAddress({ family: "IPv4", ...LOCAL });
  assertEquals(sockets.bind(socket, address), 0);
  return {
    socket,
    [Symbol.dispose]: () => void sockets.closeSocket(socket),
  };
}

async function sendTo(
  proactor: IocpProactor,
  { socket }: { socket: bigint },
): Promise<void> {
  const name = defaultSockets().getSocketName(socket)!;
  const { hostname, port } = decodeSocketAddress(name) as Ipv4Address;
  await using sender = UdpSocket.listen({ ...LOCAL, proactor });
  await sender.send(encode("x"), { hostname, port });
}
