/**
 * Several who watch one port.
 *
 * @module
 */

import { logError } from "../ffi/thrown.ts";
import { defaultPort, portOf } from "../proactor/default_port.ts";
import type { IocpProactor } from "../proactor/iocp_proactor.ts";
import type {
  ObservedConnection,
  PeerAddress,
  PortObserver,
} from "../proactor/port/port_observer.ts";

/** One who watches. */
export interface Watcher {
  /**
   * A client begins to connect.
   *
   * @param address Where to.
   * @returns Called at the end of the attempt.
   */
  connecting?(address: PeerAddress): (outcome: Outcome) => void;
  /**
   * A connection is there.
   *
   * @param side Whose end it is.
   * @param connection The connection.
   * @returns Called when it is closed.
   */
  opened?(side: Side, connection: ObservedConnection): () => void;
  /**
   * Something has failed that ends no call.
   *
   * @param error What.
   * @param message Where.
   */
  failed?(error: unknown, message: string): void;
  /** No thread has begun the port's wait in time. */
  starved?(): void;
}

/** Whose end of a connection it is. */
export type Side = "client" | "server";

/** How an attempt to connect has ended. */
export type Outcome =
  | { connection: ObservedConnection }
  | { error: unknown };

/**
 * Watches a port. What a watcher throws goes to the console, and nowhere else.
 *
 * @param proactor Whose port; the shared one if none is given.
 * @param watcher Who watches.
 * @returns Ends it. Connections that are open then are still told to be closed.
 */
export function watch(
  proactor: IocpProactor | undefined,
  watcher: Watcher,
): Disposable {
  const port = proactor === undefined ? defaultPort() : portOf(proactor);
  const observers = port.observer instanceof Observers
    ? port.observer
    : new Observers();
  port.observer = observers;
  observers.add(watcher);
  return {
    [Symbol.dispose]() {
      observers.delete(watcher);
      if (observers.size === 0 && port.observer === observers) {
        port.observer = null;
      }
    },
  };
}

/** Tells all who watch a port. */
class Observers implements PortObserver {
  readonly #watchers = new Set<Watcher>();

  get size(): number {
    return this.#watchers.size;
  }

  add(watcher: Watcher): void {
    this.#watchers.add(watcher);
  }

  delete(watcher: Watcher): void {
    this.#watchers.delete(watcher);
  }

  async connecting<T>(
    address: PeerAddress,
    connect: () => Promise<T>,
  ): Promise<T> {
    const ends = this.#tell((watcher) => watcher.connecting?.(address));
    const end = (outcome: Outcome) => {
      for (const one of ends) guarded(() => one(outcome));
    };
    try {
      const made = await connect();
      const connection = connectionOf(made);
      end({ connection });
      this.#opened("client", connection);
      return made;
    } catch (error) {
      end({ error });
      throw error;
    }
  }

  accepted(connection: ObservedConnection): void {
    this.#opened("server", connection);
  }

  failed(error: unknown, message: string): void {
    this.#tell((watcher) => watcher.failed?.(error, message));
  }

  starved(): void {
    this.#tell((watcher) => watcher.starved?.());
  }

  /** What is called at the end refers to no connection. */
  #opened(side: Side, connection: ObservedConnection): void {
    const ends = this.#tell((watcher) => watcher.opened?.(side, connection));
    if (ends.length === 0) return;
    connection.finished.then(() => {
      for (const end of ends) guarded(end);
    });
  }

  #tell<T>(call: (watcher: Watcher) => T | undefined): T[] {
    return [...this.#watchers]
      .map((watcher) => guarded(() => call(watcher)))
      .filter((result) => result !== undefined);
  }
}

/** A transport comes with its protocol. */
function connectionOf(made: unknown): ObservedConnection {
  return (Array.isArray(made) ? made[0] : made) as ObservedConnection;
}

function guarded<T>(call: () => T): T | undefined {
  try {
    return call();
  } catch (error) {
    logError("Exception in diagnostics:", error);
    return undefined;
  }
}
