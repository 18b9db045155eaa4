/** The accepts of a listener: their number, and the memory that they share. */

import { assertEquals, assertGreater, assertThrows } from "@std/assert";
import { ERROR_IO_PENDING } from "../../src/ffi/constants.ts";
import { STATUS_CONNECTION_RESET } from "../../src/ffi/socket/constants.ts";
import type { SocketApi } from "../../src/ffi/socket/api.ts";
import { SocketListener } from "../../src/net/socket/socket_listener.ts";
import { tcpKind } from "../../src/net/tcp/tcp_socket.ts";
import { connectTcp } from "../../src/net/tcp/connect_tcp.ts";
import { TcpListener } from "../../src/net/tcp/tcp_listener.ts";
import { test, World } from "./_helpers.ts";
import { until } from "./_turns.ts";

/** More than the largest pooled buffer holds. */
const ACCEPTS = 1000;

Deno.test("memory of accepts that never come back is not freed", async () => {
  const world = new World();
  const addresses: bigint[] = [];
  const sockets = {
    createSocket: () => world.serve(),
    closeSocket: (socket: bigint) => world.sim.closeHandle(socket),
    bind: () => 0,
    listen: () => 0,
    setSocketOption: () => 0,
    getSocketName: () => null,
    isIfsSocket: () => true,
    acceptEx: (_l: bigint, _s: bigint, buffer: { address: bigint }) => {
      addresses.push(buffer.address);
      return ERROR_IO_PENDING;
    },
  } as unknown as SocketApi;
  const listener = new SocketListener(world.port, sockets, {
    kind: tcpKind("IPv4"),
    address: { family: "IPv4", hostname: "127.0.0.1", port: 1 },
    accepts: ACCEPTS,
    backlog: ACCEPTS,
    flags: [],
    events: {
      onConnected: () => {},
      onError: () => {},
      onReleased: () => {},
      room: () => ACCEPTS,
    },
  });
  listener.listen();
  assertEquals(listener.armed, ACCEPTS);
  assertEquals(new Set(addresses).size, ACCEPTS, "each has its own place");
  assertEquals(await world.proactor.close({ deadline: 0 }), ACCEPTS);
  for (const address of addresses) {
    world.sim.copyOut(new Uint8Array(1), address); // throws when freed
  }
});

test.world("an accept is armed for each client that is handed out", async (world) => {
  const { proactor } = world;
  const address = { hostname: "127.0.0.1", port: 0 };
  const server = TcpListener.listen({ ...address, proactor });
  const { armedAccepts } = proactor.metrics();
  assertGreater(armedAccepts, 0);
  for (let clients = 0; clients < armedAccepts + 2; clients++) {
    const accepted = server.accept();
    const client = await connectTcp({ ...server.addr, proactor });
    const served = await accepted;
    assertEquals(proactor.metrics().armedAccepts, armedAccepts);
    client.abort();
    served.abort();
  }
  await server.shutdown();
});

test.world("a listener that cannot be bound leaves no socket", (world) => {
  const { proactor, sim } = world;
  const { openHandles } = sim;
  sim.sockets.fail("bind", 10_013);
  const address = { hostname: "127.0.0.1", port: 0 };
  assertThrows(() => TcpListener.listen({ ...address, proactor }));
  assertEquals(sim.openHandles, openHandles);
});

test.world("a client that leaves before it is accepted is no failure", async (world) => {
  const { port, sim } = world;
  const errors: unknown[] = [];
  const released = Promise.withResolvers<void>();
  const listener = new SocketListener(port, sim.sockets, {
    kind: tcpKind("IPv4"),
    address: { family: "IPv4", hostname: "127.0.0.1", port: 0 },
    accepts: 2,
    backlog: 2,
    flags: [],
    events: {
      onConnected: () => {},
      onError: (error) => errors.push(error),
      onReleased: released.resolve,
      room: () => 2,
    },
  });
  listener.listen();
  sim.completeWith(listener.socket.handle, STATUS_CONNECTION_RESET);
  await until(() => errors.length === 1);
  assertEquals(listener.armed, 2, "no pause is made");
  listener.close();
  await released.promise;
});
