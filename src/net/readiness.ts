/**
 * Waiting until a socket can be read or written, for those who do the reading
 * and writing themselves: other libraries, nonblocking sockets.
 *
 * @module
 */

import type { Socket } from "../ffi/socket_api.ts";
import { assertHandle, cancelBySignal } from "../proactor/arguments.ts";
import { defaultProactor } from "../proactor/default_proactor.ts";
import { Future } from "../proactor/future.ts";
import type { IocpProactor } from "../proactor/iocp_proactor.ts";
import type {
  HandleLike,
  OperationOptions,
} from "../proactor/proactor_options.ts";
import type { Direction, PolledSocket, Waiter } from "./polled_socket.ts";
import { pollerOf } from "./socket_poller.ts";
import { type WatchCallback, watchesOf } from "./socket_watches.ts";

/** Options of {@linkcode addReader} and the functions like it. */
export interface WatchOptions {
  /** The proactor that waits: the shared one by default. */
  proactor?: IocpProactor | undefined;
}

/** Options of {@linkcode waitReadable} and {@linkcode waitWritable}. */
export interface WaitSocketOptions extends OperationOptions, WatchOptions {}

/**
 * Waits until a socket can be read without blocking: there are data, the peer
 * has shut down or reset the connection, or a client waits to be accepted.
 * Nothing is read, and a socket that can be read now is told at once.
 *
 * Any number may wait for the same socket. The socket need not be on a
 * completion port. Pipes and files are refused: they have no such state.
 *
 * @example Usage
 * ```ts ignore
 * import { waitReadable } from "@iocp/proactor";
 *
 * declare const socket: bigint; // of another library
 * await waitReadable(socket, { signal: AbortSignal.timeout(1000) });
 * ```
 *
 * @param socket A SOCKET, or its owner.
 * @param options A signal that cancels, and the proactor.
 * @returns A future that ends when the socket is ready. It fails with
 * `Deno.errors.BadResource` when the socket, or the proactor, is closed.
 * @throws {TypeError} when `socket` is neither a bigint nor an owner of one.
 * @throws {Deno.errors.BadResource} when it is no socket, or the proactor is
 * closed.
 * @throws {Deno.errors.NotSupported} when the system is not Windows.
 * @throws {Deno.errors.NotCapable} when `--allow-ffi` was not granted.
 */
export function waitReadable(
  socket: HandleLike,
  options: WaitSocketOptions = {},
): Future<void> {
  return wait("readable", socket, options);
}

/**
 * Waits until a socket can be written without blocking: there is room, a
 * connection was made or refused, or the peer has reset it.
 *
 * @example Usage
 * ```ts ignore
 * import { waitWritable } from "@iocp/proactor";
 *
 * declare const socket: bigint; // of another library
 * await waitWritable(socket);
 * ```
 *
 * @param socket A SOCKET, or its owner.
 * @param options A signal that cancels, and the proactor.
 * @returns A future that ends when the socket is ready. It fails with
 * `Deno.errors.BadResource` when the socket, or the proactor, is closed.
 * @throws {TypeError} when `socket` is neither a bigint nor an owner of one.
 * @throws {Deno.errors.BadResource} when it is no socket, or the proactor is
 * closed.
 * @throws {Deno.errors.NotSupported} when the system is not Windows.
 * @throws {Deno.errors.NotCapable} when `--allow-ffi` was not granted.
 */
export function waitWritable(
  socket: HandleLike,
  options: WaitSocketOptions = {},
): Future<void> {
  return wait("writable", socket, options);
}

/**
 * Calls a function whenever a socket can be read, until
 * {@linkcode removeReader}. It is called again as long as there is something
 * left to read. What it throws is reported, and the calls go on. A socket that
 * is closed meanwhile ends them with a report.
 *
 * @example Usage
 * ```ts ignore
 * import { addReader, removeReader } from "@iocp/proactor";
 *
 * declare const socket: bigint; // of another library
 * addReader(socket, () => {
 *   console.log("ready");
 *   removeReader(socket);
 * });
 * ```
 *
 * @param socket A SOCKET, or its owner.
 * @param callback Called in place of the reader that was there before.
 * @param options The proactor.
 * @throws {TypeError} when `socket` is neither a bigint nor an owner of one,
 * or `callback` is not a function.
 * @throws {Deno.errors.BadResource} when it is no socket, or the proactor is
 * closed.
 * @throws {Deno.errors.NotSupported} when the system is not Windows.
 * @throws {Deno.errors.NotCapable} when `--allow-ffi` was not granted.
 */
export function addReader(
  socket: HandleLike,
  callback: () => void,
  options: WatchOptions = {},
): void {
  const { proactor = defaultProactor() } = options;
  watch("readable", socket, { proactor, callback });
}

/**
 * Ends what {@linkcode addReader} began. The callback is not called again.
 *
 * @example Usage
 * ```ts ignore
 * import { removeReader } from "@iocp/proactor";
 *
 * declare const socket: bigint; // of another library
 * console.log(removeReader(socket)); // false
 * ```
 *
 * @param socket The SOCKET, or its owner.
 * @param options The proactor.
 * @returns False when there was no reader.
 * @throws {TypeError} when `socket` is neither a bigint nor an owner of one.
 * @throws {Deno.errors.BadResource} when the owner is closed.
 */
export function removeReader(
  socket: HandleLike,
  options: WatchOptions = {},
): boolean {
  return unwatch("readable", socket, options);
}

/**
 * Calls a function whenever a socket can be written, until
 * {@linkcode removeWriter}. As long as there is room it is called once a turn,
 * so remove it when there is nothing to write.
 *
 * @example Usage
 * ```ts ignore
 * import { addWriter, removeWriter } from "@iocp/proactor";
 *
 * declare const socket: bigint; // of another library
 * addWriter(socket, () => {
 *   console.log("room for more");
 *   removeWriter(socket);
 * });
 * ```
 *
 * @param socket A SOCKET, or its owner.
 * @param callback Called in place of the writer that was there before.
 * @param options The proactor.
 * @throws {TypeError} when `socket` is neither a bigint nor an owner of one,
 * or `callback` is not a function.
 * @throws {Deno.errors.BadResource} when it is no socket, or the proactor is
 * closed.
 * @throws {Deno.errors.NotSupported} when the system is not Windows.
 * @throws {Deno.errors.NotCapable} when `--allow-ffi` was not granted.
 */
export function addWriter(
  socket: HandleLike,
  callback: () => void,
  options: WatchOptions = {},
): void {
  const { proactor = defaultProactor() } = options;
  watch("writable", socket, { proactor, callback });
}

/**
 * Ends what {@linkcode addWriter} began. The callback is not called again.
 *
 * @example Usage
 * ```ts ignore
 * import { removeWriter } from "@iocp/proactor";
 *
 * declare const socket: bigint; // of another library
 * console.log(removeWriter(socket)); // false
 * ```
 *
 * @param socket The SOCKET, or its owner.
 * @param options The proactor.
 * @returns False when there was no writer.
 * @throws {TypeError} when `socket` is neither a bigint nor an owner of one.
 * @throws {Deno.errors.BadResource} when the owner is closed.
 */
export function removeWriter(
  socket: HandleLike,
  options: WatchOptions = {},
): boolean {
  return unwatch("writable", socket, options);
}

/** What {@linkcode watch} is told. */
export interface WatchRequest extends Pick<WatchCallback, "callback"> {
  /** The proactor that waits. */
  proactor: IocpProactor;
  /** Runs callbacks: in the port's next turn by default. */
  schedule?: WatchCallback["schedule"];
}

/**
 * Calls a function whenever a socket is ready; for event loops.
 *
 * @param direction What to wait for.
 * @param socket A SOCKET, or its owner.
 * @param request The callback, and how it runs.
 * @throws {TypeError} when `socket` is neither a bigint nor an owner of one,
 * or the callback is not a function.
 * @throws {Deno.errors.BadResource} when it is no socket, or the proactor is
 * closed.
 */
export function watch(
  direction: Direction,
  socket: HandleLike,
  request: WatchRequest,
): void {
  const { callback } = request;
  const { port } = request.proactor;
  const { schedule = (run) => port.defer(run) } = request;
  if (typeof callback !== "function") {
    throw new TypeError(
      `Cannot watch socket: the callback is a ${typeof callback}, ` +
        "not a function",
    );
  }
  const value = socketOf(socket, "watch socket");
  watchesOf(port).add(direction, value, { callback, schedule });
}

/**
 * Ends what {@linkcode watch} began.
 *
 * @param direction What was waited for.
 * @param socket The SOCKET, or its owner.
 * @param options The proactor.
 * @returns False when there was nothing to end.
 * @throws {TypeError} when `socket` is neither a bigint nor an owner of one.
 * @throws {Deno.errors.BadResource} when the owner is closed.
 */
export function unwatch(
  direction: Direction,
  socket: HandleLike,
  options: WatchOptions,
): boolean {
  const value = socketOf(socket, "end watch of socket");
  const { port } = options.proactor ?? defaultProactor();
  return !port.closed && watchesOf(port).remove(direction, value);
}

function wait(
  direction: Direction,
  socket: HandleLike,
  options: WaitSocketOptions,
): Future<void> {
  const { signal, proactor = defaultProactor() } = options;
  const value = socketOf(socket, "wait for socket");
  const poller = pollerOf(proactor.port);
  const future = new ReadinessFuture(direction);
  if (signal?.aborted !== true) future.polled = poller.wait(value, future);
  cancelBySignal(future, signal);
  return future;
}

/** Nothing is lost by a cancellation, so it takes effect at once. */
class ReadinessFuture extends Future<void> implements Waiter {
  readonly direction: Direction;
  polled: PolledSocket | undefined;

  constructor(direction: Direction) {
    super();
    this.direction = direction;
  }

  settle(error?: Error): void {
    if (error === undefined) this.setResult(undefined);
    else this.setException(error);
  }

  override cancel(reason?: unknown): boolean {
    const canceled = super.cancel(reason);
    if (canceled) this.polled?.remove(this);
    return canceled;
  }
}

function socketOf(socket: HandleLike, action: string): Socket {
  const owned = typeof socket === "object" && socket !== null;
  const value = owned ? socket.handle ?? 0n : socket;
  assertHandle(action, value);
  return value;
}
