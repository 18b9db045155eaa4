/**
 * The encrypted side of a TLS connection, as `node:tls` wants it.
 *
 * @module
 */

import { setImmediate } from "node:timers";
import type { DuplexConnection } from "../../stream/duplex_connection.ts";
import { NodeDuplex } from "../../stream/node_duplex.ts";

/** Told of what comes from the peer. */
export interface TlsDuplexEvents {
  /** What has come was handed to TLS. */
  onReceived(): void;
  /** The peer has ended the connection below TLS. */
  onEnded(): void;
  /**
   * The connection below TLS has failed.
   *
   * @param error Its error.
   */
  onFailed(error: unknown): void;
}

/**
 * Reads once for each demand: TLS itself takes all it can get and keeps what
 * nobody reads.
 */
export class TlsDuplex extends NodeDuplex {
  readonly #connection: DuplexConnection;
  readonly #events: TlsDuplexEvents;
  #demanded = false;
  #wanted = false;
  #reading = false;
  /** Milliseconds that the connection has for TLS's last words. */
  deadline: number | undefined;

  /**
   * @param connection The connection below TLS.
   * @param events Who is told.
   */
  constructor(connection: DuplexConnection, events: TlsDuplexEvents) {
    super(connection, { allowHalfOpen: true });
    this.#connection = connection;
    this.#events = events;
  }

  /** Makes sure that a read is in flight, or will be. */
  demand(): void {
    if (this.#reading) return;
    this.#demanded = true;
    this.#start();
  }

  /** Waits until all that TLS has to say is with the kernel, or lost. */
  async flush(): Promise<void> {
    do {
      await new Promise<void>((resolve) => setImmediate(() => resolve()));
      await new Promise<void>((resolve) => this.#afterWrites(resolve));
    } while (this.writableLength > 0);
  }

  /** Called when there is room for data. */
  override _read(): void {
    this.#wanted = true;
    this.#start();
  }

  /**
   * Destroys the stream a turn later: TLS writes its last words, an alert or
   * the end of the stream, after it has destroyed what is below.
   *
   * @param error What has ended it.
   * @returns The stream.
   */
  override destroy(error?: Error): this {
    setImmediate(() => super.destroy(error));
    return this;
  }

  /** @param error What has ended the stream; else what was written goes out. */
  protected override closeConnection(error: Error | null): void {
    const { deadline } = this;
    if (error === null) this.#connection.close({ deadline });
    else this.#connection.abort();
  }

  /**
   * `node:tls` never changes what it has written.
   *
   * @param chunk Its own.
   * @returns The same.
   */
  protected override owned(chunk: unknown): unknown {
    return chunk;
  }

  /** @param data The encrypted bytes. */
  protected override received(data: Uint8Array): void {
    this.#reading = false;
    super.received(data);
    this.#events.onReceived();
  }

  /** Whether this is a good end is for TLS to say. */
  protected override ended(): void {
    this.#reading = false;
    this.#events.onEnded();
  }

  /** @param error The connection's own. */
  protected override failed(error: unknown): void {
    this.#events.onFailed(error);
  }

  #start(): void {
    if (!this.#demanded || !this.#wanted || this.destroyed) return;
    this.#demanded = this.#wanted = false;
    this.#reading = true;
    super._read();
  }

  /** An empty write ends behind those that were made before. */
  #afterWrites(resolve: () => void): void {
    if (this.destroyed) resolve();
    else this.write(new Uint8Array(0), () => resolve());
  }
}
