/** Deno's own TLS at the other end. */

import { assertEquals, assertRejects } from "@std/assert";
import type { IocpProactor } from "../../mod.ts";
import { connectTcp, startTls, TcpListener } from "../../src/net/mod.ts";
import { CA_CERT, CERT, KEY } from "../windows/net/fixtures/tls.ts";
import {
  type Conn,
  exchangeAll,
  type Listener,
  LOADS,
  loadText,
  LOCAL,
  MEGABYTE,
  netTest,
  receive,
} from "./_net.ts";
import { payload, payloadDigest } from "./peers/payload.mjs";

const SERVER = { serverSide: true, cert: CERT, key: KEY } as const;
const CLIENT = { hostname: "127.0.0.1", caCerts: [CA_CERT] };

/** More than sockets take at once. */
const SIZE = 4 * MEGABYTE;

for (const load of LOADS) {
  const text = loadText(load);

  netTest(`startTls() serves Deno.connectTls: ${text}`, async (proactor) => {
    const listener = listenTls(proactor);
    const { port } = listener.addr;
    const connect = () => Deno.connectTls({ ...CLIENT, port });
    await exchangeAll(listener, connect, load);
    await listener.finished;
  });

  netTest(`startTls() talks to Deno.listenTls: ${text}`, async (proactor) => {
    const listener = Deno.listenTls({ ...LOCAL, cert: CERT, key: KEY });
    const { port } = listener.addr as Deno.NetAddr;
    await exchangeAll(listener, () => connectTls(proactor, port), load);
  });
}

netTest(
  "startTls() serves Deno.startTls after a talk in the clear",
  async (proactor) => {
    using listener = TcpListener.listen({ ...LOCAL, proactor });
    const { hostname, port } = listener.addr;
    const talk = (async () => {
      const tcp = await Deno.connect({ hostname, port });
      await tcp.write(new TextEncoder().encode("STARTTLS"));
      await tcp.read(new Uint8Array(2));
      using tls = await Deno.startTls(tcp, CLIENT);
      assertEquals(await tls.handshake(), { alpnProtocol: null });
      await tls.write(new TextEncoder().encode("hello"));
      await tls.closeWrite();
      return await receive(tls);
    })();
    const served = await listener.accept();
    await served.read(new Uint8Array(8));
    await served.write(new TextEncoder().encode("OK"));
    await using tls = await startTls(served, SERVER);
    for (const data of payload(SIZE)) await tls.write(data);
    const target = new Uint8Array(5);
    assertEquals(await tls.read(target), 5);
    assertEquals(await tls.read(target), null);
    await tls.closeWrite();
    assertEquals(await talk, payloadDigest(SIZE));
  },
);

/** Both ends of a connection, after their handshake. */
async function agreed(proactor: IocpProactor) {
  const listener = listenTls(proactor);
  const { port } = listener.addr;
  const client = await Deno.connectTls({ ...CLIENT, port });
  const handshake = client.handshake();
  const served = await listener.accept();
  await Promise.all([handshake, served.handshake()]);
  return { listener, client, served };
}

netTest(
  "close() lets Deno's TLS read what was written before",
  async (proactor) => {
    const { listener, client, served } = await agreed(proactor);
    using _client = client;
    const writes = [...payload(SIZE)].map((data) => served.write(data));
    served.close();
    assertEquals(await receive(client), payloadDigest(SIZE));
    await Promise.all(writes);
    listener.close();
    await listener.finished;
  },
);

netTest("abort() is no end for Deno's TLS", async (proactor) => {
  const { listener, client, served } = await agreed(proactor);
  using _client = client;
  served.abort();
  await assertRejects(() => receive(client), Deno.errors.UnexpectedEof);
  listener.close();
  await listener.finished;
});

netTest("both ends agree on ALPN", async (proactor) => {
  const listener = listenTls(proactor, ["h2", "http/1.1"]);
  const { port } = listener.addr;
  const alpnProtocols = ["http/1.1"];
  using client = await Deno.connectTls({ ...CLIENT, port, alpnProtocols });
  const handshake = client.handshake();
  using served = await listener.accept();
  const infos = await Promise.all([handshake, served.handshake()]);
  assertEquals(infos, Array(2).fill({ alpnProtocol: "http/1.1" }));
  listener.close();
});

/** A TCP listener whose connections speak TLS. */
function listenTls(proactor: IocpProactor, alpnProtocols: string[] = []) {
  const listener = TcpListener.listen({ ...LOCAL, proactor });
  const options = { ...SERVER, alpnProtocols };
  const accept = async () => await startTls(await listener.accept(), options);
  const { addr, finished } = listener;
  return { accept, addr, finished, close: () => listener.close() } satisfies
    & Listener
    & Pick<TcpListener, "addr" | "finished">;
}

async function connectTls(proactor: IocpProactor, port: number): Promise<Conn> {
  return await startTls(await connectTcp({ port, proactor }), CLIENT);
}
