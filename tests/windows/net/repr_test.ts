/** What servers and the transports of sockets say of themselves. */

import { assertEquals, assertMatch } from "@std/assert";
import type { Protocol, Transport } from "../../../src/stream/protocol.ts";
import { test } from "../_setup.ts";
import { soon } from "../_turns.ts";
import { serve } from "./_server.ts";

test.loop("a server says its sockets and whether it serves", async (loop) => {
  const server = await serve(loop, "127.0.0.1", { startServing: false });
  assertEquals(Deno.inspect(server), "<Server sockets=1>");
  await server.startServing();
  assertEquals(Deno.inspect(server), "<Server sockets=1 serving>");
  server.close();
  await soon(server.waitClosed());
  assertEquals(`${server}`, "<Server sockets=0 closed>");
});

test.loop("the transport of a connection says its address and its handle", async (loop) => {
  await using server = await serve(loop, "127.0.0.1");
  const { hostname, port } = server.addr;
  const lost = Promise.withResolvers<void>();
  const protocol: Protocol = { connectionLost: () => lost.resolve() };
  const [transport]: [Transport, Protocol] = await loop.createConnection(
    () => protocol,
    hostname,
    port,
  );
  const fd = Number(transport.getExtraInfo("socket")).toString(16);
  assertMatch(
    Deno.inspect(transport),
    new RegExp(`^<ChannelTransport .*127\\.0\\.0\\.1.* fd=0x${fd} reading>$`),
  );
  transport.close();
  await soon(lost.promise);
  assertMatch(`${transport}`, /^<ChannelTransport closed [^=]*>$/);
});

test.loop("a datagram transport says its handle, and its close", async (loop) => {
  const lost = Promise.withResolvers<void>();
  const [transport] = await loop.createDatagramEndpoint(
    () => ({ connectionLost: () => lost.resolve() }),
    { localAddr: { hostname: "127.0.0.1", port: 0 } },
  );
  const name = "<DatagramChannelTransport";
  assertMatch(Deno.inspect(transport), /^<\w+ a UDP socket fd=0x[\da-f]+>$/);
  transport.close();
  await soon(lost.promise);
  assertEquals(`${transport}`, `${name} closed a UDP socket>`);
});
