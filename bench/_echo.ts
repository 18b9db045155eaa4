/**
 * An echo server and clients that never stop, in protocol style, for the
 * scripts that look at what an echo costs.
 *
 * @module
 */

import type { ProactorEventLoop, Protocol, Transport } from "../mod.ts";

/** Where TCP servers listen. */
export const HOSTNAME = "127.0.0.1";

/** What is echoed. */
export const MESSAGE: Uint8Array<ArrayBuffer> = new Uint8Array(64);

/** Sends back what it gets, and counts. */
export class EchoServer implements Protocol {
  /** Reads of all connections so far. */
  static reads = 0;
  static #goal = 0;
  static #reached: () => void = () => {};
  #transport!: Transport;

  /**
   * Waits for echoes, without looking again and again.
   *
   * @param count How many.
   * @returns A promise that resolves when so many more have been served.
   */
  static after(count: number): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>();
    EchoServer.#goal = EchoServer.reads + count;
    EchoServer.#reached = resolve;
    return promise;
  }

  /** Remembers where to write. */
  connectionMade(transport: Transport): void {
    this.#transport = transport;
  }

  /** Sends it back. */
  dataReceived(data: Uint8Array): void {
    if (++EchoServer.reads === EchoServer.#goal) EchoServer.#reached();
    this.#transport.write(data);
  }
}

/** Sends a message, and again whenever it is back. */
export class EchoClient implements Protocol {
  #transport!: Transport;
  #rest = MESSAGE.length;

  /** Sends the first message. */
  connectionMade(transport: Transport): void {
    this.#transport = transport;
    transport.write(MESSAGE);
  }

  /** Sends the next one. */
  dataReceived(data: Uint8Array): void {
    this.#rest -= data.length;
    if (this.#rest > 0) return;
    this.#rest = MESSAGE.length;
    this.#transport.write(MESSAGE);
  }
}

/**
 * Connects clients that never stop.
 *
 * @param loop Their loop.
 * @param address The pipe, or the port, of the server.
 * @param count How many clients.
 */
export async function connectClients(
  loop: ProactorEventLoop,
  address: string | number,
  count: number,
): Promise<void> {
  const make = () => new EchoClient();
  for (let i = 0; i < count; i++) {
    if (typeof address === "string") {
      await loop.createPipeConnection(make, address);
    } else await loop.createConnection(make, HOSTNAME, address);
  }
}

/**
 * Waits.
 *
 * @param milliseconds How long.
 * @returns A promise that resolves then.
 */
export function pause(milliseconds: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, milliseconds));
}
