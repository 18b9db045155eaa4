/**
 * `startTls`: TLS on a connection that is there.
 *
 * The TLS is Deno's own, by `node:tls`; it is loaded on first use.
 *
 * @module
 */

import { assertInteger } from "../../proactor/arguments.ts";
import { assertDeadline } from "../../stream/close_deadline.ts";
import { frontOf } from "../../stream/connection_front.ts";
import type { StreamConnection } from "../../stream/stream_connection.ts";
import { isServerName } from "./server_name.ts";
import { addressText, type TcpAddr } from "../tcp/tcp_socket.ts";
import { TlsConnection, type TlsTransport } from "./tls_connection.ts";
import type {
  StartTlsClientOptions,
  StartTlsOptions,
  StartTlsServerOptions,
  TlsOptions,
} from "./tls_options.ts";
import type { TlsSession } from "./tls_session.ts";

const DEFAULT_TIMEOUT = 60_000;
const MAX_TIMEOUT = 0x7fff_ffff;

/** Bytes that ALPN has for a name. */
const MAX_PROTOCOL_LENGTH = 255;

/**
 * Starts TLS on a connection, as the client or as the server. The connection
 * belongs to TLS from then on; whatever was read or written before has gone
 * through it in the clear.
 *
 * It resolves while the handshake goes on: `handshake()` waits for it, and so
 * do reads and writes. When it fails the connection is closed.
 *
 * @example The client's end
 * ```ts
 * import { connectTcp, startTls } from "@iocp/proactor/net";
 *
 * const caCerts = [await Deno.readTextFile("ca.pem")];
 * const tcp = await connectTcp({ hostname: "localhost", port: 8443 });
 * await using tls = await startTls(tcp, { hostname: "localhost", caCerts });
 * await tls.handshake();
 * ```
 *
 * @example The server's end
 * ```ts
 * import { startTls, TcpListener } from "@iocp/proactor/net";
 *
 * const cert = await Deno.readTextFile("cert.pem");
 * const key = await Deno.readTextFile("key.pem");
 * using listener = TcpListener.listen({ port: 8443 });
 * for await (const connection of listener) {
 *   const tls = await startTls(connection, { serverSide: true, cert, key });
 *   tls.readable.pipeTo(tls.writable).catch(console.error);
 * }
 * ```
 *
 * @typeParam A The addresses of the connection's ends.
 * @param connection A connection of bytes: TCP, a pipe.
 * @param options Which end, whom to trust or what to show, time-out, signal.
 * @returns The connection.
 * @throws {TypeError} when an option is malformed.
 * @throws {RangeError} when a number is out of its range.
 */
export async function startTls<A extends object = TcpAddr>(
  connection: StreamConnection & TlsTransport<A>,
  options: StartTlsOptions = {},
): Promise<TlsConnection<A>> {
  const front = frontOf(connection);
  if (front === undefined) {
    throw new TypeError("Cannot start TLS: this is no connection");
  }
  const own = copyOptions(options);
  assertOptions(own);
  own.signal?.throwIfAborted();
  const name = nameOf(connection.remoteAddr);
  const { openTls } = await import("./open_tls.ts");
  const session = openTls(connection, name, own);
  limitHandshake(session, name, own);
  const { deadline = front.deadline } = own;
  return new TlsConnection(connection, session, { deadline, front });
}

/** What was checked is what is used, whatever the caller does meanwhile. */
function copyOptions(options: StartTlsOptions): StartTlsOptions {
  const copy: StartTlsOptions = { ...options };
  for (const name of ["alpnProtocols", "caCerts"] as const) {
    const list: unknown = Reflect.get(copy, name);
    if (Array.isArray(list)) Reflect.set(copy, name, [...list]);
  }
  return copy;
}

function assertOptions(options: StartTlsOptions): void {
  const { alpnProtocols = [], handshakeTimeout = Infinity } = options;
  assertDeadline(options.deadline);
  for (const name of assertList("alpnProtocols", alpnProtocols)) {
    if (isProtocolName(name)) continue;
    throw new TypeError(
      `Cannot use ALPN protocol ${JSON.stringify(name)}: ` +
        `it is not a text of 1 to ${MAX_PROTOCOL_LENGTH} bytes`,
    );
  }
  if (handshakeTimeout !== Infinity) {
    assertInteger("handshakeTimeout", handshakeTimeout, [1, MAX_TIMEOUT]);
  }
  if (options.serverSide) assertServerOptions(options);
  else assertClientOptions(options);
}

function assertClientOptions(options: StartTlsClientOptions): void {
  const { hostname = "127.0.0.1", caCerts = [] } = options;
  if (typeof hostname !== "string" || !isServerName(hostname)) {
    throw new TypeError(
      `Cannot use hostname ${JSON.stringify(hostname)}: ` +
        "it is neither a name of DNS nor a numeric address",
    );
  }
  for (const pem of assertList("caCerts", caCerts)) {
    assertPem("caCerts", pem, "CERTIFICATE");
  }
}

function assertServerOptions({ cert, key }: StartTlsServerOptions): void {
  assertPem("cert", cert, "CERTIFICATE");
  assertPem("key", key, "PRIVATE KEY");
}

function assertList(name: string, list: unknown): unknown[] {
  if (Array.isArray(list)) return list;
  throw new TypeError(`Cannot use ${name}: it is not an array`);
}

function isProtocolName(name: unknown): boolean {
  if (typeof name !== "string") return false;
  const { length } = new TextEncoder().encode(name);
  return length >= 1 && length <= MAX_PROTOCOL_LENGTH;
}

function assertPem(name: string, pem: unknown, label: string): void {
  if (typeof pem === "string" && pem.includes(`${label}-----`)) return;
  throw new TypeError(`Cannot use ${name}: it has no ${label} as PEM`);
}

/** What messages call the peer: its address, or the name of the pipe. */
function nameOf(address: object): string {
  const { transport, path } = address as { transport?: string; path?: string };
  return path === undefined
    ? `TCP peer ${addressText(address as TcpAddr)}`
    : `${transport} "${path}"`;
}

function limitHandshake(
  session: TlsSession,
  name: string,
  options: TlsOptions,
): void {
  const { handshakeTimeout = DEFAULT_TIMEOUT, signal } = options;
  const expire = () => session.fail(timedOut(name));
  const timer = handshakeTimeout === Infinity
    ? undefined
    : setTimeout(expire, handshakeTimeout);
  const abort = () => session.fail(signal!.reason);
  if (signal?.aborted) abort();
  signal?.addEventListener("abort", abort, { once: true });
  const end = () => {
    clearTimeout(timer);
    signal?.removeEventListener("abort", abort);
  };
  session.handshake.then(end, end);
}

function timedOut(name: string): Error {
  return new Deno.errors.TimedOut(
    `Cannot start TLS with ${name}: the time-out expired`,
  );
}
