/**
 * Serves a named pipe, sends files through it from 50 clients, compares the
 * hashes of what arrives, and measures, next to `node:net`.
 *
 *     deno run --allow-ffi --allow-read examples/demo.ts
 *
 * `node:net` of Deno needs `--allow-all`, and is left out without it. On a
 * machine without Windows: `deno task demo`.
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
import { type Contender, nodeNet, thisLibrary } from "./demo/contenders.ts";
import {
  measureConnects,
  type Measurement,
  measureRoundTrips,
} from "./demo/measurements.ts";
import { ProgressBar } from "./demo/progress_bar.ts";
import { wineVersion } from "./demo/system.ts";
import { download, exchange, type Transfer, upload } from "./demo/transfers.ts";

const PATH = `\\\\.\\pipe\\proactor-demo-${crypto.randomUUID()}`;
const CLIENTS = 50;
const LARGE_SIZE = 64 * 2 ** 20;

const TITLE_WIDTH = 36;
const CELL_WIDTH = 18;

/** What is measured, and with how many clients. */
const MEASUREMENTS: [string, Measurement, number][] = [
  [`Connections, ${CLIENTS} at once`, measureConnects, CLIENTS],
  ["Round trips of 64 bytes, 1 client", measureRoundTrips, 1],
  ["Round trips of 64 bytes, 4 clients", measureRoundTrips, 4],
  [`Round trips of 64 bytes, ${CLIENTS} clients`, measureRoundTrips, CLIENTS],
];

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
  const contenders = [thisLibrary(PATH), nodeNet()];
  console.log();
  print("In a second", contenders.map(({ name }) => name));
  for (const [title, measurement, clients] of MEASUREMENTS) {
    const cells: string[] = [];
    for (const one of contenders) {
      cells.push(await cell(one, measurement, clients));
    }
    print(title, cells);
  }
  for (const { name, limit } of contenders) {
    if (limit !== "") console.log(`\n${name} ${limit}.`);
  }
  printSystem();
}

async function cell(
  contender: Contender,
  measurement: Measurement,
  clients: number,
): Promise<string> {
  if (clients > contender.maxClients) return "-";
  const perSecond = await measurement(contender, clients);
  return Math.round(perSecond).toLocaleString("en");
}

function print(title: string, cells: readonly string[]): void {
  const padded = cells.map((text) => text.padStart(CELL_WIDTH));
  console.log(title.padEnd(TITLE_WIDTH) + padded.join(""));
}

/** Figures of Wine are not those of Windows. */
function printSystem(): void {
  const wine = wineVersion();
  if (wine === undefined) return;
  console.log(
    `\nThis is Wine ${wine}, not Windows: each system call takes some 10 us ` +
      "more here, so compare the columns.",
  );
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
