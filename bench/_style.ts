/**
 * What all styles of servers and clients have in common.
 *
 * @module
 */

/** How bytes travel. */
export type Transport = "byte pipe" | "message pipe" | "TCP";

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

/** A server that answers. */
export interface Service {
  /**
   * Connects to it.
   *
   * @returns A client.
   */
  connect(): Promise<Client>;
}

/** A style of use. */
export interface Style {
  /** Its name, and what it lacks here. */
  name: string;
  /** How bytes travel. */
  transport: Transport;
  /** True when it cannot run here. */
  ignore: boolean;
  /** The most clients of a server. */
  maxClients: number;
  /**
   * Starts a server.
   *
   * @param makeAnswerer Called for each client.
   * @returns The server.
   */
  open(makeAnswerer: () => Answerer): Promise<Service>;
}

/**
 * A name that nobody else uses.
 *
 * @returns `\\\\.\\pipe\\` and a name.
 */
export function uniquePipeName(): string {
  return `\\\\.\\pipe\\proactor-bench-${crypto.randomUUID()}`;
}
