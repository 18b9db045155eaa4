/**
 * `UnixListener`: a path that serves clients.
 *
 * @module
 */

import type { CompletionPort } from "../../proactor/port/completion_port.ts";
import { defaultProactor } from "../../proactor/default_proactor.ts";
import type { IocpProactor } from "../../proactor/iocp_proactor.ts";
import type { PortHandle } from "../../proactor/port/port_handle.ts";
import {
  assertDeadline,
  type DeadlineOptions,
} from "../../stream/close_deadline.ts";
import {
  listenLimits,
  type Serving,
  SocketServer,
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
  cleanupSocket?: boolean;
  /**
   * Connections that may wait for `accept`, and those that Windows keeps
   * until there is room for them.
   *
   * @default {511}
   */
  backlog?: number;
  /**
   * Accepts that wait for clients at any time, 1 to 1024.
   *
   * @default {8}
   */
  accepts?: number;
  /** Shuts the listener down when it is aborted. */
  signal?: AbortSignal;
  /**
   * Told of errors that end no call: a client that could not be accepted. By
   * default they are written to the console.
   */
  onError?: (error: unknown) => void;
  /** The proactor to use instead of the shared one. */
  proactor?: IocpProactor;
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
export class UnixListener extends SocketServer<UnixAddr, UnixConnection> {
  /**
   * Listens; {@linkcode UnixListener.listen} is the usual way.
   *
   * @param options Path, backlog.
   * @param serving How an event loop takes the clients.
   * @throws {TypeError} when the path is no text, empty, or holds a NUL.
   * @throws {RangeError} when the path is too long, or a number out of its
   * range.
   * @throws {Deno.errors.AddrInUse} when there is a file already.
   * @throws {Deno.errors.NotFound} when there is no such folder.
   * @throws {Deno.errors.NotSupported} when the system is not Windows, or this
   * Windows has no such sockets.
   * @throws {Deno.errors.NotCapable} when `--allow-ffi` was not granted.
   */
  constructor(options: UnixListenOptions, serving: Serving<UnixAddr> = {}) {
    const { path, signal, onError, deadline } = options;
    assertDeadline(deadline);
    const { factory = makeConnection, startServing = true } = serving;
    const address = parseUnixPath(path);
    const limits = listenLimits(options);
    signal?.throwIfAborted();
    const { port } = options.proactor ?? defaultProactor();
    port.assertOpen(`listen on ${unixText(address)}`);
    super(port, {
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
    });
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
