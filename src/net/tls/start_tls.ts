/**
 * `startTls`: TLS on a connection that is there.
 *
 * The TLS is Deno's own, by `node:tls`; it is loaded on first use.
 *
 * @module
 */

import { frontOf } from "../../stream/connection_front.ts";
import type { StreamConnection } from "../../stream/stream_connection.ts";
import type { TcpAddr } from "../tcp/tcp_socket.ts";
import { TlsConnection, type TlsTransport } from "./tls_connection.ts";
import type { StartTlsOptions } from "./tls_options.ts";
import { checkTlsOptions, openSession, peerName } from "./tls_setup.ts";

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
  const own = checkTlsOptions(options);
  own.signal?.throwIfAborted();
  const name = peerName(connection.remoteAddr);
  const session = await openSession(connection, name, own);
  const { deadline = front.deadline } = own;
  return new TlsConnection(connection, session, { deadline, front });
}
