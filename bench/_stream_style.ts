/**
 * The stream style of this library.
 *
 * @module
 */

import { connectPipe, PipeServer, type StreamConnection } from "../mod.ts";
import { connectTcp, TcpListener } from "../src/net/mod.ts";
import {
  type Answerer,
  type Service,
  type Transport,
  uniquePipeName,
} from "./_style.ts";

const BUFFER = 65_536;
const HOSTNAME = "127.0.0.1";

/** What `PipeServer` and `TcpListener` have in common. */
interface Listener {
  accept(): Promise<StreamConnection>;
}

/** A server, and what connects to it. */
export interface StreamServer {
  listener: Listener;
  connect: () => Promise<StreamConnection>;
}

/**
 * Starts a server of the kind.
 *
 * @param transport How bytes travel.
 * @returns The server.
 */
export function listen(transport: Transport): StreamServer {
  if (transport === "TCP") {
    const listener = TcpListener.listen({ hostname: HOSTNAME, port: 0 });
    listener.unref();
    return { listener, connect: () => connectTcp(listener.addr) };
  }
  const path = uniquePipeName();
  const type = transport === "byte pipe" ? "byte" : "message";
  const listener = PipeServer.listen(path, { type });
  listener.unref();
  return { listener, connect: () => connectPipe(path) };
}

/**
 * Starts a server that answers.
 *
 * @param transport How bytes travel.
 * @param makeAnswerer Called for each client.
 * @returns The server.
 */
export function openStreams(
  transport: Transport,
  makeAnswerer: () => Answerer,
): Promise<Service> {
  const { listener, connect } = listen(transport);
  return Promise.resolve({
    async connect() {
      const accepted = listener.accept();
      const client = await connect();
      answer(await accepted, makeAnswerer());
      return { ask: (...args) => ask(client, ...args) };
    },
  });
}

async function answer(
  connection: StreamConnection,
  answerer: Answerer,
): Promise<void> {
  const buffer = new Uint8Array(BUFFER);
  while (true) {
    const count = await connection.read(buffer);
    if (count === null) return;
    await connection.write(answerer(buffer.subarray(0, count)));
  }
}

async function ask(
  connection: StreamConnection,
  writes: readonly Uint8Array[],
  length: number,
): Promise<void> {
  const answer = readBytes(connection, length);
  for (const data of writes) await connection.write(data);
  await answer;
}

async function readBytes(
  connection: StreamConnection,
  length: number,
): Promise<void> {
  const buffer = new Uint8Array(length);
  for (let rest = length; rest > 0;) {
    const count = await connection.read(buffer.subarray(0, rest));
    if (count === null) throw new Error("The server has closed");
    rest -= count;
  }
}
