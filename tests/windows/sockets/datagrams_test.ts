import { assertEquals, assertNotEquals } from "@std/assert";
import {
  ERROR_IO_PENDING,
  STATUS_BUFFER_OVERFLOW,
} from "../../../src/ffi/constants.ts";
import {
  decodeSocketAddress,
  encodeSocketAddress,
} from "../../../src/ffi/socket/sockaddr.ts";
import {
  IP_PKTINFO,
  IPPROTO_IP,
  MSG_PEEK,
  SIO_UDP_CONNRESET,
  WSAECONNRESET,
  WSAEMSGSIZE,
} from "../../../src/ffi/socket/constants.ts";
import {
  ADDRESS_AREA_LENGTH,
  encodeBuffers,
  encodeDword,
  encodeMessage,
  WSABUF_SIZE,
  WSAMSG_NAME_LENGTH,
  WSAMSG_SIZE,
} from "../../../src/ffi/socket/structs.ts";
import type { Address } from "../../../src/ffi/win32_api.ts";
import { Bench, sockets, type Started, win32 } from "./_bench.ts";
import { onWine } from "../_wine.ts";

for (const skip of [false, true]) {
  const mode = skip ? "skip mode" : "all packets";

  Deno.test(`wsaRecvFrom() pends and gets a datagram with its sender (${mode})`, () => {
    using bench = new Bench();
    const [sender, receiver] = [bench.udp({ skip }), bench.udp({ skip })];
    const received = bench.recvFrom(receiver, 100);
    assertEquals(received.code, ERROR_IO_PENDING);
    bench.sendTo(sender, "hello", bench.name(receiver));
    assertEquals(bench.succeed(received), 5);
    assertEquals(bench.read(received.address, 5), "hello");
    assertEquals(bench.sender(received.from), bench.name(sender));
  });

  Deno.test(`wsaSendTo() and wsaRecvFrom() that succeed at once queue ${skip ? "no packets" : "packets"} (${mode})`, () => {
    using bench = new Bench();
    const [sender, receiver] = [bench.udp({ skip }), bench.udp({ skip })];
    const sent = bench.sendTo(sender, "hello", bench.name(receiver));
    assertEquals([sent.code, sockets.transferred], [0, 5]);
    if (!skip) assertEquals(bench.succeed(sent), 5);
    bench.readable(receiver);
    const received = bench.recvFrom(receiver, 100);
    assertEquals([received.code, received.transferred], [0, 5]);
    if (!skip) assertEquals(bench.succeed(received), 5);
    assertEquals(bench.sender(received.from), bench.name(sender));
    bench.silent();
  });

  Deno.test(`wsaRecvFrom() that pends ends with STATUS_BUFFER_OVERFLOW and a part of the datagram (${mode})`, () => {
    using bench = new Bench();
    const [sender, receiver] = [bench.udp({ skip }), bench.udp({ skip })];
    const { code, overlapped, address, from } = bench.recvFrom(receiver, 2);
    assertEquals(code, ERROR_IO_PENDING);
    bench.sendTo(sender, "hello", bench.name(receiver));
    const status = STATUS_BUFFER_OVERFLOW;
    assertEquals(bench.packet(overlapped), { overlapped, status, bytes: 2 });
    assertEquals(bench.read(address, 2), "he");
    assertEquals(bench.sender(from), bench.name(sender));
  });

  Deno.test(`wsaRecvFrom() of no bytes with MSG_PEEK leaves the datagram (${mode})`, () => {
    using bench = new Bench();
    const [sender, receiver] = [bench.udp({ skip }), bench.udp({ skip })];
    const probe = bench.recvFrom(receiver, 0, MSG_PEEK);
    assertEquals(probe.code, ERROR_IO_PENDING);
    const sent = bench.sendTo(sender, "hello", bench.name(receiver));
    assertEquals(bench.packet(probe.overlapped), {
      overlapped: probe.overlapped,
      status: STATUS_BUFFER_OVERFLOW,
      bytes: 0,
    });
    if (!skip) bench.succeed(sent);
    assertEquals(bench.recvFrom(receiver, 100).transferred, 5);
  });

  Deno.test(`wsaRecvFrom() tells an empty datagram from none (${mode})`, () => {
    using bench = new Bench();
    const [sender, receiver] = [bench.udp({ skip }), bench.udp({ skip })];
    const received = bench.recvFrom(receiver, 10);
    bench.sendTo(sender, "", bench.name(receiver));
    assertEquals(bench.succeed(received), 0);
    assertEquals(bench.sender(received.from), bench.name(sender));
  });
}

Deno.test("wsaRecvFrom() of a longer datagram fails with WSAEMSGSIZE at once, and queues a packet", () => {
  using bench = new Bench();
  const { overlapped, code, address } = truncated(bench, { skip: false });
  assertEquals(code, WSAEMSGSIZE);
  const status = STATUS_BUFFER_OVERFLOW;
  assertEquals(bench.packet(overlapped), { overlapped, status, bytes: 2 });
  assertEquals(bench.read(address, 2), "he");
  bench.silent();
});

Deno.test("wsaRecvFrom() of a longer datagram leaves its outcome in the OVERLAPPED in skip mode (Wine queues no packet)", () => {
  using bench = new Bench();
  const { overlapped, code, address } = truncated(bench, { skip: true });
  assertEquals(code, WSAEMSGSIZE);
  // Windows does not document whether a packet follows.
  if (onWine("datagram-overflow-packet")) bench.silent();
  const block = new DataView(bench.bytes(overlapped, 16).buffer);
  assertEquals(block.getUint32(0, true), STATUS_BUFFER_OVERFLOW);
  assertEquals(block.getUint32(8, true), 2);
  assertEquals(bench.read(address, 2), "he");
});

function truncated(bench: Bench, options: { skip: boolean }) {
  const [sender, receiver] = [bench.udp(options), bench.udp(options)];
  const sent = bench.sendTo(sender, "hello", bench.name(receiver));
  if (!options.skip) bench.succeed(sent);
  bench.readable(receiver);
  return bench.recvFrom(receiver, 2);
}

Deno.test("wsaIoctl() with SIO_UDP_CONNRESET turned off keeps ICMP errors out of reads", () => {
  using bench = new Bench();
  assertEquals(readAfterRefusal(bench, false).code, ERROR_IO_PENDING);
  bench.silent();
});

Deno.test("wsaIoctl() with SIO_UDP_CONNRESET turned on lets ICMP errors in (Wine does not)", () => {
  using bench = new Bench();
  const { code, overlapped } = readAfterRefusal(bench, true);
  if (onWine("udp-unreachable")) assertEquals(code, ERROR_IO_PENDING);
  else if (code !== ERROR_IO_PENDING) assertEquals(code, WSAECONNRESET);
  else assertNotEquals(bench.status(overlapped), 0);
});

/** Sends to a closed port, then starts a read. */
function readAfterRefusal(bench: Bench, enabled: boolean): Started {
  const options = { skip: false };
  const [sender, closed] = [bench.udp(options), bench.udp(options)];
  const address = bench.name(closed);
  bench.close(closed);
  const none = new Uint8Array(0);
  const input = encodeDword(enabled);
  const done = sockets.wsaIoctl(sender, SIO_UDP_CONNRESET, input, none);
  assertEquals(done, 0);
  const sent = bench.sendTo(sender, "x", address);
  bench.succeed(sent);
  return bench.recvFrom(sender, 10);
}

Deno.test("connect() sets the peer of a datagram socket", () => {
  using bench = new Bench();
  const options = { skip: false };
  const [sender, receiver] = [bench.udp(options), bench.udp(options)];
  const address = encodeSocketAddress(bench.name(receiver));
  assertEquals(sockets.connect(sender, address), 0);
  const received = bench.recvFrom(receiver, 10);
  const sent = bench.send(sender, "hi");
  assertEquals([bench.succeed(sent), bench.succeed(received)], [2, 2]);
  assertEquals(bench.read(received.address, 2), "hi");
  assertEquals(sockets.getPeerName(sender), sockets.getSocketName(receiver));
});

Deno.test("wsaSendMsg() and wsaRecvMsg() carry address and control data", () => {
  using bench = new Bench();
  const options = { skip: false };
  const [sender, receiver] = [bench.udp(options), bench.udp(options)];
  const option = { level: IPPROTO_IP, name: IP_PKTINFO };
  assertEquals(sockets.setSocketOption(receiver, option, encodeDword(1)), 0);
  const incoming = message(bench, { address: bench.memory(16), length: 16 }, {
    name: new Uint8Array(ADDRESS_AREA_LENGTH),
    control: 64,
  });
  const read = bench.overlapped();
  const received = sockets.wsaRecvMsg(receiver, incoming.address, read);
  const outgoing = message(bench, bench.text("hello"), {
    name: sockets.getSocketName(receiver)!,
    control: 0,
  });
  const write = bench.overlapped();
  const sent = sockets.wsaSendMsg(sender, outgoing.address, 0, write);
  assertEquals(bench.succeed({ overlapped: write, code: sent }), 5);
  assertEquals(bench.succeed({ overlapped: read, code: received }), 5);
  const header = bench.bytes(incoming.address, WSAMSG_SIZE);
  const length = header[WSAMSG_NAME_LENGTH]!;
  const name = decodeSocketAddress(bench.bytes(incoming.name, length));
  assertEquals(name, bench.name(sender));
  const control = new DataView(bench.bytes(incoming.control, 24).buffer);
  assertEquals(control.getInt32(12, true), IP_PKTINFO);
  assertEquals(control.getUint32(16), 0x7f00_0001); // its own address
});

/** Lays out a WSAMSG with one buffer. */
function message(
  bench: Bench,
  buffer: { address: Address; length: number },
  parts: { name: Uint8Array<ArrayBuffer>; control: number },
) {
  const [name, control] = [bench.memory(64), bench.memory(64)];
  const [buffers, address] = [
    bench.memory(WSABUF_SIZE),
    bench.memory(WSAMSG_SIZE),
  ];
  win32.copyIn(name, parts.name);
  win32.copyIn(buffers, encodeBuffers([buffer]));
  const header = encodeMessage({
    name: { address: name, length: parts.name.byteLength },
    buffers: { address: buffers, count: 1 },
    control: {
      address: parts.control === 0 ? 0n : control,
      length: parts.control,
    },
  });
  win32.copyIn(address, header);
  return { address, name, control };
}
