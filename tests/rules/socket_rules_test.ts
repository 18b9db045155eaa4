/**
 * What Windows does with sockets, and Wine only with the rules of this folder.
 *
 * @module
 */

import { assert, assertEquals, assertThrows } from "@std/assert";
import { connectTcp, TcpListener } from "../../src/net/mod.ts";
import { defaultSockets } from "../../src/ffi/socket/default.ts";
import { WSAEACCES, WSAEADDRINUSE } from "../../src/ffi/socket/constants.ts";
import type { IocpProactor } from "../../mod.ts";
import { test } from "../windows/_setup.ts";
import { encode, readText } from "../windows/_bytes.ts";
import { soon } from "../windows/_turns.ts";
import { LOCAL, tcpPair } from "../windows/net/_tcp.ts";

const { AddrInUse, ConnectionRefused } = Deno.errors;

/** More than a plain number keeps. */
const MANY = 300;

/** Clients that come in one turn, in which nobody accepts. */
async function refusals(proactor: IocpProactor, port: number): Promise<number> {
  const clients = Array.from(
    { length: MANY },
    () => connectTcp({ hostname: LOCAL.hostname, port, proactor }),
  );
  const ends = await soon(Promise.allSettled(clients));
  let refused = 0;
  for (const end of ends) {
    if (end.status === "fulfilled") end.value.abort();
    else {
      assert(end.reason instanceof ConnectionRefused, `${end.reason}`);
      refused++;
    }
  }
  return refused;
}

test.proactor(
  "a listener with a backlog of 1000 refuses none of 300 clients at once",
  async (proactor) => {
    const listener = TcpListener.listen({
      ...LOCAL,
      backlog: 1000,
      accepts: 1,
      proactor,
    });
    assertEquals(await refusals(proactor, listener.addr.port), 0);
    listener.close();
    for (const end of listener.connections) end.abort();
    await soon(listener.finished);
  },
);

test.proactor("a plain backlog of 1000 keeps 200 clients", async (proactor) => {
  const sockets = defaultSockets();
  const listen = sockets.listen.bind(sockets);
  sockets.listen = (socket) => listen(socket, 1000);
  const listener = TcpListener.listen({ ...LOCAL, accepts: 1, proactor });
  Reflect.deleteProperty(sockets, "listen");
  assert(await refusals(proactor, listener.addr.port) > 0);
  listener.close();
  for (const end of listener.connections) end.abort();
  await soon(listener.finished);
});

test.proactor(
  "a port can be served again while a connection lives that was accepted there",
  async (proactor) => {
    const { listener, client, served } = await tcpPair(proactor);
    listener.close();
    const { port } = listener.addr;
    const next = await tcpPair(proactor, { port });
    await client.write(encode("old"));
    await next.client.write(encode("new"));
    assertEquals(await readText(served, 3), "old");
    assertEquals(await readText(next.served, 3), "new");
    client.close();
    served.close();
    await next[Symbol.asyncDispose]();
  },
);

test.proactor(
  "the port of an exclusive listener is taken while its connections live",
  async (proactor) => {
    const pair = await tcpPair(proactor, { exclusive: true });
    const { listener, client, served } = pair;
    const { port } = listener.addr;
    listener.close();
    const again = () =>
      TcpListener.listen({ ...LOCAL, port, exclusive: true, proactor });
    const error = assertThrows(again, AddrInUse);
    assertEquals(Reflect.get(error, "winerror"), WSAEADDRINUSE);
    client.abort();
    served.abort();
    await Promise.all([client.finished, served.finished]);
    await soon(again().shutdown());
  },
);

test.proactor(
  "one address behind an exclusive listener on all is denied, and told as in use",
  async (proactor) => {
    const all = { hostname: "0.0.0.0", port: 0, exclusive: true, proactor };
    await using listener = TcpListener.listen(all);
    const { port } = listener.addr;
    const error = assertThrows(
      () => TcpListener.listen({ ...LOCAL, port, proactor }),
      AddrInUse,
    );
    assertEquals(Reflect.get(error, "winerror"), WSAEACCES);
  },
);
