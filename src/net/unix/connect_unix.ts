/**
 * `connectUnix`: the client end of a connection by path.
 *
 * @module
 */

import { assertOptions } from "../../proactor/arguments.ts";
import { observerFor, portFor } from "../../proactor/default_port.ts";
import type { UnixAddress } from "../../ffi/socket/sockaddr.ts";
import type { CompletionPort } from "../../proactor/port/completion_port.ts";
import type { IocpProactor } from "../../proactor/iocp_proactor.ts";
import type { PortHandle } from "../../proactor/port/port_handle.ts";
import type { PeerAddress } from "../../proactor/port/port_observer.ts";
import {
  assertDeadline,
  type DeadlineOptions,
} from "../../stream/close_deadline.ts";
import { ClientSocket, connectedSocket } from "../socket/client_socket.ts";
import { PolledConnect } from "../socket/polled_connect.ts";
import { defaultSockets } from "../../ffi/socket/default.ts";
import {
  connectionOver,
  type OpenedSocket,
} from "../socket/socket_transport.ts";
import { assertTimeout, TimeLimit } from "../socket/time_limit.ts";
import { UnixConnection, type UnixTraits } from "./unix_connection.ts";
import {
  parseUnixPath,
  UNIX,
  type UnixAddr,
  unixAddr,
  unixText,
} from "./unix_socket.ts";

/** Options of {@linkcode connectUnix}. */
export interface ConnectUnixOptions extends DeadlineOptions {
  /** The path, at most 107 bytes of UTF-8. */
  path: string;
  /**
   * Milliseconds until the connection must be there.
   *
   * @default {Infinity}
   */
  timeout?: number | undefined;
  /** Ends the wait. */
  signal?: AbortSignal | undefined;
  /** The proactor to use instead of the shared one. */
  proactor?: IocpProactor | undefined;
}

/**
 * Connects to a socket by its path. Windows has such sockets from Windows 10,
 * version 1803, on.
 *
 * @example Usage
 * ```ts
 * import { connectUnix } from "@iocp/proactor/net";
 *
 * using connection = await connectUnix({ path: "echo.sock" });
 * await connection.write(new TextEncoder().encode("hello"));
 * ```
 *
 * @param options Where to connect to, time-out, signal.
 * @returns The connection.
 * @throws {TypeError} when the path is no text, empty, or holds a NUL.
 * @throws {RangeError} when the path is too long, or the time-out out of its
 * range.
 * @throws {Deno.errors.ConnectionRefused} when nobody listens there,
 * or there is no such file.
 * @throws {Deno.errors.NotFound} when there is no such folder.
 * @throws {Deno.errors.TimedOut} when nobody answered in time.
 * @throws {Deno.errors.BadResource} when the proactor is closed.
 * @throws {Deno.errors.NotSupported} when the system is not Windows, or this
 * Windows has no such sockets.
 * @throws {Deno.errors.NotCapable} when `--allow-ffi` was not granted.
 */
export async function connectUnix(
  options: ConnectUnixOptions,
): Promise<UnixConnection> {
  const connect = async () =>
    connectionOver(await openUnix(options), UnixConnection);
  const observer = observerFor(options.proactor);
  if (observer === null) return await connect();
  return await observer.connecting(unixPeer(options), connect);
}

/**
 * Where a connection leads, for who watches the port.
 *
 * @param options As for {@linkcode connectUnix}.
 * @returns The address.
 */
export function unixPeer({ path }: ConnectUnixOptions): PeerAddress {
  return { transport: "unix", path };
}

/**
 * Connects a socket.
 *
 * @param options As for {@linkcode connectUnix}.
 * @returns The socket, on the port.
 */
export async function openUnix(
  options: ConnectUnixOptions,
): Promise<OpenedSocket<UnixAddr>> {
  const { path, timeout = Infinity, signal, deadline } = options;
  assertOptions(options, { signal: "signal" });
  assertDeadline(deadline);
  const address = parseUnixPath(path);
  assertTimeout(timeout);
  signal?.throwIfAborted();
  const port = portFor(options.proactor);
  const name = unixText(address);
  port.assertOpen(`connect to ${name}`);
  using limit = new TimeLimit(name, { timeout, signal });
  const handle = await connect(port, address, limit.signal);
  return { port, handle, traits: { ...traitsOf(handle, path), deadline } };
}

/** `ConnectEx` does not know such sockets. */
async function connect(
  port: CompletionPort,
  remote: UnixAddress,
  signal: AbortSignal,
): Promise<PortHandle> {
  const target = { kind: UNIX, remote, local: null };
  const client = new ClientSocket(port, defaultSockets(), target);
  const attempt = new PolledConnect(client);
  return await connectedSocket(attempt, signal);
}

/** A client that was not bound has no path. */
function traitsOf(handle: PortHandle, path: string): UnixTraits {
  const sockets = defaultSockets();
  const own = sockets.getSocketName(handle.handle) ?? new Uint8Array(0);
  const remote: UnixAddr = { transport: "unix", path };
  return { sockets, local: unixAddr(own), remote };
}
