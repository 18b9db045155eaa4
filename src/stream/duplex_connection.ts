/**
 * What `toNodeDuplex` takes.
 *
 * @module
 */

import type { StreamTarget } from "./web_streams.ts";

/** Options of {@linkcode toNodeDuplex}. */
export interface NodeDuplexOptions {
  /**
   * True keeps the stream open for writing after the other end has ended it.
   *
   * @default {false}
   */
  allowHalfOpen?: boolean | undefined;
}

/** What {@linkcode toNodeDuplex} takes: every kind of connection. */
export interface DuplexConnection extends StreamTarget {
  /** Resolves when the connection is closed. */
  readonly finished: Promise<void>;
  /** The address of this end. */
  readonly localAddr?: object | undefined;
  /** The address of the other end. */
  readonly remoteAddr?: object | undefined;
  /** Lets pending reads and writes keep the process alive. */
  ref(): void;
  /** Lets the process end while reads or writes are pending. */
  unref(): void;
  /**
   * Where there is such a thing.
   *
   * @param noDelay True sends small writes at once.
   */
  setNoDelay?(noDelay?: boolean): void;
  /**
   * Where there is such a thing.
   *
   * @param keepAlive True has idle connections probed.
   */
  setKeepAlive?(keepAlive?: boolean): void;
}
