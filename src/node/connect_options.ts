/**
 * What `connect` takes.
 *
 * @module
 */

import type { ConnectPipeOptions } from "../pipe/connect_pipe.ts";
import type { IocpProactor } from "../proactor/iocp_proactor.ts";
import { codeError } from "../stream/node_errors.ts";
import type { NodeDuplexOptions } from "../stream/duplex_connection.ts";

/** Options of {@linkcode PipeSocket}. */
export interface PipeSocketOptions extends NodeDuplexOptions {
  /** Destroys the socket when it is aborted. */
  signal?: AbortSignal | undefined;
}

/** Options of {@linkcode connect}: a pipe's path, or a TCP port. */
export interface ConnectOptions extends PipeSocketOptions {
  /** The path of a pipe: `\\.\pipe\name`. */
  path?: string | undefined;
  /** A TCP port, where there is no path. */
  port?: number | string | undefined;
  /**
   * The computer of the port.
   *
   * @default {"localhost"}
   */
  host?: string | undefined;
  /** The family of its addresses: those of both by default. */
  family?: 0 | 4 | 6 | undefined;
  /** The numeric address to connect from. */
  localAddress?: string | undefined;
  /** The port to connect from. */
  localPort?: number | undefined;
  /**
   * Milliseconds of silence after which `timeout` is emitted, while the socket
   * connects too; see {@linkcode PipeSocket}'s `setTimeout`.
   */
  timeout?: number | undefined;
  /** True sends small writes at once. */
  noDelay?: boolean | undefined;
  /** True has TCP probe idle connections. */
  keepAlive?: boolean | undefined;
  /**
   * How far the server of a pipe may act in the name of this process.
   *
   * @default {"identification"}
   */
  impersonation?: ConnectPipeOptions["impersonation"] | undefined;
  /**
   * Whose a pipe must be, checked before a byte is sent; see
   * {@linkcode ConnectPipeOptions}.
   */
  expectedServer?: ConnectPipeOptions["expectedServer"] | undefined;
  /** The proactor to use instead of the shared one. */
  proactor?: IocpProactor | undefined;
}

const MAX_PORT = 0xffff;

/** What a call of `node:net` names, and who is told. */
export interface Call<O> {
  /** The options. */
  options: O;
  /** Told once of `connect` or `listening`. */
  listener: (() => void) | undefined;
}

/** What may follow the place: a host, a backlog, who is told. */
export type SocketArgument = string | number | (() => void) | undefined;

/** What the first arguments of a call name. */
interface Place {
  path?: string | undefined;
  port?: number | string | undefined;
  host?: string | undefined;
  backlog?: number | undefined;
}

/**
 * Reads the arguments of `connect` or `listen`: options, or a path, or a port
 * and what belongs to it; and a listener at the end.
 *
 * @param first The first argument.
 * @param rest The others.
 * @returns The options, and the listener.
 */
export function readCall<O extends object>(
  first: O | string | number | (() => void) | undefined,
  rest: readonly SocketArgument[],
): Call<O | Place> {
  const listener = [first, ...rest].find((one) => typeof one === "function");
  const told = listener as (() => void) | undefined;
  if (typeof first === "object" && first !== null) {
    return { options: first, listener: told };
  }
  return { options: readPlace(first, rest), listener: told };
}

function readPlace(first: unknown, rest: readonly SocketArgument[]): Place {
  const backlog = rest.find((one) => typeof one === "number");
  if (typeof first === "string" && !isPort(first)) {
    return { path: first, backlog };
  }
  const [host] = rest;
  return {
    port: typeof first === "function" ? undefined : first as number | string,
    host: typeof host === "string" ? host : undefined,
    backlog,
  };
}

function isPort(text: string): boolean {
  return text.trim() !== "" && Number(text) >= 0;
}

/**
 * Reads a port, as Node does.
 *
 * @param port A number, or its text.
 * @returns The number.
 * @throws {RangeError} when it is not an integer from 0 to 65535.
 */
export function readPort(port: number | string): number {
  const number = port === "" ? NaN : Number(port);
  if (Number.isInteger(number) && number >= 0 && number <= MAX_PORT) {
    return number;
  }
  const message = `Cannot use port ${port}: it is not from 0 to ${MAX_PORT}`;
  throw codeError("ERR_SOCKET_BAD_PORT", message, RangeError);
}
