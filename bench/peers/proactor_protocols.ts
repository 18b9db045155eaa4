/**
 * The roles of `proactor_server.ts` in protocol style, and how they are served.
 *
 * @module
 */

import { ProactorEventLoop, type Protocol, type Transport } from "../../mod.ts";

const CHUNK = new Uint8Array(65_536);
const ROOM = new Uint8Array(65_536);

/** Where TCP servers listen. */
export const HOSTNAME = "127.0.0.1";

/** What is served. */
export interface Task {
  /** "pipe", "message" or "tcp". */
  transport: string;
  /** What is done with a connection. */
  role: string;
  /** A pipe's name or a port. */
  address: string;
}

/** What is done with a connection, by the name of the role. */
export const PROTOCOLS: Record<string, () => Protocol> = {
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

/**
 * Serves until the process ends.
 *
 * @param task What; the role is one of {@linkcode PROTOCOLS}.
 */
export async function serveProtocol(task: Task): Promise<void> {
  const { transport, role, address } = task;
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
