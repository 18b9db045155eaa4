/**
 * A nonblocking `connect`, and a poll that tells how it has ended: for sockets
 * without `ConnectEx`, and where a scoped grant forbids to call it.
 *
 * @module
 */

import { OutU32 } from "../../ffi/out_parameters.ts";
import type { Bytes, Socket, SocketApi } from "../../ffi/socket/api.ts";
import {
  FIONBIO,
  SO_ERROR,
  SOL_SOCKET,
  WSAEWOULDBLOCK,
} from "../../ffi/socket/constants.ts";
import type { CompletionPort } from "../port/completion_port.ts";
import type { PolledSocket, Waiter } from "./polled_socket.ts";
import { pollerOf } from "./socket_poller.ts";

/** What is connected, and what is called at its end. */
export interface ConnectPollOptions {
  /** A stream socket, nonblocking from then on. */
  socket: Socket;
  /** Where to: a `sockaddr`. */
  address: Bytes;
  /** The beginning of the message when the proactor is closed. */
  action: string;
  /**
   * Throws the error of a code, unless it is 0.
   *
   * @param syscall The function.
   * @param code What it returned.
   */
  check(syscall: string, code: number): void;
  /** Called once when connected; what it throws fails the connection. */
  onConnected(): void;
  /**
   * Called once when the connection has failed.
   *
   * @param error Why.
   */
  onFailed(error: unknown): void;
}

/** A socket on its way to be connected. */
export class ConnectPoll implements Waiter {
  /** A socket that was connected, or refused, is writable. */
  readonly direction = "writable";
  readonly #port: CompletionPort;
  readonly #sockets: SocketApi;
  readonly #options: ConnectPollOptions;
  #polled: PolledSocket | undefined;
  #ended = false;

  /**
   * @param port The completion port.
   * @param sockets Winsock.
   * @param options What is connected, and what is called at its end.
   */
  constructor(
    port: CompletionPort,
    sockets: SocketApi,
    options: ConnectPollOptions,
  ) {
    this.#port = port;
    this.#sockets = sockets;
    this.#options = options;
  }

  /** Starts to connect; it may end before this returns. */
  start(): void {
    this.#attempt(() => {
      const { socket, address, check } = this.#options;
      const sockets = this.#sockets;
      check("ioctlsocket", sockets.ioctlSocket(socket, FIONBIO, 1));
      const code = sockets.connect(socket, address);
      if (code === WSAEWOULDBLOCK) return this.#wait();
      check("connect", code);
      this.#connected();
    });
  }

  /** Ends the wait without a call. The socket is left to be closed. */
  cancel(): void {
    if (this.#ended) return;
    this.#ended = true;
    this.#polled?.remove(this);
  }

  /**
   * Called when the poll has ended.
   *
   * @param error Why the poll has failed, if it has.
   */
  settle(error?: Error): void {
    this.#attempt(() => {
      const { action, check } = this.#options;
      this.#port.assertOpen(action);
      if (error !== undefined) throw error;
      check("connect", this.#socketError());
      this.#connected();
    });
  }

  #wait(): void {
    const polled = pollerOf(this.#port).wait(this.#options.socket, this);
    if (!this.#ended) this.#polled = polled;
  }

  #connected(): void {
    this.#options.onConnected();
    this.#ended = true;
  }

  #socketError(): number {
    const error = new OutU32();
    const option = { level: SOL_SOCKET, name: SO_ERROR };
    const { socket } = this.#options;
    const code = this.#sockets.getSocketOption(socket, option, error.bytes);
    return code === 0 ? error.value : code;
  }

  #attempt(step: () => void): void {
    try {
      step();
    } catch (error) {
      this.#ended = true;
      this.#options.onFailed(error);
    }
  }
}
