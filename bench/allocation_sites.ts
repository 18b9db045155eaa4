/**
 * Prints which functions allocate while echoes of 64 bytes go over pipes, both
 * ends in this process: a sampling profile of the heap.
 *
 *     deno task windows -- run --allow-all bench/allocation_sites.ts [CONNECTIONS]
 *
 * @module
 */

import { type HeapProfiler, Session } from "node:inspector/promises";
import { ProactorEventLoop } from "../mod.ts";
import { connectClients, EchoServer } from "./_echo.ts";
import { uniquePipeName } from "./_style.ts";

const WARM = 10_000;
const ECHOES = 50_000;
const INTERVAL = 512;
const LINES = 20;

/** Bytes by function. */
type Sites = Map<string, number>;

async function profile(work: () => Promise<void>): Promise<Sites> {
  const session = new Session();
  session.connect();
  await session.post("HeapProfiler.enable");
  await session.post("HeapProfiler.startSampling", {
    samplingInterval: INTERVAL,
    includeObjectsCollectedByMajorGC: true,
    includeObjectsCollectedByMinorGC: true,
  });
  await work();
  const { profile } = await session.post("HeapProfiler.stopSampling");
  session.disconnect();
  const sites: Sites = new Map();
  collect(profile.head, sites);
  return sites;
}

function collect(
  { callFrame, selfSize, children }: HeapProfiler.SamplingHeapProfileNode,
  sites: Sites,
): void {
  const { functionName, url, lineNumber } = callFrame;
  const file = url.split("/").slice(-2).join("/");
  const site = `${functionName || "(anonymous)"} ${file}:${lineNumber + 1}`;
  sites.set(site, (sites.get(site) ?? 0) + selfSize);
  for (const child of children) collect(child, sites);
}

function print(sites: Sites, echoes: number): void {
  const total = [...sites.values()].reduce((sum, bytes) => sum + bytes, 0);
  console.log(`${(total / echoes).toFixed(0)} bytes an echo`);
  const sorted = [...sites].sort(([, a], [, b]) => b - a).slice(0, LINES);
  for (const [site, bytes] of sorted) {
    console.log(`${(bytes / echoes).toFixed(1).padStart(8)}  ${site}`);
  }
}

async function main(connections: number): Promise<void> {
  await using loop = new ProactorEventLoop();
  const path = uniquePipeName();
  await loop.startServingPipe(() => new EchoServer(), path, { type: "byte" });
  await connectClients(loop, path, connections);
  await EchoServer.after(WARM);
  const before = EchoServer.reads;
  const sites = await profile(() => EchoServer.after(ECHOES));
  print(sites, EchoServer.reads - before);
}

await main(Number(Deno.args[0] ?? 64));
