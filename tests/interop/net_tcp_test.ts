/** Deno's own TCP at the other end. */

import { assertEquals } from "@std/assert";
import {
  connectTcp,
  type TcpConnection,
  TcpListener,
} from "../../src/net/mod.ts";
import {
  CHUNK,
  exchangeAll,
  LOADS,
  loadText,
  LOCAL,
  MEGABYTE,
  netTest,
  receive,
} from "./_net.ts";
import { payload, payloadDigest } from "./peers/payload.mjs";

/** More than sockets take at once. */
const SIZE = 16 * MEGABYTE;

for (const load of LOADS) {
  const text = loadText(load);

  netTest(`TcpListener serves Deno.connect: ${text}`, async (proactor) => {
    const listener = TcpListener.listen({ ...LOCAL, proactor });
    const { hostname, port } = listener.addr;
    const connect = () => Deno.connect({ hostname, port });
    await exchangeAll(listener, connect, load);
    await listener.shutdown();
  });

  netTest(`connectTcp talks to Deno.listen: ${text}`, async (proactor) => {
    const listener = Deno.listen(LOCAL);
    const { hostname, port } = listener.addr as Deno.NetAddr;
    const connect = () => connectTcp({ hostname, port, proactor });
    await exchangeAll(listener, connect, load);
  });
}

netTest("addresses are those that Deno sees", async (proactor) => {
  using listener = TcpListener.listen({ ...LOCAL, proactor });
  const { hostname, port } = listener.addr;
  using client = await Deno.connect({ hostname, port });
  using served = await listener.accept();
  assertEquals(served.remoteAddr, client.localAddr);
  assertEquals(served.localAddr, client.remoteAddr);
});

netTest("close() lets Deno read what was written before", async (proactor) => {
  using listener = TcpListener.listen({ ...LOCAL, proactor });
  const { hostname, port } = listener.addr;
  using client = await Deno.connect({ hostname, port });
  const served = await listener.accept();
  const writes = [...payload(SIZE)].map((data) => served.write(data));
  served.close();
  assertEquals(await receive(client), payloadDigest(SIZE));
  await Promise.all(writes);
});

netTest("fetch gets a page from TcpListener", async (proactor) => {
  using listener = TcpListener.listen({ ...LOCAL, proactor });
  const { hostname, port } = listener.addr;
  const serving = listener.accept().then(answerRequest);
  const client = Deno.createHttpClient({ poolMaxIdlePerHost: 0 });
  const response = await fetch(`http://${hostname}:${port}/`, { client });
  assertEquals(await response.text(), "hello");
  client.close();
  await serving;
});

async function answerRequest(served: TcpConnection): Promise<void> {
  await using connection = served;
  const decoder = new TextDecoder();
  const buffer = new Uint8Array(CHUNK);
  for (let request = ""; !request.includes("\r\n\r\n");) {
    const count = await connection.read(buffer);
    request += decoder.decode(buffer.subarray(0, count ?? 0));
  }
  const head = "HTTP/1.1 200 OK\r\nContent-Length: 5\r\nConnection: close";
  await connection.write(new TextEncoder().encode(`${head}\r\n\r\nhello`));
}
