import { portOf } from "../../../src/proactor/default_port.ts";
import { assert, assertEquals, assertRejects } from "@std/assert";
import { IocpProactor } from "../../../mod.ts";
import { connectTcp, TcpListener } from "../../../src/net/mod.ts";
import { ConnectRace, interleave } from "../../../src/net/tcp/connect_race.ts";
import { defaultSockets } from "../../../src/ffi/socket/default.ts";
import type { IpAddress } from "../../../src/net/tcp/tcp_socket.ts";
import { assertNoLeak, test } from "../_setup.ts";
import { soon, until } from "../_turns.ts";
import {
  abortWhileConnecting,
  assertNotToItself,
  assertRefused,
  endsTo,
  NOWHERE,
  passOverNowhere,
  v4,
} from "./_connect.ts";
import { freePort, LOCAL, Silence } from "./_tcp.ts";

const { BadResource, ConnectionRefused, TimedOut } = Deno.errors;

test.eachMode(
  "connectTcp() is refused where nobody listens",
  (proactor) => assertRefused(proactor, "ConnectEx"),
);

test.eachMode(
  "connectTcp() does not connect to itself where nobody listens",
  assertNotToItself,
);

test.proactor("connectTcp() refuses what is no address", async (proactor) => {
  const connect = (options: object) => () =>
    connectTcp({ ...LOCAL, port: 80, proactor, ...options });
  for (const port of [0, -1, 65536, 1.5, "80", undefined]) {
    await assertRejects(connect({ port }), RangeError, "port");
  }
  await assertRejects(connect({ hostname: "" }), TypeError, "hostname");
  await assertRejects(connect({ hostname: 7 }), TypeError, "hostname");
  for (const hostname of ["example.com", "", 7, null]) {
    const localAddr = { hostname };
    await assertRejects(connect({ localAddr }), TypeError, "localAddr");
  }
  for (const localAddr of ["127.0.0.1", 7, null]) {
    await assertRejects(connect({ localAddr }), TypeError, "localAddr");
  }
  const localAddr = { port: 70000 };
  await assertRejects(connect({ localAddr }), RangeError, "localAddr.port");
  await assertRejects(connect({ timeout: -1 }), RangeError, "timeout");
  await assertRejects(connect({ attemptDelay: NaN }), RangeError);
  assertEquals(proactor.metrics().slotsInUse, 0);
});

test.proactor("connectTcp() from a local address and port uses them", async (proactor) => {
  await using listener = TcpListener.listen({ ...LOCAL, proactor });
  const { port } = await freePort(proactor);
  using client = await connectTcp({
    ...listener.addr,
    localAddr: { hostname: "127.0.0.1", port },
    proactor,
  });
  using served = await listener.accept();
  assertEquals(client.localAddr.port, port);
  assertEquals(served.remoteAddr, client.localAddr);
  await assertRejects(
    () => {
      const localAddr = { hostname: NOWHERE };
      return connectTcp({ ...listener.addr, localAddr, proactor });
    },
    Deno.errors.AddrNotAvailable,
    `from ${NOWHERE}:0`,
  );
});

test.proactor("connectTcp() finds localhost", async (proactor) => {
  await using listener = TcpListener.listen({ ...LOCAL, proactor });
  const { port } = listener.addr;
  const hostname = "localhost";
  using client = await soon(connectTcp({ hostname, port, proactor }));
  using served = await listener.accept();
  assertEquals(served.remoteAddr, client.localAddr);
});

test.proactor("connectTcp() times out where nobody answers", async (proactor) => {
  using silence = new Silence(NOWHERE);
  await assertRejects(
    () =>
      soon(connectTcp({ hostname: NOWHERE, port: 9, timeout: 30, proactor })),
    TimedOut,
    `Cannot connect to ${NOWHERE}:9: the time-out expired`,
  );
  assertEquals(silence.calls, 1);
  await assertNoLeak(proactor);
});

test.proactor("connectTcp() rejects with the reason of its signal", async (proactor) => {
  using silence = new Silence(NOWHERE);
  const controller = new AbortController();
  const { signal } = controller;
  const connecting = connectTcp({
    hostname: NOWHERE,
    port: 9,
    signal,
    proactor,
  });
  const rejected = assertRejects(() => soon(connecting), Error, "enough");
  await until(() => silence.calls === 1);
  controller.abort(new Error("enough"));
  await rejected;
  await assertNoLeak(proactor);
});

test.proactor("connectTcp() with an aborted signal calls nothing", async (proactor) => {
  const signal = AbortSignal.abort(new Error("too late"));
  await assertRejects(
    () => connectTcp({ ...LOCAL, port: 80, signal, proactor }),
    Error,
    "too late",
  );
  assertEquals(proactor.metrics().slotsInUse, 0);
});

test.proactor(
  "a signal that comes with the connection leaves nothing open",
  (proactor) => abortWhileConnecting(proactor, () => Promise.resolve()),
);

test.proactor("connectTcp() on a closed proactor is refused", async () => {
  const proactor = new IocpProactor();
  await proactor.close();
  await assertRejects(
    () => connectTcp({ ...LOCAL, port: 80, proactor }),
    BadResource,
    "Cannot connect to 127.0.0.1:80: the proactor is closed",
  );
});

test.proactor("proactor.close() ends connectTcp()", async (proactor) => {
  using silence = new Silence(NOWHERE);
  const connecting = connectTcp({ hostname: NOWHERE, port: 9, proactor });
  const refused = assertRejects(() => soon(connecting), BadResource, "closed");
  await until(() => silence.calls === 1);
  assertEquals(await proactor.close(), 0);
  await refused;
});

test.proactor("connectTcp() finds the one address of a name where somebody listens", async (proactor) => {
  for (const hostname of ["127.0.0.1", "::1"]) {
    await using listener = TcpListener.listen({
      hostname,
      port: 0,
      proactor,
    });
    const { port } = listener.addr;
    const options = { hostname: "localhost", port, proactor };
    using client = await soon(connectTcp(options));
    assertEquals(client.remoteAddr, listener.addr);
    (await listener.accept()).close();
  }
});

test.eachMode("a race passes over an address that does not answer", async (proactor) => {
  using silence = new Silence(NOWHERE);
  await passOverNowhere(proactor);
  assertEquals(silence.calls, 1);
});

test.proactor("a race passes over an address that refuses, at once", async (proactor) => {
  await using listener = TcpListener.listen({ ...LOCAL, proactor });
  const refusing = await freePort(proactor);
  const race = new ConnectRace(portOf(proactor), defaultSockets(), {
    ends: [refusing.port, listener.addr.port].map((port) =>
      endsTo("127.0.0.1", port)
    ),
    attemptDelay: 0x7fff_ffff,
  });
  const handle = await soon(race.connected);
  portOf(proactor).closeHandle(handle);
  (await soon(listener.accept())).close();
});

test.proactor("a race in which several win leaves one connection", async (proactor) => {
  await using listener = TcpListener.listen({ ...LOCAL, proactor });
  const ends = Array.from(
    { length: 5 },
    () => endsTo("127.0.0.1", listener.addr.port),
  );
  const race = new ConnectRace(portOf(proactor), defaultSockets(), {
    ends,
    attemptDelay: 0,
  });
  const handle = await soon(race.connected);
  portOf(proactor).closeHandle(handle);
  listener.close();
});

test.proactor("a race that nobody wins tells all errors", async (proactor) => {
  const refusing = await freePort(proactor);
  const ends = [1, 2].map(() => endsTo("127.0.0.1", refusing.port));
  const race = new ConnectRace(portOf(proactor), defaultSockets(), {
    ends,
    attemptDelay: 0,
  });
  const error = await assertRejects(
    () => soon(race.connected),
    ConnectionRefused,
  );
  assert(error.cause instanceof AggregateError);
  assertEquals(error.cause.errors.length, 2);
});

Deno.test("interleave() lets the families alternate", () => {
  const v6 = (hostname: string): IpAddress => ({
    family: "IPv6",
    hostname,
    port: 1,
    flowInfo: 0,
    scopeId: 0,
  });
  const addresses = [v6("::1"), v6("::2"), v6("::3"), v4("1.1.1.1", 1)];
  assertEquals(
    interleave(addresses).map(({ hostname }) => hostname),
    ["::1", "1.1.1.1", "::2", "::3"],
  );
  assertEquals(interleave([]), []);
});
