/**
 * The servers of a loop, in protocol style.
 *
 * @module
 */

import { portOf } from "../proactor/default_port.ts";
import type { ServerSettings } from "../stream/server_core.ts";
import {
  type AdoptedSocket,
  adoptListener,
} from "../net/tcp/adopt_listener.ts";
import { type ServicePort, servicePort } from "../net/names/service.ts";
import { bindAll } from "../net/socket/bind_all.ts";
import {
  serverAddresses,
  type ServerHost,
} from "../net/tcp/server_addresses.ts";
import type { SocketServer } from "../net/socket/socket_server.ts";
import { TCP_PROTOCOLS } from "../net/tcp/tcp_protocol.ts";
import { publicAddr, type TcpAddr } from "../net/tcp/tcp_socket.ts";
import type { UnixAddr } from "../net/unix/unix_socket.ts";
import type { ProtocolFactory } from "../stream/protocol.ts";
import { assertFunction, assertNoHost } from "./arguments.ts";
import type { LoopHost } from "./host.ts";
import type {
  CreateServerOptions,
  CreateUnixServerOptions,
  StartServingOptions,
} from "./loop_options.ts";
import { serveSecured } from "./secured.ts";
import { Server } from "./server.ts";

/** Where a TCP server listens, and how. */
export interface TcpServerTarget extends CreateServerOptions {
  /** One host or several, or all interfaces. */
  host: ServerHost;
  /** The port, or the name of a service. */
  port: ServicePort;
}

/** A server's address, or a socket that is bound to it. */
type BindTarget = Pick<AdoptedSocket, "address"> & Partial<AdoptedSocket>;

/**
 * Serves sockets with protocols, unless the loop is closed. The methods are
 * documented on the page of {@linkcode ProactorEventLoop}, which loads this file
 * when one of them is first called.
 *
 * @typeParam L The loop.
 */
export class Servers<L extends object> {
  readonly #loop: L;
  readonly #host: LoopHost;

  /**
   * @param loop The loop, as the servers give it.
   * @param host What the servers need of it.
   */
  constructor(loop: L, host: LoopHost) {
    this.#loop = loop;
    this.#host = host;
  }

  async createServer(
    protocolFactory: ProtocolFactory,
    target: TcpServerTarget,
  ): Promise<Server<TcpAddr, L>> {
    this.#host.assertOpen("create server");
    assertFunction("create server", protocolFactory);
    const { host: _host, signal, ssl: _ssl, ...rest } = target;
    signal?.throwIfAborted();
    const { proactor } = this.#host;
    const factory = await serveSecured(
      this.#host,
      protocolFactory,
      target,
    );
    const places = await this.#placesOf(target);
    const serving = this.#serving(rest, "TCP accept failed");
    const listeners = bindAll(places, ({ address, handle }) => {
      const { hostname, port } = publicAddr(address);
      const where = { hostname, port, adopted: handle };
      try {
        return TCP_PROTOCOLS.serve(factory, { ...serving, ...where });
      } catch (error) {
        if (handle !== undefined) portOf(proactor).closeHandle(handle);
        throw error;
      }
    });
    return await this.#serve(listeners, target);
  }

  async createUnixServer(
    protocolFactory: ProtocolFactory,
    path: string,
    options: CreateUnixServerOptions,
  ): Promise<Server<UnixAddr, L>> {
    this.#host.assertOpen("create unix server");
    assertFunction("create unix server", protocolFactory);
    const { UNIX_PROTOCOLS } = await import("../net/unix/unix_protocol.ts");
    const { signal, ssl: _ssl, ...rest } = options;
    signal?.throwIfAborted();
    const factory = await serveSecured(
      this.#host,
      protocolFactory,
      options,
    );
    const serving = this.#serving(rest, "Unix accept failed");
    const listener = UNIX_PROTOCOLS.serve(factory, { ...serving, path });
    return await this.#serve([listener], options);
  }

  async #placesOf(target: TcpServerTarget): Promise<BindTarget[]> {
    const { host, sock, signal } = target;
    const port = await servicePort(target.port, signal);
    if (sock !== undefined) {
      assertNoHost("create server", host, port);
      return [adoptListener(sock, this.#host.proactor)];
    }
    const addresses = await serverAddresses(host, port, target);
    this.#host.assertOpen("create server");
    signal?.throwIfAborted();
    return addresses.map((address) => ({ address }));
  }

  /** What the listeners of a server have in common: they do not listen yet. */
  #serving<T extends Pick<ServerSettings, "onError">>(
    options: T,
    message: string,
  ) {
    const { proactor } = this.#host;
    const { onError = this.#reporter(message) } = options;
    return { ...options, onError, proactor, startServing: false };
  }

  async #serve<A extends object>(
    listeners: SocketServer<A>[],
    options: StartServingOptions & { signal?: AbortSignal | undefined },
  ): Promise<Server<A, L>> {
    const { startServing = true, signal } = options;
    const server = new Server<A, L>({ loop: this.#loop, listeners, signal });
    if (startServing) await server.startServing();
    return server;
  }

  #reporter(message: string): (exception: unknown) => void {
    return (exception) =>
      this.#host.callExceptionHandler({ message, exception });
  }
}
