/**
 * What the tests of sockets with other programs share.
 *
 * @module
 */

import { assertEquals } from "@std/assert";
import { deadline } from "@std/async/deadline";
import { createHash } from "node:crypto";
import { IocpProactor } from "../../mod.ts";
import type { TcpConnection } from "../../src/net/mod.ts";
import { loadSymbols } from "../../src/ffi/symbols.ts";
import { loadWaitSymbols } from "../../src/ffi/wait/native.ts";
import { defaultSockets } from "../../src/ffi/socket/default.ts";
import { payload, payloadDigest } from "./peers/payload.mjs";

/** Bytes of a read or a write. */
export const CHUNK = 65_536;

/** Bytes. */
export const MEGABYTE = 2 ** 20;

/** Clients that are served at once. */
export const CLIENTS = 20;

/** This computer, any free port. */
export const LOCAL = { hostname: "127.0.0.1", port: 0 };

/** One large transfer, and many at once. */
export const LOADS: readonly Load[] = [
  { clients: 1, size: 64 * MEGABYTE },
  { clients: CLIENTS, size: MEGABYTE },
];

/** Milliseconds after which a test has failed. */
const PATIENCE = 120_000;

const MISSING = Deno.build.os === "windows" ? missingPermission() : "Windows";

if (MISSING === "") {
  // Libraries stay open, so no test should be blamed.
  loadSymbols();
  loadWaitSymbols();
  defaultSockets();
}

/** How much is exchanged. */
export interface Load {
  /** Clients at once. */
  clients: number;
  /** Bytes that each sends and gets back. */
  size: number;
}

/** What both implementations of a connection offer. */
export type Conn = Pick<
  TcpConnection,
  "read" | "write" | "close" | "closeWrite"
>;

/** What brings connections. */
export interface Listener {
  /** Waits for the next one. */
  accept(): Promise<Conn>;
  /** Takes no more. */
  close(): void;
}

function missingPermission(): string {
  const names = ["net", "ffi"] as const;
  const missing = names.filter((name) =>
    Deno.permissions.querySync({ name }).state !== "granted"
  );
  return missing.map((name) => `--allow-${name}`).join(" and ");
}

/**
 * Registers a test with a proactor of its own; it ignores itself where it
 * cannot run, and its name says why.
 *
 * @param name The name of the test.
 * @param body The test.
 */
export function netTest(
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

/**
 * Describes a load.
 *
 * @param load The load.
 * @returns `20 x 1 MiB and back`
 */
export function loadText({ clients, size }: Load): string {
  return `${clients} x ${size / MEGABYTE} MiB and back`;
}

/**
 * Has clients send the payload and get it back.
 *
 * @param listener Serves; closed at the end.
 * @param connect Makes a client.
 * @param load How many, and how much.
 */
export async function exchangeAll(
  listener: Listener,
  connect: () => Promise<Conn>,
  { clients, size }: Load,
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

/**
 * Reads to the end.
 *
 * @param connection Where from.
 * @returns The digest of what came.
 */
export async function receive(connection: Conn): Promise<string> {
  const hash = createHash("sha256");
  const buffer = new Uint8Array(CHUNK);
  while (true) {
    const count = await connection.read(buffer);
    if (count === null) return hash.digest("hex");
    hash.update(buffer.subarray(0, count));
  }
}

/**
 * Writes all: Deno's own writes may be short.
 *
 * @param connection Where to.
 * @param data The bytes.
 */
export async function writeAll(
  connection: Conn,
  data: Uint8Array,
): Promise<void> {
  for (let rest = data; rest.length > 0;) {
    rest = rest.subarray(await connection.write(rest));
  }
}

/**
 * Runs something several times at once.
 *
 * @param times How often.
 * @param run What.
 * @returns All results.
 */
export function repeat<T>(times: number, run: () => Promise<T>): Promise<T[]> {
  return Promise.all(Array.from({ length: times }, run));
}
