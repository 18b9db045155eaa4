/**
 * Who watches a port.
 *
 * @module
 */

/** Where a connection leads. */
export type PeerAddress =
  | { transport: "pipe" | "unix"; path: string }
  | { transport: "tcp"; hostname: string; port: number };

/** A connection, of either style. */
export interface ObservedConnection {
  /** Resolves when it is closed. */
  readonly finished: Promise<void>;
}

/**
 * Told of what happens on a port that is not a matter of single operations. A
 * port has none by itself, and looks for one where a connection is made, an
 * error is reported, or a wait is queued: no read and no write does.
 */
export interface PortObserver {
  /**
   * A client connects.
   *
   * @typeParam T The connection, or a transport and its protocol.
   * @param address Where to, as the caller names it.
   * @param connect Does it; called at once.
   * @returns What `connect` gives.
   */
  connecting<T>(address: PeerAddress, connect: () => Promise<T>): Promise<T>;
  /**
   * A server has accepted a client.
   *
   * @param connection The connection.
   */
  accepted(connection: ObservedConnection): void;
  /**
   * Something has failed that ends no call.
   *
   * @param error What.
   * @param message Where.
   */
  failed(error: unknown, message: string): void;
  /** No thread of Deno's pool has begun the port's wait in time. */
  starved(): void;
}
