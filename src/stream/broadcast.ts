/**
 * `broadcast`: what is sent goes to all clients of a server.
 *
 * @module
 */

import { byteLengthOf, copyBytes } from "../ffi/bytes.ts";
import { logError } from "../ffi/thrown.ts";
import {
  assertInteger,
  assertOptions,
  shownValue,
  stableBytes,
} from "../proactor/arguments.ts";
import type { StreamConnection } from "./stream_connection.ts";
import type { StreamServer } from "./stream_server.ts";

/**
 * What becomes of a client that reads slower than is sent:
 *
 * - `"close"`: it is disconnected, and can come again;
 * - `"skip"`: it does not get what has no room, but what comes later;
 * - `"wait"`: `send` waits for it, and with it all others.
 */
export type SlowReaderPolicy = "close" | "skip" | "wait";

/** Options of {@linkcode broadcast}. */
export interface BroadcastOptions<C extends StreamConnection> {
  /**
   * What becomes of slow readers.
   *
   * @default {"close"}
   */
  slowReaders?: SlowReaderPolicy | undefined;
  /**
   * Bytes that may wait for a client before it is a slow one, besides what
   * Windows holds for it.
   *
   * @default {1048576}
   */
  maxBuffered?: number | undefined;
  /** Called with each client before anything is sent to it, such as a greeting. */
  onClient?: ((client: C) => void | PromiseLike<void>) | undefined;
  /** Called with what a client has written; it is dropped by default. */
  onData?:
    | ((data: Uint8Array<ArrayBuffer>, client: C) => void)
    | undefined;
  /**
   * Called with what has ended a client or was thrown by one of these
   * functions. By default it is written to the console, unless a client has
   * merely left.
   */
  onError?: ((error: unknown, client: C) => void) | undefined;
}

const KINDS = {
  onClient: "function",
  onData: "function",
  onError: "function",
} as const;

const CHUNK_SIZE = 4096;

/**
 * Sends the same to all clients of a server. It takes the clients that come, and
 * reads what they write, so that it knows when they leave: who ends its writes has
 * left.
 *
 * @example Usage
 * ```ts
 * import { connectPipe, PipeServer } from "@iocp/proactor/pipe";
 * import { broadcast } from "@iocp/proactor/stream";
 *
 * const server = PipeServer.listen("news-example");
 * await using news = broadcast(server, { slowReaders: "skip" });
 * using reader = await connectPipe("news-example");
 * while (news.size === 0) await new Promise((resolve) => setTimeout(resolve));
 * await news.send(new TextEncoder().encode("extra"));
 * console.log(await reader.read(new Uint8Array(9))); // 5
 * ```
 *
 * @typeParam C The server's connections.
 * @param server The server, which is closed with the broadcast.
 * @param options What becomes of slow readers.
 * @returns The broadcast.
 * @throws {TypeError} when there is no such policy, or an option is of another
 * type.
 * @throws {RangeError} when `maxBuffered` is not an integer from 0 on.
 */
export function broadcast<C extends StreamConnection>(
  server: StreamServer<C>,
  options: BroadcastOptions<C> = {},
): Broadcast<C> {
  assertOptions(options, KINDS);
  const { slowReaders = "close", maxBuffered = 1 << 20 } = options;
  if (!["close", "skip", "wait"].includes(slowReaders)) {
    throw new TypeError(
      `Cannot use slowReaders ${shownValue(slowReaders)}: ` +
        'it is not "close" or "skip" or "wait"',
    );
  }
  assertInteger("maxBuffered", maxBuffered, [0, Number.MAX_SAFE_INTEGER]);
  return new Broadcast(server, { ...options, slowReaders, maxBuffered });
}

/** Options whose defaults are filled in. */
interface Resolved<C extends StreamConnection> extends BroadcastOptions<C> {
  slowReaders: SlowReaderPolicy;
  maxBuffered: number;
}

/**
 * The clients of a server, who get what is sent; see {@linkcode broadcast}.
 *
 * @typeParam C The server's connections.
 *
 * @example Usage
 * ```ts
 * import { PipeServer } from "@iocp/proactor/pipe";
 * import { broadcast } from "@iocp/proactor/stream";
 *
 * await using news = broadcast(PipeServer.listen("status-example"));
 * console.log(await news.send(new TextEncoder().encode("nobody"))); // 0
 * ```
 */
export class Broadcast<C extends StreamConnection> implements AsyncDisposable {
  readonly #server: StreamServer<C>;
  readonly #options: Resolved<C>;
  readonly #clients = new Set<C>();
  readonly #serving: Promise<void>;

  /**
   * Made by {@linkcode broadcast}.
   *
   * @ignore
   * @param server The server.
   * @param options What becomes of slow readers.
   */
  constructor(server: StreamServer<C>, options: Resolved<C>) {
    this.#server = server;
    this.#options = options;
    this.#serving = this.#serve();
  }

  /** Clients that get what is sent now. */
  get size(): number {
    return this.#clients.size;
  }

  /**
   * Sends bytes to all clients; on message-type pipes they are one message.
   *
   * @param data The caller's again when this returns.
   * @returns The number of clients that they were sent to, when Windows or a
   * queue has them; with `"wait"`, when all clients that are left have room.
   * @throws {TypeError} when `data` is not a `Uint8Array`.
   */
  async send(data: Uint8Array): Promise<number> {
    const bytes = stableBytes("send", data);
    const writes: Promise<boolean>[] = [];
    for (const client of this.#clients) {
      if (this.#takes(client, bytes)) writes.push(this.#write(client, bytes));
    }
    if (this.#options.slowReaders !== "wait") return writes.length;
    const taken = await Promise.all(writes);
    return taken.filter(Boolean).length;
  }

  /** Takes no more clients, and lets those leave who are there. */
  close(): void {
    this.#server.close();
    for (const client of this.#clients) client.close();
  }

  /** As {@linkcode close}, and waits for it. */
  async [Symbol.asyncDispose](): Promise<void> {
    this.close();
    await this.#serving;
    await this.#server.finished;
  }

  #takes(client: C, bytes: Uint8Array): boolean {
    const { slowReaders, maxBuffered } = this.#options;
    const waiting = client.bufferedAmount;
    if (slowReaders === "wait" || waiting === 0) return true;
    if (waiting + byteLengthOf(bytes) <= maxBuffered) return true;
    if (slowReaders === "close") this.#drop(client);
    return false;
  }

  async #write(client: C, bytes: Uint8Array): Promise<boolean> {
    try {
      await client.write(bytes);
      return true;
    } catch (error) {
      this.#failed(client, error);
      return false;
    }
  }

  async #serve(): Promise<void> {
    for await (const client of this.#server) void this.#welcome(client);
  }

  async #welcome(client: C): Promise<void> {
    try {
      await this.#options.onClient?.(client);
    } catch (error) {
      client.abort();
      return this.#report(client, error);
    }
    this.#clients.add(client);
    try {
      await this.#read(client);
      this.#clients.delete(client);
      client.close();
    } catch (error) {
      this.#failed(client, error);
    }
  }

  /** Until the client has left. */
  async #read(client: C): Promise<void> {
    const buffer = new Uint8Array(CHUNK_SIZE);
    for (;;) {
      const count = await readSome(client, buffer);
      if (count === null) return;
      this.#options.onData?.(copyBytes(buffer, 0, count), client);
    }
  }

  #drop(client: C): void {
    this.#clients.delete(client);
    client.abort();
  }

  /** Who was dropped, or has left, is no failure any more. */
  #failed(client: C, error: unknown): void {
    if (!this.#clients.has(client)) return;
    this.#drop(client);
    this.#report(client, error);
  }

  #report(client: C, error: unknown): void {
    const { onError } = this.#options;
    if (onError !== undefined) onError(error, client);
    else if (!isDeparture(error)) {
      logError("A client of a broadcast has failed", error);
    }
  }
}

/** Where nothing can be read, a write that fails tells that the peer is gone. */
async function readSome(
  client: StreamConnection,
  buffer: Uint8Array,
): Promise<number | null> {
  try {
    return await client.read(buffer);
  } catch (error) {
    if (!(error instanceof Deno.errors.NotSupported)) throw error;
    await client.finished;
    return null;
  }
}

function isDeparture(error: unknown): boolean {
  const { BadResource, BrokenPipe, ConnectionReset, Interrupted } = Deno.errors;
  const departures = [BadResource, BrokenPipe, ConnectionReset, Interrupted];
  return departures.some((each) => error instanceof each);
}
