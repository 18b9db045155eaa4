// Addresses that a listener has, or that name its clients, lead back to it.
import { portOf } from "../../../src/proactor/default_port.ts";
import { assertEquals, assertRejects } from "@std/assert";
import {
  type IocpProactor,
  ProactorEventLoop,
  type Protocol,
} from "../../../mod.ts";
import {
  connectTcp,
  createSocket,
  openDatagramEndpoint,
  type Socket,
  TcpListener,
  type UdpSocket,
  UdpSocket as Udp,
} from "../../../src/net/mod.ts";
import { parseSocketAddress } from "../../../src/ffi/socket/sockaddr.ts";
import { defaultSockets } from "../../../src/ffi/socket/default.ts";
import { ClientSocket } from "../../../src/net/socket/client_socket.ts";
import { PolledConnect } from "../../../src/net/socket/polled_connect.ts";
import { tcpKind } from "../../../src/net/tcp/tcp_socket.ts";
import { test } from "../_setup.ts";
import { encode } from "../_bytes.ts";
import { soon } from "../_turns.ts";
import "./_tcp.ts"; // starts Winsock

/** Where is listened, and the addresses that lead there. */
const LISTENERS: [hostname: string, ipv6Only: boolean, clients: string[]][] = [
  ["0.0.0.0", true, ["0.0.0.0", "::ffff:127.0.0.1", "::ffff:0.0.0.0"]],
  ["::", true, ["::", "0:0:0:0:0:0:0:0", "::1"]],
  ["::", false, ["::", "0.0.0.0", "::ffff:127.0.0.1", "::FFFF:7f00:1"]],
  ["::ffff:127.0.0.1", false, ["127.0.0.1", "::ffff:127.0.0.1"]],
];

for (const [hostname, ipv6Only, clients] of LISTENERS) {
  const name = `${hostname}${ipv6Only ? "" : " for both families"}`;

  test.eachMode(`TCP clients of ${name} find it`, async (proactor) => {
    const options = { hostname, ipv6Only, port: 0, proactor };
    const listener = TcpListener.listen(options);
    const { port } = listener.addr;
    for (const client of clients) {
      const ways = [
        connectStream(proactor, client, port),
        connectPolled(proactor, client, port),
        connectRaw(proactor, client, port),
      ];
      for (const way of ways) {
        using accepted = await soon(listener.accept());
        await soon(way);
        accepted.abort();
      }
    }
    await listener.shutdown();
  });

  test.proactor(`connections of a loop find ${name}`, async (proactor) => {
    await using loop = new ProactorEventLoop();
    const options = { hostname, ipv6Only, port: 0, proactor };
    await using listener = TcpListener.listen(options);
    const { port } = listener.addr;
    for (const host of clients) {
      const connected = loop.createConnection(silent, host, port);
      using accepted = await soon(listener.accept());
      const [transport] = await soon(connected);
      transport.abort();
      accepted.abort();
      using socket = rawSocket(host);
      const connecting = loop.sockConnect(
        socket,
        parseSocketAddress(host, port)!,
      );
      using other = await soon(listener.accept());
      await soon(connecting);
      other.abort();
    }
  });

  test.eachMode(`datagrams find ${name}`, async (proactor) => {
    const options = { hostname, ipv6Only, port: 0, proactor };
    await using receiver = Udp.listen(options);
    const { port } = receiver.addr;
    for (const client of clients) {
      const target = { hostname: client, port };
      await sendConnected(proactor, target, receiver);
      await sendFree(proactor, target, receiver);
      await sendRaw(proactor, target, receiver);
      await sendByProtocol(proactor, target, receiver);
    }
  });
}

test.proactor("the names of TCP's clients can be connected to", async (proactor) => {
  const both = { hostname: "::", port: 0, ipv6Only: false, proactor };
  await using back = TcpListener.listen(both);
  await using listener = TcpListener.listen(both);
  const { port } = listener.addr;
  const connected = connectTcp({ hostname: "127.0.0.1", port, proactor });
  using accepted = await soon(listener.accept());
  using client = await soon(connected);
  const { hostname } = accepted.remoteAddr;
  assertEquals(hostname, "::ffff:127.0.0.1");
  const returned = connectTcp({ hostname, port: back.addr.port, proactor });
  using caller = await soon(back.accept());
  using called = await soon(returned);
  assertEquals(called.remoteAddr.hostname, hostname);
  assertEquals(caller.remoteAddr.hostname, hostname);
  for (const end of [accepted, client, caller, called]) end.abort();
});

test.proactor("the names of UDP's clients can be sent to", async (proactor) => {
  const both = { hostname: "::", port: 0, ipv6Only: false, proactor };
  await using a = Udp.listen(both);
  await using b = Udp.listen({ hostname: "127.0.0.1", port: 0, proactor });
  await b.send(encode("a"), { ...a.addr, hostname: "0.0.0.0" });
  const [, from] = await soon(a.receive());
  assertEquals(from, { ...b.addr, hostname: "::ffff:127.0.0.1" });
  await a.send(encode("b"), from);
  assertEquals((await soon(b.receive()))[0], encode("b"));
  await b.send(encode("c"), { ...a.addr, hostname: from.hostname });
  assertEquals((await soon(a.receive()))[1], from);
});

test.proactor("connectTcp() takes a mapped local address", async (proactor) => {
  const both = { hostname: "::", port: 0, ipv6Only: false, proactor };
  await using listener = TcpListener.listen(both);
  const { port } = listener.addr;
  const mapped = "::ffff:127.0.0.1";
  for (
    const [hostname, local] of [
      [mapped, mapped],
      [mapped, "127.0.0.1"],
      ["0.0.0.0", "127.0.0.1"],
      ["::", "::1"],
    ] as const
  ) {
    const ends = { hostname, localAddr: { hostname: local }, port, proactor };
    const connected = connectTcp(ends);
    using accepted = await soon(listener.accept());
    using client = await soon(connected);
    assertEquals(client.localAddr.hostname, local);
    for (const end of [accepted, client]) end.abort();
  }
});

test.proactor("a socket for IPv6 only refuses addresses of IPv4", async (proactor) => {
  await using udp = Udp.listen({ hostname: "::1", port: 0, proactor });
  for (const hostname of ["127.0.0.1", "0.0.0.0", "::ffff:127.0.0.1"]) {
    await assertRejects(
      () => udp.send(encode("x"), { hostname, port: 7 }),
      TypeError,
      `"${hostname}" is not of IPv6`,
    );
  }
});

interface Target {
  hostname: string;
  port: number;
}

function silent(): Protocol {
  return {};
}

async function connectStream(
  proactor: IocpProactor,
  hostname: string,
  port: number,
): Promise<void> {
  (await connectTcp({ hostname, port, proactor })).abort();
}

/** As a scoped grant has it. */
async function connectPolled(
  proactor: IocpProactor,
  hostname: string,
  port: number,
): Promise<void> {
  const remote = parseSocketAddress(hostname, port)!;
  const kind = tcpKind(remote.family);
  const target = { kind, remote, local: null };
  const attempt = new PolledConnect(
    new ClientSocket(portOf(proactor), defaultSockets(), target),
  );
  portOf(proactor).closeHandle(await attempt.connected);
}

async function connectRaw(
  proactor: IocpProactor,
  hostname: string,
  port: number,
): Promise<void> {
  using socket = rawSocket(hostname);
  await proactor.connect(socket, parseSocketAddress(hostname, port)!);
}

function rawSocket(
  hostname: string,
  type: "stream" | "datagram" = "stream",
): Socket {
  const family = hostname.includes(":") ? "IPv6" : "IPv4";
  return createSocket({ family, type });
}

async function sendConnected(
  proactor: IocpProactor,
  target: Target,
  receiver: UdpSocket,
): Promise<void> {
  await using udp = await Udp.connect({ ...target, proactor });
  await udp.send(encode("connected"));
  await assertAnswered(receiver, "connected", udp);
  await udp.send(encode("by name"), target);
  await assertAnswered(receiver, "by name", udp);
}

async function sendFree(
  proactor: IocpProactor,
  target: Target,
  receiver: UdpSocket,
): Promise<void> {
  const hostname = target.hostname.includes(":") ? "::" : "0.0.0.0";
  const ends = { hostname, port: 0, ipv6Only: false, proactor };
  await using udp = Udp.listen(ends);
  await udp.send(encode("free"), target);
  await assertAnswered(receiver, "free", udp);
}

async function sendRaw(
  proactor: IocpProactor,
  { hostname, port }: Target,
  receiver: UdpSocket,
): Promise<void> {
  await using loop = new ProactorEventLoop();
  const address = parseSocketAddress(hostname, port)!;
  using sender = rawSocket(hostname, "datagram");
  await soon(proactor.sendTo(sender, encode("raw"), address));
  await assertReceived(receiver, "raw");
  using other = rawSocket(hostname, "datagram");
  await soon(loop.sockSendTo(other, encode("loop"), address));
  await assertReceived(receiver, "loop");
  using connected = rawSocket(hostname, "datagram");
  await soon(loop.sockConnect(connected, address));
  await soon(loop.sockSendAll(connected, encode("connected")));
  await assertReceived(receiver, "connected");
}

async function sendByProtocol(
  proactor: IocpProactor,
  remoteAddr: Target,
  receiver: UdpSocket,
): Promise<void> {
  const options = { remoteAddr, proactor };
  const [transport] = await openDatagramEndpoint(() => ({}), options);
  transport.sendTo(encode("protocol"));
  await assertReceived(receiver, "protocol");
  transport.close();
  await soon(transport.finished);
}

/** The sender's name leads back to it. */
async function assertAnswered(
  receiver: UdpSocket,
  text: string,
  sender: UdpSocket,
): Promise<void> {
  const from = await assertReceived(receiver, text);
  await receiver.send(encode("answer"), from);
  assertEquals((await soon(sender.receive()))[0], encode("answer"));
}

async function assertReceived(
  receiver: UdpSocket,
  text: string,
): Promise<Deno.NetAddr> {
  const [data, from] = await soon(receiver.receive());
  assertEquals(data, encode(text));
  return from;
}
