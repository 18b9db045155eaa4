/**
 * Prints what a silent connection costs: bytes of the JavaScript heap, native
 * bytes of this library, and resident bytes of the process, for each end of
 * 2,000 connections, both ends in this process.
 *
 *     deno task windows -- run --allow-ffi --v8-flags=--expose-gc \
 *       bench/idle_connections.ts
 *
 * @module
 */

import { type IocpProactor, ProactorEventLoop, type Protocol } from "../mod.ts";
import { defaultProactor } from "../src/proactor/default_proactor.ts";
import { HOSTNAME, pause } from "./_echo.ts";
import { listen } from "./_stream_style.ts";
import { type Transport, uniquePipeName } from "./_style.ts";

const CONNECTIONS = 2000;
const SETTLE = 1000;
const SLOT = 64;

/** What is in use now. */
interface Use {
  heap: number;
  native: number;
  resident: number;
}

/** Opens a connection; both ends stay open, and silent. */
type Open = () => Promise<unknown>;

class Silent implements Protocol {}

const kept: unknown[] = [];

function use(proactor: IocpProactor): Use {
  const { gc } = globalThis as { gc?: () => void };
  gc?.();
  const { heapUsed, rss } = Deno.memoryUsage();
  const { slotsInUse, bufferBytes } = proactor.port.metrics();
  return {
    heap: heapUsed,
    native: slotsInUse * SLOT + bufferBytes,
    resident: rss,
  };
}

async function openProtocols(
  loop: ProactorEventLoop,
  transport: Transport,
): Promise<Open> {
  const silent = () => new Silent();
  if (transport === "TCP") {
    const { addr } = await loop.createServer(silent, HOSTNAME, 0);
    return () => loop.createConnection(silent, HOSTNAME, addr.port);
  }
  const path = uniquePipeName();
  await loop.startServingPipe(silent, path, { type: "byte" });
  return () => loop.createPipeConnection(silent, path);
}

function openStreams(transport: Transport): Open {
  const { listener, connect } = listen(transport);
  return async () => {
    const accepted = listener.accept();
    return [await connect(), await accepted];
  };
}

async function measure(
  name: string,
  proactor: IocpProactor,
  open: Open,
): Promise<void> {
  kept.push(await open());
  await pause(SETTLE);
  const before = use(proactor);
  for (let i = 0; i < CONNECTIONS; i++) kept.push(await open());
  await pause(SETTLE);
  print(name, before, use(proactor));
}

function print(name: string, before: Use, after: Use): void {
  const ends = 2 * CONNECTIONS;
  const [heap, native, resident] = (["heap", "native", "resident"] as const)
    .map((key) => ((after[key] - before[key]) / ends).toFixed(0));
  console.log(
    `${name}: ${heap} of the heap, ${native} native, ${resident} resident`,
  );
}

async function main(): Promise<void> {
  console.log("bytes for each end of a silent connection");
  const loop = new ProactorEventLoop();
  for (const transport of ["byte pipe", "TCP"] as const) {
    const open = await openProtocols(loop, transport);
    await measure(`${transport}, protocol style`, loop.proactor, open);
  }
  for (const transport of ["byte pipe", "TCP"] as const) {
    const open = openStreams(transport);
    await measure(`${transport}, stream style`, defaultProactor(), open);
  }
}

await main();
Deno.exit(); // thousands of connections are open
