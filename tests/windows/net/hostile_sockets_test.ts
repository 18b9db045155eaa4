/** Sockets of every kind and style: whose arrays are whose. */

import { assertEquals } from "@std/assert";
import {
  type IocpProactor,
  type ProactorEventLoop,
  toNodeDuplex,
} from "../../../mod.ts";
import type { Socket, SocketAddress, UdpSocket } from "../../../src/net/mod.ts";
import { TCP_PROTOCOLS } from "../../../src/net/tcp/tcp_protocol.ts";
import { TcpListener } from "../../../src/net/tcp/tcp_listener.ts";
import {
  assertOwned,
  DATAGRAM_SIZES,
  each,
  type Hostile,
  hostileTest,
  readAll,
  type Received,
  type Scene,
  STREAM_SIZES,
} from "../_hostile.ts";
import { test } from "../_setup.ts";
import { readBytes } from "../_bytes.ts";
import type { Ends } from "../_pipes.ts";
import { soon } from "../_turns.ts";
import { boundSocket, socketPair } from "./_sockets.ts";
import { LOCAL, tcpPair } from "./_tcp.ts";
import { agree, tlsPair } from "./_tls.ts";
import { listen, record, udpPair } from "./_udp.ts";
import { unixPair, unixTest } from "./_unix.ts";

interface End {
  read(target: Uint8Array): Promise<number | null>;
  write(data: Uint8Array): Promise<number>;
  writable: WritableStream<Uint8Array>;
}

type Pair<C> = (proactor: IocpProactor) => Promise<Ends<C>>;

const writeAll = (end: End, arrays: Hostile[]) =>
  Promise.all(each(arrays, (data) => end.write(data)));

const streamAll = (end: End, arrays: Hostile[]) => {
  const writer = end.writable.getWriter();
  return Promise.all(each(arrays, (data) => writer.write(data)));
};

function over<C extends End>(
  connect: Pair<C>,
  write: (end: C, arrays: Hostile[]) => Promise<unknown>,
): Scene {
  return {
    run: async (arrays, proactor) => {
      await using ends = await connect(proactor);
      const written = write(ends.client, arrays);
      const parts = await readAll(ends.served);
      await soon(written);
      return parts;
    },
  };
}

/** TLS before the handshake. */
async function clearTls(proactor: IocpProactor) {
  const pair = await tlsPair(proactor);
  return { ...pair, served: pair.server };
}

async function tls(proactor: IocpProactor) {
  const pair = await tlsPair(proactor);
  await agree(pair);
  return { ...pair, served: pair.server };
}

hostileTest("TcpConnection.write()", over(tcpPair, writeAll));
hostileTest("TcpConnection.writable", over(tcpPair, streamAll));
hostileTest("TlsConnection.write()", over(tls, writeAll));
hostileTest("TlsConnection.writable", over(tls, streamAll));

hostileTest(
  "TlsConnection.write() before the handshake",
  over(clearTls, writeAll),
);

unixTest(
  "UnixConnection.write() leaves arrays to their owners",
  (proactor) => assertOwned(over(unixPair, writeAll), proactor),
);

hostileTest(
  "the node duplex of a TCP connection",
  over(tcpPair, async (end, arrays) => {
    const duplex = await toNodeDuplex(end);
    duplex.cork();
    each(arrays, (data) => duplex.write(data));
    duplex.uncork();
    await new Promise<void>((resolve) => duplex.end(resolve));
  }),
);

hostileTest("the Transport of a TCP connection", {
  run: async (arrays, proactor) => {
    await using listener = TcpListener.listen({ ...LOCAL, proactor });
    const accepted = listener.accept();
    const options = { ...listener.addr, proactor };
    const [transport] = await TCP_PROTOCOLS.connect(() => ({}), options);
    using served = await soon(accepted);
    each(arrays, (data) => transport.write(data));
    const parts = await readAll(served);
    transport.close();
    return parts;
  },
});

// --- datagrams ---------------------------------------------------------------

async function receiveAll(socket: UdpSocket): Promise<Received> {
  const parts: Received = [];
  for (const _ of DATAGRAM_SIZES) {
    parts.push((await soon(socket.receive()))[0]);
  }
  return parts;
}

for (const hostname of ["127.0.0.1", "localhost"]) {
  hostileTest(`UdpSocket.send() to ${hostname}`, {
    sizes: DATAGRAM_SIZES,
    run: async (arrays, proactor) => {
      await using pair = udpPair(proactor);
      const { port } = pair.b.addr;
      const to = { hostname, port };
      const sent = each(arrays, (data) => pair.a.send(data, to));
      assertEquals(await soon(Promise.all(sent)), [...DATAGRAM_SIZES]);
      const parts = await receiveAll(pair.b);
      // Names are looked up each for itself.
      return parts.sort((a, b) => a.length - b.length);
    },
  });
}

hostileTest("DatagramTransport.sendTo()", {
  sizes: DATAGRAM_SIZES,
  run: async (arrays, proactor) => {
    const { transport } = await record(proactor);
    await using peer = listen(proactor);
    each(arrays, (data) => transport.sendTo(data, peer.addr));
    const parts = await receiveAll(peer);
    transport.abort();
    return parts;
  },
});

// --- raw sockets -------------------------------------------------------------

type Send = (socket: Socket, data: Uint8Array) => Promise<unknown>;

/** One behind the other: a raw socket has no queue. */
function overRaw(proactor: IocpProactor, send: Send): Scene {
  const receive = async (socket: Socket) => {
    const read = async (target: Uint8Array) =>
      await proactor.recvInto(socket, target);
    const parts: Received = [];
    for (const size of STREAM_SIZES) {
      parts.push(await readBytes({ read }, size));
    }
    return parts;
  };
  return {
    run: async (arrays) => {
      using pair = await socketPair(proactor);
      const received = receive(pair.served);
      for (const array of arrays) {
        const [sent] = each([array], (data) => send(pair.client, data));
        await soon(sent!);
      }
      return await soon(received);
    },
  };
}

hostileTest("IocpProactor.send() to a socket", {
  run: (arrays, proactor) => {
    const send: Send = async (socket, data) =>
      await proactor.send(socket, data);
    return overRaw(proactor, send).run(arrays, proactor);
  },
});

function loopScene(loop: ProactorEventLoop, send: Send): Promise<void> {
  const { proactor } = loop;
  return assertOwned(overRaw(proactor, send), proactor);
}

test.loop(
  "sockSendAll() leaves arrays to their owners",
  (loop) => loopScene(loop, (socket, data) => loop.sockSendAll(socket, data)),
);

function datagrams(
  proactor: IocpProactor,
  send: (socket: Socket, data: Uint8Array, port: number) => Promise<number>,
): Scene {
  return {
    sizes: DATAGRAM_SIZES,
    run: async (arrays) => {
      using socket = boundSocket("datagram");
      using peer = boundSocket("datagram");
      const { port } = peer.localAddr as { port: number };
      const parts: Received = [];
      for (const array of arrays) {
        const [sent] = each([array], (data) => send(socket, data, port));
        const { data } = await soon(proactor.recvFrom(peer, 65_536));
        parts.push(data);
        await soon(sent!);
      }
      return parts;
    },
  };
}

hostileTest("IocpProactor.sendTo()", {
  sizes: DATAGRAM_SIZES,
  run: (arrays, proactor) =>
    datagrams(proactor, async (socket, data, port) => {
      const to: SocketAddress = { family: "IPv4", ...LOCAL, port };
      return await proactor.sendTo(socket, data, to);
    }).run(arrays, proactor),
});

for (const hostname of ["127.0.0.1", "localhost"]) {
  test.loop(`sockSendTo() ${hostname} leaves arrays to their owners`, async (loop) => {
    const { proactor } = loop;
    const scene = datagrams(proactor, (socket, data, port) => {
      const to: SocketAddress = { family: "IPv4", hostname, port };
      return loop.sockSendTo(socket, data, to);
    });
    await assertOwned(scene, proactor);
  });
}
