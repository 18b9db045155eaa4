/**
 * What `createServer` and its `listen` take.
 *
 * @module
 */

import { toError } from "../ffi/thrown.ts";
import { TcpListener } from "../net/tcp/tcp_listener.ts";
import { PipeServer } from "../pipe/pipe_server.ts";
import type { PipeSecurity } from "../pipe/security.ts";
import type { IocpProactor } from "../proactor/iocp_proactor.ts";
import { codeError, nodeCode, withFields } from "../stream/node_errors.ts";
import type { NodeDuplexOptions } from "../stream/duplex_connection.ts";
import { readPort } from "./connect_options.ts";

/** Options of {@linkcode createServer}. */
export interface SocketServerOptions extends NodeDuplexOptions {
  /**
   * True reads nothing of a connection until its socket is resumed.
   *
   * @default {false}
   */
  pauseOnConnect?: boolean | undefined;
  /** True sends small writes of TCP at once. */
  noDelay?: boolean | undefined;
  /** True has TCP probe idle connections. */
  keepAlive?: boolean | undefined;
}

/** Options of `listen`: a pipe's path, or a TCP port. */
export interface ListenOptions {
  /** The path of a pipe: `\\.\pipe\name`. */
  path?: string | undefined;
  /** A TCP port, where there is no path; 0 is any that is free. */
  port?: number | string | undefined;
  /**
   * The address or the name to listen on.
   *
   * @default {"::"}
   */
  host?: string | undefined;
  /** Connections that TCP keeps until they are accepted. */
  backlog?: number | undefined;
  /**
   * True takes no connections of IPv4 on `"::"`.
   *
   * @default {false}
   */
  ipv6Only?: boolean | undefined;
  /**
   * True keeps others from binding the port.
   *
   * @default {false}
   */
  exclusive?: boolean | undefined;
  /**
   * A `"message"` pipe can end one direction by itself.
   *
   * @default {"byte"}
   */
  type?: "byte" | "message" | undefined;
  /**
   * Who may connect to the pipe.
   *
   * @default {"currentUser"}
   */
  security?: PipeSecurity | undefined;
  /** Closes the server when it is aborted. */
  signal?: AbortSignal | undefined;
  /** The proactor to use instead of the shared one. */
  proactor?: IocpProactor | undefined;
}

/** What listens. */
export type Listener = PipeServer | TcpListener;

const ANY = "::";
const ANY_IPV4 = "0.0.0.0";

/**
 * Refuses what names no place, before anything happens.
 *
 * @param options What `listen` was given.
 * @throws {RangeError} when the port is none.
 */
export function assertPlace({ path, port }: ListenOptions): void {
  if (path === undefined && port !== undefined) readPort(port);
}

/**
 * Listens.
 *
 * @param options Where; names are resolved.
 * @param onError Told of clients that could not be accepted.
 * @returns What listens.
 */
export function openListener(
  options: ListenOptions,
  onError: (error: unknown) => void,
): Listener {
  const { path, type, security, proactor } = options;
  if (path !== undefined) {
    return PipeServer.listen(path, { type, security, proactor, onError });
  }
  if (options.host !== undefined) return listenOn(options.host);
  try {
    return listenOn(ANY);
  } catch (error) {
    if (error instanceof Deno.errors.AddrInUse) throw error;
    return listenOn(ANY_IPV4); // a computer without IPv6
  }

  function listenOn(hostname: string): TcpListener {
    const { port = 0, backlog, exclusive } = options;
    const { ipv6Only = hostname === ANY ? false : undefined } = options;
    const place = { hostname, port: readPort(port), backlog, exclusive };
    const ipv4 = !hostname.includes(":");
    const family = ipv4 ? {} : { ipv6Only };
    return TcpListener.listen({ ...place, ...family, proactor, onError });
  }
}

/**
 * Makes the error of a server that cannot listen.
 *
 * @param error Why.
 * @param options Where.
 * @returns The error as Node has it.
 */
export function listenError(error: unknown, options: ListenOptions): Error {
  const found = nodeCode(error);
  if (found === undefined) return toError(error);
  const { path, host = ANY, port = 0 } = options;
  const what = TEXTS[found.code] ?? toError(error).message;
  const place = path === undefined ? `${host}:${port}` : path;
  const message = `listen ${found.code}: ${what} ${place}`;
  const address = path === undefined
    ? { address: host, port: Number(port) }
    : { address: path, port: -1 };
  const syscall = "listen";
  return withFields(message, error, { ...found, syscall, ...address });
}

const TEXTS: Readonly<Record<string, string>> = {
  EACCES: "permission denied",
  EADDRINUSE: "address already in use",
  EADDRNOTAVAIL: "address not available",
};

/**
 * Makes the error for a server that does not listen.
 *
 * @returns The error as Node has it.
 */
export function notRunning(): Error {
  const message = "Cannot close: the server does not listen";
  return codeError("ERR_SERVER_NOT_RUNNING", message);
}
