import { assert, assertEquals, assertNotEquals } from "@std/assert";
import {
  ERROR_INVALID_HANDLE,
  ERROR_IO_PENDING,
  STATUS_CANCELLED,
} from "../../../src/ffi/constants.ts";
import {
  AFD_POLL_ACCEPT,
  AFD_POLL_CONNECT_FAIL,
  AFD_POLL_DISCONNECT,
  AFD_POLL_INFO_SIZE,
  AFD_POLL_LOCAL_CLOSE,
  AFD_POLL_RECEIVE,
  AFD_POLL_SEND,
  AFD_READABLE,
  AFD_WRITABLE,
  baseSocket,
  decodePollEvents,
  encodePollInfo,
  NativeAfd,
} from "../../../src/ffi/socket/afd.ts";
import { OVERLAPPED_SIZE } from "../../../src/ffi/structs.ts";
import type { Socket } from "../../../src/ffi/socket/api.ts";
import {
  FIONBIO,
  SD_SEND,
  SO_ERROR,
  SOL_SOCKET,
  WSAECONNREFUSED,
  WSAENOTSOCK,
  WSAEWOULDBLOCK,
} from "../../../src/ffi/socket/constants.ts";
import {
  type Address,
  type Handle,
  INVALID_HANDLE_VALUE,
} from "../../../src/ffi/win32_api.ts";
import { ANY, Bench, sockets, win32 } from "./_bench.ts";

const afd = new NativeAfd(win32);

/** Polls of one AFD handle; their AFD_POLL_INFO stands in the slot. */
class Poller implements Disposable {
  readonly bench: Bench;
  readonly device: Handle;

  constructor(bench: Bench, options = { skip: false }) {
    this.bench = bench;
    this.device = afd.open();
    assertNotEquals(this.device, INVALID_HANDLE_VALUE, `${afd.lastError}`);
    bench.associate(this.device, options);
  }

  poll(socket: Socket, events: number) {
    const overlapped = this.bench.overlapped();
    const info = overlapped + BigInt(OVERLAPPED_SIZE);
    win32.copyIn(info, encodePollInfo(baseSocket(sockets, socket), events));
    const code = afd.poll(this.device, info, overlapped);
    return { overlapped, info, code };
  }

  events(info: Address): number {
    return decodePollEvents(this.bench.bytes(info, AFD_POLL_INFO_SIZE));
  }

  [Symbol.dispose](): void {
    win32.closeHandle(this.device);
  }
}

Deno.test("poll() completes at once when an event holds", () => {
  using bench = new Bench();
  using poller = new Poller(bench);
  const { client } = bench.pair();
  const { overlapped, info, code } = poller.poll(client, AFD_WRITABLE);
  assertEquals(code, 0);
  bench.succeed({ overlapped, code });
  assertEquals(poller.events(info), AFD_POLL_SEND);
});

Deno.test("poll() that completes at once queues no packet in skip mode", () => {
  using bench = new Bench();
  using poller = new Poller(bench, { skip: true });
  const { client } = bench.pair();
  const { info, code } = poller.poll(client, AFD_WRITABLE);
  assertEquals(code, 0);
  assertEquals(poller.events(info), AFD_POLL_SEND);
  bench.silent();
});

Deno.test("poll() waits for data and takes none", () => {
  using bench = new Bench();
  using poller = new Poller(bench);
  const { client, server } = bench.pair({ skip: true });
  const { overlapped, info, code } = poller.poll(server, AFD_READABLE);
  assertEquals(code, ERROR_IO_PENDING);
  bench.send(client, "hello");
  bench.succeed({ overlapped, code });
  assertEquals(poller.events(info), AFD_POLL_RECEIVE);
  assertEquals(bench.recv(server, 10).transferred, 5);
});

Deno.test("poll() waits for a datagram", () => {
  using bench = new Bench();
  using poller = new Poller(bench);
  const [sender, receiver] = [
    bench.udp({ skip: true }),
    bench.udp({ skip: true }),
  ];
  const { overlapped, info, code } = poller.poll(receiver, AFD_READABLE);
  bench.sendTo(sender, "hello", bench.name(receiver));
  bench.succeed({ overlapped, code });
  assertEquals(poller.events(info), AFD_POLL_RECEIVE);
});

Deno.test("poll() tells that the peer has shut down", () => {
  using bench = new Bench();
  using poller = new Poller(bench);
  const { client, server } = bench.pair();
  const { overlapped, info, code } = poller.poll(server, AFD_READABLE);
  sockets.shutdown(client, SD_SEND);
  bench.succeed({ overlapped, code });
  assert((poller.events(info) & AFD_POLL_DISCONNECT) !== 0);
});

Deno.test("poll() tells that its socket was closed", () => {
  using bench = new Bench();
  using poller = new Poller(bench);
  const { server } = bench.pair();
  const events = AFD_POLL_LOCAL_CLOSE | AFD_POLL_RECEIVE;
  const { overlapped, info, code } = poller.poll(server, events);
  bench.close(server);
  bench.succeed({ overlapped, code });
  assertEquals(poller.events(info), AFD_POLL_LOCAL_CLOSE);
});

Deno.test("poll() tells that a client waits to be accepted", () => {
  using bench = new Bench();
  using poller = new Poller(bench);
  const listener = bench.listener();
  const { overlapped, info, code } = poller.poll(listener, AFD_READABLE);
  assertEquals(code, ERROR_IO_PENDING);
  const client = bench.tcp();
  bench.bind(client, ANY);
  bench.associate(client, { skip: false });
  bench.succeed(bench.connect(client, listener));
  bench.succeed({ overlapped, code });
  assertEquals(poller.events(info), AFD_POLL_ACCEPT);
});

Deno.test("cancelIoEx() on the AFD handle ends a poll with a packet", () => {
  using bench = new Bench();
  using poller = new Poller(bench);
  const { server } = bench.pair();
  const { overlapped, code } = poller.poll(server, AFD_READABLE);
  assertEquals(code, ERROR_IO_PENDING);
  assertEquals(win32.cancelIoEx(poller.device, overlapped), 0);
  assertEquals(bench.status(overlapped), STATUS_CANCELLED);
});

Deno.test("poll() refuses what is no socket, without a packet", () => {
  using bench = new Bench();
  using poller = new Poller(bench);
  const overlapped = bench.overlapped();
  const info = overlapped + BigInt(OVERLAPPED_SIZE);
  win32.copyIn(info, encodePollInfo(0x77774n, AFD_READABLE));
  const code = afd.poll(poller.device, info, overlapped);
  assertEquals(code, ERROR_INVALID_HANDLE);
  bench.silent();
});

Deno.test("connect() of a nonblocking socket and poll() connect without ConnectEx", () => {
  using bench = new Bench();
  using poller = new Poller(bench);
  const listener = bench.listener();
  const address = sockets.getSocketName(listener)!;
  assertEquals(connectAndPoll(poller, address), 0);
});

Deno.test("connect() of a nonblocking socket is refused through poll() and SO_ERROR", () => {
  using bench = new Bench();
  using poller = new Poller(bench);
  const listener = bench.listener();
  const address = sockets.getSocketName(listener)!;
  bench.close(listener);
  assertEquals(connectAndPoll(poller, address), WSAECONNREFUSED);
});

/** Gives the error of the connection, 0 for none. */
function connectAndPoll(
  poller: Poller,
  address: Uint8Array<ArrayBuffer>,
): number {
  const { bench } = poller;
  const client = bench.tcp();
  assertEquals(sockets.ioctlSocket(client, FIONBIO, 1), 0);
  assertEquals(sockets.connect(client, address), WSAEWOULDBLOCK);
  const { overlapped, info, code } = poller.poll(client, AFD_WRITABLE);
  bench.succeed({ overlapped, code });
  const error = pendingError(client);
  const failed = (poller.events(info) & AFD_POLL_CONNECT_FAIL) !== 0;
  assertEquals(failed, error !== 0);
  return error;
}

function pendingError(socket: Socket): number {
  const value = new Uint8Array(4);
  const option = { level: SOL_SOCKET, name: SO_ERROR };
  assertEquals(sockets.getSocketOption(socket, option, value), 0);
  return new DataView(value.buffer).getInt32(0, true);
}

Deno.test("wsaRecv() of a nonblocking socket pends all the same", () => {
  using bench = new Bench();
  const { client, server } = bench.pair({ skip: true });
  assertEquals(sockets.ioctlSocket(server, FIONBIO, 1), 0);
  const received = bench.recv(server, 10);
  assertEquals(received.code, ERROR_IO_PENDING);
  bench.send(client, "hello");
  assertEquals(bench.succeed(received), 5);
});

Deno.test("baseSocket() is the socket itself where no layer stands between", () => {
  using bench = new Bench();
  const socket = bench.tcp();
  assertEquals(baseSocket(sockets, socket), socket);
});

Deno.test("baseSocket() fails for what is no socket", () => {
  using bench = new Bench();
  assertEquals(baseSocket(sockets, bench.port), INVALID_HANDLE_VALUE);
  assertEquals(sockets.lastError, WSAENOTSOCK);
});
