/**
 * How fast the pipe is.
 *
 * @module
 */

import { connectPipe, type PipeConnection } from "@iocp/proactor";
import { request } from "./transfers.ts";

const MESSAGE_SIZE = 64;
const MILLISECONDS = 700;

/**
 * Connects clients at once and closes them again.
 *
 * @param path The pipe.
 * @param count How many.
 * @returns Connections in a second.
 */
export async function measureConnects(
  path: string,
  count: number,
): Promise<number> {
  const start = performance.now();
  const connecting = Array.from({ length: count }, () => connectPipe(path));
  const connections = await Promise.all(connecting);
  const seconds = (performance.now() - start) / 1000;
  await closeAll(connections);
  return count / seconds;
}

/**
 * Lets clients send 64 bytes and wait for them to come back, again and again.
 *
 * @param path The pipe.
 * @param count How many clients do so at once.
 * @returns Round trips in a second, all clients together.
 */
export async function measureRoundTrips(
  path: string,
  count: number,
): Promise<number> {
  const requests = Array.from(
    { length: count },
    () => request(path, { job: "echo" }),
  );
  const connections = await Promise.all(requests);
  const start = performance.now();
  const end = start + MILLISECONDS;
  const counts = await Promise.all(
    connections.map((connection) => roundTripsUntil(end, connection)),
  );
  const seconds = (performance.now() - start) / 1000;
  await closeAll(connections);
  return counts.reduce((sum, count) => sum + count) / seconds;
}

async function roundTripsUntil(
  end: number,
  connection: PipeConnection,
): Promise<number> {
  const data = new Uint8Array(MESSAGE_SIZE);
  let count = 0;
  for (; performance.now() < end; count++) {
    await connection.write(data);
    for (let rest = MESSAGE_SIZE; rest > 0;) {
      rest -= await connection.read(data) ?? rest;
    }
  }
  return count;
}

async function closeAll(connections: PipeConnection[]): Promise<void> {
  await Promise.all(connections.map((connection) => connection.shutdown()));
}
