/**
 * What servers of every kind of stream have in common.
 *
 * @module
 */

import type { DeadlineOptions } from "./close_deadline.ts";
import type { WaitOptions } from "./wait_options.ts";

/** Options of `shutdown` of a server. */
export interface ServerShutdownOptions extends WaitOptions {
  /**
   * Milliseconds after which connections that are still open are aborted.
   *
   * @default {Infinity}
   */
  deadline?: number | undefined;
}

/** A connection of a server: of either style. */
export interface ServedConnection {
  /** Resolves when it is closed. */
  readonly finished: Promise<void>;
  /** Closes it at once. */
  abort(): void;
  /**
   * Closes it; queued writes go out first.
   *
   * @param options How long to wait for the peer.
   */
  close(options?: DeadlineOptions): void;
}
