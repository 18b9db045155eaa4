/**
 * `SocketServer`: what listens, on TCP or a path.
 *
 * @module
 */

import { assertInteger } from "../../proactor/arguments.ts";
import type { CompletionPort } from "../../proactor/port/completion_port.ts";
import { socketsOf } from "../../proactor/proactor_parts.ts";
import type { PortHandle } from "../../proactor/port/port_handle.ts";
import type { ServedConnection } from "../../stream/served_connection.ts";
import type { ServerSettings } from "../../stream/server_core.ts";
import { ServerFront } from "../../stream/server_front.ts";
import type { SocketTraits } from "./socket_kind.ts";
import { TransportSocket } from "./transport_socket.ts";
import {
  SocketListener,
  type SocketListenerOptions,
} from "./socket_listener.ts";

/**
 * Makes the connection object for a client.
 *
 * @param port The completion port.
 * @param handle The connected socket.
 * @param traits What is known of the connection.
 * @returns The connection.
 */
export type SocketConnectionFactory<A> = (
  port: CompletionPort,
  handle: PortHandle,
  traits: SocketTraits<A>,
) => ServedConnection;

/** How an event loop makes a server. */
export interface Serving<A> {
  /** Takes the clients instead of `accept`. */
  factory?: SocketConnectionFactory<A> | undefined;
  /**
   * False only binds the socket.
   *
   * @default {true}
   */
  startServing?: boolean | undefined;
  /** A socket that is bound already, in place of a new one. */
  adopted?: PortHandle | undefined;
  /** The object that the user has, where it is not an event loop's. */
  page?: object | undefined;
}

/** How an event loop has a server made. */
export type ServeOptions<A> = Pick<Serving<A>, "startServing" | "adopted">;

/** How a server is made. */
export interface SocketServerSettings<A>
  extends ServerSettings, SocketListenerOptions<A> {
  /** Makes the connection objects. */
  factory: SocketConnectionFactory<A>;
  /** False only binds the socket. */
  startServing: boolean;
}

const DEFAULT_BACKLOG = 511;
const DEFAULT_ACCEPTS = 8;

/**
 * A listening socket: of a page, {@linkcode TcpListener} or
 * {@linkcode UnixListener}, or of an event loop.
 *
 * @typeParam A Its addresses.
 * @typeParam C Its connections.
 */
export class SocketServer<
  A extends object = object,
  C extends ServedConnection = ServedConnection,
> extends ServerFront<C> {
  readonly #listener: SocketListener<A>;

  /**
   * @param port The completion port.
   * @param settings Where to listen, and how clients become connections. The
   * listener has them, and so the port: nothing in them refers to the page.
   * @param page The object that the user has, where there is one.
   */
  constructor(
    port: CompletionPort,
    settings: SocketServerSettings<A>,
    page?: object,
  ) {
    super(port, settings, page);
    const { factory, backlog, startServing } = settings;
    const { core } = this;
    const events = {
      onConnected: (handle: PortHandle, traits: SocketTraits<A>) =>
        core.connected(handle, () => factory(port, handle, traits)),
      onError: (error: unknown) => core.failed(error),
      room: () => backlog - core.queue.length,
      onReleased: () => core.listenerReleased(),
    };
    const options = { ...settings, events };
    this.#listener = new SocketListener(port, socketsOf(port), options);
    this.start(this.#listener);
    if (startServing) this.startServing();
  }

  /** Where it listens; on TCP with the port that Windows has chosen. */
  get addr(): A {
    return this.#listener.addr;
  }

  /** The socket that listens. */
  get socket(): TransportSocket {
    return new TransportSocket(
      socketsOf(this.core.port),
      this.#listener.socket,
    );
  }

  /**
   * Lets clients connect. The second call does nothing.
   */
  startServing(): void {
    try {
      this.#listener.listen();
    } catch (error) {
      this.close();
      throw error;
    }
  }
}

/** How many clients a listener keeps. */
export interface ListenLimits {
  /** Connections that may wait. */
  backlog: number;
  /** Accepts that are armed at any time. */
  accepts: number;
}

/**
 * Checks the limits of a listener and fills in the defaults.
 *
 * @param limits What the caller gave.
 * @returns The limits.
 * @throws {RangeError} when one is out of its range.
 */
export function listenLimits(
  limits: { backlog?: number | undefined; accepts?: number | undefined },
): ListenLimits {
  const { backlog = DEFAULT_BACKLOG, accepts = DEFAULT_ACCEPTS } = limits;
  assertInteger("backlog", backlog, [1, 0x7fff_ffff]);
  assertInteger("accepts", accepts, [1, 1024]);
  return { backlog, accepts };
}
