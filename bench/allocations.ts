/**
 * Prints what reads and writes in protocol style allocate on the JavaScript
 * heap: over 100,000 echoes of 64 bytes over pipes, both ends in this process.
 * Each read hands a new array to its protocol, and each turn of the pump takes
 * an immediate of Deno: what these alone allocate is printed first.
 *
 *     deno task windows -- run --allow-ffi bench/allocations.ts
 *
 * @module
 */

import { portOf } from "../src/proactor/default_port.ts";
import { setImmediate } from "node:timers";
import { ProactorEventLoop } from "../mod.ts";
import { connectClients, EchoServer, MESSAGE } from "./_echo.ts";
import { median } from "./_statistics.ts";
import { uniquePipeName } from "./_style.ts";

/** Small enough that most windows see no garbage collection. */
const WINDOW = 250;
const WINDOWS = 400;
const CONNECTIONS = [1, 64, 256];

/** An echo is two reads and two writes. */
const READS = 2;

/** Keeps the optimizer from leaving out what is measured. */
export let sink: Uint8Array = MESSAGE;

/** Bytes for each operation: the median of the windows. */
async function measure(work: () => Promise<void>): Promise<number> {
  const growths: number[] = [];
  for (let i = 0; i < WINDOWS; i++) {
    const before = Deno.memoryUsage().heapUsed;
    await work();
    growths.push(Deno.memoryUsage().heapUsed - before);
  }
  return median(growths) / WINDOW;
}

function allocateArrays(): Promise<void> {
  for (let i = 0; i < WINDOW; i++) sink = new Uint8Array(MESSAGE.length);
  return Promise.resolve();
}

function takeTurns(): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>();
  let rest = WINDOW;
  const turn = () => {
    if (--rest > 0) setImmediate(turn);
    else resolve();
  };
  turn();
  return promise;
}

async function measureEchoes(
  connections: number,
  array: number,
): Promise<void> {
  await using loop = new ProactorEventLoop();
  const port = portOf(loop.proactor);
  const path = uniquePipeName();
  await loop.startServingPipe(() => new EchoServer(), path, { type: "byte" });
  await connectClients(loop, path, connections);
  await EchoServer.after(WINDOW * 20); // warms up
  const before = port.metrics().batches;
  const bytes = await measure(() => EchoServer.after(WINDOW));
  const turns = (port.metrics().batches - before) / WINDOW / WINDOWS;
  console.log(`${connections} connections, for an echo:`);
  report("bytes in all", bytes);
  report("bytes without the arrays of its reads", bytes - READS * array);
  report("turns with packets", turns);
}

function report(name: string, value: number): void {
  console.log(`  ${name}: ${value.toFixed(2)}`);
}

async function main(): Promise<void> {
  const array = await measure(allocateArrays);
  console.log(`bytes of an array of ${MESSAGE.length}: ${array.toFixed(1)}`);
  const turn = await measure(takeTurns);
  console.log(`bytes of a turn by setImmediate(): ${turn.toFixed(1)}`);
  for (const connections of CONNECTIONS) {
    await measureEchoes(connections, array);
  }
}

await main();
