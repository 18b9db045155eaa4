/**
 * The load generator where there is no compiler for `load.c`: the same
 * arguments, the same answer, by this library.
 *
 *     deno run --allow-ffi load.ts TRANSPORT WORKLOAD ADDRESS CONNECTIONS SIZE
 *       WARM_MS RUN_MS PID
 *
 * It is slower, so all servers seem closer to each other.
 *
 * @module
 */

import {
  connectPipe,
  ProactorEventLoop,
  type Protocol,
  type Transport,
} from "../../mod.ts";
import { connectTcp } from "../../src/net/mod.ts";
import type { Sample } from "./measure.ts";
import { pinTo } from "./pin.ts";
import { ProcessUsage, type Usage } from "./process_usage.ts";

const PATIENCE = 60_000;
const RETRY = 10;
const PACED = "paced-";

/** Echoes of a client that is silent then. */
const TALK_ROUNDS = 3;

/** What all clients have done. */
class Counts {
  /** Bytes that have moved. */
  bytes = 0;
  /** Operations that have ended. */
  operations = 0;
  /** Milliseconds of each round trip. */
  times: number[] = [];
  /** Clients that have got an answer. */
  served = 0;

  /** Begins again. */
  reset(): void {
    this.bytes = 0;
    this.operations = 0;
    this.times.length = 0;
  }

  /**
   * Counts a round trip.
   *
   * @param bytes What came back.
   * @param milliseconds How long it took.
   */
  add(bytes: number, milliseconds: number): void {
    this.bytes += bytes;
    this.operations++;
    this.times.push(milliseconds);
  }
}

const [transport = "", workload = "", address = "", ...numbers] = Deno.args;
const [connections = 0, size = 0, warm = 0, run = 0, pid = 0, core = 0] =
  numbers.map(Number);
if (core !== 0) pinTo(BigInt(core));
const loop = new ProactorEventLoop();
const counts = new Counts();

/** Is silent, and ends everything when the server does. */
class Client implements Protocol {
  protected transport!: Transport;

  connectionMade(transport: Transport): void {
    this.transport = transport;
  }

  /** Begins to work. */
  start(): void {}

  dataReceived(_data: Uint8Array): void {}

  connectionLost(): void {
    console.error("Cannot go on: the server has closed");
    Deno.exit(1);
  }
}

class EchoClient extends Client {
  readonly #message = new Uint8Array(size);
  #rest = 0;
  #started = 0;
  #served = false;

  override start(): void {
    this.#rest = size;
    this.#started = performance.now();
    this.transport.write(this.#message);
  }

  override dataReceived(data: Uint8Array): void {
    this.#rest -= data.length;
    if (this.#rest > 0) return;
    counts.add(size, performance.now() - this.#started);
    if (!this.#served) counts.served++;
    this.#served = true;
    this.next();
  }

  /** Goes on after an answer. */
  protected next(): void {
    this.start();
  }
}

/** Is silent for a while after each answer. */
class PacedClient extends EchoClient {
  protected override next(): void {
    setTimeout(() => this.start(), Number(workload.slice(PACED.length)));
  }
}

/** Is silent for good after some answers. */
class TalkingClient extends EchoClient {
  /** Those who still talk. */
  static talking = 0;
  #rounds = 0;

  override connectionMade(transport: Transport): void {
    super.connectionMade(transport);
    TalkingClient.talking++;
  }

  protected override next(): void {
    if (++this.#rounds < TALK_ROUNDS) this.start();
    else TalkingClient.talking--;
  }
}

class WritingClient extends Client {
  readonly #piece = new Uint8Array(size);
  #paused = false;

  override start(): void {
    while (!this.#paused) {
      this.transport.write(this.#piece);
      counts.bytes += size;
    }
  }

  pauseWriting(): void {
    this.#paused = true;
  }

  resumeWriting(): void {
    this.#paused = false;
    this.start();
  }
}

class ReadingClient extends Client {
  override dataReceived(data: Uint8Array): void {
    counts.bytes += data.length;
  }
}

function makeClient(): Client {
  if (workload.startsWith(PACED)) return new PacedClient();
  switch (workload) {
    case "talked":
      return new TalkingClient();
    case "echo":
      return new EchoClient();
    case "in":
      return new WritingClient();
    case "out":
      return new ReadingClient();
    default:
      return new Client();
  }
}

/** The server may not be there yet. */
async function open(): Promise<Client> {
  if (transport !== "tcp") {
    const options = { waitForServer: true, timeout: PATIENCE };
    return (await loop.createPipeConnection(makeClient, address, options))[1];
  }
  for (let tries = 0;; tries++) {
    try {
      const port = Number(address);
      return (await loop.createConnection(makeClient, "127.0.0.1", port))[1];
    } catch (error) {
      const early = error instanceof Deno.errors.ConnectionRefused;
      if (!early || tries * RETRY > PATIENCE) throw error;
      await pause(RETRY);
    }
  }
}

async function openAll(count: number): Promise<void> {
  const clients: Client[] = [];
  for (let i = 0; i < count; i++) clients.push(await open());
  for (const client of clients) client.start();
}

/** A reset at the end of a TCP connection leaves no TIME_WAIT behind. */
async function connectAndClose(): Promise<void> {
  const started = performance.now();
  await using connection = transport === "tcp"
    ? await connectTcp({ hostname: "127.0.0.1", port: Number(address) })
    : await connectPipe(address, { waitForServer: true, timeout: PATIENCE });
  const byte = new Uint8Array(1);
  await connection.write(byte);
  await connection.read(byte);
  connection.abort();
  counts.add(1, performance.now() - started);
}

/** Works for some time; returns the seconds it took. */
async function work(milliseconds: number): Promise<number> {
  const started = performance.now();
  if (workload !== "connect") await pause(milliseconds);
  else {
    while (performance.now() - started < milliseconds) await connectAndClose();
  }
  return (performance.now() - started) / 1000;
}

async function measure(usage: ProcessUsage): Promise<Sample> {
  if (workload !== "connect") {
    await openAll(connections);
    await waitForService();
  }
  await work(warm);
  counts.reset();
  const before = usage.read();
  const seconds = await work(run);
  if (counts.times.length === 0) {
    counts.operations = Math.floor(counts.bytes / size);
  }
  if (counts.operations === 0) throw new Error("Cannot get an answer");
  return makeSample(seconds, before, usage.read());
}

/** A server may have much to load when its first clients are there. */
async function waitForService(): Promise<void> {
  const end = performance.now() + PATIENCE;
  const oneWay = workload === "in" || workload === "out";
  const begun = () => oneWay ? counts.bytes > 0 : counts.served >= connections;
  while (!begun() && performance.now() < end) await pause(RETRY);
}

async function measureSilent(usage: ProcessUsage): Promise<Sample> {
  await openSilent(1);
  const before = usage.read();
  const seconds = await openSilent(connections);
  return makeSample(seconds, before, usage.read());
}

async function openSilent(count: number): Promise<number> {
  await openAll(count);
  while (TalkingClient.talking > 0) await pause(RETRY);
  return await work(warm);
}

function makeSample(seconds: number, before: Usage, after: Usage): Sample {
  const sorted = counts.times.sort((a, b) => a - b);
  const percentile = (share: number) =>
    1000 * (sorted[Math.floor(share * sorted.length)] ?? 0);
  return {
    operations: counts.operations,
    bytes: counts.bytes,
    seconds,
    userSeconds: after.user - before.user,
    systemSeconds: after.system - before.system,
    residentBefore: before.resident,
    resident: after.resident,
    peak: after.peak,
    busy: 0,
    p50: percentile(0.5),
    p99: percentile(0.99),
    p999: percentile(0.999),
  };
}

function pause(milliseconds: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, milliseconds));
}

async function main(): Promise<number> {
  try {
    const usage = new ProcessUsage(pid);
    const silent = workload === "idle" || workload === "talked";
    const sample = await (silent ? measureSilent(usage) : measure(usage));
    console.log(JSON.stringify(sample));
    return 0;
  } catch (error) {
    console.error(error instanceof Error ? error.message : error);
    return 1;
  }
}

Deno.exit(await main());
