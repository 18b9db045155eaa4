/**
 * TLS for the transports of a loop; it is loaded when it is first asked for.
 *
 * @module
 */

import { portOf } from "../proactor/default_port.ts";
import type {
  TlsClientProtocolOptions,
  TlsClientSettings,
  TlsProtocolOptions,
  TlsServerProtocolOptions,
  TlsServerSettings,
} from "../net/tls/tls_options.ts";
import type { CompletionPort } from "../proactor/port/completion_port.ts";
import { ChannelTransport } from "../stream/channel_transport.ts";
import type {
  Protocol,
  ProtocolFactory,
  Transport,
} from "../stream/protocol.ts";
import { assertFunction, copyGiven, kindOf } from "./arguments.ts";
import type { LoopHost } from "./host.ts";
import type {
  ServerTlsOptions,
  StartTlsProtocolOptions,
} from "./loop_options.ts";

/** What a connection is told besides. */
interface ClientOptions {
  hostname?: string | undefined;
  signal?: AbortSignal | undefined;
}

/**
 * Makes the options of a client's TLS.
 *
 * @param ssl What the user wants of it.
 * @param options What the connection is told besides.
 * @returns The options, or `undefined` for a connection without TLS.
 * @throws {TypeError} when nothing says whose certificate is expected.
 */
export function clientTls(
  ssl: TlsClientSettings | boolean | undefined,
  options: ClientOptions,
): TlsClientProtocolOptions | undefined {
  if (ssl === undefined || ssl === false) return undefined;
  const settings = ssl === true ? {} : { ...copyGiven(ssl) };
  const { unsafelyDisableHostnameVerification: anyName } = settings;
  const { signal } = options;
  const hostname = settings.hostname ?? options.hostname;
  if (hostname === undefined && anyName !== true) {
    throw new TypeError(
      "Cannot use TLS without a host: hostname of ssl must say whose certificate is expected",
    );
  }
  return { ...settings, hostname, signal };
}

/**
 * Makes the options of a server's TLS.
 *
 * @param ssl What the user wants of it.
 * @returns The options, or `undefined` for a server without TLS.
 * @throws {TypeError} when it is no object.
 */
export function serverTls(
  ssl: TlsServerSettings | undefined,
): TlsServerProtocolOptions | undefined {
  if (ssl === undefined) return undefined;
  if (typeof ssl === "object" && ssl !== null) {
    return { ...copyGiven(ssl), serverSide: true };
  }
  throw new TypeError(
    `Cannot use TLS: ${kindOf(ssl)} is no object with a certificate and a key`,
  );
}

/** Where a transport is opened, and with which TLS. */
export interface SecuredOptions {
  /** The port of the transport. */
  port: CompletionPort;
  /** `undefined` opens a transport without TLS. */
  tls: TlsProtocolOptions | undefined;
}

/**
 * Opens a transport, with TLS where that is wanted.
 *
 * @typeParam P The protocol.
 * @param protocolFactory Called once the connection is there.
 * @param options The port, and TLS.
 * @param open Opens the transport that is not secured.
 * @returns The transport and the protocol.
 */
export async function openSecured<P extends Protocol>(
  protocolFactory: ProtocolFactory<P>,
  { port, tls }: SecuredOptions,
  open: <T extends Protocol>(
    factory: ProtocolFactory<T>,
  ) => Promise<[Transport, T]>,
): Promise<[Transport, P]> {
  if (tls === undefined) return await open(protocolFactory);
  assertFunction("create connection", protocolFactory);
  const { TlsProtocols } = await load();
  return await new TlsProtocols(port, tls).open(open, protocolFactory);
}

/** What a server is told besides. */
interface ServerOptions extends ServerTlsOptions {
  onError?: ((error: unknown) => void) | undefined;
}

/**
 * Puts TLS between a server and its protocols, where that is wanted. A
 * handshake that fails is no failure of the server's, as in asyncio.
 *
 * @param host The loop.
 * @param protocolFactory Makes the protocols of the user.
 * @param options What the user wants of TLS, and who is told of handshakes that
 * fail.
 * @returns Makes the protocols of the transports.
 */
export async function serveSecured(
  host: LoopHost,
  protocolFactory: ProtocolFactory,
  { ssl, onError = () => {} }: ServerOptions,
): Promise<ProtocolFactory> {
  const tls = serverTls(ssl);
  if (tls === undefined) return protocolFactory;
  assertFunction("create server", protocolFactory);
  const { TlsProtocols } = await load();
  const protocols = new TlsProtocols(portOf(host.proactor), tls);
  const factory = protocols.serve(protocolFactory, onError);
  host.assertOpen("create server");
  return factory;
}

/**
 * Starts TLS on a transport that is there.
 *
 * @param port The port.
 * @param transport The transport, whose protocol is told nothing from now on.
 * @param options The protocol that goes on, and TLS.
 * @returns The transport that encrypts.
 * @throws {TypeError} when the transport cannot have TLS.
 */
export async function secure(
  port: CompletionPort,
  transport: Transport,
  { protocol, tls }: { protocol: Protocol; tls: StartTlsProtocolOptions },
): Promise<Transport> {
  assertTransport(transport);
  const given = copyGiven(tls);
  transport.pauseReading();
  try {
    const { TlsProtocols } = await load();
    const protocols = new TlsProtocols(port, given);
    return await protocols.start(transport, protocol);
  } catch (error) {
    transport.resumeReading();
    throw error;
  }
}

function assertTransport(transport: Transport): void {
  const stream = transport instanceof ChannelTransport &&
    transport.isByteStream;
  const secured = transport?.getExtraInfo?.("cipher") !== undefined;
  if (!stream && !secured) {
    throw new TypeError(
      "Cannot start TLS: the transport is no stream of bytes of this library",
    );
  }
  if (!transport.isClosing()) return;
  throw new Deno.errors.BadResource(
    "Cannot start TLS: the transport is closing",
  );
}

function load(): Promise<typeof import("../net/tls/tls_protocol.ts")> {
  return import("../net/tls/tls_protocol.ts");
}
