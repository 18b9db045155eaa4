/**
 * The connection of a duplex, which may come later than the duplex.
 *
 * @module
 */

import type { Duplex } from "node:stream";
import { viewOf } from "../ffi/bytes.ts";
import type { DuplexConnection } from "./duplex_connection.ts";
import {
  callUser,
  codeError,
  nodeError,
  throwUncaught,
} from "./node_errors.ts";

/** Bytes of the first read, and of those that follow a short one. */
const SMALL_READ = 4096;

/** Bytes of a read that follows one that was filled. */
const LARGE_READ = 65536;

/** What `node:stream` wants to be told by. */
export type Callback = (error?: Error | null) => void;

/** What is done with a connection. */
type Action = (connection: DuplexConnection) => void;

/** Told of what happens on a connection. */
export interface DuplexEvents {
  /** Bytes were read or written. */
  onActivity(): void;
  /**
   * Bytes have come.
   *
   * @param data The bytes.
   */
  onReceived(data: Uint8Array): void;
  /** The peer writes no more. */
  onEnded(): void;
  /**
   * Reading or writing has failed.
   *
   * @param error The connection's own.
   */
  onFailed(error: unknown): void;
}

interface Waiting {
  action: Action;
  dropped: (() => void) | undefined;
}

/** Reads and writes for a duplex, once its connection is there. */
export class DuplexLink {
  readonly #duplex: Duplex;
  readonly #events: DuplexEvents;
  #connection: DuplexConnection | undefined;
  #waiting: Waiting[] = [];
  #size = SMALL_READ;
  /** Bytes that have come. */
  bytesRead = 0;
  /** Bytes that the kernel has taken. */
  bytesSent = 0;

  /**
   * @param duplex What its user has.
   * @param events Told of what happens.
   */
  constructor(duplex: Duplex, events: DuplexEvents) {
    this.#duplex = duplex;
    this.#events = events;
  }

  /** The connection, once it is there. */
  get connection(): DuplexConnection | undefined {
    return this.#connection;
  }

  /**
   * Does something with the connection: now, or when it is there.
   *
   * @param action What to do.
   * @param dropped Called instead when the duplex ends before.
   */
  use(action: Action, dropped?: () => void): void {
    if (this.#connection === undefined) this.#waiting.push({ action, dropped });
    else action(this.#connection);
  }

  /**
   * The connection is there: what waited for it is done, in its order.
   *
   * @param connection The connection; the duplex's from now on.
   */
  attach(connection: DuplexConnection): void {
    this.#connection = connection;
    for (const { action } of this.#takeWaiting()) action(connection);
  }

  /** The duplex has ended: what still waits for a connection is not done. */
  drop(): void {
    for (const { dropped } of this.#takeWaiting()) dropped?.();
  }

  /** Reads once. */
  read(): void {
    this.use((connection) => void this.#receive(connection));
  }

  /**
   * Writes, or ends the write side.
   *
   * @param callback Told of the end.
   * @param send Does it, and gives the number of bytes.
   */
  send(
    callback: Callback,
    send: (connection: DuplexConnection) => Promise<number>,
  ): void {
    this.use(
      (connection) => this.#settle(send(connection), callback),
      () => callback(closedBefore()),
    );
  }

  #takeWaiting(): Waiting[] {
    const waiting = this.#waiting;
    this.#waiting = [];
    return waiting;
  }

  async #receive(connection: DuplexConnection): Promise<void> {
    const chunk = new Uint8Array(this.#size);
    let count: number | null;
    try {
      count = await connection.read(chunk);
    } catch (error) {
      return this.#receiveFailed(error, connection);
    }
    if (this.#duplex.destroyed) return;
    if (count === null) return this.#deliver(() => this.#events.onEnded());
    this.#events.onActivity();
    this.bytesRead += count;
    this.#size = nextSize(this.#size, count);
    const data = viewOf(chunk, 0, count);
    this.#deliver(() => this.#events.onReceived(data));
  }

  /** Reading goes on, as it does in Node, when somebody catches it. */
  #deliver(tell: () => void): void {
    try {
      tell();
    } catch (error) {
      throwUncaught(error);
      if (!this.#duplex.destroyed) this.#duplex.read(0);
    }
  }

  /** What our own end interrupts has ended too. */
  #receiveFailed(error: unknown, connection: DuplexConnection): void {
    if (this.#duplex.destroyed) return;
    const closedByUs = this.#duplex.writableEnded && !connection.canCloseWrite;
    if (closedByUs) return this.#deliver(() => this.#events.onEnded());
    this.#events.onFailed(error);
    this.#duplex.destroy(nodeError(error, "read"));
  }

  #settle(written: Promise<number>, callback: Callback): void {
    written.then((count) => {
      this.bytesSent += count;
      this.#events.onActivity();
      callUser(callback, null);
    }, (error) => {
      this.#events.onFailed(error);
      callUser(callback, nodeError(error, "write"));
    });
  }
}

/**
 * Writes several chunks, which go out together.
 *
 * @param connection The connection.
 * @param chunks The bytes.
 * @returns Their number.
 */
export async function writeAll(
  connection: DuplexConnection,
  chunks: readonly { chunk: Uint8Array }[],
): Promise<number> {
  const writes = chunks.map(({ chunk }) => connection.write(chunk));
  const counts = await Promise.all(writes);
  return counts.reduce((sum, count) => sum + count, 0);
}

/**
 * Ends the write side or, where there is no half close, the connection.
 *
 * @param connection The connection.
 * @returns No bytes.
 */
export async function endOf(connection: DuplexConnection): Promise<number> {
  if (connection.canCloseWrite) await connection.closeWrite();
  else await connection.shutdown();
  return 0;
}

function closedBefore(): Error {
  return codeError(
    "ERR_SOCKET_CLOSED_BEFORE_CONNECTION",
    "Cannot write: the socket was closed before it was connected",
  );
}

/** A silent connection waits with a small array. */
function nextSize(size: number, count: number): number {
  if (count === size) return LARGE_READ;
  return count <= SMALL_READ ? SMALL_READ : size;
}
