/**
 * Options of `startTls`.
 *
 * @module
 */

import type { DeadlineOptions } from "../../stream/close_deadline.ts";

/** What both ends may want; see {@linkcode startTls}. */
export interface TlsOptions extends DeadlineOptions {
  /** What ALPN offers or chooses from, the best first. By default no ALPN. */
  alpnProtocols?: string[] | undefined;
  /**
   * Milliseconds until the peers must have agreed.
   *
   * @default {60000}
   */
  handshakeTimeout?: number | undefined;
  /** Ends the handshake, and the connection. */
  signal?: AbortSignal | undefined;
}

/** Options of {@linkcode startTls} for the client's end. */
export interface StartTlsClientOptions extends TlsOptions {
  /** This end is the client. */
  serverSide?: false | undefined;
  /**
   * The host name or the address that the certificate must be for: a name of
   * DNS (`xn--` for one that is not ASCII), or a numeric address without
   * brackets. Only the certificate's subject alternative names count.
   *
   * @default {"127.0.0.1"}
   */
  hostname?: string | undefined;
  /** Certificates to trust besides those that Deno trusts, as PEM. */
  caCerts?: string[] | undefined;
  /**
   * True takes a good certificate for any name.
   *
   * @default {false}
   */
  unsafelyDisableHostnameVerification?: boolean | undefined;
}

/** Options of {@linkcode startTls} for the server's end. */
export interface StartTlsServerOptions extends TlsOptions {
  /** This end is the server. */
  serverSide: true;
  /** The certificate, and those between it and the root, as PEM. */
  cert: string;
  /** The private key of the certificate, as PEM. */
  key: string;
}

/** Options of {@linkcode startTls}. */
export type StartTlsOptions = StartTlsClientOptions | StartTlsServerOptions;

/** What TLS in protocol style has besides. */
export interface TlsShutdownOptions {
  /**
   * Milliseconds that a close waits until the peer has taken what was written
   * and the end of TLS. Then the connection is aborted, and `connectionLost`
   * gets a `Deno.errors.TimedOut`.
   *
   * @default {30000}
   */
  shutdownTimeout?: number | undefined;
}

/** Options of the client's end of TLS in protocol style. */
export interface TlsClientProtocolOptions
  extends StartTlsClientOptions, TlsShutdownOptions {}

/** Options of the server's end of TLS in protocol style. */
export interface TlsServerProtocolOptions
  extends StartTlsServerOptions, TlsShutdownOptions {}

/** Options of TLS in protocol style. */
export type TlsProtocolOptions =
  | TlsClientProtocolOptions
  | TlsServerProtocolOptions;

/** TLS of a client of an event loop: whom it trusts, and its time-outs. */
export type TlsClientSettings = Omit<
  TlsClientProtocolOptions,
  "serverSide" | "deadline" | "signal"
>;

/** TLS of a server of an event loop: what it shows, and its time-outs. */
export type TlsServerSettings = Omit<
  TlsServerProtocolOptions,
  "serverSide" | "deadline" | "signal"
>;
