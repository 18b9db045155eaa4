/**
 * What is tested with every peer, on every kind of stream.
 *
 * @module
 */

import { assert, assertEquals, assertRejects } from "@std/assert";
import { createHash } from "node:crypto";
import { IocpProactor } from "../../mod.ts";
import type { StreamConnection } from "../../src/pipe/mod.ts";
import { type Peer, PEERS, type PeerWork } from "./_peers.ts";
import { payload, payloadDigest } from "./peers/payload.mjs";

const CHUNK = 65_536;
const MEGABYTE = 2 ** 20;

/** Milliseconds after which a test has failed. */
const PATIENCE = 120_000;

/** A test at its beginning. */
export interface Scene {
  /** What is at the other end. */
  peer: Peer;
  /** Everything of ours uses it. */
  proactor: IocpProactor;
}

/** A server of ours. */
export interface Place extends AsyncDisposable {
  /** What the peer is told to connect to. */
  target: string;
  /** Waits for the next client. */
  accept(): Promise<StreamConnection>;
}

/** A server of the peer. */
export interface PeerServer {
  /** Its work. */
  work: PeerWork;
  /** Connects to it. */
  open(): Promise<StreamConnection>;
}

/** A kind of stream. */
export interface Medium {
  /** What we serve with, for names. */
  server: string;
  /** What we connect with, for names. */
  connect: string;
  /** Connections at once. */
  clients: number;
  /** Why no peer can be killed, or an empty text. */
  missingForKilled: string;
  /**
   * Serves.
   *
   * @param proactor The proactor to use.
   * @returns The server.
   */
  listen(proactor: IocpProactor): Place;
  /**
   * Has the peer serve.
   *
   * @param scene The peer, and our proactor.
   * @param connections How many it serves.
   * @returns The peer's server.
   */
  use(scene: Scene, connections: number): Promise<PeerServer>;
}

/** How much is exchanged. */
interface Load {
  clients: number;
  size: number;
}

/**
 * Registers the tests of a kind of stream with every peer.
 *
 * @param medium The kind.
 */
export function testPeers(medium: Medium): void {
  for (const peer of PEERS) {
    testServing(medium, peer);
    testConnecting(medium, peer);
    testClosing(medium, peer);
    if (peer.killable) testKilling(medium, peer);
  }
}

function testServing(medium: Medium, peer: Peer): void {
  const { server, clients } = medium;
  peerTest(
    peer,
    `${server} gets 64 MiB from a net client of ${peer.name} and sends them back`,
    (scene) => servePeer(scene, medium, { clients: 1, size: 64 * MEGABYTE }),
  );
  peerTest(
    peer,
    `${server} serves ${clients} net clients of ${peer.name} at once`,
    (scene) => servePeer(scene, medium, { clients, size: MEGABYTE }),
  );
}

function testConnecting(medium: Medium, peer: Peer): void {
  const { connect, clients } = medium;
  peerTest(
    peer,
    `${connect} sends 64 MiB to a net server of ${peer.name} and gets them back`,
    (scene) => usePeer(scene, medium, { clients: 1, size: 64 * MEGABYTE }),
  );
  peerTest(
    peer,
    `${connect} connects ${clients} times at once to a net server of ${peer.name}`,
    (scene) => usePeer(scene, medium, { clients, size: MEGABYTE }),
  );
}

function testClosing(medium: Medium, peer: Peer): void {
  const { server } = medium;
  peerTest(
    peer,
    `close() at ${server} lets a net client of ${peer.name} read what was written before`,
    (scene) => writeAndClose(scene, medium),
  );
  peerTest(
    peer,
    `close() at ${server} without an answer ends the stream of a net client of ${peer.name}`,
    (scene) => closeWithoutAnswer(scene, medium),
  );
}

function testKilling(medium: Medium, peer: Peer): void {
  const { server, connect, missingForKilled } = medium;
  const victim = { ...peer, missing: peer.missing || missingForKilled };
  peerTest(
    victim,
    `${server} serves on when a net client of ${peer.name} is killed while it sends`,
    (scene) => surviveKilledSender(scene, medium),
  );
  peerTest(
    victim,
    `${server} serves on when a net client of ${peer.name} is killed while it receives`,
    (scene) => surviveKilledReceiver(scene, medium),
  );
  peerTest(
    victim,
    `${connect} is told when a net server of ${peer.name} is killed`,
    (scene) => surviveKilledServer(scene, medium),
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
    await body({ peer, proactor });
    assertEquals(proactor.metrics().unknownPackets, 0);
  });
}

async function servePeer(
  { peer, proactor }: Scene,
  medium: Medium,
  { clients, size }: Load,
): Promise<void> {
  await using place = medium.listen(proactor);
  await using work = peer.startClients(place.target, clients, size);
  const serving = repeat(clients, async () => echo(await place.accept()));
  const [digests] = await Promise.all([serving, work.done]);
  assertEquals(digests, Array(clients).fill(payloadDigest(size)));
}

async function usePeer(
  scene: Scene,
  medium: Medium,
  { clients, size }: Load,
): Promise<void> {
  const { work, open } = await medium.use(scene, clients);
  await using _ending = work;
  const using = repeat(clients, async () => exchange(await open(), size));
  const [digests] = await Promise.all([using, work.done]);
  assertEquals(digests, Array(clients).fill(payloadDigest(size)));
}

async function writeAndClose(
  { peer, proactor }: Scene,
  medium: Medium,
): Promise<void> {
  await using place = medium.listen(proactor);
  await using work = peer.startClients(place.target, 1, MEGABYTE);
  const serve = async () => {
    const connection = await place.accept();
    await receive(connection, MEGABYTE);
    const writes = [...payload(MEGABYTE)].map((data) => connection.write(data));
    connection.close();
    await Promise.all(writes);
  };
  await Promise.all([serve(), work.done]);
}

async function closeWithoutAnswer(
  { peer, proactor }: Scene,
  medium: Medium,
): Promise<void> {
  await using place = medium.listen(proactor);
  await using work = peer.startClients(place.target, 1, CHUNK);
  const failure = assertRejects(() => work.done, Error, "65536 bytes short");
  const connection = await place.accept();
  await receive(connection, CHUNK);
  connection.close();
  await failure;
}

async function surviveKilledSender(
  { peer, proactor }: Scene,
  medium: Medium,
): Promise<void> {
  await using place = medium.listen(proactor);
  await using victim = peer.startClients(place.target, 1, 64 * MEGABYTE);
  await using connection = await place.accept();
  await receive(connection, MEGABYTE);
  victim.kill();
  const rest = await countRest(connection);
  assert(rest < 63 * MEGABYTE, `${rest} bytes came`);
  await using next = peer.startClients(place.target, 1, CHUNK);
  await Promise.all([echo(await place.accept()), next.done]);
}

async function surviveKilledReceiver(
  { peer, proactor }: Scene,
  medium: Medium,
): Promise<void> {
  await using place = medium.listen(proactor);
  await using victim = peer.startClients(place.target, 1, MEGABYTE);
  await using connection = await place.accept();
  await receive(connection, MEGABYTE);
  await connection.write(new Uint8Array(CHUNK));
  victim.kill();
  assertEquals(await countRest(connection), 0);
  await assertWritesFail(connection);
  await using next = peer.startClients(place.target, 1, CHUNK);
  await Promise.all([echo(await place.accept()), next.done]);
}

async function surviveKilledServer(
  scene: Scene,
  medium: Medium,
): Promise<void> {
  const { work: victim, open } = await medium.use(scene, 2);
  await using _ending = victim;
  await using connection = await open();
  await connection.write(new Uint8Array(CHUNK));
  await receive(connection, CHUNK);
  victim.kill();
  assertEquals(await countRest(connection), 0);
  await assertWritesFail(connection);
  await assertRejects(() => victim.done, Error, "exit code");
}

/** The first may still be taken. */
async function assertWritesFail(connection: StreamConnection): Promise<void> {
  const chunk = new Uint8Array(CHUNK);
  await assertRejects(async () => {
    while (true) await connection.write(chunk);
  });
}

/** Sends back everything; returns the digest of it. */
async function echo(served: StreamConnection): Promise<string> {
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
  opened: StreamConnection,
  size: number,
): Promise<string> {
  await using connection = opened;
  const received = receive(connection, size);
  for (const chunk of payload(size)) await connection.write(chunk);
  return await received;
}

/** Reads so many bytes; returns their digest. */
async function receive(
  connection: StreamConnection,
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

/** Reads to the end, of which there is more than one kind. */
async function countRest(connection: StreamConnection): Promise<number> {
  const { ConnectionReset, ConnectionAborted } = Deno.errors;
  const buffer = new Uint8Array(CHUNK);
  for (let rest = 0;;) {
    const count = await connection.read(buffer).catch((error) => {
      if (error instanceof ConnectionReset) return null;
      if (error instanceof ConnectionAborted) return null;
      throw error;
    });
    if (count === null) return rest;
    rest += count;
  }
}

function repeat<T>(times: number, run: () => Promise<T>): Promise<T[]> {
  return Promise.all(Array.from({ length: times }, run));
}
