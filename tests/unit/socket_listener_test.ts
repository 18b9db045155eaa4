/** The accepts of a listener: their number, and the memory that they share. */

import { assertEquals, assertGreater } from "@std/assert";
import { ERROR_IO_PENDING } from "../../src/ffi/constants.ts";
import type { SocketApi } from "../../src/ffi/socket/api.ts";
import { SocketListener } from "../../src/net/socket/socket_listener.ts";
import { tcpKind } from "../../src/net/tcp/tcp_socket.ts";
import { connectTcp } from "../../src/net/tcp/connect_tcp.ts";
import { TcpListener } from "../../src/net/tcp/tcp_listener.ts";
import { test, World } from "./_helpers.ts";

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
