/**
 * `TcpListener`: a TCP port that serves clients.
 *
 * @module
 */

import { assertOptions } from "../../proactor/arguments.ts";
import { portFor } from "../../proactor/default_port.ts";
import { isMappedAddress } from "../../ffi/socket/destination.ts";
import { encodeSocketAddress } from "../../ffi/socket/sockaddr.ts";
import { IPPROTO_IPV6, IPV6_V6ONLY } from "../../ffi/socket/constants.ts";
import type { CompletionPort } from "../../proactor/port/completion_port.ts";
import type { IocpProactor } from "../../proactor/iocp_proactor.ts";
import type { PortHandle } from "../../proactor/port/port_handle.ts";
import { assertDeadline } from "../../stream/close_deadline.ts";
import type {
  ServedConnection,
  ServerShutdownOptions,
} from "../../stream/served_connection.ts";
import type { StreamServer } from "../../stream/stream_server.ts";
import type { WaitOptions } from "../../stream/wait_options.ts";
import { sharingFlags } from "../socket/address_sharing.ts";
import type { SocketFlag } from "../socket/socket_kind.ts";
import type { SocketListenerOptions } from "../socket/socket_listener.ts";
import {
  listenLimits,
  type Serving,
  SocketServer,
  type SocketServerSettings,
} from "../socket/socket_server.ts";
import { TcpConnection, type TcpTraits } from "./tcp_connection.ts";
import {
  applyTcpOptions,
  type IpAddress,
  parseHost,
  TCP_OPTIONS,
  type TcpAddr,
  tcpKind,
  type TcpOptions,
} from "./tcp_socket.ts";

/** Options of {@linkcode TcpListener}. */
export interface TcpListenOptions extends TcpOptions {
  /**
   * The address to listen on: numeric, or `"localhost"`, which is 127.0.0.1.
   *
   * @default {"0.0.0.0"}
   */
  hostname?: string | undefined;
  /** The port, 0 to 65535; 0 lets Windows choose a free one. */
  port: number;
  /**
   * Connections that may wait for `accept`, and those that Windows keeps
   * until there is room for them: 65,535 of these at most. Windows refuses
   * those that come while it keeps as many.
   *
   * @default {511}
   */
  backlog?: number | undefined;
  /**
   * Accepts that wait for clients at any time, 1 to 1024.
   *
   * @default {8}
   */
  accepts?: number | undefined;
  /**
   * False lets a listener on `"::"` take IPv4 clients too. False by default
   * for an address such as `::ffff:127.0.0.1`.
   *
   * @default {true}
   */
  ipv6Only?: boolean | undefined;
  /**
   * True lets others that ask for it too listen on the same address
   * (`SO_REUSEADDR`): it is not defined which of them gets a client. On Windows
   * a restart does not need it.
   *
   * @default {false}
   */
  reuseAddress?: boolean | undefined;
  /**
   * True lets nobody else bind the port, on any address of this computer that
   * the listener has (`SO_EXCLUSIVEADDRUSE`). Else Windows refuses other
   * accounts, but a process of the same account that asks for `SO_REUSEADDR`, or
   * listens on one of the addresses of a listener on all, may get our clients.
   *
   * False by default, as in asyncio, Node.js and Deno: the port of an exclusive
   * listener cannot be bound again while a connection lives that it has
   * accepted, so a server could not restart while its clients finish.
   *
   * @default {false}
   */
  exclusive?: boolean | undefined;
  /** Shuts the listener down when it is aborted. */
  signal?: AbortSignal | undefined;
  /**
   * Told of errors that end no call: a client that could not be accepted. By
   * default they are written to the console.
   */
  onError?: ((error: unknown) => void) | undefined;
  /** The proactor to use instead of the shared one. */
  proactor?: IocpProactor | undefined;
}

/**
 * A TCP port that serves clients, with the members of `Deno.Listener` and
 * `Deno.HttpServer`. When `listen` returns, clients can connect. Nobody else
 * can listen on the same address, unless both ask for `reuseAddress`; see
 * `exclusive` for what others of the same account can do.
 *
 * Closing it does not touch the connections it has handed out.
 *
 * @example Echo
 * ```ts
 * import { TcpListener } from "@iocp/proactor/net";
 *
 * await using listener = TcpListener.listen({ hostname: "127.0.0.1", port: 7 });
 * for await (const connection of listener) {
 *   connection.readable.pipeTo(connection.writable).catch(console.error);
 * }
 * ```
 */
export class TcpListener implements StreamServer<TcpConnection> {
  readonly #front: SocketServer<TcpAddr, TcpConnection>;

  /**
   * Listens; {@linkcode TcpListener.listen} is the usual way.
   *
   * @param options Address, port, backlog.
   * @throws {TypeError} when the host name is not numeric, or both
   * `reuseAddress` and `exclusive` are true.
   * @throws {RangeError} when a number is out of its range.
   * @throws {Deno.errors.AddrInUse} when the address is taken, or Windows has
   * reserved the port.
   * @throws {Deno.errors.AddrNotAvailable} when the address is not this
   * computer's.
   * @throws {Deno.errors.NotSupported} when the system is not Windows.
   * @throws {Deno.errors.NotCapable} when `--allow-ffi` was not granted.
   */
  constructor(options: TcpListenOptions) {
    this.#front = listenTcp(options, { page: this });
  }

  /**
   * Listens on a port.
   *
   * @param options Address, port, backlog.
   * @returns The listener; clients can connect from now on.
   * @throws {TypeError} when the host name is not numeric, or both
   * `reuseAddress` and `exclusive` are true.
   * @throws {RangeError} when a number is out of its range.
   * @throws {Deno.errors.AddrInUse} when the address is taken, or Windows has
   * reserved the port.
   * @throws {Deno.errors.AddrNotAvailable} when the address is not this
   * computer's.
   * @throws {Deno.errors.BadResource} when the proactor is closed.
   * @throws {Deno.errors.NotSupported} when the system is not Windows.
   * @throws {Deno.errors.NotCapable} when `--allow-ffi` was not granted.
   */
  static listen(options: TcpListenOptions): TcpListener {
    return new TcpListener(options);
  }

  /** Where it listens, with the port that Windows has chosen. */
  get addr(): TcpAddr {
    return this.#front.addr;
  }

  // --- clients ----------------------------------------------------------------

  get connections(): ReadonlySet<ServedConnection> {
    return this.#front.connections;
  }

  accept(options?: WaitOptions): Promise<TcpConnection> {
    return this.#front.accept(options);
  }

  values(
    options?: WaitOptions,
  ): AsyncIterableIterator<TcpConnection, undefined, undefined> {
    return this.#front.values(options);
  }

  [Symbol.asyncIterator](): AsyncIterableIterator<
    TcpConnection,
    undefined,
    undefined
  > {
    return this.values();
  }

  // --- end --------------------------------------------------------------------

  get finished(): Promise<void> {
    return this.#front.finished;
  }

  closed(): boolean {
    return this.#front.closed();
  }

  close(): void {
    this.#front.close();
  }

  shutdown(options?: ServerShutdownOptions): Promise<void> {
    return this.#front.shutdown(options);
  }

  ref(): void {
    this.#front.ref();
  }

  unref(): void {
    this.#front.unref();
  }

  [Symbol.dispose](): void {
    this.close();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.shutdown();
  }
}

const LISTEN_OPTIONS = {
  ...TCP_OPTIONS,
  ipv6Only: "boolean",
  reuseAddress: "boolean",
  exclusive: "boolean",
  onError: "function",
} as const;

/**
 * Listens, for a {@linkcode TcpListener} or an event loop.
 *
 * @param options As for {@linkcode TcpListener.listen}.
 * @param serving Who takes the clients.
 * @returns What listens.
 */
export function listenTcp(
  options: TcpListenOptions,
  serving: Serving<TcpAddr> = {},
): SocketServer<TcpAddr, TcpConnection> {
  const { signal, onError, deadline } = options;
  const { factory = makeConnection, startServing = true, adopted } = serving;
  assertOptions(options, LISTEN_OPTIONS);
  assertDeadline(deadline);
  const resolved = resolveOptions(options);
  signal?.throwIfAborted();
  const port = portFor(options.proactor);
  port.assertOpen("listen");
  const settings: SocketServerSettings<TcpAddr> = {
    ...resolved,
    label: "TCP listener",
    protocols: serving.factory !== undefined,
    signal,
    onError,
    startServing,
    adopted,
    factory: (port, handle, traits) => {
      applyTcpOptions(traits.sockets, handle.handle, options);
      return factory(port, handle, { ...traits, deadline });
    },
  };
  return new SocketServer(port, settings, serving.page);
}

function resolveOptions(
  options: TcpListenOptions,
): SocketListenerOptions<TcpAddr> {
  const { hostname = "0.0.0.0", port } = options;
  const limits = listenLimits(options);
  const address = parseHost(hostname, port);
  if (address !== null) {
    const flags = listenFlags(address, options);
    return { kind: tcpKind(address.family), address, flags, ...limits };
  }
  throw new TypeError(
    `Cannot listen on hostname "${hostname}": it is not a numeric address`,
  );
}

function listenFlags(
  address: IpAddress,
  options: TcpListenOptions,
): SocketFlag[] {
  const mapped = isMappedAddress(encodeSocketAddress(address));
  const { ipv6Only = !mapped } = options;
  const flags = sharingFlags(options);
  if (address.family === "IPv4") return flags;
  const v6Only = { level: IPPROTO_IPV6, name: IPV6_V6ONLY };
  return [...flags, { option: v6Only, value: ipv6Only }];
}

function makeConnection(
  port: CompletionPort,
  handle: PortHandle,
  traits: TcpTraits,
): TcpConnection {
  return new TcpConnection(port, handle, traits);
}
