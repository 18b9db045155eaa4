/**
 * The connections of a loop, in protocol style.
 *
 * @module
 */

import { portOf } from "../proactor/default_port.ts";
import { adoptSocket } from "../net/tcp/accepted_socket.ts";
import { type ServicePort, servicePort } from "../net/names/service.ts";
import type { Socket } from "../net/socket/socket.ts";
import { TCP_PROTOCOLS } from "../net/tcp/tcp_protocol.ts";
import type { DatagramEndpointOptions } from "../net/udp/datagram_endpoint.ts";
import type {
  DatagramProtocol,
  DatagramTransport,
} from "../net/udp/datagram_protocol.ts";
import type {
  Protocol,
  ProtocolFactory,
  Transport,
} from "../stream/protocol.ts";
import type { LoopHost } from "./host.ts";
import type {
  ConnectAcceptedSocketOptions,
  CreateConnectionOptions,
  CreateUnixConnectionOptions,
  LoopOptions,
} from "./loop_options.ts";
import { assertNoHost } from "./arguments.ts";
import { clientTls, openSecured, serverTls } from "./secured.ts";

/** Where a TCP connection goes. */
export interface TcpTarget extends CreateConnectionOptions {
  /** A name, or a numeric address; nothing beside a socket. */
  hostname: string | null | undefined;
  /** The port, or the name of a service. */
  port: ServicePort;
}

/**
 * Opens transports for protocols, unless the loop is closed. The methods are
 * documented on the page of {@linkcode ProactorEventLoop}, which loads this file
 * when one of them is first called.
 */
export class Connections {
  readonly #host: LoopHost;

  /** @param host The loop. */
  constructor(host: LoopHost) {
    this.#host = host;
  }

  async createConnection<P extends Protocol>(
    protocolFactory: ProtocolFactory<P>,
    target: TcpTarget,
  ): Promise<[Transport, P]> {
    this.#host.assertOpen("create connection");
    const { proactor } = this.#host;
    const { ssl, sock, hostname, port: service, ...rest } = target;
    if (sock !== undefined) return await this.#adopt(protocolFactory, target);
    assertHost(hostname);
    const tls = clientTls(ssl, { hostname, signal: rest.signal });
    const port = await servicePort(service, rest.signal);
    const options = { port: portOf(proactor), tls };
    return await openSecured(protocolFactory, options, (factory) => {
      this.#host.assertOpen("create connection");
      return TCP_PROTOCOLS.connect(factory, {
        ...rest,
        hostname,
        port,
        proactor,
      });
    });
  }

  /** The socket is connected: only TLS and the close are left to be told. */
  async #adopt<P extends Protocol>(
    protocolFactory: ProtocolFactory<P>,
    target: TcpTarget,
  ): Promise<[Transport, P]> {
    const { ssl, sock, hostname, port, deadline, signal } = target;
    assertNoHost("create connection", hostname, port);
    const { proactor } = this.#host;
    const secured = { port: portOf(proactor), tls: clientTls(ssl, { signal }) };
    // deno-lint-ignore require-await -- an error becomes a rejection
    return await openSecured(protocolFactory, secured, async (factory) => {
      this.#host.assertOpen("create connection");
      return adoptSocket(factory, sock!, { proactor, deadline });
    });
  }

  async createUnixConnection<P extends Protocol>(
    protocolFactory: ProtocolFactory<P>,
    path: string,
    options: CreateUnixConnectionOptions,
  ): Promise<[Transport, P]> {
    this.#host.assertOpen("create unix connection");
    const { proactor } = this.#host;
    const { ssl, ...rest } = options;
    const target = { ...rest, path, proactor };
    const secured = { port: portOf(proactor), tls: clientTls(ssl, options) };
    const { UNIX_PROTOCOLS } = await import("../net/unix/unix_protocol.ts");
    return await openSecured(protocolFactory, secured, (factory) => {
      this.#host.assertOpen("create unix connection");
      return UNIX_PROTOCOLS.connect(factory, target);
    });
  }

  async createDatagramEndpoint<P extends DatagramProtocol>(
    protocolFactory: () => P,
    options: LoopOptions<DatagramEndpointOptions>,
  ): Promise<[DatagramTransport, P]> {
    this.#host.assertOpen("create datagram endpoint");
    const { proactor } = this.#host;
    const opening = { ...options, proactor };
    const { openDatagramEndpoint } = await import(
      "../net/udp/datagram_endpoint.ts"
    );
    return await openDatagramEndpoint(protocolFactory, opening);
  }

  async connectAcceptedSocket<P extends Protocol>(
    protocolFactory: ProtocolFactory<P>,
    socket: Socket,
    { ssl, deadline }: ConnectAcceptedSocketOptions,
  ): Promise<[Transport, P]> {
    this.#host.assertOpen("connect protocol");
    const { proactor } = this.#host;
    const secured = { port: portOf(proactor), tls: serverTls(ssl) };
    // deno-lint-ignore require-await -- an error becomes a rejection
    return await openSecured(protocolFactory, secured, async (factory) => {
      this.#host.assertOpen("connect protocol");
      return adoptSocket(factory, socket, { proactor, deadline });
    });
  }
}

function assertHost(host: unknown): asserts host is string {
  if (typeof host === "string") return;
  throw new TypeError(
    "Cannot create connection: there is neither a host nor a socket",
  );
}
