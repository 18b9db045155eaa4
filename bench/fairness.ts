/**
 * Prints how late a timer of Deno fires, and how a `fetch` gets on, while the
 * completion port is saturated by echoes in this process.
 *
 *     deno task windows -- run --allow-ffi --allow-net bench/fairness.ts
 *
 * @module
 */

import { ProactorEventLoop } from "../mod.ts";
import { connectClients, EchoServer, pause } from "./_echo.ts";
import { quantile } from "./_statistics.ts";
import { uniquePipeName } from "./_style.ts";

const CONNECTIONS = [1, 64, 256];
const WARM = 500;
const RUN = 3000;
const TIMER = 10;

/** The most milliseconds from setting a timer of 10 ms to its call. */
const LIMIT = 20;

/** Milliseconds until each timer fired. */
async function watchTimer(end: number): Promise<number[]> {
  const times: number[] = [];
  while (performance.now() < end) {
    const started = performance.now();
    await pause(TIMER);
    times.push(performance.now() - started);
  }
  return times;
}

/** Milliseconds that each answer took. */
async function watchFetch(end: number, url: string): Promise<number[]> {
  const times: number[] = [];
  while (performance.now() < end) {
    const started = performance.now();
    const response = await fetch(url);
    await response.text();
    times.push(performance.now() - started);
  }
  return times;
}

async function watch(url: string): Promise<void> {
  const end = performance.now() + RUN;
  const echoes = EchoServer.reads;
  const timers = await watchTimer(end);
  const late = timers.filter((time) => time > LIMIT).length;
  print(`echoes a second: ${perSecond(EchoServer.reads - echoes)}`);
  print(`timer of ${TIMER} ms: ${summary(timers)}, ${late} over ${LIMIT} ms`);
  const before = EchoServer.reads;
  const fetches = await watchFetch(performance.now() + RUN, url);
  print(`fetch: ${fetches.length} answers, ${summary(fetches)}`);
  print(`echoes a second beside it: ${perSecond(EchoServer.reads - before)}`);
}

function perSecond(count: number): string {
  return (1000 * count / RUN).toFixed(0);
}

function summary(times: readonly number[]): string {
  const [middle, high, most] = [0.5, 0.99, 1].map((share) =>
    quantile(times, share).toFixed(1)
  );
  return `median ${middle} ms, 99 % ${high} ms, most ${most} ms`;
}

function print(line: string): void {
  console.log(`  ${line}`);
}

async function saturate(connections: number, url: string): Promise<void> {
  await using loop = new ProactorEventLoop();
  const path = uniquePipeName();
  await loop.startServingPipe(() => new EchoServer(), path, { type: "byte" });
  await connectClients(loop, path, connections);
  await pause(WARM);
  console.log(`${connections} connections that never stop`);
  await watch(url);
}

async function main(): Promise<void> {
  const options = { hostname: "127.0.0.1", port: 0, onListen() {} };
  await using server = Deno.serve(options, () => new Response("hello"));
  const url = `http://127.0.0.1:${server.addr.port}/`;
  console.log("nothing else to do");
  await watch(url);
  for (const connections of CONNECTIONS) await saturate(connections, url);
}

await main();
