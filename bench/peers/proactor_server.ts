/**
 * A server by this library, in either style.
 *
 *     deno run --allow-ffi proactor_server.ts STYLE TRANSPORT ROLE ADDRESS
 *
 * STYLE is "protocol" or "stream"; the other arguments are those of
 * `server.c`. It serves until it is killed.
 *
 * @module
 */

import {
  PipeServer,
  ProactorEventLoop,
  type Protocol,
  type StreamConnection,
  type Transport,
} from "../../mod.ts";
import { TcpListener } from "../../src/net/mod.ts";

const CHUNK = new Uint8Array(65_536);
const ROOM = new Uint8Array(65_536);
const HOSTNAME = "127.0.0.1";

// --- protocol style ----------------------------------------------------------

/** What is done with a connection. */
const PROTOCOLS: Record<string, () => Protocol> = {
  echo: () => new Echo(),
  sink: () => new Sink(),
  source: () => new Source(),
};

/** Each read is used up before the next one: one room serves them all. */
class Sink implements Protocol {
  protected transport!: Transport;

  connectionMade(transport: Transport): void {
    this.transport = transport;
  }

  getBuffer(): Uint8Array {
    return ROOM;
  }

  bufferUpdated(_count: number): void {}

  /** Clients end as they like. */
  connectionLost(): void {}
}

class Echo extends Sink {
  override bufferUpdated(count: number): void {
    this.transport.write(ROOM.subarray(0, count));
  }
}

class Source extends Sink {
  #paused = false;

  override connectionMade(transport: Transport): void {
    super.connectionMade(transport);
    this.resumeWriting();
  }

  pauseWriting(): void {
    this.#paused = true;
  }

  resumeWriting(): void {
    this.#paused = false;
    while (!this.#paused && !this.transport.isClosing()) {
      this.transport.write(CHUNK);
    }
  }
}

async function serveProtocol(
  transport: string,
  role: string,
  address: string,
): Promise<void> {
  const loop = new ProactorEventLoop();
  const factory = PROTOCOLS[role]!;
  if (transport === "tcp") {
    await loop.createServer(factory, HOSTNAME, Number(address));
  } else {
    const type = transport === "message" ? "message" : "byte";
    await loop.startServingPipe(factory, address, { type });
  }
  await loop.runForever();
}

// --- stream style ------------------------------------------------------------

/** What is done with a connection. */
const STREAMS: Record<
  string,
  (connection: StreamConnection) => Promise<void>
> = {
  echo: echoStream,
  sink: drainStream,
  source: fillStream,
};

async function echoStream(connection: StreamConnection): Promise<void> {
  const buffer = new Uint8Array(CHUNK.length);
  for (;;) {
    const count = await connection.read(buffer);
    if (count === null) return;
    await connection.write(buffer.subarray(0, count));
  }
}

async function drainStream(connection: StreamConnection): Promise<void> {
  const buffer = new Uint8Array(CHUNK.length);
  while (await connection.read(buffer) !== null);
}

async function fillStream(connection: StreamConnection): Promise<void> {
  for (;;) await connection.write(CHUNK);
}

async function serveStreams(
  transport: string,
  role: string,
  address: string,
): Promise<void> {
  const server = transport === "tcp"
    ? TcpListener.listen({ hostname: HOSTNAME, port: Number(address) })
    : PipeServer.listen(address, {
      type: transport === "message" ? "message" : "byte",
    });
  for await (const connection of server) serveStream(connection, role);
}

/** Clients end as they like. */
async function serveStream(
  connection: StreamConnection,
  role: string,
): Promise<void> {
  await STREAMS[role]!(connection).catch(() => {});
  connection.close();
}

const [style, transport = "", role = "", address = ""] = Deno.args;
if (style === "protocol") await serveProtocol(transport, role, address);
else await serveStreams(transport, role, address);
