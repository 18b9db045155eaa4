/**
 * A server and a client of it, both in this process, in each style.
 *
 * They live as long as the benchmarks and keep no process alive.
 *
 * @module
 */

import { connect, createServer } from "node:net";
import {
  connectPipe,
  type PipeConnection,
  PipeServer,
  type Protocol,
  type Transport,
} from "../mod.ts";
import { openPipeTransport, servePipe } from "../src/pipe/pipe_protocol.ts";

/** Gives the answer to some bytes. */
export type Answerer = (data: Uint8Array) => Uint8Array;

/** A client of a server that answers. */
export interface Client {
  /**
   * Sends bytes and waits for the answer to them.
   *
   * @param writes What to send, a write each.
   * @param length Bytes of the answer.
   * @returns A promise that resolves when the answer is complete.
   */
  ask(writes: readonly Uint8Array[], length: number): Promise<void>;
}

/** A style of use. */
export interface Style {
  /** Its name, and what it lacks here. */
  name: string;
  /** True when it cannot run here. */
  ignore: boolean;
  /**
   * Starts a server and connects to it.
   *
   * @param makeAnswerer Called once, for the connection.
   * @returns The client.
   */
  open(makeAnswerer: () => Answerer): Promise<Client>;
}

/** False on Windows, where the library works. */
export const notWindows: boolean = Deno.build.os !== "windows";

/** All styles. The first one is what the others are compared with. */
export const STYLES: readonly Style[] = [
  ...(["byte", "message"] as const).flatMap((type): Style[] => [{
    name: `${type} pipe, stream style`,
    ignore: notWindows,
    open: (makeAnswerer) => openStreams(type, makeAnswerer),
  }, {
    name: `${type} pipe, protocol style`,
    ignore: notWindows,
    open: (makeAnswerer) => openProtocols(type, makeAnswerer),
  }]),
  nodeNetStyle(),
];

/**
 * A name that nobody else uses.
 *
 * @returns `\\.\pipe\` and a name.
 */
export function uniquePipeName(): string {
  return `\\\\.\\pipe\\proactor-bench-${crypto.randomUUID()}`;
}

/** `node:net` asks for all permissions when it opens a pipe. */
function nodeNetStyle(): Style {
  const names = ["run", "env", "read", "write", "net", "sys", "ffi"] as const;
  const granted = names.every((name) =>
    Deno.permissions.querySync({ name }).state === "granted"
  );
  return {
    name: `node:net of Deno${granted ? "" : " (needs --allow-all)"}`,
    ignore: notWindows || !granted,
    open: openNodeNet,
  };
}

async function openStreams(
  type: "byte" | "message",
  makeAnswerer: () => Answerer,
): Promise<Client> {
  const path = uniquePipeName();
  const server = PipeServer.listen(path, { type });
  const accepted = server.accept();
  const client = await connectPipe(path);
  const served = await accepted;
  for (const one of [server, served, client]) one.unref();
  answer(served, makeAnswerer());
  return { ask: (...args) => askByStream(client, ...args) };
}

async function answer(
  connection: PipeConnection,
  answerer: Answerer,
): Promise<void> {
  const buffer = new Uint8Array(65_536);
  while (true) {
    const count = await connection.read(buffer);
    if (count === null) return;
    await connection.write(answerer(buffer.subarray(0, count)));
  }
}

async function askByStream(
  connection: PipeConnection,
  writes: readonly Uint8Array[],
  length: number,
): Promise<void> {
  const answer = readBytes(connection, length);
  for (const data of writes) await connection.write(data);
  await answer;
}

async function readBytes(
  connection: PipeConnection,
  length: number,
): Promise<void> {
  const buffer = new Uint8Array(length);
  for (let rest = length; rest > 0;) {
    const count = await connection.read(buffer.subarray(0, rest));
    if (count === null) throw new Error("The server has closed");
    rest -= count;
  }
}

async function openProtocols(
  type: "byte" | "message",
  makeAnswerer: () => Answerer,
): Promise<Client> {
  const path = uniquePipeName();
  const serve = () => new AnsweringProtocol(makeAnswerer());
  servePipe(serve, path, { type }).unref();
  const [, client] = await openPipeTransport(() => new AskingProtocol(), path);
  return client;
}

function openNodeNet(makeAnswerer: () => Answerer): Promise<Client> {
  const path = uniquePipeName();
  const { promise, resolve, reject } = Promise.withResolvers<Client>();
  const server = createServer((socket) => {
    const answerer = makeAnswerer();
    socket.on("data", (data: Uint8Array) => socket.write(answerer(data)));
  });
  server.listen(path, () => {
    const socket = connect(path);
    const client = new AskingProtocol();
    socket.on("error", reject);
    socket.on("data", (data: Uint8Array) => client.dataReceived(data));
    socket.on("connect", () => {
      client.connectionMade(socket);
      resolve(client);
    });
  });
  return promise;
}

/** Answers. */
class AnsweringProtocol implements Protocol {
  readonly #answerer: Answerer;
  #transport!: Transport;

  constructor(answerer: Answerer) {
    this.#answerer = answerer;
  }

  connectionMade(transport: Transport): void {
    this.#transport = transport;
  }

  dataReceived(data: Uint8Array): void {
    this.#transport.write(this.#answerer(data));
  }
}

/** Asks; also for the events of `node:net`. */
class AskingProtocol implements Protocol, Client {
  #transport!: Pick<Transport, "write">;
  #rest = 0;
  #complete: () => void = () => {};

  connectionMade(transport: Pick<Transport, "write">): void {
    this.#transport = transport;
  }

  dataReceived(data: Uint8Array): void {
    this.#rest -= data.length;
    if (this.#rest === 0) this.#complete();
  }

  ask(writes: readonly Uint8Array[], length: number): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#complete = resolve;
    this.#rest = length;
    for (const data of writes) this.#transport.write(data);
    return promise;
  }
}
