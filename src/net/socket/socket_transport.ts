/**
 * Stream sockets in protocol style.
 *
 * @module
 */

import { observerFor } from "../../proactor/default_port.ts";
import type { IocpProactor } from "../../proactor/iocp_proactor.ts";
import type { CompletionPort } from "../../proactor/port/completion_port.ts";
import type { PortHandle } from "../../proactor/port/port_handle.ts";
import type { PeerAddress } from "../../proactor/port/port_observer.ts";
import { ChannelTransport } from "../../stream/channel_transport.ts";
import type {
  Protocol,
  ProtocolFactory,
  Transport,
} from "../../stream/protocol.ts";
import { socketStream } from "./socket_io.ts";
import type { SocketTraits } from "./socket_kind.ts";
import type { ServeOptions, Serving, SocketServer } from "./socket_server.ts";

/**
 * A connected socket and what is known of it.
 *
 * @typeParam A Its addresses.
 */
export interface OpenedSocket<A> {
  /** The completion port. */
  port: CompletionPort;
  /** The socket on it; the receiver must close it. */
  handle: PortHandle;
  /** What is known of it. */
  traits: SocketTraits<A>;
}

/** What every call takes. */
interface ProactorOption {
  /** The proactor to use instead of the shared one. */
  proactor?: IocpProactor | undefined;
}

/**
 * What differs between sockets with an internet address and with a path.
 *
 * @typeParam A Their addresses.
 * @typeParam L The options of servers.
 * @typeParam C The options of clients.
 */
export interface FamilyTraits<A extends object, L, C extends ProactorOption> {
  /**
   * Listens.
   *
   * @param options Where.
   * @param serving Who takes the clients.
   * @returns What listens.
   */
  listen(options: L, serving: Serving<A>): SocketServer<A>;
  /**
   * Connects a socket.
   *
   * @param options To what.
   * @returns The socket, on its port.
   */
  open(options: C): Promise<OpenedSocket<A>>;
  /**
   * Where a connection leads, for who watches the port.
   *
   * @param options To what.
   * @returns The address, not resolved.
   */
  peer(options: C): PeerAddress;
  /**
   * What messages call a connection.
   *
   * @param traits What is known of it.
   * @returns Such as `TCP peer 127.0.0.1:80`.
   */
  name(traits: SocketTraits<A>): string;
}

/**
 * Serves and connects sockets in protocol style.
 *
 * @typeParam A Their addresses.
 * @typeParam L The options of servers.
 * @typeParam C The options of clients.
 */
export class SocketFamily<A extends object, L, C extends ProactorOption> {
  readonly #traits: FamilyTraits<A, L, C>;

  /** @param traits How to listen and to connect. */
  constructor(traits: FamilyTraits<A, L, C>) {
    this.#traits = traits;
  }

  /**
   * Serves an address with a protocol for each client.
   *
   * @param protocolFactory Called for each client. If it throws, the client is
   * disconnected and the error goes to `onError`.
   * @param options Where to listen.
   * @returns What listens; clients can connect from now on.
   * @throws {TypeError} when the factory is no function, or an address
   * malformed.
   * @throws {Deno.errors.AddrInUse} when the address is taken.
   */
  serve(
    protocolFactory: ProtocolFactory,
    options: L & ServeOptions<A>,
  ): SocketServer<A> {
    assertFactory(protocolFactory);
    const { startServing = true, adopted } = options;
    const factory: Serving<A>["factory"] = (port, handle, traits) => {
      const opened = { port, handle, traits };
      const name = this.#traits.name(traits);
      return makeTransport(opened, protocolFactory(), name);
    };
    return this.#traits.listen(options, { factory, startServing, adopted });
  }

  /**
   * Connects a protocol.
   *
   * @typeParam P The protocol.
   * @param protocolFactory Called once the connection is there.
   * @param options To what.
   * @returns The transport and the protocol, whose `connectionMade` was called.
   * @throws {TypeError} when the factory is no function, or an address
   * malformed.
   * @throws {Deno.errors.ConnectionRefused} when nobody listens there.
   */
  async connect<P extends Protocol>(
    protocolFactory: ProtocolFactory<P>,
    options: C,
  ): Promise<[Transport, P]> {
    assertFactory(protocolFactory);
    const connect = () => this.#connect(protocolFactory, options);
    const observer = observerFor(options.proactor);
    if (observer === null) return await connect();
    return await observer.connecting(this.#traits.peer(options), connect);
  }

  async #connect<P extends Protocol>(
    protocolFactory: ProtocolFactory<P>,
    options: C,
  ): Promise<[Transport, P]> {
    const opened = await this.#traits.open(options);
    const name = this.#traits.name(opened.traits);
    return openTransport(opened, protocolFactory, name);
  }
}

/**
 * Makes the connection object of a socket.
 *
 * @typeParam A Its addresses.
 * @typeParam C The connection.
 * @param opened The socket, which is closed when the connection cannot be made.
 * @param Connection Its class.
 * @returns The connection.
 */
export function connectionOver<A, C>(
  { port, handle, traits }: OpenedSocket<A>,
  Connection: new (
    port: CompletionPort,
    handle: PortHandle,
    traits: SocketTraits<A>,
  ) => C,
): C {
  try {
    return new Connection(port, handle, traits);
  } catch (error) {
    port.closeHandle(handle);
    throw error;
  }
}

/**
 * Gives a connected socket to a protocol.
 *
 * @typeParam A Its addresses.
 * @typeParam P The protocol.
 * @param opened The socket, which is closed when the factory throws.
 * @param protocolFactory Called once.
 * @param name What messages call it.
 * @returns The transport and the protocol, whose `connectionMade` was called.
 */
export function openTransport<A, P extends Protocol>(
  opened: OpenedSocket<A>,
  protocolFactory: ProtocolFactory<P>,
  name: string,
): [Transport, P] {
  try {
    const protocol = protocolFactory();
    return [makeTransport(opened, protocol, name), protocol];
  } catch (error) {
    opened.port.closeHandle(opened.handle);
    throw error;
  }
}

/**
 * Refuses what cannot make protocols.
 *
 * @param protocolFactory The value.
 * @throws {TypeError} when it is no function.
 */
export function assertFactory(protocolFactory: unknown): void {
  if (typeof protocolFactory === "function") return;
  throw new TypeError(
    "Cannot use the protocol factory: it is not a function",
  );
}

function makeTransport<A>(
  { port, handle, traits }: OpenedSocket<A>,
  protocol: Protocol,
  name: string,
): ChannelTransport {
  const { local, remote } = traits;
  return new ChannelTransport(port, handle, {
    ...socketStream(handle, traits, name),
    protocol,
    extra: { sockname: local, peername: remote, socket: handle.handle },
  });
}
