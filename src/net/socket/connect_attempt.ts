/**
 * One `ConnectEx`.
 *
 * @module
 */

import { ERROR_IO_PENDING } from "../../ffi/constants.ts";
import type { Socket, SocketApi } from "../../ffi/socket/api.ts";
import {
  SO_UPDATE_CONNECT_CONTEXT,
  SOL_SOCKET,
} from "../../ffi/socket/constants.ts";
import type { CompletionPort } from "../../proactor/port/completion_port.ts";
import type {
  CompletionListener,
  Operation,
} from "../../proactor/port/operation.ts";
import type { PortHandle } from "../../proactor/port/port_handle.ts";
import type { ClientSocket, Connecting } from "./client_socket.ts";
import { associateSocket } from "../../proactor/call/socket_association.ts";

const NOTHING = new Uint8Array(0);

/** A socket on its way to be connected. */
export class ConnectAttempt<A> implements CompletionListener, Connecting {
  readonly #port: CompletionPort;
  readonly #sockets: SocketApi;
  readonly #client: ClientSocket<A>;
  readonly #connected = Promise.withResolvers<PortHandle>();
  #handle!: PortHandle;
  #operation: Operation | null = null;

  /**
   * Starts to connect.
   *
   * @param client The socket; its target has a local address, as `ConnectEx`
   * wants a socket that is bound.
   */
  constructor(client: ClientSocket<A>) {
    this.#port = client.port;
    this.#sockets = client.sockets;
    this.#client = client;
    try {
      this.#start();
    } catch (error) {
      this.#connected.reject(error);
    }
  }

  /** Once it rejects, the kernel has let go. */
  get connected(): Promise<PortHandle> {
    return this.#connected.promise;
  }

  /** Asks Windows to give up; the packet still comes. */
  cancel(): void {
    if (this.#operation !== null) this.#port.cancel(this.#operation);
  }

  /** What it does, in a word. */
  get kind(): "connect" {
    return "connect";
  }

  /**
   * Called by the dispatch.
   *
   * @param operation Our operation.
   * @param code 0 or a Win32 code.
   */
  onCompletion(operation: Operation, code: number): void {
    this.#operation = null;
    this.#port.operations.release(operation);
    const { gate, text } = this.#client;
    try {
      this.#port.assertOpen(`connect to ${text}`);
      gate.check("ConnectEx", code);
      this.#update();
      this.#client.assertOther(this.#handle.handle);
      this.#connected.resolve(this.#handle);
    } catch (error) {
      this.#port.closeHandle(this.#handle);
      this.#connected.reject(error);
    }
  }

  #start(): void {
    this.#handle = this.#associate(this.#client.open());
    try {
      this.#connect();
    } catch (error) {
      this.#port.closeHandle(this.#handle);
      throw error;
    }
  }

  #associate(socket: Socket): PortHandle {
    try {
      return associateSocket(this.#port, this.#sockets, socket);
    } catch (error) {
      this.#sockets.closeSocket(socket);
      throw error;
    }
  }

  #connect(): void {
    const operation = this.#port.acquire(this.#handle, this);
    this.#port.begin(operation);
    const code = this.#port.settle(operation, this.#connectEx(operation));
    if (code === ERROR_IO_PENDING) this.#operation = operation;
    else this.onCompletion(operation, code);
  }

  #connectEx(operation: Operation): number {
    const { handle } = this.#handle;
    const { address } = this.#client;
    try {
      return this.#sockets.connectEx(handle, address, operation.address);
    } catch (error) {
      operation.pending = false;
      this.#port.operations.release(operation);
      throw error;
    }
  }

  /** Else `shutdown` and `getpeername` do not work. */
  #update(): void {
    const option = { level: SOL_SOCKET, name: SO_UPDATE_CONNECT_CONTEXT };
    const { handle } = this.#handle;
    const code = this.#sockets.setSocketOption(handle, option, NOTHING);
    this.#client.gate.check("setsockopt", code);
  }
}
