/** UDP endpoints of the event loop. */

import { assertEquals, assertRejects } from "@std/assert";
import { InvalidStateError, ProactorEventLoop } from "../../../mod.ts";
import type {
  DatagramProtocol,
  DatagramTransport,
} from "../../../src/net/mod.ts";
import { defaultSockets } from "../../../src/ffi/socket/default.ts";
import { decode, encode } from "../_bytes.ts";
import { soon } from "../_turns.ts";

// Opened here, so that no test leaks a library.
defaultSockets();

/** Answers each datagram. */
class Responder implements DatagramProtocol {
  transport!: DatagramTransport;

  connectionMade(transport: DatagramTransport): void {
    this.transport = transport;
  }

  datagramReceived(data: Uint8Array, addr: Deno.NetAddr): void {
    this.transport.sendTo(encode(`resp:${decode(data)}`), addr);
  }
}

Deno.test("createDatagramEndpoint() answers a datagram, and close() ends the protocol once", async () => {
  await using loop = new ProactorEventLoop();
  const [server] = await loop.createDatagramEndpoint(() => new Responder(), {
    localAddr: { hostname: "127.0.0.1", port: 0 },
  });
  const answer = Promise.withResolvers<string>();
  const lost: (Error | null)[] = [];
  const ended = Promise.withResolvers<void>();
  const remoteAddr = server.getExtraInfo("sockname") as Deno.NetAddr;
  const [client] = await loop.createDatagramEndpoint(() => ({
    datagramReceived: (data: Uint8Array) => answer.resolve(decode(data)),
    connectionLost: (error: Error | null) => {
      lost.push(error);
      ended.resolve();
    },
  }), { remoteAddr });
  client.sendTo(encode("xxx"));
  assertEquals(
    await soon(loop.runUntilComplete(answer.promise)),
    "resp:xxx",
  );
  client.close();
  client.close();
  await soon(ended.promise);
  assertEquals(lost, [null]);
  server.close();
});

Deno.test("createDatagramEndpoint() of a closed loop is refused", async () => {
  const loop = new ProactorEventLoop();
  await loop.close();
  await assertRejects(
    () => loop.createDatagramEndpoint(() => ({})),
    InvalidStateError,
  );
});
