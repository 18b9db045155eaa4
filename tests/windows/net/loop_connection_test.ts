/** createConnection() and createServer(), from asyncio's test_events.py. */

import { assertEquals, assertInstanceOf, assertRejects } from "@std/assert";
import type { BufferedProtocol } from "../../../mod.ts";
import { type TcpAddr, TcpListener } from "../../../src/net/mod.ts";
import { createSocket } from "../../../src/net/socket/socket.ts";
import { test } from "../_setup.ts";
import { encode, pattern } from "../_bytes.ts";
import { soon, turn, until } from "../_turns.ts";
import { Recorder } from "../_recorder.ts";
import { ask, serve } from "./_server.ts";
import { freePort, LOCAL, UpperCase } from "./_tcp.ts";

const { AddrInUse, BadResource, ConnectionRefused, NotFound } = Deno.errors;

test.loop("createConnection() keeps the local address", async (loop) => {
  const server = await serve(loop, "127.0.0.1");
  const { hostname, port } = server.addr;
  const localAddr = { ...LOCAL, port: (await freePort(loop.proactor)).port };
  const [transport] = await soon(
    loop.createConnection(() => ({}), hostname, port, { localAddr }),
  );
  const sockname = transport.getExtraInfo("sockname") as TcpAddr;
  assertEquals([sockname.hostname, sockname.port], [
    "127.0.0.1",
    localAddr.port,
  ]);
  transport.abort();
  await soon(server.shutdown());
});

test.loop("createConnection() passes over addresses of another family", async (loop) => {
  const server = await serve(loop, "::1");
  const { port } = server.addr;
  const options = { localAddr: { hostname: "::1" } };
  const [transport] = await soon(
    loop.createConnection(() => ({}), "localhost", port, options),
  );
  const peername = transport.getExtraInfo("peername") as TcpAddr;
  assertEquals(peername.hostname, "::1");
  await assertRejects(
    () => loop.createConnection(() => ({}), "127.0.0.1", port, options),
    NotFound,
    'Cannot resolve host "127.0.0.1": no IPv6 address',
  );
  transport.abort();
  await soon(server.shutdown());
});

test.loop("createConnection() names the local address that is in use", async (loop) => {
  const { proactor } = loop;
  const server = await serve(loop, "127.0.0.1");
  await using taken = TcpListener.listen({ ...LOCAL, proactor });
  const { hostname, port } = server.addr;
  const localPort = taken.addr.port;
  const options = { localAddr: { ...LOCAL, port: localPort } };
  await assertRejects(
    () => soon(loop.createConnection(() => ({}), hostname, port, options)),
    AddrInUse,
    `Cannot connect to ${hostname}:${port} from 127.0.0.1:${localPort}: ` +
      "the address is in use",
  );
  await soon(server.shutdown());
});

test.loop("createConnection() tells the errors of all addresses", async (loop) => {
  const { port } = await freePort(loop.proactor);
  const error = await assertRejects(
    () => soon(loop.createConnection(() => ({}), "localhost", port)),
    ConnectionRefused,
  );
  assertInstanceOf(error.cause, AggregateError);
  const texts = error.cause.errors.map(({ message }) => message).sort();
  assertEquals(texts, [
    `Cannot connect to 127.0.0.1:${port}: refused`,
    `Cannot connect to [::1]:${port}: refused`,
  ]);
});

test.loop("createConnection() whose factory throws closes the connection", async (loop) => {
  const server = await serve(loop, "127.0.0.1");
  const { hostname, port } = server.addr;
  const factory = () => {
    throw new Error("no protocol");
  };
  await assertRejects(
    () => soon(loop.createConnection(factory, hostname, port)),
    Error,
    "no protocol",
  );
  await soon(server.shutdown());
  assertEquals(server.connections.size, 0);
});

test.loop("a buffered protocol of a connection gets its bytes in place", async (loop) => {
  const data = pattern(9216);
  const server = await loop.createServer(
    () => ({
      connectionMade: (transport) => {
        transport.write(data);
        transport.close();
      },
    }),
    "127.0.0.1",
    0,
  );
  const room = new Uint8Array(100);
  const received: number[] = [];
  const lost = Promise.withResolvers<Error | null>();
  const protocol: BufferedProtocol = {
    getBuffer: () => room,
    bufferUpdated: (count) => received.push(...room.subarray(0, count)),
    connectionLost: (error) => lost.resolve(error),
  };
  const { hostname, port } = server.addr;
  await soon(loop.createConnection(() => protocol, hostname, port));
  assertEquals(await soon(lost.promise), null);
  assertEquals(Uint8Array.from(received), data);
  await soon(server.shutdown());
});

for (const host of ["127.0.0.1", "::1"]) {
  test.loop(`createServer() takes a socket that is bound (${host})`, async (loop) => {
    const v6 = { family: "IPv6", flowInfo: 0, scopeId: 0 } as const;
    const family = host === "::1" ? v6 : { family: "IPv4" } as const;
    const sock = createSocket({ family: family.family });
    sock.bind({ ...family, hostname: host, port: 0 });
    const { handle } = sock;
    const factory = () => new UpperCase();
    const server = await loop.createServer(factory, null, 0, { sock });
    assertEquals(sock.handle, null, "it is the server's now");
    assertEquals(server.sockets.map((one) => one.handle), [handle]);
    assertEquals(server.addr.hostname, host);
    assertEquals(await ask(loop, server.addr), "ABC");
    await soon(server.shutdown());
    await assertRejects(
      () => ask(loop, server.addr),
      Deno.errors.ConnectionRefused,
    );
  });
}

test.loop("createServer() refuses sockets it cannot listen on", async (loop) => {
  const create =
    (options: object, host: string | null = null, port = 0) => () =>
      loop.createServer(() => ({}), host, port, options);
  using unbound = createSocket();
  await assertRejects(create({ sock: unbound }), TypeError, "it is not bound");
  using datagrams = createSocket({ type: "datagram" });
  datagrams.bind({ family: "IPv4", ...LOCAL });
  await assertRejects(create({ sock: datagrams }), TypeError, "no TCP socket");
  const sock = createSocket();
  sock.bind({ family: "IPv4", ...LOCAL });
  const both = "both a socket and a host or port";
  await assertRejects(create({ sock }, "127.0.0.1"), TypeError, both);
  await assertRejects(create({ sock }, null, 80), TypeError, both);
  const { localAddr } = sock;
  await assertRejects(create({ sock, accepts: 0 }), RangeError, "accepts");
  using again = createSocket();
  again.bind(localAddr!); // the server that failed has closed it
  await assertRejects(create({ sock }), BadResource, "the socket is closed");
});

test.loop("createDatagramEndpoint() answers over IPv6", async (loop) => {
  const localAddr = { hostname: "::1", port: 0 };
  const [receiver] = await loop.createDatagramEndpoint(
    () => ({
      datagramReceived: (data: Uint8Array, addr: Deno.NetAddr) =>
        receiver.sendTo(encode(`resp:${new TextDecoder().decode(data)}`), addr),
    }),
    { localAddr },
  );
  const texts: string[] = [];
  const remoteAddr = receiver.getExtraInfo("sockname") as Deno.NetAddr;
  assertEquals(remoteAddr.hostname, "::1");
  const [sender] = await loop.createDatagramEndpoint(
    () => ({
      datagramReceived: (data: Uint8Array) =>
        void texts.push(new TextDecoder().decode(data)),
    }),
    { remoteAddr },
  );
  sender.sendTo(encode("xxx"));
  await until(() => texts.length === 1);
  assertEquals(texts, ["resp:xxx"]);
  sender.close();
  receiver.close();
});

test.loop("a datagram endpoint survives what nobody receives, and ignores late sends", async (loop) => {
  const lost = Promise.withResolvers<Error | null>();
  const texts: string[] = [];
  const [transport] = await loop.createDatagramEndpoint(() => ({
    datagramReceived: (data: Uint8Array) =>
      void texts.push(new TextDecoder().decode(data)),
    connectionLost: (error) => lost.resolve(error),
  }), { localAddr: LOCAL });
  const { port } = await freePort(loop.proactor);
  transport.sendTo(encode("nobody"), { ...LOCAL, port });
  for (let i = 0; i < 5; i++) await turn();
  const own = transport.getExtraInfo("sockname") as Deno.NetAddr;
  transport.sendTo(encode("me"), own);
  await until(() => texts.length === 1);
  transport.close();
  for (let i = 0; i < 6; i++) transport.sendTo(encode("late"), own);
  assertEquals(await soon(lost.promise), null);
  assertEquals(transport.getWriteBufferSize(), 0);
  assertEquals(texts, ["me"]);
});

test.loop("a connection is told to a protocol once it is there", async (loop) => {
  const server = await serve(loop, "127.0.0.1");
  const { hostname, port } = server.addr;
  const [transport, client] = await soon(
    loop.createConnection(() => new Recorder(), hostname, port),
  );
  assertEquals(client.events, ["made"]);
  assertEquals(client.transport, transport);
  transport.close();
  await soon(client.lost.promise);
  assertEquals(client.events, ["made", "lost"]);
  await soon(server.shutdown());
});
