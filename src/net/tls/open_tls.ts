/**
 * From options to a session of `node:tls`. Loaded on first use.
 *
 * @module
 */

import { isIP } from "node:net";
import type { Duplex } from "node:stream";
import {
  connect,
  createSecureContext,
  type PeerCertificate,
  type SecureContext,
  TLSSocket,
} from "node:tls";
import type { DuplexConnection } from "../../stream/duplex_connection.ts";
import type {
  StartTlsClientOptions,
  StartTlsOptions,
  StartTlsServerOptions,
} from "./tls_options.ts";
import { isCertificateFor } from "./server_name.ts";
import { TlsSession } from "./tls_session.ts";

/**
 * Starts a session.
 *
 * @param connection The connection below.
 * @param name What messages call the peer.
 * @param options Checked ones.
 * @returns The session.
 */
export function openTls(
  connection: DuplexConnection,
  name: string,
  options: StartTlsOptions,
): TlsSession {
  const open = (duplex: Duplex) =>
    options.serverSide
      ? serverSocket(duplex, options)
      : clientSocket(duplex, options);
  const { serverSide = false } = options;
  return new TlsSession(connection, { name, serverSide, open });
}

function clientSocket(
  duplex: Duplex,
  options: StartTlsClientOptions,
): TLSSocket {
  const {
    hostname = "127.0.0.1",
    caCerts = [],
    alpnProtocols,
    unsafelyDisableHostnameVerification = false,
  } = options;
  return connect({
    socket: duplex,
    host: hostname,
    secureContext: trusting(caCerts),
    rejectUnauthorized: true, // else an environment variable decides
    ...isIP(hostname) === 0 && { servername: hostname },
    ...alpnProtocols && { ALPNProtocols: alpnProtocols },
    checkServerIdentity: (_, certificate) =>
      unsafelyDisableHostnameVerification
        ? undefined
        : nameError(hostname, certificate),
  });
}

/** Node's own check trusts common names. */
function nameError(
  hostname: string,
  { raw }: PeerCertificate,
): Error | undefined {
  if (isCertificateFor(new Uint8Array(raw ?? []), hostname)) return undefined;
  const error = new Error(`The certificate is not for "${hostname}"`);
  return Object.assign(error, { code: "ERR_TLS_CERT_ALTNAME_INVALID" });
}

function serverSocket(
  duplex: Duplex,
  { cert, key, alpnProtocols }: StartTlsServerOptions,
): TLSSocket {
  return new TLSSocket(duplex, {
    isServer: true,
    secureContext: createSecureContext({ cert, key }),
    ...alpnProtocols && { ALPNProtocols: alpnProtocols },
  });
}

/** The option `ca` would replace those that Deno trusts. */
function trusting(caCerts: readonly string[]): SecureContext {
  const made = createSecureContext();
  const context: { addCACert(pem: string): void } = made.context;
  for (const pem of caCerts) context.addCACert(pem);
  return made;
}
