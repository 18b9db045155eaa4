/**
 * What a flight recorder costs: round trips over a pipe, some without one and
 * some with one, by turns in one process.
 *
 * deno task windows -- run --allow-ffi bench/recorder.ts [ROUNDS]
 *
 * @module
 */

import { connectPipe, IocpProactor, PipeServer } from "../mod.ts";
import type { PipeConnection } from "../mod.ts";
import { median, quantile } from "../tools/dependencies/statistics.ts";

/** Round trips of a sample. */
const TRIPS = 50;
const NAME = `recorder-bench-${Deno.pid}`;

async function echo(connection: PipeConnection): Promise<void> {
  const buffer = new Uint8Array(64);
  for (;;) {
    const count = await connection.read(buffer);
    if (count === null) return connection.close();
    await connection.write(buffer.subarray(0, count));
  }
}

/** Microseconds of a round trip. */
async function sample(client: PipeConnection): Promise<number> {
  const data = new Uint8Array(64);
  const since = performance.now();
  for (let i = 0; i < TRIPS; i++) {
    await client.write(data);
    await client.read(data);
  }
  return (performance.now() - since) / TRIPS * 1000;
}

/** Other work on the machine makes samples longer, never shorter. */
function least(samples: number[]): number {
  return quantile(samples, 0.05);
}

function print(name: string, samples: number[]): void {
  const [low, middle] = [least(samples), median(samples)];
  const text = `${low.toFixed(2)} us a round trip, median ${middle.toFixed(2)}`;
  console.log(`${name.padEnd(12)} ${text}`);
}

async function main(rounds: number): Promise<void> {
  await using proactor = new IocpProactor();
  const server = PipeServer.listen(NAME, { proactor });
  const client = await connectPipe(NAME, { proactor });
  const served = echo(await server.accept());
  await sample(client); // warms up
  const [off, on]: number[][] = [[], []];
  for (let i = 0; i < rounds; i++) {
    off!.push(await sample(client));
    using _recorder = proactor.record();
    on!.push(await sample(client));
  }
  print("recorder off", off!);
  print("recorder on", on!);
  const cost = least(on!) - least(off!);
  console.log(`${(cost * 1000).toFixed(0)} ns a round trip for the recorder`);
  const since = performance.now();
  for (let i = 0; i < 1000; i++) proactor.metrics();
  const each = (performance.now() - since).toFixed(1);
  console.log(
    `${each} us for metrics(), with ${proactor.metrics().slots} slots`,
  );
  client.close();
  await served;
  server.close();
}

if (import.meta.main) await main(Number(Deno.args[0] ?? 200));
