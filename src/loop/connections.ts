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
import type { ConnectPipeOptions } from "../pipe/connect_pipe.ts";
import { openPipeTransport } from "../pipe/pipe_protocol.ts";
import type { DeadlineOptions } from "../stream/close_deadline.ts";
import type { SendFileOptions, SendFileSource } from "../stream/file_mover.ts";
import type {
  Protocol,
  ProtocolFactory,
  Transport,
} from "../stream/protocol.ts";
import { sendFileOver } from "../stream/transport_sink.ts";
import type { LoopHost } from "./host.ts";
import type {
  CreateConnectionOptions,
  CreateUnixConnectionOptions,
  LoopOptions,
} from "./loop_options.ts";

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
    return await openTcpTransport(protocolFactory, { ...target, proactor });
  }

  async createUnixConnection<P extends Protocol>(
    protocolFactory: ProtocolFactory<P>,
    path: string,
    options: CreateUnixConnectionOptions,
  ): Promise<[Transport, P]> {
    this.#host.assertOpen("create unix connection");
    const { proactor } = this.#host;
    const target = { ...options, path, proactor };
    return await openUnixTransport(protocolFactory, target);
  }

  async createPipeConnection<P extends Protocol>(
    protocolFactory: ProtocolFactory<P>,
    path: string,
    options: LoopOptions<ConnectPipeOptions>,
  ): Promise<[Transport, P]> {
    this.#host.assertOpen("connect to pipe");
    const { proactor } = this.#host;
    const connecting = { ...options, proactor };
    return await openPipeTransport(protocolFactory, path, connecting);
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

  // deno-lint-ignore require-await -- an error becomes a rejection
  async connectAcceptedSocket<P extends Protocol>(
    protocolFactory: ProtocolFactory<P>,
    socket: Socket,
    { deadline }: DeadlineOptions,
  ): Promise<[Transport, P]> {
    this.#host.assertOpen("connect protocol");
    const { proactor } = this.#host;
    return adoptSocket(protocolFactory, socket, { proactor, deadline });
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
