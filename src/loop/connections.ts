/**
 * The connections of a loop, in protocol style.
 *
 * @module
 */

import { adoptSocket } from "../net/tcp/accepted_socket.ts";
import type { Socket } from "../net/socket/socket.ts";
import { openTcpTransport } from "../net/tcp/tcp_protocol.ts";
import {
  type DatagramEndpointOptions,
  openDatagramEndpoint,
} from "../net/udp/datagram_endpoint.ts";
import type {
  DatagramProtocol,
  DatagramTransport,
} from "../net/udp/datagram_protocol.ts";
import { openUnixTransport } from "../net/unix/unix_protocol.ts";
import { openPipeTransport } from "../pipe/pipe_protocol.ts";
import type { SendFileOptions, SendFileSource } from "../stream/file_mover.ts";
import type {
  Protocol,
  ProtocolFactory,
  Transport,
} from "../stream/protocol.ts";
import { sendFileOver } from "../stream/transport_sink.ts";
import type { LoopHost } from "./host.ts";
import type {
  ConnectAcceptedSocketOptions,
  CreateConnectionOptions,
  CreatePipeConnectionOptions,
  CreateUnixConnectionOptions,
  LoopOptions,
  StartTlsProtocolOptions,
} from "./loop_options.ts";
import { clientTls, openSecured, secure, serverTls } from "./secured.ts";

/** Where a TCP connection goes. */
export interface TcpTarget extends CreateConnectionOptions {
  /** A name, or a numeric address. */
  hostname: string;
  /** The port. */
  port: number;
}

/**
 * Opens transports for protocols, unless the loop is closed. The methods are
 * documented on the page of {@linkcode ProactorEventLoop}.
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
    const { ssl, ...rest } = target;
    const options = { port: proactor.port, tls: clientTls(ssl, target) };
    return await openSecured(protocolFactory, options, (factory) => {
      this.#host.assertOpen("create connection");
      return openTcpTransport(factory, { ...rest, proactor });
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
    const secured = { port: proactor.port, tls: clientTls(ssl, options) };
    return await openSecured(protocolFactory, secured, (factory) => {
      this.#host.assertOpen("create unix connection");
      return openUnixTransport(factory, target);
    });
  }

  async createPipeConnection<P extends Protocol>(
    protocolFactory: ProtocolFactory<P>,
    path: string,
    options: CreatePipeConnectionOptions,
  ): Promise<[Transport, P]> {
    this.#host.assertOpen("connect to pipe");
    const { proactor } = this.#host;
    const { ssl, ...rest } = options;
    const connecting = { ...rest, proactor };
    const secured = { port: proactor.port, tls: clientTls(ssl, options) };
    return await openSecured(protocolFactory, secured, (factory) => {
      this.#host.assertOpen("connect to pipe");
      return openPipeTransport(factory, path, connecting);
    });
  }

  async createDatagramEndpoint<P extends DatagramProtocol>(
    protocolFactory: () => P,
    options: LoopOptions<DatagramEndpointOptions>,
  ): Promise<[DatagramTransport, P]> {
    this.#host.assertOpen("create datagram endpoint");
    const { proactor } = this.#host;
    return await openDatagramEndpoint(protocolFactory, {
      ...options,
      proactor,
    });
  }

  async connectAcceptedSocket<P extends Protocol>(
    protocolFactory: ProtocolFactory<P>,
    socket: Socket,
    { ssl, deadline }: ConnectAcceptedSocketOptions,
  ): Promise<[Transport, P]> {
    this.#host.assertOpen("connect protocol");
    const { proactor } = this.#host;
    const secured = { port: proactor.port, tls: serverTls(ssl) };
    // deno-lint-ignore require-await -- an error becomes a rejection
    return await openSecured(protocolFactory, secured, async (factory) => {
      this.#host.assertOpen("connect protocol");
      return adoptSocket(factory, socket, { proactor, deadline });
    });
  }

  async startTls(
    transport: Transport,
    protocol: Protocol,
    tls: StartTlsProtocolOptions,
  ): Promise<Transport> {
    this.#host.assertOpen("start TLS");
    const { port } = this.#host.proactor;
    return await secure(port, transport, { protocol, tls });
  }

  async sendfile(
    transport: Transport,
    file: SendFileSource,
    options: SendFileOptions,
  ): Promise<number> {
    this.#host.assertOpen("send file");
    const { port } = this.#host.proactor;
    return await sendFileOver(port, transport, { source: file, options });
  }
}
