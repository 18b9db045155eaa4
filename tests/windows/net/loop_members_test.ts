/**
 * Members of asyncio's loop that take what others have made: sockets, ends of
 * pipes, names of services. In comments: CPython's tests of the same scenario.
 */

import {
  assert,
  assertEquals,
  assertGreater,
  assertStrictEquals,
} from "@std/assert";
import { assertInstanceOf, assertRejects, assertThrows } from "@std/assert";
import type { ProactorEventLoop } from "../../../mod.ts";
import {
  createSocket,
  type Socket,
  type TcpAddr,
  TransportSocket,
} from "../../../src/net/mod.ts";
import { pipe } from "../../../src/pipe/mod.ts";
import { test } from "../_setup.ts";
import { decode, encode } from "../_bytes.ts";
import { soon, until } from "../_turns.ts";
import { Recorder } from "../_recorder.ts";
import { onWine } from "../_wine.ts";
import { UpperCase } from "./_tcp.ts";

const HOST = "127.0.0.1";
const LOCAL = { family: "IPv4", hostname: HOST, port: 0 } as const;
const SOL_SOCKET = 0xffff;
const SO_TYPE = 0x1008;
const SO_RCVBUF = 0x1002;
const MSG_PEEK = 2;

async function served(
  loop: ProactorEventLoop,
  body: (port: number) => Promise<void>,
): Promise<void> {
  const server = await loop.createServer(() => new UpperCase(), HOST, 0);
  await body(server.addr.port);
  await soon(server.shutdown({ deadline: 0 }));
}

async function connected(loop: ProactorEventLoop, port: number) {
  const socket = createSocket();
  await soon(loop.sockConnect(socket, { ...LOCAL, port }));
  return socket;
}

// --- sockets of createConnection() -------------------------------------------

// test_create_connection_sock
test.loop("createConnection() takes a connected socket", async (loop) => {
  await served(loop, async (port) => {
    const sock = await connected(loop, port);
    const local = sock.localAddr as { port: number };
    const [transport, client] = await soon(
      loop.createConnection(() => new Recorder(), null, 0, { sock }),
    );
    assertEquals(sock.handle, null);
    const name = transport.getExtraInfo("sockname") as TcpAddr;
    assertEquals(name.port, local.port);
    transport.write(encode("abc"));
    await until(() => client.text === "ABC");
    transport.close();
    await soon(client.lost.promise);
  });
});

// test_create_connection_host_port_sock, test_create_connection_no_host_port_sock
test.loop("createConnection() wants either a host or a socket", async (loop) => {
  using sock = createSocket();
  for (const [host, port] of [[HOST, 0], [null, 80]] as const) {
    await assertRejects(
      () => loop.createConnection(() => ({}), host, port, { sock }),
      TypeError,
      "Cannot create connection: there are both a socket and a host or port",
    );
  }
  await assertRejects(
    () => loop.createConnection(() => ({}), null, 0),
    TypeError,
    "Cannot create connection: there is neither a host nor a socket",
  );
  assert(sock.handle !== null);
});

// test_create_connection_wrong_sock
test.loop("createConnection() refuses a socket that is no connected stream", async (loop) => {
  using datagrams = createSocket({ type: "datagram" });
  datagrams.bind(LOCAL);
  await assertRejects(
    () => loop.createConnection(() => ({}), null, 0, { sock: datagrams }),
    TypeError,
    "the socket is not a stream",
  );
  using stream = createSocket();
  await assertRejects(
    () => loop.createConnection(() => ({}), null, 0, { sock: stream }),
    Error,
  );
  assert(datagrams.handle !== null && stream.handle !== null);
});

// test_create_connection_service_name, test_create_connection_ipv4_scope
test.loop("a service name is a port (Wine may know none)", async (loop) => {
  await assertRejects(
    () =>
      soon(loop.createConnection(() => ({}), HOST, "no such service", {
        timeout: 5000,
      })),
    Deno.errors.NotFound,
  );
  const server = await loop.createServer(() => new UpperCase(), HOST, "0");
  const port = `${server.addr.port}`;
  assertGreater(server.addr.port, 0);
  const [transport, client] = await soon(
    loop.createConnection(() => new Recorder(), HOST, port),
  );
  transport.close();
  await soon(client.lost.promise);
  await soon(server.shutdown({ deadline: 0 }));
  if (onWine("services")) return;
  await assertRejects(
    () => soon(loop.createConnection(() => ({}), HOST, "discard")),
    Deno.errors.ConnectionRefused,
  );
});

// test_create_connection_no_valid_family, test_create_server_ipv6 (family)
test.loop("createConnection() tries one family when it is told to", async (loop) => {
  await served(loop, async (port) => {
    const [transport, client] = await soon(
      loop.createConnection(() => new Recorder(), "localhost", port, {
        family: "ipv4",
      }),
    );
    assertEquals(
      (transport.getExtraInfo("peername") as TcpAddr).hostname,
      HOST,
    );
    transport.close();
    await soon(client.lost.promise);
    await assertRejects(
      () =>
        soon(
          loop.createConnection(() => ({}), HOST, port, { family: "ipv6" }),
        ),
      Deno.errors.NotFound,
    );
    const family = "ipx" as "ipv4";
    await assertRejects(
      () => loop.createConnection(() => ({}), HOST, port, { family }),
      TypeError,
    );
  });
});

// --- sockets of createDatagramEndpoint() --------------------------------------

// test_create_datagram_endpoint_sock
test.loop("createDatagramEndpoint() takes a bound socket", async (loop) => {
  const sock = createSocket({ type: "datagram" });
  sock.bind(LOCAL);
  const { port } = sock.localAddr as { port: number };
  const got = Promise.withResolvers<string>();
  const protocol = {
    datagramReceived: (data: Uint8Array) => got.resolve(decode(data)),
  };
  const [transport] = await loop.createDatagramEndpoint(() => protocol, {
    sock,
  });
  assertEquals(sock.handle, null);
  assertEquals(transport.getExtraInfo("sockname"), {
    transport: "udp",
    hostname: HOST,
    port,
  });
  const [peer] = await loop.createDatagramEndpoint(() => ({}), {
    remoteAddr: { hostname: HOST, port },
  });
  peer.sendTo(encode("hello"));
  assertEquals(await soon(got.promise), "hello");
  peer.close();
  transport.close();
  await soon(transport.finished);
});

test.loop("createDatagramEndpoint() takes a socket that has a peer", async (loop) => {
  const got = Promise.withResolvers<string>();
  const [peer] = await loop.createDatagramEndpoint(
    () => ({ datagramReceived: (data) => got.resolve(decode(data)) }),
    { localAddr: { hostname: HOST, port: 0 } },
  );
  const to = peer.getExtraInfo("sockname") as Deno.NetAddr;
  const sock = createSocket({ type: "datagram" });
  await loop.sockConnect(sock, { ...LOCAL, port: to.port });
  const [transport] = await loop.createDatagramEndpoint(() => ({}), { sock });
  assertEquals(transport.getExtraInfo("peername"), to);
  transport.sendTo(encode("hi"));
  assertEquals(await soon(got.promise), "hi");
  transport.close();
  peer.close();
  await soon(peer.finished);
});

// test_create_datagram_endpoint_sock_sockopts
test.loop("createDatagramEndpoint() refuses what a socket has already", async (loop) => {
  using sock = createSocket({ type: "datagram" });
  sock.bind(LOCAL);
  const localAddr = { hostname: HOST, port: 0 };
  const others = [
    { localAddr },
    { remoteAddr: localAddr },
    { family: "ipv4" },
    { reuseAddress: true },
    { broadcast: true },
  ] as const;
  for (const other of others) {
    await assertRejects(
      () => loop.createDatagramEndpoint(() => ({}), { sock, ...other }),
      TypeError,
      `there are both a socket and ${Object.keys(other)[0]}`,
    );
  }
  assert(sock.handle !== null);
});

// test_create_datagram_endpoint_wrong_sock
test.loop("createDatagramEndpoint() refuses a stream, and what is not bound", async (loop) => {
  using stream = createSocket();
  stream.bind(LOCAL);
  using fresh = createSocket({ type: "datagram" });
  const cases: [Socket, string][] = [
    [stream, "it carries no datagrams"],
    [fresh, "it is not bound"],
  ];
  for (const [sock, state] of cases) {
    await assertRejects(
      () => loop.createDatagramEndpoint(() => ({}), { sock }),
      TypeError,
      state,
    );
    assert(sock.handle !== null);
  }
});

// test_create_datagram_endpoint_no_matching_family
test.loop("createDatagramEndpoint() takes a family", async (loop) => {
  for (const [family, hostname] of [["ipv4", HOST], ["ipv6", "::1"]] as const) {
    const [transport] = await loop.createDatagramEndpoint(() => ({}), {
      family,
      localAddr: { hostname: "localhost", port: 0 },
    });
    const name = transport.getExtraInfo("sockname") as Deno.NetAddr;
    assertEquals(name.hostname, hostname);
    transport.close();
    await soon(transport.finished);
  }
  const [any] = await loop.createDatagramEndpoint(() => ({}), {
    family: "ipv6",
  });
  assertEquals((any.getExtraInfo("sockname") as Deno.NetAddr).hostname, "::");
  any.close();
  await soon(any.finished);
  await assertRejects(
    () =>
      loop.createDatagramEndpoint(() => ({}), {
        family: "ipv6",
        remoteAddr: { hostname: HOST, port: 9 },
      }),
    TypeError,
    "is not of IPv6",
  );
});

// --- raw sockets -------------------------------------------------------------

test.loop("a socket tells its options", async () => {
  using socket = createSocket();
  await soon(Promise.resolve());
  assertEquals(socket.getOption(SOL_SOCKET, SO_TYPE), 1);
  socket.setOption(SOL_SOCKET, SO_RCVBUF, 12_345);
  assertGreater(socket.getOption(SOL_SOCKET, SO_RCVBUF), 0);
  assertEquals(
    socket.getOption(SOL_SOCKET, SO_TYPE, 4),
    Uint8Array.of(1, 0, 0, 0),
  );
  assertThrows(() => socket.getOption(SOL_SOCKET, SO_TYPE, 0), RangeError);
  assertThrows(() => socket.getOption(SOL_SOCKET, 0x7777), Error);
  socket.close();
  assertThrows(
    () => socket.getOption(SOL_SOCKET, SO_TYPE),
    Deno.errors.BadResource,
    "Cannot get option: the socket is closed",
  );
});

test.loop("sockRecv() with MSG_PEEK leaves the bytes", async (loop) => {
  await served(loop, async (port) => {
    using socket = await connected(loop, port);
    await loop.sockSendAll(socket, encode("abc"));
    const flags = MSG_PEEK;
    for (let i = 0; i < 2; i++) {
      const seen = await soon(loop.sockRecv(socket, 10, { flags }));
      assertEquals(decode(seen), "ABC");
    }
    const target = new Uint8Array(10);
    assertEquals(await soon(loop.sockRecvInto(socket, target, { flags })), 3);
    assertEquals(decode(await soon(loop.sockRecv(socket, 10))), "ABC");
  });
});

test.loop("sockRecvFrom() with MSG_PEEK leaves the datagram", async (loop) => {
  using receiver = createSocket({ type: "datagram" });
  receiver.bind(LOCAL);
  using sender = createSocket({ type: "datagram" });
  sender.bind(LOCAL);
  await loop.sockSendTo(sender, encode("abc"), receiver.localAddr!);
  const flags = MSG_PEEK;
  const seen = await soon(loop.sockRecvFrom(receiver, 10, { flags }));
  assertEquals(decode(seen.data), "abc");
  const target = new Uint8Array(10);
  const again = await soon(loop.sockRecvFromInto(receiver, target, { flags }));
  assertEquals(again.byteLength, 3);
  assertEquals(
    decode((await soon(loop.sockRecvFrom(receiver, 9))).data),
    "abc",
  );
});

test.loop("flags are a DWORD, and for sockets", async (loop) => {
  using socket = createSocket();
  await assertRejects(
    () => loop.sockRecv(socket, 1, { flags: -1 }),
    RangeError,
  );
  const [reader, writer] = pipe({ proactor: loop.proactor });
  assertThrows(
    () => loop.proactor.recv(reader, 1, { flags: MSG_PEEK }),
    TypeError,
    "Cannot read with flags: the handle is not a socket",
  );
  reader.close();
  writer.close();
});

// test_sock_sendfile_not_a_file
test.loop("sockSendfile() refuses what is no file", async (loop) => {
  await served(loop, async (port) => {
    using socket = await connected(loop, port);
    for (const file of [{}, null, undefined, 5, [], () => {}]) {
      await assertRejects(
        () => loop.sockSendfile(socket, file as unknown as string),
        TypeError,
        "Cannot send file: it is neither a path, nor a handle, nor a file",
      );
    }
  });
});

// --- sockets of servers ------------------------------------------------------

// test_server: test_sockets, TransportSocket
test.loop("the sockets of a server can be asked, but not taken", async (loop) => {
  const server = await loop.createServer(() => ({}), HOST, 0);
  const [socket] = server.sockets;
  assertInstanceOf(socket, TransportSocket);
  assertEquals(socket.type, "stream");
  assertEquals(socket.localAddr, { ...LOCAL, port: server.addr.port });
  assertEquals(typeof socket.fileno(), "bigint");
  assertStrictEquals(socket.handle, socket.fileno());
  socket.setOption(SOL_SOCKET, SO_RCVBUF, 20_000);
  assertGreater(socket.getOption(SOL_SOCKET, SO_RCVBUF), 0);
  assertEquals(socket.getOption(SOL_SOCKET, SO_TYPE, 4).length, 4);
  await soon(server.shutdown({ deadline: 0 }));
  assertEquals(server.sockets, []);
  assertEquals(socket.handle, null);
  for (
    const use of [
      () => socket.fileno(),
      () => socket.type,
      () => socket.localAddr,
      () => socket.getOption(SOL_SOCKET, SO_TYPE),
      () => socket.setOption(SOL_SOCKET, SO_RCVBUF, 1),
    ]
  ) assertThrows(use, Deno.errors.BadResource, "Cannot use socket");
});

// --- ends of pipes -----------------------------------------------------------

// test_read_pipe, test_write_pipe
test.loop("connectReadPipe() and connectWritePipe() carry bytes", async (loop) => {
  const [reader, writer] = pipe({ proactor: loop.proactor });
  const [source, read] = await loop.connectReadPipe(
    () => new Recorder(),
    reader,
  );
  const [sink, written] = await loop.connectWritePipe(
    () => new Recorder(),
    writer,
  );
  assertEquals([reader.handle, writer.handle], [null, null]);
  assertEquals(read.events, ["made"]);
  sink.write(encode("hello"));
  await until(() => read.text === "hello");
  assertThrows(() => source.write(encode("x")), Deno.errors.NotSupported);
  assert(!sink.isReading());
  sink.close();
  assertEquals(await soon(written.lost.promise), null);
  assertEquals(await soon(read.lost.promise), null);
  assertEquals(read.events, ["made", "data", "eof", "lost"]);
  assertEquals(typeof source.getExtraInfo("pipe"), "bigint");
});

// test_write_pipe_disconnect_on_close
test.loop("a writing end is lost when the reader has gone", async (loop) => {
  const [reader, writer] = pipe({ proactor: loop.proactor });
  const [sink, written] = await loop.connectWritePipe(
    () => new Recorder(),
    writer,
  );
  reader.close();
  sink.write(encode("x"));
  assertInstanceOf(await soon(written.lost.promise), Error);
});

test.loop("connectReadPipe() refuses what is no open pipe", async (loop) => {
  const [reader, writer] = pipe({ proactor: loop.proactor });
  const other = { handle: 4n } as unknown as typeof reader;
  await assertRejects(
    () => loop.connectReadPipe(() => ({}), other),
    TypeError,
    "Cannot connect pipe: it is no PipeHandle",
  );
  const factory = "x" as unknown as () => object;
  await assertRejects(() => loop.connectReadPipe(factory, reader), TypeError);
  const failing = () => {
    throw new RangeError("Out of luck");
  };
  await assertRejects(() => loop.connectReadPipe(failing, reader), RangeError);
  assert(reader.handle !== null);
  reader.close();
  writer.close();
  await assertRejects(
    () => loop.connectReadPipe(() => ({}), reader),
    Deno.errors.BadResource,
  );
});
