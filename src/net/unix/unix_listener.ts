/**
 * `UnixListener`: a path that serves clients.
 *
 * @module
 */

import { assertOptions } from "../../proactor/arguments.ts";
import { portFor } from "../../proactor/default_port.ts";
import type { CompletionPort } from "../../proactor/port/completion_port.ts";
import type { IocpProactor } from "../../proactor/iocp_proactor.ts";
import type { PortHandle } from "../../proactor/port/port_handle.ts";
import {
  assertDeadline,
  type DeadlineOptions,
} from "../../stream/close_deadline.ts";
import type {
  ServedConnection,
  ServerShutdownOptions,
} from "../../stream/served_connection.ts";
import type { StreamServer } from "../../stream/stream_server.ts";
import type { WaitOptions } from "../../stream/wait_options.ts";
import {
  listenLimits,
  type Serving,
  SocketServer,
  type SocketServerSettings,
} from "../socket/socket_server.ts";
import { UnixConnection, type UnixTraits } from "./unix_connection.ts";
import {
  parseUnixPath,
  socketFiles,
  UNIX,
  type UnixAddr,
  unixText,
} from "./unix_socket.ts";

/** Options of {@linkcode UnixListener}. */
export interface UnixListenOptions extends DeadlineOptions {
  /** The path, at most 107 bytes of UTF-8. Its folder must exist. */
  path: string;
  /**
   * False leaves the file of the socket where it is. While it is there, nobody
   * can listen on the path, whether or not anybody does.
   *
   * @default {true}
   */
  cleanupSocket?: boolean | undefined;
  /**
   * Connections that may wait for `accept`, and those that Windows keeps
   * until there is room for them: 200 of these at most.
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
 * A path that serves clients, with the members of `Deno.Listener` and
 * `Deno.HttpServer`. When `listen` returns, clients can connect. Windows has
 * such sockets from Windows 10, version 1803, on. Who may connect is a matter
 * of the file's and its folder's access lists.
 *
 * Closing it removes the file of the socket, as in Deno, and does not touch
 * the connections it has handed out.
 *
 * @example Echo
 * ```ts
 * import { UnixListener } from "@iocp/proactor/net";
 *
 * await using listener = UnixListener.listen({ path: "echo.sock" });
 * for await (const connection of listener) {
 *   connection.readable.pipeTo(connection.writable).catch(console.error);
 * }
 * ```
 */
export class UnixListener implements StreamServer<UnixConnection> {
  readonly #front: SocketServer<UnixAddr, UnixConnection>;

  /**
   * Listens; {@linkcode UnixListener.listen} is the usual way.
   *
   * @param options Path, backlog.
   * @throws {TypeError} when the path is no text, empty, or holds a NUL.
   * @throws {RangeError} when the path is too long, or a number out of its
   * range.
   * @throws {Deno.errors.AddrInUse} when there is a file already.
   * @throws {Deno.errors.NotFound} when there is no such folder.
   * @throws {Deno.errors.NotSupported} when the system is not Windows, or this
   * Windows has no such sockets.
   * @throws {Deno.errors.NotCapable} when `--allow-ffi` was not granted.
   */
  constructor(options: UnixListenOptions) {
    this.#front = listenUnix(options, { page: this });
  }

  /**
   * Listens on a path.
   *
   * @param options Path, backlog.
   * @returns The listener; clients can connect from now on.
   * @throws {TypeError} when the path is no text, empty, or holds a NUL.
   * @throws {RangeError} when the path is too long, or a number out of its
   * range.
   * @throws {Deno.errors.AddrInUse} when there is a file already.
   * @throws {Deno.errors.NotFound} when there is no such folder.
   * @throws {Deno.errors.BadResource} when the proactor is closed.
   * @throws {Deno.errors.NotSupported} when the system is not Windows, or this
   * Windows has no such sockets.
   * @throws {Deno.errors.NotCapable} when `--allow-ffi` was not granted.
   */
  static listen(options: UnixListenOptions): UnixListener {
    return new UnixListener(options);
  }

  /** Where it listens. */
  get addr(): UnixAddr {
    return this.#front.addr;
  }

  // --- clients ----------------------------------------------------------------

  get connections(): ReadonlySet<ServedConnection> {
    return this.#front.connections;
  }

  accept(options?: WaitOptions): Promise<UnixConnection> {
    return this.#front.accept(options);
  }

  values(
    options?: WaitOptions,
  ): AsyncIterableIterator<UnixConnection, undefined, undefined> {
    return this.#front.values(options);
  }

  [Symbol.asyncIterator](): AsyncIterableIterator<
    UnixConnection,
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
  cleanupSocket: "boolean",
  signal: "signal",
  onError: "function",
} as const;

/**
 * Listens, for a {@linkcode UnixListener} or an event loop.
 *
 * @param options As for {@linkcode UnixListener.listen}.
 * @param serving Who takes the clients.
 * @returns What listens.
 */
export function listenUnix(
  options: UnixListenOptions,
  serving: Serving<UnixAddr> = {},
): SocketServer<UnixAddr, UnixConnection> {
  const { path, signal, onError, deadline } = options;
  assertOptions(options, LISTEN_OPTIONS);
  assertDeadline(deadline);
  const { factory = makeConnection, startServing = true } = serving;
  const address = parseUnixPath(path);
  const limits = listenLimits(options);
  signal?.throwIfAborted();
  const port = portFor(options.proactor);
  port.assertOpen(`listen on ${unixText(address)}`);
  const settings: SocketServerSettings<UnixAddr> = {
    kind: UNIX,
    address,
    flags: [],
    ...limits,
    cleanUp: cleanUpOf(options),
    label: "unix listener",
    protocols: serving.factory !== undefined,
    signal,
    onError,
    startServing,
    factory: (port, handle, traits) => {
      const local: UnixAddr = { transport: "unix", path };
      return factory(port, handle, { ...traits, local, deadline });
    },
  };
  return new SocketServer(port, settings, serving.page);
}

/** The current folder may be another one when the listener is closed. */
function cleanUpOf(options: UnixListenOptions): (() => void) | undefined {
  const { path, cleanupSocket = true } = options;
  if (!cleanupSocket) return undefined;
  const files = socketFiles();
  const fullPath = files.fullPath(path);
  return () => void files.deleteFile(fullPath);
}

function makeConnection(
  port: CompletionPort,
  handle: PortHandle,
  traits: UnixTraits,
): UnixConnection {
  return new UnixConnection(port, handle, traits);
}
