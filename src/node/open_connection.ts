/**
 * Connects for a socket of `node:net`'s kind.
 *
 * @module
 */

import { SO_LINGER, SOL_SOCKET } from "../ffi/socket/constants.ts";
import { encodeLinger } from "../ffi/socket/structs.ts";
import { connectTcp } from "../net/tcp/connect_tcp.ts";
import { TcpConnection } from "../net/tcp/tcp_connection.ts";
import { connectPipe } from "../pipe/connect_pipe.ts";
import { toError } from "../ffi/thrown.ts";
import { socketsOf } from "../proactor/proactor_parts.ts";
import { frontOf } from "../stream/connection_front.ts";
import type { DuplexConnection } from "../stream/duplex_connection.ts";
import { codeError, nodeCode, withFields } from "../stream/node_errors.ts";
import { type ConnectOptions, readPort } from "./connect_options.ts";

const DEFAULT_HOST = "localhost";

/** libuv's number for a name without an address. */
const EAI_NONAME = -3008;

/**
 * Refuses what names no place, before anything happens.
 *
 * @param options What `connect` was given.
 * @throws {TypeError} when they name neither a path nor a port.
 * @throws {RangeError} when the port is none.
 */
export function assertTarget({ path, port }: ConnectOptions): void {
  if (path !== undefined) return;
  if (port !== undefined) return void readPort(port);
  const message = "Cannot connect: neither a path nor a port is given";
  throw codeError("ERR_MISSING_ARGS", message, TypeError);
}

/**
 * Connects.
 *
 * @param options Where to.
 * @param signal Ends the wait.
 * @returns The connection.
 */
export async function openConnection(
  options: ConnectOptions,
  signal: AbortSignal,
): Promise<DuplexConnection> {
  const { path, proactor, impersonation, expectedServer } = options;
  if (path !== undefined) {
    const trust = { impersonation, expectedServer };
    return await connectPipe(path, { ...trust, proactor, signal });
  }
  return await openTcp(options, signal);
}

async function openTcp(
  options: ConnectOptions,
  signal: AbortSignal,
): Promise<DuplexConnection> {
  const { host = DEFAULT_HOST, port = 0, family } = options;
  const { localAddress, localPort, proactor } = options;
  return await connectTcp({
    hostname: host,
    port: readPort(port),
    family: family === 4 ? "ipv4" : family === 6 ? "ipv6" : undefined,
    localAddr: { hostname: localAddress, port: localPort },
    proactor,
    signal,
  });
}

/**
 * Makes the error of a connection that could not be made.
 *
 * @param error Why.
 * @param options Where to.
 * @returns The error as Node has it.
 */
export function connectError(error: unknown, options: ConnectOptions): Error {
  const found = nodeCode(error);
  if (found === undefined) return toError(error);
  const { path, host = DEFAULT_HOST, port } = options;
  const syscall = "connect";
  if (path !== undefined) {
    const message = `connect ${found.code} ${path}`;
    return withFields(message, error, { ...found, syscall, address: path });
  }
  if (found.code === "ENOENT") return unknownHost(error, host);
  const place = { address: host, port: Number(port) };
  const message = `connect ${found.code} ${host}:${port}`;
  return withFields(message, error, { ...found, syscall, ...place });
}

/**
 * Makes the error of a name without an address.
 *
 * @param error Why.
 * @param hostname The name.
 * @returns The error as Node has it.
 */
export function unknownHost(error: unknown, hostname: string): Error {
  const [code, syscall] = ["ENOTFOUND", "getaddrinfo"];
  const fields = { code, errno: EAI_NONAME, syscall, hostname };
  return withFields(`${syscall} ${code} ${hostname}`, error, fields);
}

/**
 * Has the other end of a TCP connection told by a reset when it is closed.
 *
 * @param connection The connection.
 * @throws {TypeError} when it is none of TCP.
 */
export function resetOnClose(connection: DuplexConnection): void {
  const front = frontOf(connection);
  if (front === undefined || !(connection instanceof TcpConnection)) {
    const message = "Cannot reset: the connection is none of TCP";
    throw codeError("ERR_INVALID_HANDLE_TYPE", message, TypeError);
  }
  const option = { level: SOL_SOCKET, name: SO_LINGER };
  const sockets = socketsOf(front.port);
  sockets.setSocketOption(front.handle.handle, option, encodeLinger(0));
}
