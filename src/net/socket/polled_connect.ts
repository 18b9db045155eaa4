/**
 * Connects without `ConnectEx`, which some sockets do not have, and a scoped
 * grant forbids to call.
 *
 * @module
 */

import { ERROR_OPERATION_ABORTED } from "../../ffi/constants.ts";
import type { Socket } from "../../ffi/socket/api.ts";
import { ConnectPoll } from "../../proactor/call/connect_poll.ts";
import type { PortHandle } from "../../proactor/port/port_handle.ts";
import { associateSocket } from "../../proactor/call/socket_association.ts";
import type { ClientSocket, Connecting } from "./client_socket.ts";

/** A socket on its way to be connected. */
export class PolledConnect<A> implements Connecting {
  readonly #client: ClientSocket<A>;
  readonly #connected = Promise.withResolvers<PortHandle>();
  #socket!: Socket;
  #poll!: ConnectPoll;
  #ended = false;

  /**
   * Starts to connect.
   *
   * @param client The socket.
   */
  constructor(client: ClientSocket<A>) {
    this.#client = client;
    try {
      this.#socket = this.#client.open();
    } catch (error) {
      this.#ended = true;
      this.#connected.reject(error);
      return;
    }
    this.#start();
  }

  /** Resolves to the socket, which is on the port only then. */
  get connected(): Promise<PortHandle> {
    return this.#connected.promise;
  }

  /**
   * Closes the socket at once.
   *
   * @param reason What `connected` rejects with.
   */
  cancel(reason?: unknown): void {
    if (this.#ended) return;
    this.#poll.cancel();
    const { gate } = this.#client;
    const aborted = reason === undefined;
    this.#fail(
      aborted ? gate.error("connect", ERROR_OPERATION_ABORTED) : reason,
    );
  }

  #start(): void {
    const { port, sockets, gate, address, text } = this.#client;
    this.#poll = new ConnectPoll(port, sockets, {
      socket: this.#socket,
      address,
      action: `connect to ${text}`,
      check: (syscall, code) => gate.check(syscall, code),
      onConnected: () => this.#finish(),
      onFailed: (error) => this.#fail(error),
    });
    this.#poll.start();
  }

  /** Puts the socket on the port now: `connect` queues no packet. */
  #finish(): void {
    const { port, sockets } = this.#client;
    this.#client.assertOther(this.#socket);
    const handle = associateSocket(port, sockets, this.#socket);
    this.#ended = true;
    this.#connected.resolve(handle);
  }

  #fail(error: unknown): void {
    this.#ended = true;
    this.#client.sockets.closeSocket(this.#socket);
    this.#connected.reject(error);
  }
}
