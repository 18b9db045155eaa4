/**
 * Prints what a silent connection costs that has talked: KiB of the JavaScript
 * heap, native KiB of this library, and resident KiB of the process, for each
 * end of 2,000 connections, both ends in this process.
 *
 *     deno task windows -- run --allow-ffi --v8-flags=--expose-gc \
 *       bench/idle_connections.ts
 *
 * @module
 */

import { portOf } from "../src/proactor/default_port.ts";
import {
  type IocpProactor,
  ProactorEventLoop,
  type Protocol,
  type StreamConnection,
  type Transport as ProtocolTransport,
} from "../mod.ts";
import { defaultProactor } from "../src/proactor/default_proactor.ts";
import { HOSTNAME, MESSAGE, pause } from "./_echo.ts";
import { listen } from "./_stream_style.ts";
import { type Transport, uniquePipeName } from "./_style.ts";

const CONNECTIONS = 2000;
/** Messages that go there and back on each connection before the silence. */
const ROUNDS = 3;
const SETTLE = 3000;
const SLOT = 64;
const KIB = 1024;

/** What is in use now. */
interface Use {
  heap: number;
  native: number;
  resident: number;
}

/** Opens a connection, and talks; both ends stay open, and silent. */
type Open = () => Promise<unknown>;

/** Sends back what comes, as a server does, or so often as a client. */
class Talker implements Protocol {
  #transport!: ProtocolTransport;
  #left: number;
  readonly #done = Promise.withResolvers<void>();

  constructor(rounds: number) {
    this.#left = rounds;
  }

  /** Resolves when all has come back. */
  get done(): Promise<void> {
    return this.#done.promise;
  }

  connectionMade(transport: ProtocolTransport): void {
    this.#transport = transport;
    if (this.#left < Infinity) transport.write(MESSAGE);
  }

  dataReceived(data: Uint8Array): void {
    if (--this.#left > 0) this.#transport.write(data);
    else this.#done.resolve();
  }
}

const kept: unknown[] = [];

function use(proactor: IocpProactor): Use {
  const { gc } = globalThis as { gc?: () => void };
  gc?.();
  const { heapUsed, rss } = Deno.memoryUsage();
  const { slotsInUse, bufferBytes } = portOf(proactor).metrics();
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
  const serve = () => new Talker(Infinity);
  const client = () => new Talker(ROUNDS);
  if (transport === "TCP") {
    const { addr } = await loop.createServer(serve, HOSTNAME, 0);
    return async () => {
      const made = await loop.createConnection(client, HOSTNAME, addr.port);
      await made[1].done;
      return made;
    };
  }
  const path = uniquePipeName();
  kept.push(await loop.startServingPipe(serve, path, { type: "byte" }));
  return async () => {
    const made = await loop.createPipeConnection(client, path);
    await made[1].done;
    return made;
  };
}

function openStreams(transport: Transport): Open {
  const { listener, connect } = listen(transport);
  kept.push(listener);
  return async () => {
    const accepted = listener.accept();
    const client = await connect();
    const served = await accepted;
    for (let i = 0; i < ROUNDS; i++) {
      await pass(client, served);
      await pass(served, client);
    }
    const reads = [client.read(target), served.read(target)];
    return [client, served, reads];
  };
}

/** All reads may have the same array: nothing comes. */
const target = new Uint8Array(MESSAGE.length);

async function pass(
  from: StreamConnection,
  to: StreamConnection,
): Promise<void> {
  await from.write(MESSAGE);
  await to.read(target);
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
    .map((key) => ((after[key] - before[key]) / ends / KIB).toFixed(2));
  console.log(
    `${name}: ${heap} of the heap, ${native} native, ${resident} resident`,
  );
}

async function main(): Promise<void> {
  console.log("KiB for each end of a silent connection that has talked");
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
