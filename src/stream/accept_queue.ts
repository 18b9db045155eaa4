/**
 * Connections on their way from a listener to whoever accepts them.
 *
 * @module
 */

import type { ServedConnection } from "./served_connection.ts";

interface Acceptor<C> {
  resolve(connection: C): void;
  reject(error: unknown): void;
}

/**
 * Connections that wait for `accept`, and calls of `accept` that wait for
 * connections.
 *
 * @typeParam C The connections.
 */
export class AcceptQueue<C extends ServedConnection> {
  readonly #waiting: C[] = [];
  readonly #acceptors: Acceptor<C>[] = [];
  #closed = false;

  /** Connections that nobody has accepted yet. */
  get length(): number {
    return this.#waiting.length;
  }

  /** True from `close` on. */
  get closed(): boolean {
    return this.#closed;
  }

  /** @param connection Goes to the first who waits, or waits itself. */
  push(connection: C): void {
    const acceptor = this.#acceptors.shift();
    if (acceptor !== undefined) acceptor.resolve(connection);
    else this.#waiting.push(connection);
  }

  /**
   * Takes a connection that is there.
   *
   * @returns The oldest, or `undefined`.
   */
  take(): C | undefined {
    return this.#waiting.shift();
  }

  /**
   * Waits for a connection.
   *
   * @param signal Ends the wait; not aborted yet.
   * @returns The next one.
   * @throws {Deno.errors.BadResource} when the queue is closed, also later.
   */
  async wait(signal?: AbortSignal): Promise<C> {
    if (this.#closed) throw closedError();
    const { promise, resolve, reject } = Promise.withResolvers<C>();
    const acceptor = { resolve, reject };
    this.#acceptors.push(acceptor);
    if (signal === undefined) return await promise;
    const abort = () => this.#withdraw(acceptor, signal.reason);
    signal.addEventListener("abort", abort, { once: true });
    return await promise.finally(() =>
      signal.removeEventListener("abort", abort)
    );
  }

  /** Aborts what nobody has accepted, refuses whoever waits. Idempotent. */
  close(): void {
    this.#closed = true;
    for (const connection of this.#waiting.splice(0)) connection.abort();
    for (const { reject } of this.#acceptors.splice(0)) reject(closedError());
  }

  /** What was handed over before stays so. */
  #withdraw(acceptor: Acceptor<C>, reason: unknown): void {
    const index = this.#acceptors.indexOf(acceptor);
    if (index < 0) return;
    this.#acceptors.splice(index, 1);
    acceptor.reject(reason);
  }
}

function closedError(): Error {
  return new Deno.errors.BadResource(
    "Cannot accept: the listener has been closed",
  );
}
