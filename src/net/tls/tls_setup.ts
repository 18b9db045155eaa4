/**
 * From options of TLS to a session that shakes hands.
 *
 * @module
 */

import {
  assertInteger,
  assertOptions as assertKinds,
  shownValue,
} from "../../proactor/arguments.ts";
import { assertDeadline } from "../../stream/close_deadline.ts";
import type { DuplexConnection } from "../../stream/duplex_connection.ts";
import { addressText, type TcpAddr } from "../tcp/tcp_socket.ts";
import { isServerName } from "./server_name.ts";
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
 * Checks options, and copies them.
 *
 * @typeParam T Their type.
 * @param options What the caller gave.
 * @returns What is used, whatever the caller does meanwhile.
 * @throws {TypeError} when one is malformed.
 * @throws {RangeError} when a number is out of its range.
 */
export function checkTlsOptions<T extends StartTlsOptions>(options: T): T {
  const own = copyOptions(options);
  assertOptions(own);
  return own;
}

/**
 * Starts the handshake, which must end in time.
 *
 * @param connection The connection below.
 * @param name What messages call the peer.
 * @param options Checked ones.
 * @returns The session.
 */
export async function openSession(
  connection: DuplexConnection,
  name: string,
  options: StartTlsOptions,
): Promise<TlsSession> {
  const { openTls } = await import("./open_tls.ts");
  const session = openTls(connection, name, options);
  limitHandshake(session, name, options);
  return session;
}

/**
 * What messages call the peer: its address, or the name of the pipe.
 *
 * @param address Where the connection leads to.
 * @returns Such as `TCP peer 127.0.0.1:80`.
 */
export function peerName(address: object): string {
  const { transport, path } = address as { transport?: string; path?: string };
  return path === undefined
    ? `TCP peer ${addressText(address as TcpAddr)}`
    : `${transport} "${path}"`;
}

/** What was checked is what is used, whatever the caller does meanwhile. */
function copyOptions<T extends StartTlsOptions>(options: T): T {
  const copy = { ...options };
  for (const name of ["alpnProtocols", "caCerts"] as const) {
    const list: unknown = Reflect.get(copy, name);
    if (Array.isArray(list)) Reflect.set(copy, name, [...list]);
  }
  return copy;
}

const TLS_OPTIONS = {
  serverSide: "boolean",
  unsafelyDisableHostnameVerification: "boolean",
  signal: "signal",
} as const;

function assertOptions(options: StartTlsOptions): void {
  const { alpnProtocols = [], handshakeTimeout = Infinity } = options;
  assertKinds(options, TLS_OPTIONS);
  assertDeadline(options.deadline);
  for (const name of assertList("alpnProtocols", alpnProtocols)) {
    if (isProtocolName(name)) continue;
    throw new TypeError(
      `Cannot use alpnProtocols ${shownValue(name)}: ` +
        `it is not a text of 1 to ${MAX_PROTOCOL_LENGTH} bytes`,
    );
  }
  assertTlsTimeout("handshakeTimeout", handshakeTimeout);
  if (options.serverSide) assertServerOptions(options);
  else assertClientOptions(options);
}

function assertClientOptions(options: StartTlsClientOptions): void {
  const { hostname = "127.0.0.1", caCerts = [] } = options;
  if (typeof hostname !== "string" || !isServerName(hostname)) {
    throw new TypeError(
      `Cannot use hostname ${shownValue(hostname)}: ` +
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

/**
 * Refuses what is no time-out.
 *
 * @param name What the option is called.
 * @param timeout Milliseconds, or `Infinity`.
 * @throws {RangeError} when it is neither.
 */
export function assertTlsTimeout(name: string, timeout: number): void {
  if (timeout !== Infinity) assertInteger(name, timeout, [1, MAX_TIMEOUT]);
}

/**
 * Ends a handshake that lasts too long, or is aborted.
 *
 * @param session The session.
 * @param name What messages call the peer.
 * @param options The time-out and the signal.
 */
export function limitHandshake(
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
