/** Where Windows is particular about addresses, on the simulated kernel. */

import { assertEquals, assertThrows } from "@std/assert";
import {
  encodeDestination,
  isLoopbackAddress,
  isMappedAddress,
  mapAddress,
  unmapAddress,
} from "../../src/ffi/socket/destination.ts";
import {
  decodeSocketAddress,
  encodeSocketAddress,
  parseSocketAddress,
} from "../../src/ffi/socket/sockaddr.ts";
import type { Bytes, Socket } from "../../src/ffi/socket/api.ts";
import {
  AF_INET,
  AF_INET6,
  SO_EXCLUSIVEADDRUSE,
  SOCK_DGRAM,
  SOCK_STREAM,
  SOL_SOCKET,
} from "../../src/ffi/socket/constants.ts";
import { isUnreachable } from "../../src/ffi/socket/unreachable.ts";
import { SocketListener } from "../../src/net/socket/socket_listener.ts";
import { tcpKind } from "../../src/net/tcp/tcp_socket.ts";
import { UdpSocket } from "../../src/net/udp/udp_socket.ts";
import { outcome, test, type World } from "./_helpers.ts";
import { bytes, text } from "./_bytes.ts";
import { until } from "./_turns.ts";
import { addressOf, bound, listener, socket } from "./_sockets.ts";

const PORT = 7;

/** What is asked for, and what Windows is asked for. */
const DESTINATIONS: [asked: string, encoded: string][] = [
  ["0.0.0.0", "127.0.0.1"],
  ["::", "::1"],
  ["::%5", "::1"],
  ["::ffff:0.0.0.0", "::ffff:127.0.0.1"],
  ["::ffff:127.0.0.1", "::ffff:127.0.0.1"],
  ["127.0.0.2", "127.0.0.2"],
  ["::2", "::2"],
  ["0.0.0.1", "0.0.0.1"],
  ["::1:0:0", "::1:0:0"],
  ["::ffff:0:0:0", "::ffff:0:0:0"],
];

for (const [asked, expected] of DESTINATIONS) {
  Deno.test(`encodeDestination() makes ${expected} of ${asked}`, () => {
    const bytes = encodeDestination(parseSocketAddress(asked, PORT)!);
    const address = parseSocketAddress(expected, PORT)!;
    assertEquals(decodeSocketAddress(bytes), address);
  });
}

Deno.test("encodeDestination() leaves paths and zones alone", () => {
  const path = { family: "Unix", path: "C:\\x" } as const;
  assertEquals(encodeDestination(path), encodeSocketAddress(path));
  const local = parseSocketAddress("fe80::1%3", PORT)!;
  assertEquals(encodeDestination(local), encodeSocketAddress(local));
});

Deno.test("mapped addresses are told from others, and made", () => {
  const v4 = encode("1.2.3.4");
  assertEquals(mapAddress(v4), encode("::ffff:1.2.3.4"));
  assertEquals(unmapAddress(mapAddress(v4)), v4);
  const texts = ["1.2.3.4", "::ffff:1.2.3.4", "::1.2.3.4", "::fffe:1.2.3.4"];
  assertEquals(
    texts.map((text) => isMappedAddress(encode(text))),
    [false, true, false, false],
  );
});

Deno.test("isLoopbackAddress() knows both families", () => {
  const own = ["127.0.0.1", "127.9.9.9", "::1", "::ffff:127.0.0.1"];
  for (const text of own) assertEquals(isLoopbackAddress(encode(text)), true);
  const others = ["128.0.0.1", "::2", "1::1", "::ffff:1.2.3.4", "::7f00:1"];
  for (const text of others) {
    assertEquals(isLoopbackAddress(encode(text)), false);
  }
});

// --- ports that are taken or reserved ----------------------------------------

for (const hostname of ["127.0.0.1", "0.0.0.0"]) {
  test.world(`UDP: ${hostname} behind an exclusive socket is in use`, (world) => {
    const taken = occupy(world, SOCK_DGRAM);
    assertThrows(
      () => listenUdp(world, hostname),
      Deno.errors.AddrInUse,
      `Cannot listen at port ${PORT} of ${hostname}: the address is in use`,
    );
    world.close(taken);
  });

  test.world(`TCP: ${hostname} behind an exclusive socket is in use`, (world) => {
    const taken = occupy(world, SOCK_STREAM);
    assertThrows(
      () => listenTcp(world, hostname),
      Deno.errors.AddrInUse,
      `Cannot listen on ${hostname}:${PORT}: the address is in use`,
    );
    world.close(taken);
  });
}

test.world("a port that Windows has reserved is in use", (world) => {
  world.sim.sockets.excludedPorts.add(PORT);
  for (const listen of [listenUdp, listenTcp]) {
    assertThrows(
      () => listen(world, "127.0.0.1"),
      Deno.errors.AddrInUse,
      "its port is reserved",
    );
  }
});

test.world("the simulated kernel lets specific addresses be bound twice", (world) => {
  const first = bind(world, AF_INET, "127.0.0.1");
  const second = bind(world, AF_INET, "127.0.0.2");
  assertThrows(() => bind(world, AF_INET, "127.0.0.2"), Error, "10048");
  world.close(first, second);
});

// --- unspecified and mapped addresses ----------------------------------------

for (
  const hostname of ["0.0.0.0", "::ffff:0.0.0.0", "::", "::ffff:127.0.0.1"]
) {
  const family = hostname.includes(":") ? AF_INET6 : AF_INET;
  const address = (world: World, handle: Socket) => {
    const { port } = addressOf(world, handle) as { port: number };
    return parseSocketAddress(hostname, port)!;
  };

  test.world(`proactor.connect() to ${hostname} finds this computer`, async (world) => {
    const server = listener(world);
    const accepted = world.proactor.accept(server);
    const client = socket(world, "stream", family);
    await world.proactor.connect(client, address(world, server));
    world.close(server, client, (await accepted).socket);
  });

  test.world(`proactor.sendTo() to ${hostname} finds this computer`, async (world) => {
    const { proactor } = world;
    const receiver = bound(world, "datagram");
    const sender = socket(world, "datagram", family);
    await proactor.sendTo(sender, bytes("a"), address(world, receiver));
    await proactor.sendTo(sender, bytes("b"), address(world, receiver));
    assertEquals(text((await proactor.recvFrom(receiver, 9)).data), "a");
    assertEquals(text((await proactor.recvFrom(receiver, 9)).data), "b");
    world.close(receiver, sender);
  });

  test.world(`proactor.connect() of datagrams to ${hostname} does too`, async (world) => {
    const { proactor } = world;
    const receiver = bound(world, "datagram");
    const sender = socket(world, "datagram", family);
    await proactor.connect(sender, address(world, receiver));
    await proactor.send(sender, bytes("a"));
    assertEquals(text((await proactor.recvFrom(receiver, 9)).data), "a");
    world.close(receiver, sender);
  });

  test.world(`UdpSocket sends to ${hostname}`, async (world) => {
    const { proactor, sim } = world;
    const receiver = bound(world, "datagram");
    const { port } = addressOf(world, receiver) as { port: number };
    const options = { proactor, sockets: sim.sockets };
    const target = { hostname, port };
    const connected = await UdpSocket.connect({ ...options, ...target });
    await connected.send(bytes("a"));
    await connected.send(bytes("b"), target);
    const own = hostname.includes(":") ? "::" : "0.0.0.0";
    const ends = { hostname: own, port: 0, ipv6Only: false };
    const free = UdpSocket.listen({ ...options, ...ends });
    await free.send(bytes("c"), target);
    for (const expected of ["a", "b", "c"]) {
      const { data } = await proactor.recvFrom(receiver, 9);
      assertEquals(text(data), expected);
    }
    await Promise.all([connected.shutdown(), free.shutdown()]);
    world.close(receiver);
  });
}

// --- datagrams that reach no one ---------------------------------------------

const STATUSES = [
  0xc000_0236,
  0xc000_023c,
  0xc000_023d,
  0xc000_023f,
  0xc000_020d,
];

for (const status of STATUSES) {
  for (const reportUnreachable of [false, true]) {
    const end = reportUnreachable ? "fails" : "goes on";
    const name = `0x${status.toString(16)}`;
    test.world(`a receive ${end} after ${name}`, async (world) => {
      const { proactor, sim } = world;
      const options = { proactor, sockets: sim.sockets, reportUnreachable };
      const udp = await UdpSocket.connect({
        hostname: "127.0.0.1",
        port: PORT,
        ...options,
      });
      const received = udp[Symbol.asyncIterator]().next();
      const own = sim.sockets.find(
        parseSocketAddress("127.0.0.1", udp.addr.port)!,
        SOCK_DGRAM,
      )!;
      own.unreachableStatus = status;
      own.tellsUnreachable = true; // whatever it was set to
      await udp.send(bytes("nobody there"));
      if (reportUnreachable) {
        assertEquals(await outcome(received), "ConnectionReset");
      } else {
        await until(() => !own.unreachable);
        const from = own.remote!;
        sim.sockets.deliver(own, { data: bytes("x"), from });
        assertEquals(text((await received).value[0]), "x");
      }
      await udp.shutdown();
    });
  }
}

Deno.test("only a receive is failed by what an earlier send has met", () => {
  for (const code of [1225, 1234, 10054, 10061]) {
    assertEquals([isUnreachable(code, true), isUnreachable(code, false)], [
      true,
      true,
    ]);
  }
  for (const code of [1231, 1232, 1233, 10051, 10052, 10065]) {
    assertEquals([isUnreachable(code, true), isUnreachable(code, false)], [
      true,
      false,
    ]);
  }
  for (const code of [0, 5, 64, 995, 10038, 10049]) {
    assertEquals(isUnreachable(code, true), false);
  }
});

// --- parts -------------------------------------------------------------------

function encode(hostname: string): Bytes {
  return encodeSocketAddress(parseSocketAddress(hostname, PORT)!);
}

function bind(
  { sim: { sockets } }: World,
  family: number,
  hostname: string,
): Socket {
  const handle = sockets.createSocket({
    family,
    type: SOCK_STREAM,
    protocol: 0,
  });
  const code = sockets.bind(handle, encode(hostname));
  if (code === 0) return handle;
  sockets.closeSocket(handle);
  throw new Error(`${code}`);
}

/** Binds all addresses, so that nobody else gets one of them. */
function occupy({ sim: { sockets } }: World, type: number): Socket {
  const handle = sockets.createSocket({ family: AF_INET, type, protocol: 0 });
  const option = { level: SOL_SOCKET, name: SO_EXCLUSIVEADDRUSE };
  sockets.setSocketOption(handle, option, Uint8Array.of(1, 0, 0, 0));
  assertEquals(sockets.bind(handle, encode("0.0.0.0")), 0);
  return handle;
}

function listenUdp({ proactor, sim }: World, hostname: string): UdpSocket {
  const { sockets } = sim;
  return UdpSocket.listen({ hostname, port: PORT, proactor, sockets });
}

function listenTcp({ port, sim }: World, hostname: string) {
  const exclusive = { level: SOL_SOCKET, name: SO_EXCLUSIVEADDRUSE };
  return new SocketListener(port, sim.sockets, {
    kind: tcpKind("IPv4"),
    address: { family: "IPv4", hostname, port: PORT },
    accepts: 1,
    backlog: 1,
    flags: [{ option: exclusive, value: true }],
    events: {
      onConnected: () => {},
      onError: () => {},
      onReleased: () => {},
      room: () => 1,
    },
  });
}
