/**
 * `connectTcp()` without `ConnectEx`: what a scoped grant leaves. The tests of
 * `scoped/` run it under such a grant.
 */

import { portOf } from "../../../src/proactor/default_port.ts";
import { assertEquals, assertRejects } from "@std/assert";
import { IocpProactor } from "../../../mod.ts";
import { assertNoLeak, type ProactorBody, test } from "../_setup.ts";
import { encode, readText } from "../_bytes.ts";
import { soon, turn, until } from "../_turns.ts";
import { connectTcp, TcpListener } from "../../../src/net/mod.ts";
import type { Socket } from "../../../src/ffi/socket/api.ts";
import { WSAEWOULDBLOCK } from "../../../src/ffi/socket/constants.ts";
import { ClientSocket } from "../../../src/net/socket/client_socket.ts";
import { PolledConnect } from "../../../src/net/socket/polled_connect.ts";
import { defaultSockets } from "../../../src/ffi/socket/default.ts";
import { pollerOf } from "../../../src/proactor/call/socket_poller.ts";
import { tcpAddr, tcpKind } from "../../../src/net/tcp/tcp_socket.ts";
import {
  abortWhileConnecting,
  assertNotToItself,
  assertRefused,
  NOWHERE,
  passOverNowhere,
} from "./_connect.ts";
import { freePort, LOCAL } from "./_tcp.ts";
import { assertIdle } from "./_readiness.ts";

const { BadResource, TimedOut } = Deno.errors;

/** Registers a test that runs as under a scoped grant. */
function polledTest(name: string, body: ProactorBody): void {
  test.eachMode(name, async (proactor) => {
    const sockets = defaultSockets();
    const changes = { extensions: { value: false, configurable: true } };
    Object.defineProperties(sockets, changes);
    try {
      await body(proactor);
      if (proactor.closed) return;
      await assertIdle(proactor);
      await assertNoLeak(proactor);
    } finally {
      Reflect.deleteProperty(sockets, "extensions");
    }
  });
}

/** Lets an address give no answer: its sockets wait for clients instead. */
class Silence implements Disposable {
  readonly #sockets = defaultSockets();
  /** Sockets without an answer that are open. */
  readonly waiting = new Set<Socket>();
  /** How often it was tried. */
  calls = 0;

  constructor() {
    const sockets = this.#sockets;
    const connect = sockets.connect.bind(sockets);
    const closeSocket = sockets.closeSocket.bind(sockets);
    sockets.connect = (socket, address) =>
      tcpAddr(address).hostname === NOWHERE
        ? this.#wait(socket)
        : connect(socket, address);
    sockets.closeSocket = (socket) => {
      this.waiting.delete(socket);
      return closeSocket(socket);
    };
  }

  [Symbol.dispose](): void {
    Reflect.deleteProperty(this.#sockets, "connect");
    Reflect.deleteProperty(this.#sockets, "closeSocket");
  }

  #wait(socket: Socket): number {
    this.calls++;
    this.waiting.add(socket);
    assertEquals(this.#sockets.listen(socket, 1), 0);
    return WSAEWOULDBLOCK;
  }
}

polledTest("a polled connection carries data and ends", async (proactor) => {
  for (const hostname of ["127.0.0.1", "::1", "localhost"]) {
    await using listener = TcpListener.listen({
      ...LOCAL,
      ...(hostname === "::1" ? { hostname } : {}),
      proactor,
    });
    const { port } = listener.addr;
    using client = await soon(connectTcp({ hostname, port, proactor }));
    using served = await soon(listener.accept());
    assertEquals(served.remoteAddr, client.localAddr);
    assertEquals(client.remoteAddr, listener.addr);
    await client.write(encode("hello"));
    await client.closeWrite();
    assertEquals(await readText(served), "hello");
    await served.write(encode("bye"));
    served.close();
    assertEquals(await readText(client), "bye");
  }
});

polledTest(
  "a polled connection is refused where nobody listens",
  (proactor) => assertRefused(proactor, "connect"),
);

polledTest("a polled connection does not connect to itself", assertNotToItself);

polledTest(
  "a polled connection comes from the local port",
  async (proactor) => {
    await using listener = TcpListener.listen({ ...LOCAL, proactor });
    const { port } = await freePort(proactor);
    const options = { ...listener.addr, localAddr: { port }, proactor };
    using client = await soon(connectTcp(options));
    assertEquals(client.localAddr.port, port);
    (await soon(listener.accept())).close();
    await assertRejects(
      () => soon(connectTcp({ ...options, localAddr: { hostname: NOWHERE } })),
      Deno.errors.AddrNotAvailable,
      `from ${NOWHERE}:0`,
    );
  },
);

polledTest(
  "a polled connection times out and is cancelled",
  async (proactor) => {
    using silence = new Silence();
    const target = { hostname: NOWHERE, port: 9, proactor };
    await assertRejects(
      () => soon(connectTcp({ ...target, timeout: 20 })),
      TimedOut,
      `Cannot connect to ${NOWHERE}:9: the time-out expired`,
    );
    const controller = new AbortController();
    const { signal } = controller;
    const connecting = connectTcp({ ...target, signal });
    const rejected = assertRejects(() => soon(connecting), Error, "enough");
    await until(() => silence.calls === 2);
    controller.abort(new Error("enough"));
    await rejected;
    assertEquals(silence.waiting.size, 0);
  },
);

polledTest(
  "a race passes over a polled connection without an answer",
  async (proactor) => {
    using silence = new Silence();
    await passOverNowhere(proactor);
    assertEquals([silence.calls, silence.waiting.size], [1, 0]);
  },
);

polledTest(
  "a signal that comes with a polled connection leaves nothing",
  (proactor) =>
    abortWhileConnecting(
      proactor,
      (attempt) => attempt % 2 === 0 ? Promise.resolve() : turn(),
    ),
);

polledTest("proactor.close() ends a polled connection", async (proactor) => {
  using silence = new Silence();
  const connecting = connectTcp({ hostname: NOWHERE, port: 9, proactor });
  const refused = assertRejects(
    () => soon(connecting),
    BadResource,
    `Cannot connect to ${NOWHERE}:9: the proactor is closed`,
  );
  await until(() => silence.calls === 1);
  assertEquals(await proactor.close(), 0);
  await refused;
  assertEquals([silence.calls, silence.waiting.size], [1, 0]);
});

polledTest("100 polled connections at once", async (proactor) => {
  await using listener = TcpListener.listen({ ...LOCAL, proactor });
  const serving = (async () => {
    for await (const connection of listener) {
      await connection.write(encode("x"));
      connection.close();
    }
  })();
  const clients = Array.from({ length: 100 }, async () => {
    using client = await connectTcp({ ...listener.addr, proactor });
    return await readText(client);
  });
  const texts = await soon(Promise.all(clients));
  assertEquals(new Set(texts), new Set(["x"]));
  listener.close();
  await soon(serving);
});

Deno.test("a polled connection on a closed proactor is refused", async () => {
  const proactor = new IocpProactor();
  await proactor.close();
  await assertRejects(
    () => connectTcp({ ...LOCAL, port: 80, proactor }),
    BadResource,
  );
});

test.eachMode("a connect that is polled rejects with any reason", async (proactor) => {
  using _silence = new Silence();
  const target = {
    kind: tcpKind("IPv4"),
    remote: { family: "IPv4", hostname: NOWHERE, port: 1 },
    local: { family: "IPv4", hostname: "0.0.0.0", port: 0 },
  } as const;
  for (const reason of [null, "", 0]) {
    const sockets = defaultSockets();
    const connecting = new PolledConnect(
      new ClientSocket(portOf(proactor), sockets, target),
    );
    connecting.cancel(reason);
    const settled = connecting.connected.then(() => [], (error) => [error]);
    assertEquals(await soon(settled), [reason]);
  }
  await until(() => pollerOf(portOf(proactor)).sockets === 0);
});
