/**
 * What diagnostics cost: round trips and connections over a pipe, by turns
 * without anybody who watches, with channels that nobody has subscribed to,
 * and with a subscriber and a meter.
 *
 * deno task windows -- run --allow-ffi bench/diagnostics.ts [ROUNDS]
 *
 * @module
 */

import { subscribe, unsubscribe } from "node:diagnostics_channel";
import { connectPipe, IocpProactor, PipeServer } from "../mod.ts";
import type { PipeConnection } from "../mod.ts";
import { type MeterLike, observe } from "../src/diagnostics/mod.ts";
import { publishDiagnostics } from "../src/diagnostics/mod.ts";
import { median, quantile } from "../tools/dependencies/statistics.ts";

const TRIPS = 50;
const CONNECTIONS = 5;
const NAME = `diagnostics-bench-${Deno.pid}`;

/** Does nothing, as a meter does whose measurements nobody takes. */
const IDLE_METER = new Proxy({}, {
  get: () => () => ({
    add() {},
    record() {},
    addCallback() {},
    removeCallback() {},
  }),
}) as MeterLike;

/** What is compared; each is begun before a sample, and ended behind it. */
const STYLES: Record<string, (proactor: IocpProactor) => Disposable> = {
  "nobody watches": () => new DisposableStack(),
  "no subscriber": (proactor) => publishDiagnostics(proactor),
  "subscriber": (proactor) => {
    const ends = new DisposableStack();
    ends.use(publishDiagnostics(proactor));
    for (const name of ["connect", "accept", "close"]) {
      const take = () => {};
      subscribe(`iocp.proactor:${name}`, take);
      ends.defer(() => unsubscribe(`iocp.proactor:${name}`, take));
    }
    return ends;
  },
  "meter": (proactor) => observe({ proactor, meter: IDLE_METER }),
};

async function echo(connection: PipeConnection): Promise<void> {
  const buffer = new Uint8Array(64);
  for (;;) {
    const count = await connection.read(buffer);
    if (count === null) return connection.close();
    await connection.write(buffer.subarray(0, count));
  }
}

/** Microseconds of a round trip. */
async function roundTrip(client: PipeConnection): Promise<number> {
  const data = new Uint8Array(64);
  const since = performance.now();
  for (let i = 0; i < TRIPS; i++) {
    await client.write(data);
    await client.read(data);
  }
  return (performance.now() - since) / TRIPS * 1000;
}

/** Microseconds of a connection that is made, accepted and closed. */
async function connection(
  server: PipeServer,
  proactor: IocpProactor,
): Promise<number> {
  const since = performance.now();
  for (let i = 0; i < CONNECTIONS; i++) {
    const accepted = server.accept();
    const client = await connectPipe(NAME, { proactor });
    const peer = await accepted;
    client.close();
    peer.close();
    await Promise.all([client.finished, peer.finished]);
  }
  return (performance.now() - since) / CONNECTIONS * 1000;
}

/** Other work on the machine makes samples longer, never shorter. */
function print(name: string, samples: number[]): void {
  const [low, middle] = [quantile(samples, 0.05), median(samples)];
  const text = `${low.toFixed(2)} us, median ${middle.toFixed(2)}`;
  console.log(`${name.padEnd(28)} ${text}`);
}

async function main(rounds: number): Promise<void> {
  await using proactor = new IocpProactor();
  const server = PipeServer.listen(NAME, { proactor });
  const client = await connectPipe(NAME, { proactor });
  const served = echo(await server.accept());
  await roundTrip(client); // warms up
  const samples = Object.keys(STYLES)
    .map((name) => ({ name, trips: [] as number[], made: [] as number[] }));
  for (let i = 0; i < rounds; i++) {
    for (const { name, trips, made } of samples) {
      using _watched = STYLES[name]!(proactor);
      trips.push(await roundTrip(client));
      made.push(await connection(server, proactor));
    }
  }
  for (const { name, trips } of samples) print(`round trip, ${name}`, trips);
  for (const { name, made } of samples) print(`connection, ${name}`, made);
  client.close();
  await served;
  server.close();
}

if (import.meta.main) await main(Number(Deno.args[0] ?? 100));
