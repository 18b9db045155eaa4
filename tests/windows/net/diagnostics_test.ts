/** What who watches a port is told of sockets. */

import { assertEquals, assertRejects } from "@std/assert";
import { type Outcome, watch } from "../../../src/diagnostics/observers.ts";
import { peerAttributes, peerOf } from "../../../src/diagnostics/addresses.ts";
import { defaultSockets } from "../../../src/ffi/socket/default.ts";
import { ProactorEventLoop } from "../../../mod.ts";
import { connectTcp, TcpListener } from "../../../src/net/mod.ts";
import type { IocpProactor } from "../../../src/proactor/iocp_proactor.ts";
import { withProactor } from "../_setup.ts";
import { until } from "../_turns.ts";

const HOST = "127.0.0.1";
const LOCAL = { hostname: HOST, port: 0 };

defaultSockets();

/** Remembers what it is told, as attributes. */
function watchAll(proactor: IocpProactor): Disposable & { log: unknown[] } {
  const log: unknown[] = [];
  const watching = watch(proactor, {
    connecting(address) {
      log.push(["connecting", peerAttributes(address)]);
      return (outcome: Outcome) => log.push("error" in outcome ? "no" : "yes");
    },
    opened(side, connection) {
      log.push([side, peerAttributes(peerOf(connection))]);
      return () => log.push(`${side} closed`);
    },
  });
  return { log, [Symbol.dispose]: () => watching[Symbol.dispose]() };
}

function attributes(port: number) {
  return {
    "network.transport": "tcp",
    "network.peer.address": "127.0.0.1",
    "network.peer.port": port,
  };
}

Deno.test("both ends of a TCP connection are told, with their addresses", () =>
  withProactor(async (proactor) => {
    using watched = watchAll(proactor);
    const { log } = watched;
    const listener = TcpListener.listen({ ...LOCAL, proactor });
    const { port } = listener.addr;
    const accepted = listener.accept();
    const client = await connectTcp({ port, proactor });
    const peer = await accepted;
    const own = (client.localAddr as { port: number }).port;
    await until(() => log.length === 4);
    assertEquals(log[0], ["connecting", attributes(port)]);
    const ends = log.filter((one) => Array.isArray(one)).slice(1);
    assertEquals(ends.toSorted(), [
      ["client", attributes(port)],
      ["server", attributes(own)],
    ]);
    client.close();
    peer.close();
    await listener.shutdown();
    await until(() => log.length === 6);
    await assertRejects(() => connectTcp({ port, proactor }));
    assertEquals(log.slice(-2), [["connecting", attributes(port)], "no"]);
  }));

Deno.test("connections of an event loop are told", () =>
  withProactor(async (proactor) => {
    using watched = watchAll(proactor);
    const { log } = watched;
    const loop = new ProactorEventLoop({ proactor });
    const serve = async () => {
      const server = await loop.createServer(() => ({}), HOST, 0);
      const { port } = server.addr as { port: number };
      const [transport] = await loop.createConnection(() => ({}), HOST, port);
      transport.close();
      server.close();
      await until(() => log.includes("client closed"));
      await until(() => log.includes("server closed"));
    };
    await loop.runUntilComplete(serve());
    const told = log.filter((one) => Array.isArray(one)).map(([what]) => what);
    assertEquals(told.toSorted(), ["client", "connecting", "server"]);
    await loop.close();
  }));
