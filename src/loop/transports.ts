/**
 * The transports of a loop that need no socket: pipes in protocol style, TLS
 * over a transport, files that are sent over one.
 *
 * @module
 */

import { portOf } from "../proactor/default_port.ts";
import type { PipeHandle } from "../pipe/pipe_handle.ts";
import {
  adoptPipe,
  openPipeTransport,
  type PipeTransportOptions,
  servePipe,
} from "../pipe/pipe_protocol.ts";
import type { PipeServer } from "../pipe/pipe_server.ts";
import { ChannelTransport } from "../stream/channel_transport.ts";
import type { SendFileOptions, SendFileSource } from "../stream/file_mover.ts";
import type {
  Protocol,
  ProtocolFactory,
  Transport,
} from "../stream/protocol.ts";
import { assertSendable } from "../stream/send_file.ts";
import { copyGiven } from "./arguments.ts";
import type { LoopHost } from "./host.ts";
import type {
  CreatePipeConnectionOptions,
  StartServingPipeOptions,
  StartTlsProtocolOptions,
} from "./loop_options.ts";
import { clientTls, openSecured, secure, serveSecured } from "./secured.ts";

/**
 * Connects and serves pipes, and works with transports, unless the loop is
 * closed. The methods are documented on the page of
 * {@linkcode ProactorEventLoop}.
 */
export class Transports {
  readonly #host: LoopHost;

  /** @param host The loop. */
  constructor(host: LoopHost) {
    this.#host = host;
  }

  async createPipeConnection<P extends Protocol>(
    protocolFactory: ProtocolFactory<P>,
    path: string,
    options: CreatePipeConnectionOptions,
  ): Promise<[Transport, P]> {
    this.#host.assertOpen("connect to pipe");
    const { proactor } = this.#host;
    const { ssl, ...rest } = copyGiven(options);
    const connecting = { ...rest, proactor };
    const secured = { port: portOf(proactor), tls: clientTls(ssl, options) };
    return await openSecured(protocolFactory, secured, (factory) => {
      this.#host.assertOpen("connect to pipe");
      return openPipeTransport(factory, path, connecting);
    });
  }

  async startServingPipe(
    protocolFactory: ProtocolFactory,
    path: string,
    options: StartServingPipeOptions,
  ): Promise<[PipeServer]> {
    this.#host.assertOpen("serve pipe");
    const given = copyGiven(options);
    const { ssl, onError = this.#report, ...rest } = given;
    const { proactor } = this.#host;
    const serving = { ...rest, onError, proactor };
    if (ssl === undefined) return [servePipe(protocolFactory, path, serving)];
    assertBytePipe(rest);
    const factory = await serveSecured(this.#host, protocolFactory, given);
    return [servePipe(factory, path, serving)];
  }

  // deno-lint-ignore require-await -- an error becomes a rejection
  async connectPipe<P extends Protocol>(
    protocolFactory: ProtocolFactory<P>,
    pipe: PipeHandle,
    options: PipeTransportOptions,
  ): Promise<[Transport, P]> {
    this.#host.assertOpen("connect pipe");
    const port = portOf(this.#host.proactor);
    return adoptPipe(port, protocolFactory, { ...options, pipe });
  }

  async startTls(
    transport: Transport,
    protocol: Protocol,
    tls: StartTlsProtocolOptions,
  ): Promise<Transport> {
    this.#host.assertOpen("start TLS");
    const port = portOf(this.#host.proactor);
    return await secure(port, transport, { protocol, tls });
  }

  async sendfile(
    transport: Transport,
    source: SendFileSource,
    options: SendFileOptions,
  ): Promise<number> {
    this.#host.assertOpen("send file");
    if (transport instanceof ChannelTransport) {
      assertSendable(transport);
      return await transport.sendFile(source, options);
    }
    const port = portOf(this.#host.proactor);
    const given = { source, options: copyGiven(options) };
    const { sendFileOver } = await import("../stream/transport_sink.ts");
    return await sendFileOver(port, transport, given);
  }

  readonly #report = (exception: unknown): void =>
    this.#host.callExceptionHandler({
      message: "Pipe accept failed",
      exception,
    });
}

function assertBytePipe({ type }: StartServingPipeOptions): void {
  if (type !== "message") return;
  throw new TypeError("Cannot serve TLS: a pipe of messages is no byte stream");
}
