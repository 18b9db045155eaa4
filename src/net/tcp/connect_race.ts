/**
 * Happy Eyeballs (RFC 8305): several addresses, one connection.
 *
 * @module
 */

import type { SocketApi } from "../../ffi/socket/api.ts";
import type { CompletionPort } from "../../proactor/port/completion_port.ts";
import type { PortHandle } from "../../proactor/port/port_handle.ts";
import { ClientSocket, type Connecting } from "../socket/client_socket.ts";
import { ConnectAttempt } from "../socket/connect_attempt.ts";
import { PolledConnect } from "../socket/polled_connect.ts";
import { type IpAddress, tcpKind } from "./tcp_socket.ts";

/** Where an attempt goes from and to. */
export interface ConnectEnds {
  /** The address to connect to. */
  remote: IpAddress;
  /** The address to connect from. */
  local: IpAddress;
}

/** What a race runs over. */
export interface RaceOptions {
  /** In the order in which they are tried. */
  ends: readonly ConnectEnds[];
  /** Milliseconds between two starts. */
  attemptDelay: number;
}

/** Attempts that start one after the other; the first success wins. */
export class ConnectRace {
  readonly #port: CompletionPort;
  readonly #sockets: SocketApi;
  readonly #waiting: ConnectEnds[];
  readonly #attemptDelay: number;
  readonly #running = new Set<Connecting>();
  readonly #errors: unknown[] = [];
  readonly #connected = Promise.withResolvers<PortHandle>();
  #timer: ReturnType<typeof setTimeout> | undefined;
  #over = false;

  /**
   * Starts the first attempt.
   *
   * @param port The completion port.
   * @param sockets Winsock.
   * @param options The addresses, one at least.
   */
  constructor(port: CompletionPort, sockets: SocketApi, options: RaceOptions) {
    this.#port = port;
    this.#sockets = sockets;
    this.#waiting = [...options.ends];
    this.#attemptDelay = options.attemptDelay;
    this.#next();
  }

  /**
   * Resolves to the winner's socket. When it rejects, nothing is open any more;
   * the error is that of the first address, and its cause those of all when
   * there are several.
   */
  get connected(): Promise<PortHandle> {
    return this.#connected.promise;
  }

  /**
   * Gives up. Attempts that have succeeded meanwhile are closed.
   *
   * @param reason What `connected` rejects with.
   */
  cancel(reason: unknown): void {
    if (this.#over) return;
    this.#errors.splice(0, Infinity, reason);
    this.#end();
    this.#reviewEnd();
  }

  #next(): void {
    clearTimeout(this.#timer);
    const ends = this.#waiting.shift();
    if (ends === undefined) return;
    if (this.#waiting.length > 0) {
      this.#timer = setTimeout(() => this.#next(), this.#attemptDelay);
    }
    void this.#run(this.#attempt(ends));
  }

  /** A scoped grant forbids `ConnectEx`. */
  #attempt({ remote, local }: ConnectEnds): Connecting {
    const target = { kind: tcpKind(remote.family), remote, local };
    const client = new ClientSocket(this.#port, this.#sockets, target);
    return this.#sockets.extensions
      ? new ConnectAttempt(client)
      : new PolledConnect(client);
  }

  async #run(attempt: Connecting): Promise<void> {
    this.#running.add(attempt);
    try {
      const handle = await attempt.connected;
      this.#running.delete(attempt);
      this.#succeeded(handle);
    } catch (error) {
      this.#running.delete(attempt);
      this.#failed(error);
    }
  }

  #succeeded(handle: PortHandle): void {
    if (this.#over) {
      this.#port.closeHandle(handle);
      return this.#reviewEnd();
    }
    this.#connected.resolve(handle);
    this.#end();
  }

  #failed(error: unknown): void {
    if (this.#over) return this.#reviewEnd();
    this.#errors.push(error);
    if (this.#waiting.length > 0) this.#next();
    else this.#reviewEnd();
  }

  /** The others are of no use any more. */
  #end(): void {
    this.#over = true;
    clearTimeout(this.#timer);
    this.#waiting.length = 0;
    for (const attempt of this.#running) attempt.cancel();
  }

  /** After a success this changes nothing. */
  #reviewEnd(): void {
    if (this.#running.size > 0) return;
    const [first] = this.#errors;
    if (this.#errors.length > 1 && first instanceof Error) {
      const message = `${this.#errors.length} addresses failed`;
      first.cause = new AggregateError(this.#errors, message);
    }
    this.#over = true;
    this.#connected.reject(first);
  }
}

/**
 * Lets the families alternate, beginning with that of the first address.
 *
 * @param addresses In the order of preference.
 * @returns The same addresses.
 */
export function interleave(addresses: readonly IpAddress[]): IpAddress[] {
  const first = addresses.filter((a) => a.family === addresses[0]?.family);
  const rest = addresses.filter((a) => !first.includes(a));
  const count = Math.max(first.length, rest.length);
  return Array.from({ length: count }, (_, i) => [first[i], rest[i]])
    .flat()
    .filter((address) => address !== undefined);
}
