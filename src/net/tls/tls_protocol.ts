/**
 * TLS in protocol style. Loaded on first use.
 *
 * @module
 */

import type { CompletionPort } from "../../proactor/port/completion_port.ts";
import type {
  Protocol,
  ProtocolFactory,
  Transport,
} from "../../stream/protocol.ts";
import { openTls } from "./open_tls.ts";
import type { TlsProtocolOptions } from "./tls_options.ts";
import {
  assertTlsTimeout,
  checkTlsOptions,
  limitHandshake,
  peerName,
} from "./tls_setup.ts";
import { TlsTransport } from "./tls_transport.ts";
import { TransportConnection } from "./transport_connection.ts";

/** asyncio's, in milliseconds. */
const DEFAULT_SHUTDOWN_TIMEOUT = 30_000;

/** Puts TLS between transports and protocols. */
export class TlsProtocols {
  readonly #port: CompletionPort;
  readonly #options: TlsProtocolOptions;

  /**
   * @param port The port of the transports.
   * @param options Which end, and how; copied.
   * @throws {TypeError} when an option is malformed.
   * @throws {RangeError} when a number is out of its range.
   */
  constructor(port: CompletionPort, options: TlsProtocolOptions) {
    this.#port = port;
    this.#options = checkTlsOptions(options);
    const { shutdownTimeout = Infinity } = this.#options;
    assertTlsTimeout("shutdownTimeout", shutdownTimeout);
  }

  /**
   * Opens a transport, and TLS over it.
   *
   * @typeParam P The protocol.
   * @param open Opens the transport below for a protocol.
   * @param protocolFactory Called when that is there.
   * @returns The transport and the protocol, when the peers have agreed.
   */
  async open<P extends Protocol>(
    open: (factory: ProtocolFactory) => Promise<unknown>,
    protocolFactory: ProtocolFactory<P>,
  ): Promise<[Transport, P]> {
    const opened = Promise.withResolvers<[TlsTransport, P]>();
    await open(() => {
      const protocol = protocolFactory();
      return this.#below(protocol, (transport) => {
        opened.resolve([transport, protocol]);
      });
    });
    const [transport, protocol] = await opened.promise;
    await transport.ready;
    return [transport, protocol];
  }

  /**
   * Serves TLS.
   *
   * @param protocolFactory Called for each client, before its handshake.
   * @param onError Told of handshakes that fail.
   * @returns Makes the protocols of the transports below.
   */
  serve(
    protocolFactory: ProtocolFactory,
    onError: (error: unknown) => void,
  ): ProtocolFactory {
    return () =>
      this.#below(protocolFactory(), ({ ready }) => void ready.catch(onError));
  }

  /**
   * Starts TLS on a transport that is there, for the protocol that goes on.
   *
   * @param lower The transport below, which is paused.
   * @param protocol Told of what is decrypted.
   * @returns The transport, when the peers have agreed.
   */
  async start(lower: Transport, protocol: Protocol): Promise<Transport> {
    const connection = new TransportConnection();
    lower.setProtocol(connection);
    connection.connectionMade(lower);
    const below = { lower, connection, protocol, tellMade: false };
    const transport = this.#startOn(below);
    lower.resumeReading();
    await transport.ready;
    return transport;
  }

  #below(
    protocol: Protocol,
    onStart: (transport: TlsTransport) => void,
  ): Protocol {
    const connection = new TransportConnection();
    connection.onMade = (lower) =>
      onStart(this.#startOn({ lower, connection, protocol, tellMade: true }));
    return connection;
  }

  #startOn(below: Below): TlsTransport {
    const { lower, connection } = below;
    const name = nameOf(lower);
    const session = openTls(connection, name, this.#options);
    limitHandshake(session, name, this.#options);
    const { shutdownTimeout = DEFAULT_SHUTDOWN_TIMEOUT } = this.#options;
    const port = this.#port;
    return new TlsTransport({ ...below, port, session, shutdownTimeout });
  }
}

/** What TLS is put between. */
interface Below {
  lower: Transport;
  connection: TransportConnection;
  protocol: Protocol;
  tellMade: boolean;
}

function nameOf(lower: Transport): string {
  const path = lower.getExtraInfo("addr");
  const address = lower.getExtraInfo("peername") ?? { transport: "pipe", path };
  return peerName(address as object);
}
