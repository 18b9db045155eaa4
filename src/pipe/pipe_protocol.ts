/**
 * Named pipes in protocol style.
 *
 * @module
 */

import { observerFor, portFor } from "../proactor/default_port.ts";
import type { CompletionPort } from "../proactor/port/completion_port.ts";
import type { PortHandle } from "../proactor/port/port_handle.ts";
import { ownerOf } from "../proactor/proactor_parts.ts";
import {
  assertDeadline,
  type DeadlineOptions,
} from "../stream/close_deadline.ts";
import { ChannelTransport } from "../stream/channel_transport.ts";
import type {
  Protocol,
  ProtocolFactory,
  Transport,
} from "../stream/protocol.ts";
import { type ConnectPipeOptions, openPipe } from "./connect_pipe.ts";
import type { PipeTraits } from "./pipe_connection.ts";
import { PipeHandle } from "./pipe_handle.ts";
import { pipeIo } from "./pipe_io.ts";
import { CLIENTS, PipeServer, type ServePipeOptions } from "./pipe_server.ts";
import { type PipeServerOptions, serverTraits } from "./server_options.ts";

/**
 * Serves a name with a protocol for each client.
 *
 * @param protocolFactory Called for each client. If it throws, the client is
 * disconnected and the error goes to `onError`.
 * @param path `\\.\pipe\name`, `//./pipe/name`, or `name` alone.
 * @param options As for {@linkcode PipeServer.listen}.
 * @returns The server; clients can connect from now on.
 * @throws {TypeError} when the factory is no function, or the name malformed.
 */
export function servePipe(
  protocolFactory: ProtocolFactory,
  path: string,
  options: PipeServerOptions = {},
): PipeServer {
  assertFactory(protocolFactory);
  const serving: ServePipeOptions = {
    ...options,
    [CLIENTS]: (port, handle, listener) => {
      const end = { protocol: protocolFactory(), ...serverTraits(listener) };
      return makeTransport(port, handle, end);
    },
  };
  return new PipeServer(path, serving);
}

/**
 * Connects a protocol to a named pipe.
 *
 * @typeParam P The protocol.
 * @param protocolFactory Called once the connection is there.
 * @param path `\\.\pipe\name`, `//./pipe/name`, or `name` alone.
 * @param options As for {@linkcode connectPipe}.
 * @returns The transport and the protocol, whose `connectionMade` was called.
 * @throws {TypeError} when the factory is no function, or the name malformed.
 * @throws {Deno.errors.NotFound} when there is no such pipe.
 */
export async function openPipeTransport<P extends Protocol>(
  protocolFactory: ProtocolFactory<P>,
  path: string,
  options: ConnectPipeOptions = {},
): Promise<[Transport, P]> {
  assertFactory(protocolFactory);
  const connect = () => connectProtocol(protocolFactory, path, options);
  const observer = observerFor(options.proactor);
  if (observer === null) return await connect();
  return await observer.connecting({ transport: "pipe", path }, connect);
}

async function connectProtocol<P extends Protocol>(
  protocolFactory: ProtocolFactory<P>,
  path: string,
  options: ConnectPipeOptions,
): Promise<[Transport, P]> {
  const port = portFor(options.proactor);
  const { handle, traits } = await openPipe(port, path, options);
  try {
    const protocol = protocolFactory();
    const warnings = traits.messageType;
    const registered = port.associate(handle, { warnings });
    const transport = makeTransport(port, registered, { protocol, ...traits });
    return [transport, protocol];
  } catch (error) {
    port.api.closeHandle(handle);
    throw error;
  }
}

/** What a handle is taken for that tells nothing of itself. */
const BYTE_PIPE = {
  messageType: false,
  messageReadMode: false,
  serverEnd: true,
};

/** Which end of a pipe becomes a transport. */
export interface PipeTransportOptions extends DeadlineOptions {
  /** Whether it is read or written. */
  direction: "in" | "out";
}

/**
 * Gives an end of a pipe to a protocol.
 *
 * @typeParam P The protocol.
 * @param port The port.
 * @param protocolFactory Called once.
 * @param options The pipe, which is the transport's from now on, and what is
 * done with it.
 * @returns The transport and the protocol, whose `connectionMade` was called.
 * @throws {TypeError} when the factory is no function, or there is no pipe.
 * @throws {Deno.errors.BadResource} when the pipe is closed.
 */
export function adoptPipe<P extends Protocol>(
  port: CompletionPort,
  protocolFactory: ProtocolFactory<P>,
  options: PipeTransportOptions & { pipe: PipeHandle },
): [Transport, P] {
  const { pipe, direction, deadline } = options;
  assertFactory(protocolFactory);
  assertDeadline(deadline);
  if (!(pipe instanceof PipeHandle)) {
    throw new TypeError("Cannot connect pipe: it is no PipeHandle");
  }
  const handle = ownerOf(port, pipe, "connect pipe");
  const info = port.api.getNamedPipeInfo(pipe.fileno()) ?? BYTE_PIPE;
  const protocol = protocolFactory();
  const kept = pipe.detach();
  port.api.threadHandles?.add(kept, "CloseHandle");
  const traits = { ...info, path: `handle ${kept}`, direction, deadline };
  try {
    const transport = makeTransport(port, handle, { protocol, ...traits });
    return [transport, protocol];
  } catch (error) {
    port.closeHandle(handle);
    throw error;
  }
}

function makeTransport(
  port: CompletionPort,
  handle: PortHandle,
  options: PipeTraits & { protocol: Protocol },
): ChannelTransport {
  const { protocol, path, direction, messageType, deadline } = options;
  return new ChannelTransport(port, handle, {
    protocol,
    name: `pipe "${path}"`,
    readable: direction !== "out",
    writable: direction !== "in",
    messages: messageType,
    deadline,
    ...pipeIo(port, handle, messageType),
    extra: { addr: path, pipe: handle.handle },
  });
}

function assertFactory(protocolFactory: unknown): void {
  if (typeof protocolFactory === "function") return;
  throw new TypeError(
    "Cannot use the protocol factory: it is not a function",
  );
}
