/**
 * Callbacks for sockets that are ready, again and again.
 *
 * @module
 */

import type { Socket } from "../ffi/socket_api.ts";
import type { CompletionPort } from "../proactor/completion_port.ts";
import type { Direction, PolledSocket, Waiter } from "./polled_socket.ts";
import { pollerOf, type SocketPoller } from "./socket_poller.ts";

/** What is called, and how. */
export interface WatchCallback {
  /** Called whenever the socket is ready. */
  callback: () => void;
  /** Runs a function soon, never at once. */
  schedule: (run: () => void) => void;
}

/** The readers and writers of one port. */
export class SocketWatches {
  readonly #poller: SocketPoller;
  readonly #watches = {
    readable: new Map<Socket, Watch>(),
    writable: new Map<Socket, Watch>(),
  };

  /** @param poller Tells when sockets are ready. */
  constructor(poller: SocketPoller) {
    this.#poller = poller;
  }

  /**
   * Calls a function whenever a socket is ready, instead of the one before.
   *
   * @param direction What to wait for.
   * @param socket The socket.
   * @param callback What is called, and how.
   * @throws {Deno.errors.BadResource} when it is no socket.
   */
  add(direction: Direction, socket: Socket, callback: WatchCallback): void {
    this.remove(direction, socket);
    const watches = this.#watches[direction];
    const watch = new Watch(this.#poller, { direction, socket, callback });
    // Before it starts: what ends at once must be able to leave.
    watches.set(socket, watch);
    watch.onEnd = () => {
      if (watches.get(socket) === watch) watches.delete(socket);
    };
    watch.start();
  }

  /**
   * Ends the calls.
   *
   * @param direction What was waited for.
   * @param socket The socket.
   * @returns False when there was nothing to end.
   */
  remove(direction: Direction, socket: Socket): boolean {
    const watch = this.#watches[direction].get(socket);
    watch?.end();
    return watch !== undefined;
  }
}

/** A function that is called whenever a socket is ready. */
class Watch implements Waiter {
  readonly direction: Direction;
  onEnd: (() => void) | undefined;
  readonly #poller: SocketPoller;
  readonly #socket: Socket;
  readonly #callback: WatchCallback;
  #polled: PolledSocket | undefined;
  #ended = false;

  constructor(
    poller: SocketPoller,
    of: { direction: Direction; socket: Socket; callback: WatchCallback },
  ) {
    this.#poller = poller;
    this.direction = of.direction;
    this.#socket = of.socket;
    this.#callback = of.callback;
  }

  start(): void {
    try {
      this.#polled = this.#poller.wait(this.#socket, this);
    } catch (error) {
      this.end();
      throw error;
    }
  }

  settle(error?: Error): void {
    if (error !== undefined) this.#fail(error);
    else this.#callback.schedule(() => this.#run());
  }

  end(): void {
    this.#ended = true;
    this.#polled?.remove(this);
    this.onEnd?.();
  }

  #run(): void {
    if (this.#ended) return;
    this.#call();
    if (!this.#ended && !this.#poller.port.closed) this.#restart();
  }

  #call(): void {
    try {
      this.#callback.callback();
    } catch (error) {
      const message = `Exception in the callback of a ${this.direction} socket`;
      this.#poller.port.report(error, message);
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
    const { port } = this.#poller;
    if (!port.closed) port.report(error, "The watch of a socket has ended");
  }
}

const watchesByPort = new WeakMap<CompletionPort, SocketWatches>();

/**
 * The readers and writers of a port, made on first use.
 *
 * @param port The completion port.
 * @returns Those of this port.
 * @throws {Deno.errors.BadResource} when the port is closed.
 */
export function watchesOf(port: CompletionPort): SocketWatches {
  let watches = watchesByPort.get(port);
  if (watches === undefined) {
    watches = new SocketWatches(pollerOf(port));
    watchesByPort.set(port, watches);
  }
  return watches;
}
