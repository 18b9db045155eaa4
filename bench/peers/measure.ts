/**
 * One server, one workload: starting, loading, stopping.
 *
 * @module
 */

import type { Server } from "./servers.ts";
import type { Workload } from "./workloads.ts";

/** What the load generator has measured. */
export interface Sample {
  /** Round trips, pieces of 64 KiB, or connections. */
  operations: number;
  /** Bytes that were moved. */
  bytes: number;
  /** How long it took. */
  seconds: number;
  /** What the server's process has spent in its own code meanwhile. */
  userSeconds: number;
  /** What it has spent in the system. */
  systemSeconds: number;
  /** Resident bytes of the server at the beginning. */
  residentBefore: number;
  /** Resident bytes of the server at the end. */
  resident: number;
  /** The most that was ever resident. */
  peak: number;
  /** How often all instances of the pipe were busy. */
  busy: number;
  /** Microseconds of the median round trip. */
  p50: number;
  /** Microseconds that 99 % of the round trips did not exceed. */
  p99: number;
  /** Microseconds that 99.9 % of the round trips did not exceed. */
  p999: number;
}

/** How long things take. */
export interface Durations {
  /** Milliseconds before what is measured. */
  warm: number;
  /** Milliseconds that are measured. */
  run: number;
}

/** The program that loads servers. */
export interface LoadGenerator {
  /** The program and its first arguments. */
  load: readonly string[];
  /** Its last arguments. */
  tail: readonly string[];
}

/** Milliseconds after which a load generator has failed. */
const PATIENCE = 300_000;

/** A running server. Disposing ends it. */
export class ServerProcess implements AsyncDisposable {
  readonly #server: Server;
  readonly #workload: Workload;
  readonly #address: string;
  #child: Deno.ChildProcess;
  #settled: Promise<void> = Promise.resolve();

  /**
   * Starts it; it may take a while until it serves.
   *
   * @param server The program.
   * @param workload What it is started for.
   */
  constructor(server: Server, workload: Workload) {
    this.#server = server;
    this.#workload = workload;
    this.#address = makeAddress(workload);
    this.#child = this.#start();
  }

  /**
   * Loads the server.
   *
   * @param generator The load generator: its first arguments, and its last.
   * @param durations How long.
   * @returns What was measured.
   * @throws {Error} when the server fails, with the reason.
   */
  async measure(
    { load, tail }: LoadGenerator,
    durations: Durations,
  ): Promise<Sample> {
    await this.#settled;
    const lines = this.#addresses().map((
      address,
    ) => [...load, ...this.#loadArguments(address, durations), ...tail]);
    const samples = await Promise.all(lines.map(runLoad));
    if (this.#server.fresh) await this.#restart();
    return mergeSamples(samples);
  }

  /** Ends it. */
  async [Symbol.asyncDispose](): Promise<void> {
    try {
      this.#child.kill("SIGKILL");
    } catch (error) {
      if (!(error instanceof TypeError)) throw error; // it has ended
    }
    await this.#child.status;
  }

  /** One for each load generator: workers share a port, but no pipe's name. */
  #addresses(): string[] {
    const { workers, transport } = this.#workload;
    return Array.from(
      { length: workers },
      (_, index) =>
        workers === 1 || transport === "tcp"
          ? this.#address
          : `${this.#address}-${index}`,
    );
  }

  #loadArguments(address: string, { warm, run }: Durations): string[] {
    const { transport, load, silence, size } = this.#workload;
    const clients = this.#workload.connections / this.#workload.workers;
    const what = load === "paced" ? `${load}-${silence}` : load;
    const numbers = [clients, size, warm, run, this.#child.pid];
    return [transport, what, address, ...numbers.map(String)];
  }

  async #restart(): Promise<void> {
    await this[Symbol.asyncDispose]();
    this.#child = this.#start();
  }

  #start(): Deno.ChildProcess {
    const argv = this.#server.command(this.#workload, this.#address);
    const [program = "", ...args] = argv;
    this.#settled = pause(this.#server.settle);
    return new Deno.Command(program, {
      args,
      stdin: "null",
      stdout: "null",
      stderr: "null",
    }).spawn();
  }
}

/**
 * What several load generators have measured at the same time of one server.
 *
 * @param samples One for each of them.
 * @returns What they have done together: the slowest counts for its times.
 */
export function mergeSamples(samples: readonly Sample[]): Sample {
  return samples.reduce((a, b) => ({
    operations: a.operations + b.operations,
    bytes: a.bytes + b.bytes,
    seconds: Math.max(a.seconds, b.seconds),
    userSeconds: Math.max(a.userSeconds, b.userSeconds),
    systemSeconds: Math.max(a.systemSeconds, b.systemSeconds),
    residentBefore: Math.min(a.residentBefore, b.residentBefore),
    resident: Math.max(a.resident, b.resident),
    peak: Math.max(a.peak, b.peak),
    busy: a.busy + b.busy,
    p50: Math.max(a.p50, b.p50),
    p99: Math.max(a.p99, b.p99),
    p999: Math.max(a.p999, b.p999),
  }));
}

async function runLoad(argv: readonly string[]): Promise<Sample> {
  const [program = "", ...args] = argv;
  const signal = AbortSignal.timeout(PATIENCE);
  const command = new Deno.Command(program, { args, stdin: "null", signal });
  const { success, stdout, stderr } = await command.output();
  const decoder = new TextDecoder();
  if (!success) {
    throw new Error(decoder.decode(stderr).trim() || "No answer in time");
  }
  return JSON.parse(decoder.decode(stdout));
}

function pause(milliseconds: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, milliseconds));
}

function makeAddress({ transport }: Workload): string {
  if (transport !== "tcp") return `\\\\.\\pipe\\peers-${crypto.randomUUID()}`;
  for (;;) {
    const port = randomPort();
    if (isFree(port)) return String(port);
  }
}

/** Below those that systems give to clients: none takes it before the server. */
function randomPort(): number {
  return 10_000 + Math.floor(Math.random() * 20_000);
}

function isFree(port: number): boolean {
  try {
    Deno.listen({ hostname: "127.0.0.1", port }).close();
    return true;
  } catch (error) {
    if (error instanceof Deno.errors.AddrInUse) return false;
    throw error;
  }
}
