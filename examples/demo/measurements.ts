/**
 * How fast a pipe is.
 *
 * @module
 */

import type { Client, Contender, Service } from "./contenders.ts";

const MESSAGE_SIZE = 64;
const MILLISECONDS = 700;

/** Measures something that happens so many times in a second. */
export type Measurement = (
  contender: Contender,
  clients: number,
) => Promise<number>;

/**
 * Connects clients at once and closes them again.
 *
 * @param contender Who serves them.
 * @param count How many.
 * @returns Connections in a second.
 */
export async function measureConnects(
  contender: Contender,
  count: number,
): Promise<number> {
  using service = await contender.serve();
  const start = performance.now();
  const clients = await connectAll(service, count);
  const seconds = (performance.now() - start) / 1000;
  await closeAll(clients);
  return count / seconds;
}

/**
 * Lets clients send 64 bytes and wait for them to come back, again and again.
 *
 * @param contender Who serves them.
 * @param count How many clients do so at once.
 * @returns Round trips in a second, all clients together.
 */
export async function measureRoundTrips(
  contender: Contender,
  count: number,
): Promise<number> {
  using service = await contender.serve();
  const clients = await connectAll(service, count);
  await Promise.all(clients.map((client) => client.start()));
  const start = performance.now();
  const end = start + MILLISECONDS;
  const counts = await Promise.all(
    clients.map((client) => roundTripsUntil(end, client)),
  );
  const seconds = (performance.now() - start) / 1000;
  await closeAll(clients);
  return counts.reduce((sum, count) => sum + count) / seconds;
}

async function roundTripsUntil(end: number, client: Client): Promise<number> {
  const data = new Uint8Array(MESSAGE_SIZE);
  let count = 0;
  for (; performance.now() < end; count++) await client.ask(data);
  return count;
}

function connectAll(service: Service, count: number): Promise<Client[]> {
  return Promise.all(Array.from({ length: count }, () => service.connect()));
}

async function closeAll(clients: readonly Client[]): Promise<void> {
  await Promise.all(clients.map((client) => client.close()));
}
