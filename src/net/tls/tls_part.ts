/**
 * What is behind a `TlsConnection`.
 *
 * @module
 */

import { interrupted } from "./tls_errors.ts";
import type { ForgottenPart } from "../../proactor/port/forgotten.ts";
import {
  assertDeadline,
  CloseTimer,
  type DroppedBytesError,
  peerStalled,
} from "../../stream/close_deadline.ts";
import { ReadQueue } from "../../stream/read_queue.ts";
import type { TlsSession } from "./tls_session.ts";

/** What the close of a connection needs of the one below. */
export interface WatchedTransport {
  /** Resolves when it is closed. */
  readonly finished: Promise<void>;
  /** @param onProgress Told when Windows has taken some of what was written. */
  watchWrites(onProgress: () => void): void;
}

/** Reads, and the close: nothing here refers to the connection. */
export class TlsPart implements ForgottenPart {
  /** Who reads. */
  readonly reads: ReadQueue;
  /** True from `close` or `destroy` on. */
  closing = false;
  /** What the close has dropped, if it has. */
  loss: DroppedBytesError | undefined;
  readonly #session: TlsSession;
  readonly #timer: CloseTimer;

  /**
   * @param session TLS on the transport.
   * @param transport The connection below.
   * @param deadline Milliseconds that a close waits for a peer that takes
   * nothing.
   */
  constructor(
    session: TlsSession,
    transport: WatchedTransport,
    deadline: number | undefined,
  ) {
    this.#session = session;
    this.#timer = new CloseTimer(deadline, () => this.#expired());
    transport.watchWrites(() => this.#timer.progress());
    transport.finished.then(() => this.#timer.stop());
    this.reads = new ReadQueue(session, () => session.failure!);
    session.onReadable = () => this.reads.advance();
  }

  /**
   * Closes the connection when the peer has taken what was written.
   *
   * @param deadline Milliseconds, or `Infinity`.
   * @throws {RangeError} when it is neither.
   */
  close(deadline: number | undefined): void {
    assertDeadline(deadline);
    const first = !this.closing;
    this.closing = true;
    this.reads.fail(() => interrupted("read"));
    if (this.#session.failure !== undefined) return; // it closes by itself
    if (!this.#session.established) return this.destroy();
    this.#timer.start(deadline);
    if (first) void this.#close();
  }

  /** Closes the connection at once. */
  destroy(): void {
    const error = interrupted("use TLS");
    const overtaken = this.closing;
    this.closing = true;
    this.reads.fail(() => interrupted("read"));
    this.#session.fail(error);
    if (overtaken) this.#lost(error);
  }

  async #close(): Promise<void> {
    this.#session.discard();
    try {
      await this.#session.end();
    } catch (error) {
      this.#lost(error as Error);
    }
    this.#session.close(this.#timer.delay);
  }

  #expired(): void {
    const error = peerStalled(this.#session.name, this.#timer.delay);
    this.#session.fail(error);
    this.#lost(error);
  }

  /** TLS's own end alone is no loss. */
  #lost(error: Error): void {
    const { dropped: bytesDropped } = this.#session;
    if (bytesDropped > 0) this.loss ??= Object.assign(error, { bytesDropped });
  }
}
