/**
 * One `ConnectEx`.
 *
 * @module
 */

import { ERROR_IO_PENDING } from "../ffi/constants.ts";
import { encodeSocketAddress } from "../ffi/sockaddr.ts";
import type { Socket, SocketApi } from "../ffi/socket_api.ts";
import {
  SIO_TCP_INITIAL_RTO,
  SO_UPDATE_CONNECT_CONTEXT,
  SOL_SOCKET,
} from "../ffi/socket_constants.ts";
import type { CompletionPort } from "../proactor/completion_port.ts";
import type { CompletionListener, Operation } from "../proactor/operation.ts";
import type { PortHandle } from "../proactor/port_handle.ts";
import { associateSocket } from "./socket_io.ts";
import {
  addressText,
  CallGate,
  createTcpSocket,
  type IpAddress,
  publicAddr,
  tcpAddr,
} from "./tcp_socket.ts";

const ERROR_CONNECTION_REFUSED = 1225;

const NOTHING = new Uint8Array(0);

/**
 * TCP_INITIAL_RTO_PARAMETERS: the round trip time stays what it is, and a
 * refused SYN is not sent again. Else Windows takes 2 s for a refusal.
 */
const NO_RETRIES = Uint8Array.of(0xff, 0xff, 0xfe, 0);

/** A socket on its way to be connected. */
export class ConnectAttempt implements CompletionListener {
  readonly #port: CompletionPort;
  readonly #sockets: SocketApi;
  readonly #gate: CallGate;
  readonly #text: string;
  readonly #choosesPort: boolean;
  readonly #connected = Promise.withResolvers<PortHandle>();
  #handle!: PortHandle;
  #operation: Operation | null = null;

  /**
   * Starts to connect.
   *
   * @param port The completion port.
   * @param sockets Winsock.
   * @param ends The address to connect to, and the one to connect from.
   */
  constructor(
    port: CompletionPort,
    sockets: SocketApi,
    ends: { remote: IpAddress; local: IpAddress },
  ) {
    this.#port = port;
    this.#sockets = sockets;
    this.#text = addressText(publicAddr(ends.remote));
    this.#choosesPort = ends.local.port !== 0;
    this.#gate = new CallGate(port.api, `Cannot connect to ${this.#text}`);
    try {
      this.#start(ends);
    } catch (error) {
      this.#connected.reject(error);
    }
  }

  /**
   * Resolves to the connected socket, which is the receiver's then. When it
   * rejects, the socket is closed and the kernel has let go.
   */
  get connected(): Promise<PortHandle> {
    return this.#connected.promise;
  }

  /** Asks Windows to give up; the packet still comes. */
  cancel(): void {
    if (this.#operation !== null) this.#port.cancel(this.#operation);
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
    try {
      this.#port.assertOpen(`connect to ${this.#text}`);
      this.#gate.check("ConnectEx", code);
      this.#update();
      this.#refuseItself();
      this.#connected.resolve(this.#handle);
    } catch (error) {
      this.#port.closeHandle(this.#handle);
      this.#connected.reject(error);
    }
  }

  #start(ends: { remote: IpAddress; local: IpAddress }): void {
    const { remote, local } = ends;
    const created = createTcpSocket(this.#sockets, remote.family);
    const socket = this.#gate.socket("WSASocketW", this.#sockets, created);
    try {
      if (isLoopback(remote)) this.#failFast(socket);
      const code = this.#sockets.bind(socket, encodeSocketAddress(local));
      this.#bound(local, code);
      this.#handle = associateSocket(this.#port, this.#sockets, socket);
    } catch (error) {
      this.#sockets.closeSocket(socket);
      throw error;
    }
    try {
      this.#connect(remote);
    } catch (error) {
      this.#port.closeHandle(this.#handle);
      throw error;
    }
  }

  #bound(local: IpAddress, code: number): void {
    const from = addressText(publicAddr(local));
    const action = `Cannot connect to ${this.#text} from ${from}`;
    new CallGate(this.#port.api, action).check("bind", code);
  }

  /** Older systems do not know it, and nothing depends on it. */
  #failFast(socket: Socket): void {
    const sockets = this.#sockets;
    sockets.wsaIoctl(socket, SIO_TCP_INITIAL_RTO, NO_RETRIES, NOTHING);
  }

  #connect(remote: IpAddress): void {
    const operation = this.#port.acquire(this.#handle, this);
    this.#port.begin(operation);
    const code = this.#port.settle(
      operation,
      this.#connectEx(operation, remote),
    );
    if (code === ERROR_IO_PENDING) this.#operation = operation;
    else this.onCompletion(operation, code);
  }

  #connectEx(operation: Operation, remote: IpAddress): number {
    const { handle } = this.#handle;
    const address = encodeSocketAddress(remote);
    try {
      return this.#sockets.connectEx(handle, address, operation.address);
    } catch (error) {
      operation.pending = false;
      this.#port.operations.release(operation);
      throw this.#grantError(error);
    }
  }

  #grantError(error: unknown): unknown {
    if (!(error instanceof Deno.errors.NotCapable)) return error;
    return new Deno.errors.NotCapable(
      `Cannot connect to ${this.#text}: ConnectEx needs the full --allow-ffi`,
      { cause: error },
    );
  }

  /**
   * Where nobody listens, a socket that Windows has given the very same port
   * connects to itself: TCP's simultaneous open.
   */
  #refuseItself(): void {
    if (this.#choosesPort) return;
    const own = this.#sockets.getSocketName(this.#handle.handle);
    if (own === null || addressText(tcpAddr(own)) !== this.#text) return;
    throw this.#gate.error("ConnectEx", ERROR_CONNECTION_REFUSED);
  }

  /** Else `shutdown` and `getpeername` do not work. */
  #update(): void {
    const option = { level: SOL_SOCKET, name: SO_UPDATE_CONNECT_CONTEXT };
    const { handle } = this.#handle;
    const code = this.#sockets.setSocketOption(handle, option, NOTHING);
    this.#gate.check("setsockopt", code);
  }
}

function isLoopback({ family, hostname }: IpAddress): boolean {
  return family === "IPv4" ? hostname.startsWith("127.") : hostname === "::1";
}
