/**
 * Serves a named pipe, sends files through it from 50 clients, compares the
 * hashes of what arrives, and measures.
 *
 *     deno run --allow-ffi --allow-read examples/demo.ts
 *
 * On a machine without Windows: `deno task demo`.
 *
 * @module
 */

import { type PipeServer, ProactorEventLoop } from "@iocp/proactor";
import {
  type DemoFile,
  generateDemoFile,
  readDemoFile,
} from "./demo/demo_file.ts";
import { FileProtocol } from "./demo/file_protocol.ts";
import { measureConnects, measureRoundTrips } from "./demo/measurements.ts";
import { ProgressBar } from "./demo/progress_bar.ts";
import { download, exchange, type Transfer, upload } from "./demo/transfers.ts";

const PATH = `\\\\.\\pipe\\proactor-demo-${crypto.randomUUID()}`;
const CLIENTS = 50;
const LARGE_SIZE = 64 * 2 ** 20;

const DIRECTIONS: [string, Transfer][] = [
  ["to server", upload],
  ["to client", download],
  ["and back", exchange],
];

async function main(): Promise<void> {
  await using loop = new ProactorEventLoop();
  const files = [
    await readDemoFile(new URL("../README.md", import.meta.url)),
    generateDemoFile(LARGE_SIZE),
  ];
  const [server] = await loop.startServingPipe(
    () => new FileProtocol(files),
    PATH,
    { type: "message" },
  );
  console.log(`Serving ${PATH}\n`);
  await sendFiles(files);
  await measure();
  await stop(server, loop);
}

/** The small file by all clients at once, the large one by one client. */
async function sendFiles(files: readonly DemoFile[]): Promise<void> {
  const [small, large] = files as [DemoFile, DemoFile];
  for (const [direction, transfer] of DIRECTIONS) {
    await sendFile(direction, transfer, { file: small, clients: CLIENTS });
    await sendFile(direction, transfer, { file: large, clients: 1 });
  }
}

async function sendFile(
  direction: string,
  transfer: Transfer,
  { file, clients }: { file: DemoFile; clients: number },
): Promise<void> {
  const title = `${clients} x ${file.name} ${direction}`;
  const bar = new ProgressBar(title, clients * file.size);
  const transfers = Array.from(
    { length: clients },
    () => transfer(PATH, file, bar),
  );
  const digests = await Promise.all(transfers);
  const wrong = digests.filter((digest) => digest !== file.digest).length;
  if (wrong > 0) Deno.exitCode = 1;
  bar.end(wrong === 0 ? "SHA-256 equal" : `SHA-256 differs: ${wrong}`);
}

async function measure(): Promise<void> {
  console.log();
  const connects = await measureConnects(PATH, CLIENTS);
  print(`Connections, ${CLIENTS} at once`, connects);
  print("Round trips of 64 bytes, 1 client", await measureRoundTrips(PATH, 1));
  const all = await measureRoundTrips(PATH, CLIENTS);
  print(`Round trips of 64 bytes, ${CLIENTS} clients`, all);
}

function print(title: string, perSecond: number): void {
  const value = Math.round(perSecond).toLocaleString("en");
  console.log(`${title.padEnd(36)} ${value.padStart(8)} /s`);
}

/** Ends everything; what is left over would be seen here. */
async function stop(
  server: PipeServer,
  loop: ProactorEventLoop,
): Promise<void> {
  await server.shutdown();
  await loop.close();
  const { pending, slotsInUse, packets } = loop.proactor.metrics();
  console.log(
    `\nPackets: ${packets}, pending: ${pending}, slots in use: ${slotsInUse}`,
  );
  if (pending + slotsInUse > 0) Deno.exitCode = 1;
}

if (import.meta.main) await main();
