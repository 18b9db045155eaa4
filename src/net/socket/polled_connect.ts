/**
 * Connects without `ConnectEx`, which some sockets do not have, and a scoped
 * grant forbids to call.
 *
 * @module
 */

import { ERROR_OPERATION_ABORTED } from "../../ffi/constants.ts";
import type { Socket, SocketApi } from "../../ffi/socket/api.ts";
import type { CompletionPort } from "../../proactor/port/completion_port.ts";
import { ConnectPoll } from "../../proactor/call/connect_poll.ts";
import type { PortHandle } from "../../proactor/port/port_handle.ts";
import { associateSocket } from "../../proactor/call/socket_association.ts";
import {
  ClientSocket,
  type Connecting,
  type ConnectTarget,
} from "./client_socket.ts";

/** A socket on its way to be connected. */
export class PolledConnect<A> implements Connecting {
  readonly #port: CompletionPort;
  readonly #sockets: SocketApi;
  readonly #client: ClientSocket<A>;
  readonly #connected = Promise.withResolvers<PortHandle>();
  #socket!: Socket;
  #poll!: ConnectPoll;
  #ended = false;

  /**
   * Starts to connect.
   *
   * @param port The completion port.
   * @param sockets Winsock.
   * @param target Where to connect to.
   */
  constructor(
    port: CompletionPort,
    sockets: SocketApi,
    target: ConnectTarget<A>,
  ) {
    this.#port = port;
    this.#sockets = sockets;
    this.#client = new ClientSocket(port, sockets, target);
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
    const { gate, address, text } = this.#client;
    this.#poll = new ConnectPoll(this.#port, this.#sockets, {
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
    this.#client.assertOther(this.#socket);
    const handle = associateSocket(this.#port, this.#sockets, this.#socket);
    this.#ended = true;
    this.#connected.resolve(handle);
  }

  #fail(error: unknown): void {
    this.#ended = true;
    this.#sockets.closeSocket(this.#socket);
    this.#connected.reject(error);
  }
}
