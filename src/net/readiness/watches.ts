/**
 * Callbacks for what is ready, again and again.
 *
 * @module
 */

import { type AsyncContext, currentContext } from "../../ffi/async_context.ts";
import type { CompletionPort } from "../../proactor/port/completion_port.ts";
import type { Direction, Waiter } from "../../proactor/call/polled_socket.ts";
import type { readinessKey, ReadinessSource } from "./readiness_source.ts";

/** What makes two watches the same. */
export type WatchKey = ReturnType<typeof readinessKey>;

/** What is called, and how. */
export interface WatchCallback {
  /** Tells when it is time. */
  source: ReadinessSource;
  /** Called whenever it is. */
  callback: () => void;
  /** Runs a function soon, never at once; `callback` is its subject. */
  schedule: (
    run: () => void,
    context: AsyncContext,
    callback: () => void,
  ) => void;
}

/** The readers and writers of one port. */
export class Watches {
  readonly #port: CompletionPort;
  readonly #watches = {
    readable: new Map<WatchKey, Watch>(),
    writable: new Map<WatchKey, Watch>(),
  };

  /** @param port The completion port. */
  constructor(port: CompletionPort) {
    this.#port = port;
  }

  /**
   * Calls a function whenever something is ready, instead of the one before.
   *
   * @param direction What to wait for.
   * @param key What is watched.
   * @param callback What is called, and how.
   * @throws {Deno.errors.BadResource} when it cannot be waited for.
   */
  add(direction: Direction, key: WatchKey, callback: WatchCallback): void {
    this.remove(direction, key);
    const watches = this.#watches[direction];
    const watch = new Watch(this.#port, direction, callback);
    // Before it starts: what ends at once must be able to leave.
    watches.set(key, watch);
    watch.onEnd = () => {
      if (watches.get(key) === watch) watches.delete(key);
    };
    watch.start();
  }

  /**
   * Ends the calls.
   *
   * @param direction What was waited for.
   * @param key What is watched.
   * @returns False when there was nothing to end.
   */
  remove(direction: Direction, key: WatchKey): boolean {
    const watch = this.#watches[direction].get(key);
    watch?.end();
    return watch !== undefined;
  }
}

/** A function that is called whenever something is ready. */
class Watch implements Waiter {
  readonly direction: Direction;
  onEnd: (() => void) | undefined;
  readonly #port: CompletionPort;
  readonly #callback: WatchCallback;
  readonly #context = currentContext();
  readonly #turn = (): void => this.#run();
  #stop: (() => void) | undefined;
  #ended = false;

  constructor(
    port: CompletionPort,
    direction: Direction,
    callback: WatchCallback,
  ) {
    this.#port = port;
    this.direction = direction;
    this.#callback = callback;
  }

  start(): void {
    try {
      this.#stop = this.#callback.source.wait(this);
    } catch (error) {
      this.end();
      throw error;
    }
  }

  settle(error?: Error): void {
    if (error !== undefined) this.#fail(error);
    else this.#schedule();
  }

  end(): void {
    this.#ended = true;
    this.#stop?.();
    this.onEnd?.();
  }

  #schedule(): void {
    const { schedule, callback } = this.#callback;
    schedule(this.#turn, this.#context, callback);
  }

  #run(): void {
    if (this.#ended) return;
    this.#call();
    if (!this.#ended && !this.#port.closed) this.#restart();
  }

  #call(): void {
    try {
      this.#callback.callback();
    } catch (error) {
      const { noun } = this.#callback.source;
      const message =
        `Exception in the callback of a ${this.direction} ${noun}`;
      this.#port.report(error, message);
    }
  }

  #restart(): void {
    try {
      this.start();
    } catch (error) {
      this.#fail(error as Error);
    }
  }

  /** A proactor that closes is no reason to complain. */
  #fail(error: Error): void {
    this.end();
    if (this.#port.closed) return;
    const { noun } = this.#callback.source;
    this.#port.report(error, `The watch of a ${noun} has ended`);
  }
}

const watchesByPort = new WeakMap<CompletionPort, Watches>();

/**
 * The readers and writers of a port, made on first use.
 *
 * @param port The completion port.
 * @returns Those of this port.
 */
export function watchesOf(port: CompletionPort): Watches {
  let watches = watchesByPort.get(port);
  if (watches === undefined) {
    watches = new Watches(port);
    watchesByPort.set(port, watches);
  }
  return watches;
}
