/** What Windows demands of sockets, and Wine does not. */

import { assert, assertEquals, assertRejects, assertThrows } from "@std/assert";
import { listenArgument } from "../../src/ffi/socket/backlog.ts";
import {
  encodeSocketAddress,
  type SocketAddress,
} from "../../src/ffi/socket/sockaddr.ts";
import {
  AF_INET,
  AF_INET6,
  AF_UNIX,
  SO_EXCLUSIVEADDRUSE,
  SO_PROTOCOL_INFOW,
  SO_REUSEADDR,
  SOL_SOCKET,
  WSAEACCES,
  WSAEADDRINUSE,
  WSAEINVAL,
} from "../../src/ffi/socket/constants.ts";
import { encodeDword } from "../../src/ffi/socket/structs.ts";
import type { Handle } from "../../src/ffi/win32_api.ts";
import { connectTcp } from "../../src/net/tcp/connect_tcp.ts";
import {
  TcpListener,
  type TcpListenOptions,
} from "../../src/net/tcp/tcp_listener.ts";
import type { TcpConnection } from "../../src/net/tcp/tcp_connection.ts";
import { UdpSocket } from "../../src/net/udp/udp_socket.ts";
import {
  addressOf,
  bound,
  connectedSockets,
  listener,
  LOCAL,
  socket,
} from "./_sockets.ts";
import { inWorld, outcome, test, type World } from "./_helpers.ts";
import { bytes, text } from "./_bytes.ts";
import { turns } from "./_turns.ts";

const { AddrInUse, ConnectionRefused } = Deno.errors;

/** More than a plain number keeps. */
const MANY = 300;

const ANYWHERE: SocketAddress = {
  family: "IPv4",
  hostname: "0.0.0.0",
  port: 0,
};

/** How long the socket of the end that leaves first is not free. */
const TIME_WAIT = 120_000;

function listen(
  { proactor }: World,
  options: Partial<TcpListenOptions> = {},
): TcpListener {
  const address = { hostname: "127.0.0.1", port: 0 };
  return TcpListener.listen({ ...address, ...options, proactor });
}

/** Both ends of a connection of a listener. */
async function connected(
  { proactor }: World,
  server: TcpListener,
): Promise<[client: TcpConnection, served: TcpConnection]> {
  const accepted = server.accept();
  const client = await connectTcp({ ...server.addr, proactor });
  return [client, await accepted];
}

/** Clients that come while nobody accepts; gives how many were refused. */
async function crowd(world: World, to: SocketAddress): Promise<number> {
  const { proactor } = world;
  const clients = Array.from({ length: MANY }, () => socket(world));
  const ends = await Promise.all(
    clients.map((client) => outcome(proactor.connect(client, to))),
  );
  world.close(...clients);
  return ends.filter((end) => end === "ConnectionRefused").length;
}

// --- listen ------------------------------------------------------------------

Deno.test("listenArgument() asks for more than 200 clients by a hint", () => {
  for (const family of [AF_INET, AF_INET6]) {
    assertEquals(listenArgument(1, family), 1);
    assertEquals(listenArgument(200, family), 200);
    assertEquals(listenArgument(201, family), -201);
    assertEquals(listenArgument(65_535, family), -65_535);
    assertEquals(listenArgument(0x7fff_ffff, family), -65_535);
  }
});

Deno.test("listenArgument() asks for a path by the plain number, as no hint is known there", () => {
  assertEquals(listenArgument(1000, AF_UNIX), 1000);
});

test.world("a listener with a backlog of 1000 refuses none of 300 clients at once", async (world) => {
  const server = listen(world, { backlog: 1000, accepts: 1 });
  const { hostname, port } = server.addr;
  const to: SocketAddress = { family: "IPv4", hostname, port };
  // All in one turn: no accept is armed again meanwhile.
  assertEquals(await crowd(world, to), 0);
  server.close();
  for await (const end of server) end.close();
  await server.finished;
});

test.world("the kernel keeps 200 clients of a plain number, and refuses the rest", async (world) => {
  const server = bound(world);
  assertEquals(world.sim.sockets.listen(server, 1000), 0);
  assertEquals(await crowd(world, addressOf(world, server)), MANY - 200);
  world.close(server);
});

test.world("the kernel keeps as many clients as a hint says, and 200 at least", async (world) => {
  for (const [hint, kept] of [[-250, 250], [-1, 200], [-1000, MANY]]) {
    const server = bound(world);
    assertEquals(world.sim.sockets.listen(server, hint!), 0);
    assertEquals(await crowd(world, addressOf(world, server)), MANY - kept!);
    world.close(server);
  }
});

Deno.test("fullBacklog lets clients beyond the backlog wait", () =>
  inWorld({ fullBacklog: "wait" }, async (world) => {
    const server = listener(world);
    assertEquals(await crowd(world, addressOf(world, server)), 0);
    world.close(server);
  }));

test.world("a client beyond the backlog is told ConnectionRefused", async (world) => {
  const { proactor, sim } = world;
  const server = bound(world);
  assertEquals(sim.sockets.listen(server, 1), 0);
  const [first, second] = [socket(world), socket(world)];
  const to = addressOf(world, server);
  await proactor.connect(first, to);
  await assertRejects(
    async () => await proactor.connect(second, to),
    ConnectionRefused,
  );
  world.close(server, first, second);
});

test.world("listen() refuses a socket that is not bound", (world) => {
  const server = socket(world);
  assertEquals(world.sim.sockets.listen(server, 5), WSAEINVAL);
  world.close(server);
});

// --- bind --------------------------------------------------------------------

test.world("a port can be served again while a connection lives that was accepted there", async (world) => {
  const first = listen(world);
  const [client, served] = await connected(world, first);
  first.close();
  const second = listen(world, { port: first.addr.port });
  const [other, next] = await connected(world, second);
  await client.write(bytes("old"));
  await other.write(bytes("new"));
  const target = new Uint8Array(3);
  await served.read(target);
  assertEquals(text(target), "old");
  await next.read(target);
  assertEquals(text(target), "new");
  for (const end of [client, served, other, next]) end.close();
  await second.shutdown();
});

for (const exclusive of [true, false]) {
  test.world(`an exclusive port is taken until its connections are gone, then bound again (exclusive: ${exclusive})`, async (world) => {
    const first = listen(world, { exclusive: true });
    const { port } = first.addr;
    const [client, served] = await connected(world, first);
    first.close();
    assertThrows(() => listen(world, { port, exclusive }), AddrInUse);
    client.close();
    served.close();
    await turns();
    await listen(world, { port, exclusive }).shutdown();
  });
}

Deno.test("exclusiveConnections: false lets an exclusive port be bound beside its connections", () =>
  inWorld({ exclusiveConnections: false }, async (world) => {
    const first = listen(world, { exclusive: true });
    const { port } = first.addr;
    const [client, served] = await connected(world, first);
    first.close();
    await listen(world, { port, exclusive: true }).shutdown();
    client.close();
    served.close();
  }));

test.world("an exclusive listener on all addresses shares its port with nobody", async (world) => {
  const server = listen(world, { hostname: "0.0.0.0", exclusive: true });
  const { port } = server.addr;
  const refused = (options: Partial<TcpListenOptions>) => {
    const error = assertThrows(() => listen(world, { port, ...options }));
    assert(error instanceof AddrInUse, `${error}`);
    return Reflect.get(error, "winerror");
  };
  const all = { hostname: "0.0.0.0" };
  assertEquals(refused({}), WSAEACCES);
  assertEquals(refused({ exclusive: true }), WSAEACCES);
  assertEquals(refused({ reuseAddress: true }), WSAEACCES);
  assertEquals(refused({ ...all }), WSAEADDRINUSE);
  assertEquals(refused({ ...all, reuseAddress: true }), WSAEACCES);
  await server.shutdown();
});

for (
  const [options, option] of [
    [{}, null],
    [{ reuseAddress: true }, SO_REUSEADDR],
    [{ exclusive: true }, SO_EXCLUSIVEADDRUSE],
  ] as const
) {
  test.world(`a listener with ${JSON.stringify(options)} shares its address as Windows is told`, async (world) => {
    const set: number[] = [];
    const { sockets } = world.sim;
    const setSocketOption = sockets.setSocketOption.bind(sockets);
    sockets.setSocketOption = (handle, { level, name }, value) => {
      if (level === SOL_SOCKET) set.push(name);
      return setSocketOption(handle, { level, name }, value);
    };
    const server = listen(world, options);
    assertEquals(set, option === null ? [] : [option]);
    await server.shutdown();
  });
}

test.world("reuseAddress and exclusive exclude each other", async (world) => {
  const { proactor, sim } = world;
  const { sockets } = sim;
  const both = { port: 0, reuseAddress: true, exclusive: true, proactor };
  const message = "Cannot use options reuseAddress and exclusive together";
  assertThrows(() => TcpListener.listen(both), TypeError, message);
  await assertRejects(
    // deno-lint-ignore require-await -- an error becomes a rejection
    async () => UdpSocket.listen({ ...both, sockets }),
    TypeError,
    message,
  );
});

test.world("a socket for datagrams has its port for itself, unless it is shared", async (world) => {
  const { proactor, sim } = world;
  const open = (options: object) =>
    UdpSocket.listen({ port: 0, ...options, proactor, sockets: sim.sockets });
  for (
    const [options, taker, refused] of [
      [{}, SO_REUSEADDR, true],
      [{ exclusive: false }, SO_REUSEADDR, false],
      [{ exclusive: false }, null, true],
      [{ reuseAddress: true }, SO_REUSEADDR, false],
    ] as const
  ) {
    const first = await open(options);
    const other = socket(world, "datagram");
    if (taker !== null) share(world, other, taker);
    const { hostname, port } = first.addr;
    const address = { family: "IPv4", hostname, port } as const;
    const code = sim.sockets.bind(other, encodeSocketAddress(address));
    assertEquals(code !== 0, refused, JSON.stringify(options));
    world.close(other);
    first.close();
    await turns();
  }
});

test.world("a bind behind an exclusive socket on all addresses is denied", (world) => {
  const { sockets } = world.sim;
  const first = socket(world);
  share(world, first, SO_EXCLUSIVEADDRUSE);
  assertEquals(sockets.bind(first, encodeSocketAddress(ANYWHERE)), 0);
  const { port } = addressOf(world, first) as { port: number };
  const second = socket(world);
  const address = { ...LOCAL, port } as SocketAddress;
  assertEquals(
    sockets.bind(second, encodeSocketAddress(address)),
    WSAEACCES,
  );
  world.close(first, second);
});

function share({ sim }: World, handle: Handle, name: number): void {
  const option = { level: SOL_SOCKET, name };
  assertEquals(sim.sockets.setSocketOption(handle, option, encodeDword(1)), 0);
}

// --- DisconnectEx ------------------------------------------------------------

for (const skip of [true, false]) {
  Deno.test(`disconnect() hands a socket back when TIME_WAIT is over, and blocks nothing before (skip mode ${skip})`, () =>
    inWorld({ skip }, async (world) => {
      const { proactor, sim } = world;
      const [client, served] = await connectedSockets(world);
      const freed = proactor.disconnect(client, { reuse: true });
      assertEquals((await proactor.recv(served, 10)).length, 0);
      sim.advance(TIME_WAIT - 1);
      await turns();
      assert(freed.pending);
      // The other end leaves second: it is free at once.
      await proactor.disconnect(served, { reuse: true });
      sim.advance(1);
      await freed;
      world.close(client, served);
    }));
}

test.world("disconnect() that waits for TIME_WAIT can be cancelled, and ends with its socket", async (world) => {
  const { proactor } = world;
  for (const end of ["cancel", "close"]) {
    const [client, served] = await connectedSockets(world);
    const freed = proactor.disconnect(client, { reuse: true });
    const result = outcome(freed);
    if (end === "cancel") freed.cancel();
    else world.close(client);
    assertEquals(
      await result,
      end === "cancel" ? "CancelledError" : "Interrupted",
    );
    if (end === "cancel") world.close(client);
    world.close(served);
  }
});

Deno.test("timeWait: 0 hands a socket back at once", () =>
  inWorld({ timeWait: 0 }, async (world) => {
    const [client, served] = await connectedSockets(world);
    await world.proactor.disconnect(client, { reuse: true });
    world.close(client, served);
  }));

// --- what is asked once ------------------------------------------------------

test.world("a listener asks once what its sockets are, not for every client", async (world) => {
  const { sockets } = world.sim;
  let asked = 0;
  const isIfsSocket = sockets.isIfsSocket.bind(sockets);
  sockets.isIfsSocket = (handle) => {
    asked++;
    return isIfsSocket(handle);
  };
  const server = listen(world);
  assertEquals(asked, 1);
  const ends: TcpConnection[] = [];
  for (let i = 0; i < 5; i++) ends.push(...await connected(world, server));
  assertEquals(asked, 1 + 5, "the listener, and each client");
  for (const end of ends) end.close();
  await server.shutdown();
});

test.world("accept() asks for a listener's protocol once", async (world) => {
  const { proactor, sim } = world;
  const server = listener(world);
  const asked: Handle[] = [];
  const getSocketOption = sim.sockets.getSocketOption.bind(sim.sockets);
  sim.sockets.getSocketOption = (handle, option, value) => {
    if (option.name === SO_PROTOCOL_INFOW) asked.push(handle);
    return getSocketOption(handle, option, value);
  };
  for (let i = 0; i < 5; i++) {
    const client = socket(world);
    const accepted = proactor.accept(server);
    await proactor.connect(client, addressOf(world, server));
    world.close(client, (await accepted).socket);
  }
  assertEquals(asked.filter((handle) => handle === server).length, 1);
  world.close(server);
});
