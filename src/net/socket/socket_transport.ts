/**
 * Stream sockets in protocol style.
 *
 * @module
 */

import type { CompletionPort } from "../../proactor/port/completion_port.ts";
import type { PortHandle } from "../../proactor/port/port_handle.ts";
import { ChannelTransport } from "../../stream/channel_transport.ts";
import type {
  Protocol,
  ProtocolFactory,
  Transport,
} from "../../stream/protocol.ts";
import { socketStream } from "./socket_io.ts";
import type { SocketTraits } from "./socket_kind.ts";
import type { SocketConnectionFactory } from "./socket_server.ts";

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

/**
 * Makes the transports of a server.
 *
 * @typeParam A The addresses of its clients.
 * @param protocolFactory Called for each client.
 * @param name What messages call a client.
 * @returns A factory for the server.
 */
export function transportFactory<A>(
  protocolFactory: ProtocolFactory,
  name: (traits: SocketTraits<A>) => string,
): SocketConnectionFactory<A> {
  return (port, handle, traits) => {
    const protocol = protocolFactory();
    return makeTransport({ port, handle, traits }, protocol, name(traits));
  };
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
