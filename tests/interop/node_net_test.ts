import { assert, assertEquals, assertRejects } from "@std/assert";
import { createHash } from "node:crypto";
import {
  connectPipe,
  IocpProactor,
  type PipeConnection,
  PipeServer,
} from "../../mod.ts";
import { loadSymbols } from "../../src/ffi/load.ts";
import { type Peer, PEERS } from "./_peers.ts";
import { payload, payloadDigest } from "./peers/payload.mjs";

const CHUNK = 65_536;
const MEGABYTE = 2 ** 20;

/** Milliseconds after which a test has failed. */
const PATIENCE = 120_000;

/** The `node:net` server of Deno takes four clients, and then no other. */
const CLIENTS = 4;

if (PEERS.some(({ missing }) => missing === "")) {
  loadSymbols(); // libraries stay open, so no test should be blamed
}

/** How much goes through the pipe. */
interface Load {
  clients: number;
  size: number;
}

/** A test at its beginning. */
interface Scene {
  peer: Peer;
  proactor: IocpProactor;
  path: string;
}

for (const peer of PEERS) {
  const { name } = peer;
  peerTest(
    peer,
    `PipeServer gets 64 MiB from a net client of ${name} and sends them back`,
    (scene) => servePeer(scene, { clients: 1, size: 64 * MEGABYTE }),
  );
  peerTest(
    peer,
    `PipeServer serves ${CLIENTS} net clients of ${name} at once`,
    (scene) => servePeer(scene, { clients: CLIENTS, size: MEGABYTE }),
  );
  peerTest(
    peer,
    `connectPipe() sends 64 MiB to a net server of ${name} and gets them back`,
    (scene) => usePeer(scene, { clients: 1, size: 64 * MEGABYTE }),
  );
  peerTest(
    peer,
    `connectPipe() connects ${CLIENTS} times at once to a net server of ${name}`,
    (scene) => usePeer(scene, { clients: CLIENTS, size: MEGABYTE }),
  );
  peerTest(
    peer,
    `close() lets a net client of ${name} read what was written before`,
    writeAndClose,
  );
  peerTest(
    peer,
    `close() without an answer ends the stream of a net client of ${name}`,
    closeWithoutAnswer,
  );
}

for (const peer of PEERS.filter(({ killable }) => killable)) {
  peerTest(
    peer,
    `PipeServer serves on when a net client of ${peer.name} is killed`,
    surviveKill,
  );
}

function peerTest(
  peer: Peer,
  name: string,
  body: (scene: Scene) => Promise<void>,
): void {
  const { missing } = peer;
  const reason = missing === "" ? "" : ` (needs ${missing})`;
  const options = { ignore: missing !== "", timeout: PATIENCE };
  Deno.test(name + reason, options, async () => {
    await using proactor = new IocpProactor();
    const path = `\\\\.\\pipe\\proactor-interop-${crypto.randomUUID()}`;
    await body({ peer, proactor, path });
    assertEquals(proactor.metrics().unknownPackets, 0);
  });
}

async function servePeer(
  { peer, proactor, path }: Scene,
  { clients, size }: Load,
): Promise<void> {
  await using server = PipeServer.listen(path, { type: "byte", proactor });
  await using work = peer.startClients(path, clients, size);
  const serving = repeat(clients, async () => echo(await server.accept()));
  const [digests] = await Promise.all([serving, work.done]);
  assertEquals(digests, Array(clients).fill(payloadDigest(size)));
}

async function usePeer(
  { peer, proactor, path }: Scene,
  { clients, size }: Load,
): Promise<void> {
  await using work = peer.startServer(path, clients);
  const open = () =>
    connectPipe(path, { proactor, waitForServer: true, timeout: 30_000 });
  const using = repeat(clients, async () => exchange(await open(), size));
  const [digests] = await Promise.all([using, work.done]);
  assertEquals(digests, Array(clients).fill(payloadDigest(size)));
}

async function writeAndClose({ peer, proactor, path }: Scene): Promise<void> {
  await using server = PipeServer.listen(path, { type: "byte", proactor });
  await using work = peer.startClients(path, 1, MEGABYTE);
  const serve = async () => {
    const connection = await server.accept();
    await receive(connection, MEGABYTE);
    const writes = [...payload(MEGABYTE)].map((data) => connection.write(data));
    connection.close();
    await Promise.all(writes);
  };
  await Promise.all([serve(), work.done]);
}

async function closeWithoutAnswer(
  { peer, proactor, path }: Scene,
): Promise<void> {
  await using server = PipeServer.listen(path, { type: "byte", proactor });
  await using work = peer.startClients(path, 1, CHUNK);
  const failure = assertRejects(() => work.done, Error, "65536 bytes short");
  const connection = await server.accept();
  await receive(connection, CHUNK);
  connection.close();
  await failure;
}

async function surviveKill({ peer, proactor, path }: Scene): Promise<void> {
  await using server = PipeServer.listen(path, { type: "byte", proactor });
  await using victim = peer.startClients(path, 1, 64 * MEGABYTE);
  const connection = await server.accept();
  await receive(connection, MEGABYTE);
  victim.kill();
  const rest = await countRest(connection);
  assert(rest < 63 * MEGABYTE, `${rest} bytes came`);
  await using next = peer.startClients(path, 1, CHUNK);
  await Promise.all([echo(await server.accept()), next.done]);
}

/** Sends back everything; returns the digest of it. */
async function echo(served: PipeConnection): Promise<string> {
  await using connection = served;
  const hash = createHash("sha256");
  const buffer = new Uint8Array(CHUNK);
  while (true) {
    const count = await connection.read(buffer);
    if (count === null) return hash.digest("hex");
    const data = buffer.subarray(0, count);
    hash.update(data);
    await connection.write(data);
  }
}

/** Sends the payload; returns the digest of what comes back meanwhile. */
async function exchange(
  opened: PipeConnection,
  size: number,
): Promise<string> {
  await using connection = opened;
  const received = receive(connection, size);
  for (const chunk of payload(size)) await connection.write(chunk);
  return await received;
}

/** Reads so many bytes; returns their digest. */
async function receive(
  connection: PipeConnection,
  size: number,
): Promise<string> {
  const hash = createHash("sha256");
  const buffer = new Uint8Array(CHUNK);
  for (let rest = size; rest > 0;) {
    const count = await connection.read(buffer);
    if (count === null) throw new Error(`The peer ended ${rest} bytes early`);
    hash.update(buffer.subarray(0, count));
    rest -= count;
  }
  return hash.digest("hex");
}

/** Reads to the end, which need not be a good one. */
async function countRest(killed: PipeConnection): Promise<number> {
  await using connection = killed;
  const buffer = new Uint8Array(CHUNK);
  for (let rest = 0;;) {
    const count = await connection.read(buffer);
    if (count === null) return rest;
    rest += count;
  }
}

function repeat<T>(times: number, run: () => Promise<T>): Promise<T[]> {
  return Promise.all(Array.from({ length: times }, run));
}
