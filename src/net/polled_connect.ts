/**
 * One nonblocking `connect`, and a poll that tells how it ended: for sockets
 * that have no `ConnectEx`, and where a scoped grant forbids to call it.
 *
 * @module
 */

import { ERROR_OPERATION_ABORTED } from "../ffi/constants.ts";
import type { Socket, SocketApi } from "../ffi/socket_api.ts";
import {
  FIONBIO,
  SO_ERROR,
  SOL_SOCKET,
  WSAEWOULDBLOCK,
} from "../ffi/socket_constants.ts";
import type { CompletionPort } from "../proactor/completion_port.ts";
import type { PortHandle } from "../proactor/port_handle.ts";
import {
  ClientSocket,
  type Connecting,
  type ConnectTarget,
} from "./client_socket.ts";
import type { PolledSocket, Waiter } from "./polled_socket.ts";
import { associateSocket } from "../proactor/socket_association.ts";
import { pollerOf } from "./socket_poller.ts";

/** A socket on its way to be connected. */
export class PolledConnect<A> implements Connecting, Waiter {
  /** A socket that was connected, or refused, can be written. */
  readonly direction = "writable";
  readonly #port: CompletionPort;
  readonly #sockets: SocketApi;
  readonly #client: ClientSocket<A>;
  readonly #connected = Promise.withResolvers<PortHandle>();
  #socket!: Socket;
  #polled: PolledSocket | undefined;
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
    this.#attempt(() => this.#start());
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
    this.#polled?.remove(this);
    const { gate } = this.#client;
    const aborted = reason === undefined;
    this.#fail(
      aborted ? gate.error("connect", ERROR_OPERATION_ABORTED) : reason,
    );
  }

  /**
   * Called when the poll has ended.
   *
   * @param error Why there will be no answer, if there will not.
   */
  settle(error?: Error): void {
    this.#attempt(() => {
      this.#port.assertOpen(`connect to ${this.#client.text}`);
      if (error !== undefined) throw error;
      this.#client.gate.check("connect", this.#socketError());
      this.#finish();
    });
  }

  #start(): void {
    const { gate, address } = this.#client;
    const sockets = this.#sockets;
    gate.check("ioctlsocket", sockets.ioctlSocket(this.#socket, FIONBIO, 1));
    const code = sockets.connect(this.#socket, address);
    if (code === 0) return this.#finish();
    if (code !== WSAEWOULDBLOCK) gate.check("connect", code);
    const polled = pollerOf(this.#port).wait(this.#socket, this);
    if (!this.#ended) this.#polled = polled;
  }

  /** Puts the socket on the port now: `connect` queues no packet. */
  #finish(): void {
    this.#client.assertOther(this.#socket);
    const handle = associateSocket(this.#port, this.#sockets, this.#socket);
    this.#ended = true;
    this.#connected.resolve(handle);
  }

  #socketError(): number {
    const value = new Uint32Array(1);
    const option = { level: SOL_SOCKET, name: SO_ERROR };
    const bytes = new Uint8Array(value.buffer);
    const code = this.#sockets.getSocketOption(this.#socket, option, bytes);
    return code === 0 ? value[0]! : code;
  }

  #attempt(step: () => void): void {
    try {
      step();
    } catch (error) {
      this.#fail(error);
    }
  }

  #fail(error: unknown): void {
    this.#ended = true;
    this.#sockets.closeSocket(this.#socket);
    this.#connected.reject(error);
  }
}
