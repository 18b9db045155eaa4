/**
 * Sockets that are about to be connected.
 *
 * @module
 */

import {
  admitMapped,
  encodeDestination,
  isLoopbackAddress,
} from "../../ffi/socket/destination.ts";
import {
  encodeSocketAddress,
  type SocketAddress,
} from "../../ffi/socket/sockaddr.ts";
import type { Bytes, Socket, SocketApi } from "../../ffi/socket/api.ts";
import {
  ERROR_CONNECTION_REFUSED,
  SIO_TCP_INITIAL_RTO,
} from "../../ffi/socket/constants.ts";
import type { CompletionPort } from "../../proactor/port/completion_port.ts";
import type { PortHandle } from "../../proactor/port/port_handle.ts";
import { CallGate } from "./call_gate.ts";
import { createSocket, type SocketKind } from "./socket_kind.ts";

const NOTHING = new Uint8Array(0);

/**
 * TCP_INITIAL_RTO_PARAMETERS: the round trip time stays what it is, and a
 * refused SYN is not sent again. Else Windows takes 2 s for a refusal.
 */
const NO_RETRIES = Uint8Array.of(0xff, 0xff, 0xfe, 0);

/**
 * Where a connection goes from and to.
 *
 * @typeParam A The addresses, as users see them.
 */
export interface ConnectTarget<A> {
  /** What socket it takes. */
  kind: SocketKind<A>;
  /** The address to connect to. */
  remote: SocketAddress;
  /** The address to connect from; `null` leaves the socket unbound. */
  local: SocketAddress | null;
}

/** On its way to be connected; of whichever way there is. */
export interface Connecting {
  /**
   * Resolves to the connected socket, which is the receiver's then. When it
   * rejects, the socket is closed.
   */
  readonly connected: Promise<PortHandle>;
  /**
   * Gives up. A success that was faster still counts.
   *
   * @param reason What `connected` rejects with, where that is for us to say.
   */
  cancel(reason?: unknown): void;
}

/**
 * Waits for a connection, and gives up when a signal is aborted.
 *
 * @param connecting On its way to be connected.
 * @param signal Not aborted yet.
 * @returns The connected socket; the caller must close it.
 */
export async function connectedSocket(
  connecting: Connecting,
  signal: AbortSignal,
): Promise<PortHandle> {
  const abort = () => connecting.cancel(signal.reason);
  signal.addEventListener("abort", abort, { once: true });
  try {
    return await connecting.connected;
  } finally {
    signal.removeEventListener("abort", abort);
  }
}

/**
 * What all ways to connect have in common.
 *
 * @typeParam A The addresses, as users see them.
 */
export class ClientSocket<A> {
  /** The completion port. */
  readonly port: CompletionPort;
  /** Winsock. */
  readonly sockets: SocketApi;
  /** Makes the errors. */
  readonly gate: CallGate;
  /** The address to connect to, as messages have it. */
  readonly text: string;
  /** The address to connect to. */
  readonly address: Bytes;
  readonly #target: ConnectTarget<A>;

  /**
   * @param port The completion port.
   * @param sockets Winsock.
   * @param target Where to connect to.
   */
  constructor(
    port: CompletionPort,
    sockets: SocketApi,
    target: ConnectTarget<A>,
  ) {
    const { kind, remote } = target;
    this.port = port;
    this.sockets = sockets;
    this.#target = target;
    this.address = encodeDestination(remote);
    this.text = kind.text(kind.decode(this.address));
    this.gate = this.#makeGate("");
  }

  /**
   * Makes the socket and binds it.
   *
   * @returns The socket, which the caller must close.
   * @throws {Deno.errors.AddrInUse} when the local port is taken.
   * @throws {WindowsError} when Windows refuses for another reason.
   */
  open(): Socket {
    const { kind } = this.#target;
    const socket = createSocket(this.sockets, kind, this.gate);
    try {
      if (isLoopbackAddress(this.address)) this.#failFast(socket);
      admitMapped(this.sockets, socket, this.address);
      this.#bind(socket);
      return socket;
    } catch (error) {
      this.sockets.closeSocket(socket);
      throw error;
    }
  }

  /**
   * Refuses a connection to itself: where nobody listens, a socket that
   * Windows has given the very same port becomes its own peer by TCP's
   * simultaneous open.
   *
   * @param socket The connected socket.
   * @throws {Deno.errors.ConnectionRefused} when it is its own peer.
   */
  assertOther(socket: Socket): void {
    const { kind, local } = this.#target;
    // Only a port that Windows has chosen was not meant.
    if (local === null || !("port" in local) || local.port !== 0) return;
    const own = this.sockets.getSocketName(socket);
    if (own === null || kind.text(kind.decode(own)) !== this.text) return;
    throw this.gate.error("connect", ERROR_CONNECTION_REFUSED);
  }

  #bind(socket: Socket): void {
    const { kind, local } = this.#target;
    if (local === null) return;
    const address = encodeSocketAddress(local);
    const gate = this.#makeGate(` from ${kind.text(kind.decode(address))}`);
    admitMapped(this.sockets, socket, address);
    gate.check("bind", this.sockets.bind(socket, address));
  }

  #makeGate(from: string): CallGate {
    const action = `Cannot connect to ${this.text}${from}`;
    return new CallGate(this.port.api, action, this.#target.kind.errors);
  }

  /** Older systems do not know it, and nothing depends on it. */
  #failFast(socket: Socket): void {
    const sockets = this.sockets;
    sockets.wsaIoctl(socket, SIO_TCP_INITIAL_RTO, NO_RETRIES, NOTHING);
  }
}
