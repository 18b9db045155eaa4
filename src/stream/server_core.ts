/**
 * What is behind a server.
 *
 * @module
 */

import { currentContext, runIn } from "../ffi/async_context.ts";
import { logError } from "../ffi/thrown.ts";
import type { CompletionPort } from "../proactor/port/completion_port.ts";
import type { ForgottenPart } from "../proactor/port/forgotten.ts";
import type { PortHandle } from "../proactor/port/port_handle.ts";
import { AcceptQueue } from "./accept_queue.ts";
import type { ServedConnection } from "./served_connection.ts";

/** What brings the clients. */
export interface ServerListener {
  /** Takes no more clients. Idempotent. */
  close(): void;
  /** There is room for more clients. */
  refill(): void;
  /** A connection was closed. */
  released?(): void;
  /** @param referenced Whether waiting keeps the process alive. */
  setReferenced(referenced: boolean): void;
}

/** How a server is made. */
export interface ServerSettings {
  /** What messages call it: `pipe server`. */
  label: string;
  /** Shuts the server down when it is aborted. */
  signal?: AbortSignal | undefined;
  /** Told of errors that end no call. */
  onError?: ((error: unknown) => void) | undefined;
  /** True when protocols take the clients: nobody need have the server. */
  protocols?: boolean | undefined;
}

/**
 * The clients of a server. Its listener, and so the port, holds this, but not
 * the server; and it does not hold the connections that were accepted.
 *
 * @typeParam C The connections.
 */
export class ServerCore<C extends ServedConnection> implements ForgottenPart {
  /** The completion port. */
  readonly port: CompletionPort;
  /** Connections that nobody has accepted yet. */
  readonly queue: AcceptQueue<C> = new AcceptQueue<C>();
  /** What brings the clients. */
  listener: ServerListener | undefined;
  /** Told of the close. */
  onClose: (() => void) | undefined;
  readonly #label: string;
  readonly #onError: ServerSettings["onError"];
  readonly #protocols: boolean;
  readonly #connections = new Set<WeakRef<ServedConnection>>();
  readonly #finished = Promise.withResolvers<void>();
  /** That of who serves: what the user gave is called in it. */
  readonly #context = currentContext();
  #released = false;

  /**
   * @param port The completion port.
   * @param settings What messages call the server, and who is told of errors.
   */
  constructor(port: CompletionPort, settings: ServerSettings) {
    this.port = port;
    this.#label = settings.label;
    this.#onError = settings.onError;
    this.#protocols = settings.protocols ?? false;
  }

  /** Resolves when the server and all its connections are closed. */
  get finished(): Promise<void> {
    return this.#finished.promise;
  }

  /** True from `destroy` on. */
  get closing(): boolean {
    return this.queue.closed;
  }

  /** The connections that are open now. */
  get connections(): Set<ServedConnection> {
    const connections = new Set<ServedConnection>();
    for (const reference of this.#connections) {
      const connection = reference.deref();
      if (connection !== undefined) connections.add(connection);
    }
    return connections;
  }

  /** Takes no more clients. Idempotent. */
  destroy(): void {
    if (this.closing) return;
    this.queue.close();
    this.listener?.close();
    this.onClose?.();
  }

  /** Aborts the connections that are open. */
  abortAll(): void {
    for (const connection of this.connections) connection.abort();
  }

  /**
   * A client has connected.
   *
   * @param handle The client's handle, closed when `make` throws.
   * @param make Makes the connection.
   */
  connected(handle: PortHandle, make: () => ServedConnection): void {
    let connection: ServedConnection;
    try {
      connection = runIn(this.#context, make, undefined);
    } catch (error) {
      this.port.closeHandle(handle);
      this.listener?.released?.();
      return this.failed(error);
    }
    this.#watch(new WeakRef(connection), connection.finished);
    this.port.observer?.accepted(connection);
    if (!this.#protocols) this.queue.push(connection as C);
  }

  /**
   * Something failed that ends no call.
   *
   * @param error What.
   */
  failed(error: unknown): void {
    this.port.observer?.failed(error, `Error in a ${this.#label}`);
    try {
      const onError = this.#onError;
      if (onError !== undefined) runIn(this.#context, onError, error);
      else logError(`Error in a ${this.#label}:`, error);
    } catch (thrown) {
      this.port.report(thrown, `Exception in onError of a ${this.#label}`);
    }
  }

  /**
   * The kernel has nothing of the listener any more. Also when the proactor
   * was closed under it.
   */
  listenerReleased(): void {
    this.#released = true;
    this.destroy();
    this.#finishIfEmpty();
  }

  /** Its end must not hold the connection. */
  #watch(
    reference: WeakRef<ServedConnection>,
    finished: Promise<void>,
  ): void {
    this.#connections.add(reference);
    finished.then(() => {
      this.#connections.delete(reference);
      this.listener?.released?.();
      this.#finishIfEmpty();
    });
  }

  #finishIfEmpty(): void {
    if (this.#released && this.#connections.size === 0) {
      this.#finished.resolve();
    }
  }
}
