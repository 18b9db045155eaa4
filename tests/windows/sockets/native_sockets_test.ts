import {
  assert,
  assertEquals,
  assertFalse,
  assertNotEquals,
} from "@std/assert";
import {
  ERROR_IO_PENDING,
  STATUS_CANCELLED,
} from "../../../src/ffi/constants.ts";
import {
  decodeSocketAddress,
  encodeSocketAddress,
} from "../../../src/ffi/socket/sockaddr.ts";
import type { Socket } from "../../../src/ffi/socket/api.ts";
import {
  AF_INET6,
  AF_UNIX,
  IPPROTO_TCP,
  SD_SEND,
  SO_EXCLUSIVEADDRUSE,
  SO_LINGER,
  SOCK_STREAM,
  SOL_SOCKET,
  STATUS_CONNECTION_REFUSED,
  STATUS_CONNECTION_RESET,
  TCP_NODELAY,
  TF_REUSE_SOCKET,
  WSAEADDRINUSE,
  WSAEADDRNOTAVAIL,
  WSAEAFNOSUPPORT,
  WSAECONNREFUSED,
  WSAECONNRESET,
  WSAEINVAL,
  WSAEISCONN,
  WSAENOTCONN,
  WSAENOTSOCK,
} from "../../../src/ffi/socket/constants.ts";
import { NativeSockets } from "../../../src/ffi/socket/native.ts";
import {
  ACCEPT_EXTRA,
  ADDRESS_AREA_LENGTH,
  encodeBuffers,
  encodeDword,
  encodeLinger,
} from "../../../src/ffi/socket/structs.ts";
import { INVALID_HANDLE_VALUE } from "../../../src/ffi/win32_api.ts";
import { ANY, Bench, sockets, test, win32 } from "./_bench.ts";
import { onWine } from "../_wine.ts";

/** Closes a socket so that the peer is told of a reset. */
function reset(bench: Bench, socket: Socket): void {
  const option = { level: SOL_SOCKET, name: SO_LINGER };
  assertEquals(sockets.setSocketOption(socket, option, encodeLinger(0)), 0);
  bench.close(socket);
}

Deno.test("acceptEx() completes when a client connects, with both addresses", () => {
  using bench = new Bench();
  const listener = bench.listener();
  const [server, client] = [bench.tcp(), bench.tcp()];
  bench.bind(client, ANY);
  bench.associate(client, { skip: false });
  const accepted = bench.accept(listener, server);
  assertEquals(accepted.code, ERROR_IO_PENDING);
  const connected = bench.connect(client, listener);
  assertEquals(connected.code, ERROR_IO_PENDING);
  bench.succeed(connected);
  bench.succeed(accepted);
  const { local, remote } = sockets.getAcceptExAddresses(accepted.buffer);
  assertEquals(decodeSocketAddress(local), bench.name(listener));
  assertEquals(decodeSocketAddress(remote), bench.name(client));
});

Deno.test("functions that are called by address are looked up once", () => {
  using bench = new Bench();
  const listener = bench.listener();
  const own = new NativeSockets(win32);
  const wsaIoctl = own.wsaIoctl.bind(own);
  let asked = 0;
  own.wsaIoctl = (...call) => {
    asked++;
    return wsaIoctl(...call);
  };
  for (let i = 0; i < 3; i++) {
    const addressSize = ADDRESS_AREA_LENGTH + ACCEPT_EXTRA;
    const buffer = { address: bench.memory(addressSize * 2), addressSize };
    const overlapped = bench.overlapped();
    const code = own.acceptEx(listener, bench.tcp(), buffer, overlapped);
    assertEquals(code, ERROR_IO_PENDING);
  }
  assertEquals(asked, 2, "AcceptEx, and what reads its addresses");
});

Deno.test("a function that is called by address tells its own error", () => {
  using bench = new Bench();
  const buffer = { address: bench.memory(128), addressSize: 64 };
  const overlapped = bench.overlapped();
  const code = sockets.acceptEx(bench.port, bench.tcp(), buffer, overlapped);
  assertEquals([code, sockets.lastError], [WSAENOTSOCK, WSAENOTSOCK]);
  const parts = { file: 0n, length: 1, perSend: 0, buffers: 0n, flags: 0 };
  const sent = sockets.transmitFile(bench.tcp(), parts, overlapped);
  assertNotEquals(sent, 0);
  assertEquals(sockets.lastError, sent);
  bench.silent();
});

Deno.test("getPeerName() works once the accept context is updated", () => {
  using bench = new Bench();
  const { client, server } = bench.pair();
  assertEquals(sockets.getPeerName(server), sockets.getSocketName(client));
  assertEquals(sockets.getPeerName(client), sockets.getSocketName(server));
});

Deno.test("acceptEx() takes a client that came before", () => {
  using bench = new Bench();
  const listener = bench.listener();
  const client = bench.tcp();
  bench.bind(client, ANY);
  bench.associate(client, { skip: false });
  bench.succeed(bench.connect(client, listener));
  const accepted = bench.accept(listener, bench.tcp());
  bench.succeed(accepted);
});

Deno.test("acceptEx() ends with STATUS_CANCELLED when it is canceled or the listener closes", () => {
  using bench = new Bench();
  const listener = bench.listener();
  const first = bench.accept(listener, bench.tcp());
  assertEquals(win32.cancelIoEx(listener, first.overlapped), 0);
  assertEquals(bench.status(first.overlapped), STATUS_CANCELLED);
  const second = bench.accept(listener, bench.tcp());
  bench.close(listener);
  assertNotEquals(bench.status(second.overlapped), 0);
});

Deno.test("connectEx() ends with STATUS_CONNECTION_REFUSED where nobody listens", () => {
  using bench = new Bench();
  const listener = bench.listener();
  const address = sockets.getSocketName(listener)!;
  bench.close(listener);
  const client = bench.tcp();
  bench.bind(client, ANY);
  bench.associate(client, { skip: true });
  const overlapped = bench.overlapped();
  const code = sockets.connectEx(client, address, overlapped);
  assertEquals(code, ERROR_IO_PENDING);
  const status = bench.status(overlapped);
  assertEquals(status, STATUS_CONNECTION_REFUSED);
  assertEquals(win32.ntStatusToDosError(status), 1225);
});

Deno.test("connectEx() refuses a socket that is not bound, without a packet", () => {
  using bench = new Bench();
  const listener = bench.listener();
  const client = bench.tcp();
  bench.associate(client, { skip: false });
  assertEquals(bench.connect(client, listener).code, WSAEINVAL);
  bench.silent();
});

test.eachMode(
  "wsaSend() that succeeds at once queues a packet unless skipped",
  (bench, options) => {
    const { client } = bench.pair(options);
    const { code, overlapped } = bench.send(client, "hello");
    assertEquals(code, 0);
    assertEquals(sockets.transferred, 5);
    if (!options.skip) assertEquals(bench.succeed({ overlapped, code }), 5);
    bench.silent();
  },
);

test.eachMode(
  "wsaRecv() of what is there queues a packet unless skipped",
  (bench, options) => {
    const { client, server } = bench.pair(options);
    const sent = bench.send(client, "hello");
    if (!options.skip) bench.succeed(sent);
    bench.readable(server);
    const received = bench.recv(server, 100);
    assertEquals([received.code, received.transferred], [0, 5]);
    if (!options.skip) bench.succeed(received);
    bench.silent();
    assertEquals(bench.read(received.address, 5), "hello");
  },
);

test.eachMode("wsaRecv() that pends ends by a packet", (bench, options) => {
  const { client, server } = bench.pair(options);
  const received = bench.recv(server, 100);
  assertEquals(received.code, ERROR_IO_PENDING);
  bench.send(client, "hello");
  assertEquals(bench.succeed(received), 5);
  assertEquals(bench.read(received.address, 5), "hello");
});

test.eachMode(
  "wsaRecv() of no bytes waits for data and leaves them",
  (bench, options) => {
    const { client, server } = bench.pair(options);
    const probe = bench.recv(server, 0);
    assertEquals(probe.code, ERROR_IO_PENDING);
    const sent = bench.send(client, "hello");
    assertEquals(bench.succeed(probe), 0);
    if (!options.skip) bench.succeed(sent);
    assertEquals(bench.recv(server, 100).transferred, 5);
  },
);

test.eachMode(
  "wsaRecv() gets no bytes at the end of the stream",
  (bench, options) => {
    const { client, server } = bench.pair(options);
    const received = bench.recv(server, 100);
    assertEquals(sockets.shutdown(client, SD_SEND), 0);
    assertEquals(bench.succeed(received), 0);
  },
);

test.eachMode(
  "wsaRecv() that pends ends with STATUS_CONNECTION_RESET",
  (bench, options) => {
    const { client, server } = bench.pair(options);
    const received = bench.recv(server, 100);
    reset(bench, client);
    const { overlapped } = received;
    assertEquals(bench.status(overlapped), STATUS_CONNECTION_RESET);
  },
);

test.eachMode(
  "wsaSend() to a peer that has reset fails at once, without a packet",
  (bench, options) => {
    const { client, server } = bench.pair(options);
    const received = bench.recv(server, 100);
    reset(bench, client);
    assertNotEquals(bench.status(received.overlapped), 0);
    assertEquals(bench.send(server, "x").code, WSAECONNRESET);
    bench.silent();
  },
);

test.eachMode(
  "wsaRecv() that is canceled ends with STATUS_CANCELLED",
  (bench, options) => {
    const { server } = bench.pair(options);
    const { overlapped } = bench.recv(server, 100);
    assertEquals(win32.cancelIoEx(server, overlapped), 0);
    assertEquals(bench.status(overlapped), STATUS_CANCELLED);
  },
);

test.eachMode(
  "wsaRecv() ends by a packet when its socket is closed",
  (bench, options) => {
    const { server } = bench.pair(options);
    const received = bench.recv(server, 100);
    bench.close(server);
    assertNotEquals(bench.status(received.overlapped), 0);
  },
);

Deno.test("wsaRecv() fails at once on what is no connection, without a packet", () => {
  using bench = new Bench();
  const socket = bench.tcp();
  bench.associate(socket, { skip: false });
  assertEquals(bench.recv(bench.port, 10).code, WSAENOTSOCK);
  assertEquals(bench.recv(socket, 10).code, WSAENOTCONN);
  bench.silent();
});

Deno.test("wsaSend() gathers and wsaRecv() scatters", () => {
  using bench = new Bench();
  const { client, server } = bench.pair();
  const out = bench.overlapped();
  const parts = encodeBuffers([bench.text("ab"), bench.text("cde")]);
  const sent = sockets.wsaSend(client, parts, 0, out);
  bench.succeed({ overlapped: out, code: sent });
  const [head, tail] = [bench.memory(2), bench.memory(8)];
  const buffers = encodeBuffers([
    { address: head, length: 2 },
    { address: tail, length: 8 },
  ]);
  const overlapped = bench.overlapped();
  const code = sockets.wsaRecv(server, buffers, 0, overlapped);
  assertEquals(bench.succeed({ overlapped, code }), 5);
  assertEquals([bench.read(head, 2), bench.read(tail, 3)], ["ab", "cde"]);
});

Deno.test("disconnectEx() ends the connection for both ends", () => {
  using bench = new Bench();
  const { client, server } = bench.pair();
  const overlapped = bench.overlapped();
  // Its own end may come when TIME_WAIT is over: it is not waited for.
  const code = sockets.disconnectEx(client, TF_REUSE_SOCKET, overlapped);
  assert([0, ERROR_IO_PENDING].includes(code), `${code}`);
  const received = bench.recv(server, 10);
  assertEquals(bench.succeed(received), 0);
});

Deno.test(
  "disconnectEx() with TF_REUSE_SOCKET frees a socket for another connection (Wine's stays connected)",
  () => {
    using bench = new Bench();
    const { client, server } = bench.pair();
    // The end that leaves second: TIME_WAIT is the other one's.
    assertEquals(sockets.shutdown(server, SD_SEND), 0);
    assertEquals(bench.succeed(bench.recv(client, 10)), 0);
    const overlapped = bench.overlapped();
    const code = sockets.disconnectEx(client, TF_REUSE_SOCKET, overlapped);
    bench.succeed({ overlapped, code });
    const listener = bench.listener();
    const accepted = bench.accept(listener, bench.tcp());
    assertEquals(accepted.code, ERROR_IO_PENDING);
    const again = bench.connect(client, listener);
    if (onWine("disconnect-reuse")) return assertEquals(again.code, WSAEISCONN);
    bench.succeed(again);
    bench.succeed(accepted);
  },
);

Deno.test("isIfsSocket() is true for Winsock's own sockets and false for no socket", () => {
  using bench = new Bench();
  assert(sockets.isIfsSocket(bench.tcp()));
  assert(sockets.isIfsSocket(bench.udp({ skip: false })));
  assertFalse(sockets.isIfsSocket(bench.port));
  assertEquals(sockets.lastError, WSAENOTSOCK);
});

Deno.test("options go in by setSocketOption() and come out by getSocketOption()", () => {
  using bench = new Bench();
  const socket = bench.tcp();
  const option = { level: IPPROTO_TCP, name: TCP_NODELAY };
  assertEquals(sockets.setSocketOption(socket, option, encodeDword(true)), 0);
  const value = new Uint8Array(4);
  assertEquals(sockets.getSocketOption(socket, option, value), 0);
  assertEquals(value[0], 1);
  const exclusive = { level: SOL_SOCKET, name: SO_EXCLUSIVEADDRUSE };
  assertEquals(sockets.setSocketOption(socket, exclusive, encodeDword(1)), 0);
});

Deno.test("bind() and connect() tell what is wrong with an address", () => {
  using bench = new Bench();
  const listener = bench.listener();
  const taken = sockets.getSocketName(listener)!;
  assertEquals(sockets.bind(bench.tcp(), taken), WSAEADDRINUSE);
  const foreign = encodeSocketAddress({ ...ANY, hostname: "192.0.2.1" });
  assertEquals(sockets.bind(bench.tcp(), foreign), WSAEADDRNOTAVAIL);
  bench.close(listener);
  assertEquals(sockets.connect(bench.tcp(), taken), WSAECONNREFUSED);
});

Deno.test("calls on an unconnected socket fail with their reason", () => {
  using bench = new Bench();
  const socket = bench.tcp();
  assertEquals(sockets.getSocketName(socket), null);
  assertEquals(sockets.lastError, WSAEINVAL);
  assertEquals(sockets.getPeerName(socket), null);
  assertEquals(sockets.lastError, WSAENOTCONN);
  assertEquals(sockets.shutdown(socket, SD_SEND), WSAENOTCONN);
  assertEquals(sockets.closeSocket(0x55554n), WSAENOTSOCK);
});

Deno.test("createSocket() makes IPv6 sockets", () => {
  using bench = new Bench();
  const socket = bench.tcp(AF_INET6);
  const address = { hostname: "::1", port: 0, flowInfo: 0, scopeId: 0 };
  bench.bind(socket, { family: "IPv6", ...address });
  const name = bench.name(socket);
  assert(name.family === "IPv6" && name.hostname === "::1" && name.port > 0);
});

Deno.test("createSocket() refuses a family that does not exist", () => {
  const parameters = { family: 99, type: SOCK_STREAM, protocol: 0 };
  assertEquals(sockets.createSocket(parameters), INVALID_HANDLE_VALUE);
  assertEquals(sockets.lastError, WSAEAFNOSUPPORT);
});

Deno.test("createSocket() makes Unix sockets (Wine has none)", () => {
  const parameters = { family: AF_UNIX, type: SOCK_STREAM, protocol: 0 };
  const socket = sockets.createSocket(parameters);
  if (onWine("unix-sockets")) {
    assertEquals(socket, INVALID_HANDLE_VALUE);
    assertEquals(sockets.lastError, WSAEAFNOSUPPORT);
    return;
  }
  assertEquals(sockets.closeSocket(socket), 0);
});
