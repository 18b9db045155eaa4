/**
 * What the tests of TLS share.
 *
 * @module
 */

import type { IocpProactor } from "../../../mod.ts";
import {
  startTls,
  type StartTlsClientOptions,
  type StartTlsServerOptions,
  type TcpConnection,
  type TlsConnection,
} from "../../../src/net/mod.ts";
import { soon } from "../_turns.ts";
import { tcpPair } from "./_tcp.ts";
import { CA_CERT, CERT, KEY } from "./fixtures/tls.ts";

/** The server's end. */
export const SERVER: StartTlsServerOptions = {
  serverSide: true,
  cert: CERT,
  key: KEY,
};

/** The client's end. */
export const CLIENT: StartTlsClientOptions = {
  hostname: "localhost",
  caCerts: [CA_CERT],
};

/** Both ends of a TLS connection, and of the TCP connection below it. */
export interface TlsPair extends AsyncDisposable {
  /** The server's end. */
  server: TlsConnection;
  /** The client's end. */
  client: TlsConnection;
  /** The server's end below TLS. */
  served: TcpConnection;
  /** The client's end below TLS. */
  connected: TcpConnection;
}

/** Options of both ends. */
export interface TlsPairOptions {
  /** What differs at the server's end. */
  server?: Partial<StartTlsServerOptions>;
  /** What differs at the client's end. */
  client?: StartTlsClientOptions;
}

/**
 * Connects, and starts TLS at both ends.
 *
 * @param proactor The proactor of both ends.
 * @param options What differs from the usual.
 * @returns Both ends, before their handshake; disposing closes them.
 */
export async function tlsPair(
  proactor: IocpProactor,
  options: TlsPairOptions = {},
): Promise<TlsPair> {
  const pair = await tcpPair(proactor);
  const { served, client: connected } = pair;
  const server = await startTls(served, { ...SERVER, ...options.server });
  const client = await startTls(connected, { ...CLIENT, ...options.client });
  return {
    server,
    client,
    served,
    connected,
    async [Symbol.asyncDispose]() {
      client.abort();
      server.abort();
      await soon(Promise.all([client.finished, server.finished]));
      await pair[Symbol.asyncDispose]();
    },
  };
}

/**
 * Waits for the handshake of both ends.
 *
 * @param pair Both ends.
 */
export async function agree(pair: TlsPair): Promise<void> {
  await soon(Promise.all([pair.server.handshake(), pair.client.handshake()]));
}
