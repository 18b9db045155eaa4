/** Deno's own TCP, and `node:http`, at the other end. */

import { assertEquals } from "@std/assert";
import { deadline } from "@std/async/deadline";
import { createHash } from "node:crypto";
import {
  connectTcp,
  IocpProactor,
  type TcpConnection,
  TcpListener,
} from "../../mod.ts";
import { loadSymbols } from "../../src/ffi/load.ts";
import { defaultSockets } from "../../src/net/socket_io.ts";
import { payload, payloadDigest } from "./peers/payload.mjs";

const CHUNK = 65_536;
const MEGABYTE = 2 ** 20;

/** Clients that are served at once. */
const CLIENTS = 20;

/** Milliseconds after which a test has failed. */
const PATIENCE = 120_000;

const LOCAL = { hostname: "127.0.0.1", port: 0 };

const MISSING = Deno.build.os === "windows" ? missingPermission() : "Windows";

if (MISSING === "") {
  // Libraries stay open, so no test should be blamed.
  loadSymbols();
  defaultSockets();
}

/** What both implementations of TCP offer. */
type Conn = Pick<
  TcpConnection,
  "read" | "write" | "close" | "closeWrite"
>;

/** What both implementations listen with. */
interface Listener {
  accept(): Promise<Conn>;
  close(): void;
}

function missingPermission(): string {
  const names = ["net", "ffi"] as const;
  const missing = names.filter((name) =>
    Deno.permissions.querySync({ name }).state !== "granted"
  );
  return missing.map((name) => `--allow-${name}`).join(" and ");
}

function netTest(
  name: string,
  body: (proactor: IocpProactor) => Promise<void>,
): void {
  const reason = MISSING === "" ? "" : ` (needs ${MISSING})`;
  Deno.test(name + reason, { ignore: MISSING !== "" }, async () => {
    await using proactor = new IocpProactor();
    await deadline(body(proactor), PATIENCE);
    assertEquals(proactor.metrics().unknownPackets, 0);
  });
}

for (const [clients, size] of [[1, 64 * MEGABYTE], [CLIENTS, MEGABYTE]]) {
  const load = `${clients} x ${size! / MEGABYTE} MiB and back`;

  netTest(`TcpListener serves Deno.connect: ${load}`, async (proactor) => {
    const listener = TcpListener.listen({ ...LOCAL, proactor });
    const { hostname, port } = listener.addr;
    const connect = () => Deno.connect({ hostname, port });
    await exchangeAll(listener, connect, { clients: clients!, size: size! });
    await listener.shutdown();
  });

  netTest(`connectTcp talks to Deno.listen: ${load}`, async (proactor) => {
    const listener = Deno.listen(LOCAL);
    const { hostname, port } = listener.addr as Deno.NetAddr;
    const connect = () => connectTcp({ hostname, port, proactor });
    await exchangeAll(listener, connect, { clients: clients!, size: size! });
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

async function exchangeAll(
  listener: Listener,
  connect: () => Promise<Conn>,
  { clients, size }: { clients: number; size: number },
): Promise<void> {
  const serving = serve(listener, clients);
  const using = repeat(clients, async () => exchange(await connect(), size));
  const digests = (await Promise.all([serving, using])).flat();
  assertEquals(digests, Array(2 * clients).fill(payloadDigest(size)));
  listener.close();
}

/** One accept at a time is what Deno's own listener allows. */
async function serve(listener: Listener, clients: number): Promise<string[]> {
  const echoes: Promise<string>[] = [];
  while (echoes.length < clients) echoes.push(echo(await listener.accept()));
  return await Promise.all(echoes);
}

/** Sends back everything; returns the digest of it. */
async function echo(connection: Conn): Promise<string> {
  const hash = createHash("sha256");
  const buffer = new Uint8Array(CHUNK);
  while (true) {
    const count = await connection.read(buffer);
    if (count === null) break;
    hash.update(buffer.subarray(0, count));
    await writeAll(connection, buffer.subarray(0, count));
  }
  connection.close();
  return hash.digest("hex");
}

/** Sends the payload; returns the digest of what comes back meanwhile. */
async function exchange(connection: Conn, size: number): Promise<string> {
  const received = receive(connection);
  for (const chunk of payload(size)) await writeAll(connection, chunk);
  await connection.closeWrite();
  const digest = await received;
  connection.close();
  return digest;
}

/** Reads to the end; returns the digest. */
async function receive(connection: Conn): Promise<string> {
  const hash = createHash("sha256");
  const buffer = new Uint8Array(CHUNK);
  while (true) {
    const count = await connection.read(buffer);
    if (count === null) return hash.digest("hex");
    hash.update(buffer.subarray(0, count));
  }
}

/** Deno's own writes may be short. */
async function writeAll(connection: Conn, data: Uint8Array): Promise<void> {
  for (let rest = data; rest.length > 0;) {
    rest = rest.subarray(await connection.write(rest));
  }
}

function repeat<T>(times: number, run: () => Promise<T>): Promise<T[]> {
  return Promise.all(Array.from({ length: times }, run));
}
