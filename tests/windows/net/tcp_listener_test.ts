import { assert, assertEquals, assertRejects, assertThrows } from "@std/assert";
import { IocpProactor } from "../../../mod.ts";
import { connectTcp, TcpListener } from "../../../src/net/mod.ts";
import {
  AF_INET,
  IPPROTO_TCP,
  SO_REUSEADDR,
  SOCK_STREAM,
  SOL_SOCKET,
} from "../../../src/ffi/socket/constants.ts";
import { encodeSocketAddress } from "../../../src/ffi/socket/sockaddr.ts";
import { encodeDword } from "../../../src/ffi/socket/structs.ts";
import { defaultSockets } from "../../../src/ffi/socket/default.ts";
import { assertConnected } from "../_connections.ts";
import { test } from "../_setup.ts";
import { encode, readText } from "../_bytes.ts";
import { soon, turn, until } from "../_turns.ts";
import { LOCAL, resetOnClose, socketOf, tcpPair, upperCase } from "./_tcp.ts";

test.eachMode("a listener serves one client after the other", async (proactor) => {
  await using listener = TcpListener.listen({ ...LOCAL, proactor });
  const serving = (async () => {
    for await (const connection of listener) await upperCase(connection);
  })();
  for (const text of ["one", "two", "three"]) {
    using client = await connectTcp({ ...listener.addr, proactor });
    await client.write(encode(text));
    assertEquals(await readText(client, text.length), text.toUpperCase());
  }
  listener.close();
  await soon(serving);
});

test.proactor("leaving the loop over the clients closes the listener", async (proactor) => {
  const listener = TcpListener.listen({ ...LOCAL, proactor });
  const client = await connectTcp({ ...listener.addr, proactor });
  for await (const connection of listener) {
    await connection.write(encode("still"));
    break;
  }
  assert(listener.closed());
  assertEquals(await readText(client, 5), "still");
  client.close();
  await soon(listener.shutdown({ deadline: 0 }));
  const other = TcpListener.listen({ ...LOCAL, proactor });
  const iterator = other[Symbol.asyncIterator]();
  const waiting = iterator.next();
  const end = { value: undefined, done: true } as const;
  assertEquals(await soon(iterator.return!()), end);
  assertEquals(await soon(waiting), end);
  await soon(other.finished);
});

test.proactor("addr has the port that Windows has chosen", async (proactor) => {
  await using listener = TcpListener.listen({ ...LOCAL, proactor });
  const { transport, hostname, port } = listener.addr;
  assertEquals([transport, hostname], ["tcp", "127.0.0.1"]);
  assert(port > 0);
  await using other = TcpListener.listen({ ...LOCAL, proactor });
  assert(other.addr.port !== port);
});

test.proactor("hostname localhost is 127.0.0.1, and ANY the default", async (proactor) => {
  const options = { hostname: "localhost", port: 0, proactor };
  await using local = TcpListener.listen(options);
  assertEquals(local.addr.hostname, "127.0.0.1");
  await using any = TcpListener.listen({ port: 0, proactor });
  assertEquals(any.addr.hostname, "0.0.0.0");
});

test.proactor("an address can be served once", async (proactor) => {
  await using listener = TcpListener.listen({ ...LOCAL, proactor });
  const { port } = listener.addr;
  const error = assertThrows(
    () => TcpListener.listen({ ...LOCAL, port, proactor }),
    Deno.errors.AddrInUse,
    `Cannot listen on 127.0.0.1:${port}: the address is in use`,
  );
  assertEquals(Reflect.get(error, "syscall"), "bind");
});

test.proactor("nobody can share an exclusive port by SO_REUSEADDR", async (proactor) => {
  const options = { ...LOCAL, exclusive: true, proactor };
  await using listener = TcpListener.listen(options);
  const { port } = listener.addr;
  const sockets = defaultSockets();
  const socket = sockets.createSocket({
    family: AF_INET,
    type: SOCK_STREAM,
    protocol: IPPROTO_TCP,
  });
  const option = { level: SOL_SOCKET, name: SO_REUSEADDR };
  assertEquals(sockets.setSocketOption(socket, option, encodeDword(1)), 0);
  const address = encodeSocketAddress({
    family: "IPv4",
    hostname: "127.0.0.1",
    port,
  });
  const code = sockets.bind(socket, address);
  sockets.closeSocket(socket);
  assert([10013, 10048].includes(code), `${code}`);
});

test.proactor("an address of another computer is refused", (proactor) => {
  assertThrows(
    () => TcpListener.listen({ hostname: "192.0.2.1", port: 0, proactor }),
    Deno.errors.AddrNotAvailable,
    "Cannot listen on 192.0.2.1:0: the address is not available",
  );
});

test.proactor("arguments out of range are refused", (proactor) => {
  const listen = (options: object) => () =>
    TcpListener.listen({ ...LOCAL, proactor, ...options });
  assertThrows(listen({ hostname: "example.com" }), TypeError, "not a numeric");
  assertThrows(listen({ hostname: "" }), TypeError);
  assertThrows(listen({ hostname: 5 }), TypeError);
  for (const port of [-1, 65536, 1.5, NaN, "80", undefined]) {
    assertThrows(listen({ port }), RangeError, "port");
  }
  assertThrows(listen({ backlog: 0 }), RangeError, "backlog");
  assertThrows(listen({ accepts: 0 }), RangeError, "accepts");
  assertThrows(listen({ accepts: 1025 }), RangeError, "accepts");
  const signal = AbortSignal.abort(new Error("too late"));
  assertThrows(listen({ signal }), Error, "too late");
});

test.eachMode("a client that resets at once harms nobody", async (proactor) => {
  const errors: unknown[] = [];
  await using listener = TcpListener.listen({
    ...LOCAL,
    accepts: 1,
    proactor,
    onError: (error) => errors.push(error),
  });
  const taken: Promise<unknown>[] = [];
  for (let i = 0; i < 20; i++) {
    const client = await connectTcp({ ...listener.addr, proactor });
    resetOnClose(socketOf(client));
    client.abort();
    await client.finished;
  }
  const serving = (async () => {
    for await (const connection of listener) {
      taken.push(upperCase(connection).catch(() => {}));
    }
  })();
  using client = await connectTcp({ ...listener.addr, proactor });
  await client.write(encode("alive"));
  assertEquals(await readText(client, 5), "ALIVE");
  await client.closeWrite();
  listener.close();
  await soon(serving);
  await soon(Promise.all(taken));
  assertEquals(taken.length + errors.length, 21);
});

test.eachMode("clients that reset before they are accepted leave the listener alive", async (proactor) => {
  const errors: Error[] = [];
  await using listener = TcpListener.listen({
    ...LOCAL,
    accepts: 1,
    backlog: 1,
    proactor,
    onError: (error) => errors.push(error as Error),
  });
  // One connection fills our queue; the next one stays with Windows.
  using first = await connectTcp({ ...listener.addr, proactor });
  await until(() => listener.connections.size === 1);
  const second = await connectTcp({ ...listener.addr, proactor });
  resetOnClose(socketOf(second));
  second.abort();
  await soon(second.finished);
  const served = await listener.accept();
  await first.write(encode("1"));
  assertEquals(await readText(served, 1), "1");
  served.close();
  const serving = (async () => {
    for await (const connection of listener) {
      await upperCase(connection).catch(() => {});
    }
  })();
  using third = await connectTcp({ ...listener.addr, proactor });
  await third.write(encode("third"));
  assertEquals(await readText(third, 5), "THIRD");
  third.close();
  listener.close();
  await soon(serving);
  for (const { message } of errors) assert(message.includes("Cannot accept"));
});

test.eachMode("close() during accept() refuses it", async (proactor) => {
  const listener = TcpListener.listen({ ...LOCAL, proactor });
  const { addr } = listener;
  const accepted = listener.accept();
  listener.close();
  listener.close();
  assert(listener.closed());
  await assertRejects(
    () => soon(accepted),
    Deno.errors.BadResource,
    "the listener has been closed",
  );
  await assertRejects(() => listener.accept(), Deno.errors.BadResource);
  await soon(listener.finished);
  await assertRejects(
    () => soon(connectTcp({ ...addr, proactor })),
    Deno.errors.ConnectionRefused,
  );
  await using again = TcpListener.listen({ ...addr, proactor });
  assertEquals(again.addr.port, addr.port);
});

test.proactor("close() leaves accepted connections alone", async (proactor) => {
  await using pair = await tcpPair(proactor);
  pair.listener.close();
  await pair.client.write(encode("still"));
  assertEquals(await readText(pair.served, 5), "still");
});

test.proactor("close() ends connections that nobody has accepted", async (proactor) => {
  const listener = TcpListener.listen({ ...LOCAL, proactor });
  using client = await connectTcp({ ...listener.addr, proactor });
  await until(() => listener.connections.size === 1);
  listener.close();
  assertEquals(await soon(client.read(new Uint8Array(1))), null);
  await soon(listener.finished);
});

test.proactor("shutdown() waits for the connections", async (proactor) => {
  await using pair = await tcpPair(proactor);
  let over = false;
  const down = pair.listener.shutdown().then(() => over = true);
  await turn();
  assertEquals(over, false);
  pair.served.close();
  await soon(down);
  assertEquals(pair.listener.connections.size, 0);
});

test.proactor("shutdown() aborts connections at the deadline", async (proactor) => {
  await using pair = await tcpPair(proactor);
  await soon(pair.listener.shutdown({ deadline: 20 }));
  assertEquals(await soon(pair.client.read(new Uint8Array(1))), null);
  await assertRejects(
    () => pair.listener.shutdown({ deadline: -1 }),
    RangeError,
  );
});

test.proactor("a signal shuts the listener down", async (proactor) => {
  const controller = new AbortController();
  const { signal } = controller;
  const listener = TcpListener.listen({ ...LOCAL, signal, proactor });
  const accepted = listener.accept();
  controller.abort();
  await assertRejects(() => soon(accepted), Deno.errors.BadResource);
  await soon(listener.finished);
});

test.proactor("backlog bounds the connections that wait for accept()", async (proactor) => {
  await using listener = TcpListener.listen({
    ...LOCAL,
    backlog: 2,
    proactor,
  });
  const clients = [];
  for (let i = 0; i < 2; i++) {
    clients.push(await connectTcp({ ...listener.addr, proactor }));
  }
  await until(() => listener.connections.size === 2);
  // Windows completes this one, but nobody takes it yet.
  clients.push(await connectTcp({ ...listener.addr, proactor }));
  for (let i = 0; i < 10; i++) await turn();
  assertEquals(listener.connections.size, 2);
  for (let i = 0; i < 3; i++) {
    const served = await soon(listener.accept());
    served.close();
  }
  for (const client of clients) client.close();
});

test.proactor("a closed proactor listens no more", async () => {
  const proactor = new IocpProactor();
  await proactor.close();
  assertThrows(
    () => TcpListener.listen({ ...LOCAL, proactor }),
    Deno.errors.BadResource,
    "the proactor is closed",
  );
});

test.proactor("a listener on ::1 serves IPv6", async (proactor) => {
  await using listener = TcpListener.listen({
    hostname: "::1",
    port: 0,
    proactor,
  });
  assertEquals(listener.addr.hostname, "::1");
  using client = await connectTcp({ ...listener.addr, proactor });
  using served = await soon(listener.accept());
  assertEquals(served.remoteAddr, client.localAddr);
  assertEquals(served.remoteAddr.hostname, "::1");
  const { port } = listener.addr;
  using other = await connectTcp({ hostname: "[::1]", port, proactor });
  assertEquals(other.remoteAddr, listener.addr);
  (await soon(listener.accept())).close();
});

test.proactor("ipv6Only: false serves both families", async (proactor) => {
  await using listener = TcpListener.listen({
    hostname: "::",
    port: 0,
    ipv6Only: false,
    proactor,
  });
  const { port } = listener.addr;
  for (const hostname of ["127.0.0.1", "::1"]) {
    using client = await connectTcp({ hostname, port, proactor });
    using served = await soon(listener.accept());
    const { hostname: seen } = served.remoteAddr;
    assert([hostname, `::ffff:${hostname}`].includes(seen), seen);
    await assertConnected({ client, served });
  }
});

test.proactor("a listener on :: takes no IPv4 clients by default", async (proactor) => {
  await using listener = TcpListener.listen({
    hostname: "::",
    port: 0,
    proactor,
  });
  const { port } = listener.addr;
  await assertRejects(
    () => soon(connectTcp({ hostname: "127.0.0.1", port, proactor })),
    Deno.errors.ConnectionRefused,
  );
});
