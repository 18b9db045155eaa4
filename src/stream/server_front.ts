/**
 * What the methods of servers do.
 *
 * A front refers to the object that its user has, the page: whoever waits for a
 * client keeps both. What the listener holds (`ServerCore`) refers to neither.
 *
 * @module
 */

import { timerDelay } from "../proactor/arguments.ts";
import type { CompletionPort } from "../proactor/port/completion_port.ts";
import { closeWhenForgotten } from "../proactor/port/forgotten.ts";
import type {
  ServedConnection,
  ServerShutdownOptions,
} from "./served_connection.ts";
import {
  ServerCore,
  type ServerListener,
  type ServerSettings,
} from "./server_core.ts";
import { unlessAborted, type WaitOptions } from "./wait_options.ts";

/**
 * What the methods of a server do; {@linkcode StreamServer} tells what each of
 * them promises.
 *
 * @typeParam C Its connections.
 */
export class ServerFront<C extends ServedConnection = ServedConnection> {
  /** What the listener holds. */
  readonly core: ServerCore<C>;
  readonly #page: object;
  readonly #settings: ServerSettings;
  readonly #abort = (): void => void this.shutdown();

  /**
   * @param port The completion port.
   * @param settings The signal, and where errors go.
   * @param page The object that the user has, where there is one.
   */
  constructor(port: CompletionPort, settings: ServerSettings, page?: object) {
    this.core = new ServerCore(port, settings);
    this.#settings = settings;
    this.#page = page ?? this;
  }

  /** The connections that are open now. */
  get connections(): ReadonlySet<ServedConnection> {
    return this.core.connections;
  }

  /** Resolves when the server and all its connections are closed. */
  get finished(): Promise<void> {
    return this.core.finished;
  }

  /**
   * Takes the listener over.
   *
   * @param listener What brings the clients.
   */
  start(listener: ServerListener): void {
    const { core } = this;
    const { signal, label, protocols = false } = this.#settings;
    core.listener = listener;
    if (signal) {
      signal.addEventListener("abort", this.#abort, { once: true });
      core.onClose = () => signal.removeEventListener("abort", this.#abort);
    }
    if (protocols) return;
    closeWhenForgotten(this.#page, {
      port: core.port,
      part: core,
      name: label,
    });
  }

  /**
   * Tells whether the server takes no more clients.
   *
   * @returns True from `close` on.
   */
  closed(): boolean {
    return this.core.closing;
  }

  /**
   * Waits for the next client.
   *
   * @param options A signal that ends the wait.
   * @returns The connection.
   */
  async accept({ signal }: WaitOptions = {}): Promise<C> {
    const { queue, listener } = this.core;
    signal?.throwIfAborted();
    const connection = queue.take();
    if (connection === undefined) return await queue.wait(signal);
    listener?.refill();
    return connection;
  }

  /**
   * Iterates over the clients until the server is closed.
   *
   * @param options A signal that ends the iteration.
   * @returns An iterator, which closes the server when it is left.
   */
  values(
    options: WaitOptions = {},
  ): AsyncIterableIterator<C, undefined, undefined> {
    const iterator: AsyncIterableIterator<C, undefined, undefined> = {
      next: () => this.#next(options),
      return: () => {
        this.close();
        return Promise.resolve({ value: undefined, done: true });
      },
      [Symbol.asyncIterator]: () => iterator,
    };
    return iterator;
  }

  async #next(options: WaitOptions): Promise<IteratorResult<C, undefined>> {
    try {
      if (!this.closed()) {
        return { value: await this.accept(options), done: false };
      }
    } catch (error) {
      if (!this.closed()) throw error;
    }
    return { value: undefined, done: true };
  }

  /** Takes no more clients. Idempotent. */
  close(): void {
    this.core.destroy();
  }

  /**
   * Takes no more clients and waits until the connections are closed.
   *
   * @param options A deadline after which they are aborted, and a signal that
   * ends the wait.
   * @throws {RangeError} when the deadline is negative or not a number.
   */
  async shutdown(options: ServerShutdownOptions = {}): Promise<void> {
    const { deadline = Infinity, signal } = options;
    if (!(deadline >= 0)) {
      throw new RangeError(`Cannot shut down in ${deadline} ms`);
    }
    signal?.throwIfAborted();
    this.close();
    await unlessAborted(this.#finishedBy(deadline), signal);
  }

  /** Lets waiting for clients keep the process alive. */
  ref(): void {
    this.core.listener?.setReferenced(true);
  }

  /** Lets the process end while the server waits for clients. */
  unref(): void {
    this.core.listener?.setReferenced(false);
  }

  async #finishedBy(deadline: number): Promise<void> {
    if (deadline === Infinity) return await this.finished;
    const timer = setTimeout(() => this.core.abortAll(), timerDelay(deadline));
    await this.finished.finally(() => clearTimeout(timer));
  }
}
