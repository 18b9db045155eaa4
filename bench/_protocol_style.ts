/**
 * The protocol style of this library.
 *
 * @module
 */

import { ProactorEventLoop, type Protocol, type Transport } from "../mod.ts";
import {
  type Answerer,
  type Client,
  type Service,
  type Transport as Kind,
  uniquePipeName,
} from "./_style.ts";

const HOSTNAME = "127.0.0.1";

let shared: ProactorEventLoop | undefined;

/**
 * Starts a server that answers.
 *
 * @param kind How bytes travel.
 * @param makeAnswerer Called for each client.
 * @returns The server.
 */
export async function openProtocols(
  kind: Kind,
  makeAnswerer: () => Answerer,
): Promise<Service> {
  const loop = shared ??= new ProactorEventLoop();
  const serve = () => new AnsweringProtocol(makeAnswerer());
  const ask = () => new AskingProtocol();
  if (kind === "TCP") {
    const { addr } = await loop.createServer(serve, HOSTNAME, 0);
    const connect = () => loop.createConnection(ask, HOSTNAME, addr.port);
    return { connect: async () => (await connect())[1] };
  }
  const path = uniquePipeName();
  const type = kind === "byte pipe" ? "byte" : "message";
  await loop.startServingPipe(serve, path, { type });
  const connect = () => loop.createPipeConnection(ask, path);
  return { connect: async () => (await connect())[1] };
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
export class AskingProtocol implements Protocol, Client {
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
