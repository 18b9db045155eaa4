/**
 * `bench`: round trips and throughput of a pipe.
 *
 * @module
 */

import { connectPipe } from "../pipe/connect_pipe.ts";
import type { PipeConnection } from "../pipe/pipe_connection.ts";
import { PipeServer } from "../pipe/pipe_server.ts";
import { privatePipeName } from "../ffi/pipe_name.ts";
import { DONE } from "./exit_code.ts";
import { pump } from "./pump.ts";
import { jsonLine, styleOf, tableOf } from "./style.ts";
import type { Terminal } from "./terminal.ts";

/** The flags of `bench`. */
export interface BenchFlags {
  /** How long each measurement takes. */
  seconds: number;
  /** The size of a round trip. */
  bytes: number;
  /** Clients at once. */
  clients: number;
  /** Messages instead of bytes. */
  message?: boolean | undefined;
  /** JSON instead of tables. */
  json?: boolean | undefined;
}

/** What was measured. */
interface Measurements {
  /** Round trips in a second, of all clients. */
  roundTripsPerSecond: number;
  /** Microseconds of a round trip: half of them are faster. */
  medianUs: number;
  /** Microseconds: 99 of 100 are faster. */
  p99Us: number;
  /** Microseconds of the slowest. */
  slowestUs: number;
  /** Megabytes in a second one way, of an own server. */
  megabytesPerSecond?: number;
}

const BLOCK = 64 * 1024;
const MEGABYTE = 1e6;

/**
 * Measures a pipe.
 *
 * @param terminal Where results go.
 * @param path An echo server, or `undefined` for one of our own.
 * @param flags What is measured.
 * @returns The exit code.
 */
export async function bench(
  terminal: Terminal,
  path: string | undefined,
  flags: BenchFlags,
): Promise<number> {
  const own = path === undefined;
  const target = path ?? privatePipeName();
  const server = own ? serveEcho(target, flags) : undefined;
  try {
    const measured: Measurements = await roundTrips(terminal, target, flags);
    if (own) measured.megabytesPerSecond = await oneWay(terminal, flags);
    await terminal.write(
      flags.json
        ? jsonLine({ pipe: path ?? null, ...flags, ...measured })
        : shown(terminal, measured),
    );
  } finally {
    await server?.shutdown({ deadline: 0 });
  }
  return DONE;
}

function serveEcho(path: string, { message, clients }: BenchFlags): PipeServer {
  const type = message ? "message" : "byte";
  const instances = Math.min(clients, 254);
  const server = PipeServer.listen(path, { type, instances });
  acceptAll(server).catch(() => {}); // its close ends it
  return server;
}

async function acceptAll(server: PipeServer): Promise<void> {
  for await (const connection of server) {
    pump(connection, (data) => connection.write(data))
      .catch(() => {}) // the client has left
      .finally(() => connection.close());
  }
}

async function roundTrips(
  { interrupted }: Terminal,
  path: string,
  flags: BenchFlags,
): Promise<Measurements> {
  const until = performance.now() + flags.seconds * 1000;
  const times = await Promise.all(
    Array.from({ length: flags.clients }, async () => {
      using client = await connectPipe(path, { signal: interrupted });
      return await trips(client, { ...flags, until, signal: interrupted });
    }),
  );
  const sorted = Float64Array.from(times.flat()).sort();
  const quantile = (part: number) =>
    sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * part))]!;
  return {
    roundTripsPerSecond: sorted.length / flags.seconds,
    medianUs: quantile(0.5) * 1000,
    p99Us: quantile(0.99) * 1000,
    slowestUs: sorted.at(-1)! * 1000,
  };
}

/** Milliseconds of each round trip; the first is not measured. */
async function trips(
  client: PipeConnection,
  options: { bytes: number; until: number; signal: AbortSignal },
): Promise<number[]> {
  const { bytes, until, signal } = options;
  const data = new Uint8Array(bytes);
  const target = new Uint8Array(Math.max(bytes, BLOCK));
  const times: number[] = [];
  await trip(client, data, target);
  do {
    signal.throwIfAborted();
    const since = performance.now();
    await trip(client, data, target);
    times.push(performance.now() - since);
  } while (performance.now() < until);
  return times;
}

async function trip(
  client: PipeConnection,
  data: Uint8Array,
  target: Uint8Array,
): Promise<void> {
  const written = client.write(data);
  for (let received = 0; received < data.length;) {
    const count = await client.read(target);
    if (count === null) {
      throw new Deno.errors.UnexpectedEof(
        "Cannot measure: the server has ended the connection",
      );
    }
    received += count;
  }
  await written;
}

/** Megabytes in a second from a client to a server that only reads. */
async function oneWay(
  { interrupted }: Terminal,
  { seconds, message }: BenchFlags,
): Promise<number> {
  const path = privatePipeName();
  const type = message ? "message" : "byte";
  const server = PipeServer.listen(path, { type, instances: 1 });
  try {
    const accepted = server.accept();
    using client = await connectPipe(path);
    using reader = await accepted;
    const read = countBytes(reader);
    const block = new Uint8Array(BLOCK);
    const since = performance.now();
    while (performance.now() - since < seconds * 1000) {
      interrupted.throwIfAborted();
      await client.write(block);
    }
    client.close();
    return await read / MEGABYTE / ((performance.now() - since) / 1000);
  } finally {
    await server.shutdown({ deadline: 0 });
  }
}

async function countBytes(reader: PipeConnection): Promise<number> {
  let bytes = 0;
  await pump(reader, ({ length }) => {
    bytes += length;
    return Promise.resolve();
  });
  return bytes;
}

function shown({ colors }: Terminal, measured: Measurements): string {
  const style = styleOf(colors.out);
  const { megabytesPerSecond: speed } = measured;
  const rows = [
    ["round trips", measured.roundTripsPerSecond.toFixed(0), "a second"],
    ["median", measured.medianUs.toFixed(1), "us"],
    ["99 of 100", measured.p99Us.toFixed(1), "us at most"],
    ["slowest", measured.slowestUs.toFixed(1), "us"],
  ];
  if (speed !== undefined) {
    rows.push(["one way", speed.toFixed(1), "MB a second"]);
  }
  const columns = [
    { head: "WHAT" },
    { head: "HOW MUCH", right: true, mark: style.cyan },
    { head: "OF" },
  ];
  return tableOf(columns, rows, style);
}
