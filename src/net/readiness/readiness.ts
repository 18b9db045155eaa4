/**
 * Waiting until something can be read or written, for those who do the reading
 * and writing themselves: other libraries, nonblocking sockets.
 *
 * @module
 */

import { portFor, portOf } from "../../proactor/default_port.ts";
import { runIn } from "../../ffi/async_context.ts";
import { cancelBySignal } from "../../proactor/future/cancel_by_signal.ts";
import type { CompletionPort } from "../../proactor/port/completion_port.ts";
import { defaultProactor } from "../../proactor/default_proactor.ts";
import { Future } from "../../proactor/future/future.ts";
import type { IocpProactor } from "../../proactor/iocp_proactor.ts";
import { contextOf } from "../../proactor/proactor_parts.ts";
import type {
  HandleLike,
  OperationOptions,
} from "../../proactor/proactor_options.ts";
import type { Direction, Waiter } from "../../proactor/call/polled_socket.ts";
import {
  readinessKey,
  readinessOf,
  type ReadinessTarget,
} from "./readiness_source.ts";
import { type WatchCallback, watchesOf } from "./watches.ts";

/** Options of {@linkcode addReader} and the functions like it. */
export interface WatchOptions {
  /** The proactor that waits: the shared one by default. */
  proactor?: IocpProactor | undefined;
}

/** Options of {@linkcode waitReadable} and {@linkcode waitWritable}. */
export interface WaitSocketOptions extends OperationOptions, WatchOptions {}

/**
 * Waits until something can be read without blocking: there are data, the peer
 * has shut down or reset the connection, or a client waits to be accepted.
 * Nothing is read, and what can be read now is told at once. Any number may
 * wait for the same, and a wait that is cancelled loses nothing.
 *
 * - A socket need not be on a completion port.
 * - A byte-type pipe is put on the proactor's port. Message-type pipes are
 *   refused: the wait would take an empty message off them.
 * - A connection of this library, of any kind, tells what its next read would
 *   find, behind the reads that wait already.
 *
 * Files are refused: they have no such state.
 *
 * @example Usage
 * ```ts
 * import { createSocket, waitReadable } from "@iocp/proactor/net";
 *
 * using socket = createSocket({ type: "datagram" });
 * socket.bind({ family: "IPv4", hostname: "127.0.0.1", port: 5000 });
 * await waitReadable(socket, { signal: AbortSignal.timeout(1000) });
 * ```
 *
 * @param target A SOCKET or the handle of a pipe, or its owner; or a
 * connection.
 * @param options A signal that cancels, and the proactor.
 * @returns A future that ends when the target is ready; its callbacks run in
 * the loop that drives the proactor. It fails with `Deno.errors.BadResource`
 * when the socket, or the proactor, is closed, and with
 * `Deno.errors.Interrupted` when the pipe or the connection is.
 * @throws {TypeError} when `target` is neither a bigint nor an owner of one.
 * @throws {Deno.errors.BadResource} when it is no socket or pipe, or closed, or
 * the proactor is.
 * @throws {Deno.errors.NotSupported} when it is a message-type pipe, or an end
 * that only writes, or the system is not Windows.
 * @throws {Deno.errors.NotCapable} when `--allow-ffi` was not granted.
 */
export function waitReadable(
  target: ReadinessTarget,
  options: WaitSocketOptions = {},
): Future<void> {
  return wait("readable", target, options);
}

/**
 * Waits until a socket can be written without blocking: there is room, a
 * connection was made or refused, or the peer has reset it.
 *
 * Pipes are refused: Windows takes an overlapped write to a pipe at any time,
 * and does not tell when there is room. So are connections of this library:
 * they take writes at any time too, and each write can be awaited.
 *
 * @example Usage
 * ```ts
 * import { createSocket, waitWritable } from "@iocp/proactor/net";
 *
 * using socket = createSocket({ type: "datagram" });
 * socket.bind({ family: "IPv4", hostname: "127.0.0.1", port: 0 });
 * await waitWritable(socket);
 * ```
 *
 * @param socket A SOCKET, or its owner.
 * @param options A signal that cancels, and the proactor.
 * @returns A future that ends when the socket is ready; its callbacks run in
 * the loop that drives the proactor. It fails with `Deno.errors.BadResource`
 * when the socket, or the proactor, is closed.
 * @throws {TypeError} when `socket` is neither a bigint nor an owner of one.
 * @throws {Deno.errors.BadResource} when it is no socket, or the proactor is
 * closed.
 * @throws {Deno.errors.NotSupported} when it is a pipe or a connection, or the
 * system is not Windows.
 * @throws {Deno.errors.NotCapable} when `--allow-ffi` was not granted.
 */
export function waitWritable(
  socket: HandleLike,
  options: WaitSocketOptions = {},
): Future<void> {
  return wait("writable", socket, options);
}

/**
 * Calls a function whenever something can be read, until
 * {@linkcode removeReader}; see {@linkcode waitReadable} for what. It is called
 * again as long as there is something left to read, in the loop that drives
 * the proactor. What it throws is reported, and the calls go on. A target that
 * is closed meanwhile ends them with a report.
 *
 * @example Usage
 * ```ts
 * import { addReader, createSocket, removeReader } from "@iocp/proactor/net";
 *
 * const socket = createSocket({ type: "datagram" });
 * socket.bind({ family: "IPv4", hostname: "127.0.0.1", port: 5000 });
 * addReader(socket, () => {
 *   console.log("ready"); // ready
 *   removeReader(socket);
 *   socket.close();
 * });
 * ```
 *
 * @param target A SOCKET or the handle of a pipe, or its owner; or a
 * connection.
 * @param callback Called in place of the reader that was there before.
 * @param options The proactor.
 * @throws {TypeError} when `target` is neither a bigint nor an owner of one,
 * or `callback` is not a function.
 * @throws {Deno.errors.BadResource} when it is no socket or pipe, or closed, or
 * the proactor is.
 * @throws {Deno.errors.NotSupported} when it is a message-type pipe, or an end
 * that only writes, or the system is not Windows.
 * @throws {Deno.errors.NotCapable} when `--allow-ffi` was not granted.
 */
export function addReader(
  target: ReadinessTarget,
  callback: () => void,
  options: WatchOptions = {},
): void {
  const { proactor = defaultProactor() } = options;
  watch("readable", target, { proactor, callback });
}

/**
 * Ends what {@linkcode addReader} began. The callback is not called again.
 *
 * @example Usage
 * ```ts
 * import { createSocket, removeReader } from "@iocp/proactor/net";
 *
 * using socket = createSocket({ type: "datagram" });
 * console.log(removeReader(socket)); // false
 * ```
 *
 * @param target What was watched.
 * @param options The proactor.
 * @returns False when there was no reader.
 * @throws {TypeError} when `target` is neither a bigint nor an owner of one.
 * @throws {Deno.errors.BadResource} when the owner is closed.
 */
export function removeReader(
  target: ReadinessTarget,
  options: WatchOptions = {},
): boolean {
  return unwatch("readable", target, options);
}

/**
 * Calls a function whenever a socket can be written, until
 * {@linkcode removeWriter}; see {@linkcode waitWritable} for what is refused. As
 * long as there is room it is called once a turn, so remove it when there is
 * nothing to write.
 *
 * @example Usage
 * ```ts
 * import { addWriter, createSocket, removeWriter } from "@iocp/proactor/net";
 *
 * const socket = createSocket({ type: "datagram" });
 * socket.bind({ family: "IPv4", hostname: "127.0.0.1", port: 0 });
 * addWriter(socket, () => {
 *   console.log("room for more"); // room for more
 *   removeWriter(socket);
 *   socket.close();
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
 * @throws {Deno.errors.NotSupported} when it is a pipe or a connection, or the
 * system is not Windows.
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
 * ```ts
 * import { createSocket, removeWriter } from "@iocp/proactor/net";
 *
 * using socket = createSocket({ type: "datagram" });
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
export interface WatchRequest {
  /** The proactor that waits. */
  proactor: IocpProactor;
  /** Called whenever it is time. */
  callback: () => void;
}

/**
 * Calls a function whenever something is ready.
 *
 * @param direction What to wait for.
 * @param target A SOCKET or the handle of a pipe, or its owner; or a
 * connection.
 * @param request The callback, and who waits.
 * @throws {TypeError} when `target` is neither a bigint nor an owner of one,
 * or the callback is not a function.
 * @throws {Deno.errors.BadResource} when it is no socket or pipe, or closed, or
 * the proactor is.
 * @throws {Deno.errors.NotSupported} when it has no such state.
 */
export function watch(
  direction: Direction,
  target: ReadinessTarget,
  { proactor, callback }: WatchRequest,
): void {
  if (typeof callback !== "function") {
    throw new TypeError(
      `Cannot watch socket: the callback is a ${typeof callback}, ` +
        "not a function",
    );
  }
  const action = "watch handle";
  const source = readinessOf(target, { proactor, direction, action });
  const port = portOf(proactor);
  const context = contextOf(port);
  const schedule: WatchCallback["schedule"] = (run, ...where) =>
    context === undefined
      ? port.defer(() => runIn(where[0], run, undefined))
      : context.schedule(run, ...where);
  const key = readinessKey(target, action);
  watchesOf(port).add(direction, key, { source, callback, schedule });
}

/**
 * Ends what {@linkcode watch} began.
 *
 * @param direction What was waited for.
 * @param target What was watched.
 * @param options The proactor.
 * @returns False when there was nothing to end.
 * @throws {TypeError} when `target` is neither a bigint nor an owner of one.
 * @throws {Deno.errors.BadResource} when the owner is closed.
 */
export function unwatch(
  direction: Direction,
  target: ReadinessTarget,
  options: WatchOptions,
): boolean {
  const key = readinessKey(target, "end watch of handle");
  const port = portFor(options.proactor);
  return !port.closed && watchesOf(port).remove(direction, key);
}

function wait(
  direction: Direction,
  target: ReadinessTarget,
  options: WaitSocketOptions,
): Future<void> {
  const { signal, proactor = defaultProactor() } = options;
  const action = "wait for handle";
  const source = readinessOf(target, { proactor, direction, action });
  const future = new ReadinessFuture(direction, portOf(proactor));
  if (signal?.aborted !== true) future.stop = source.wait(future);
  cancelBySignal(future, signal);
  return future;
}

/** Nothing is lost by a cancellation, so it takes effect at once. */
class ReadinessFuture extends Future<void> implements Waiter {
  readonly direction: Direction;
  readonly #port: CompletionPort;
  stop: (() => void) | undefined;

  constructor(direction: Direction, port: CompletionPort) {
    super(contextOf(port));
    this.direction = direction;
    this.#port = port;
  }

  /** Who waits for what is ready leaves others their turn. */
  settle(error?: Error): void {
    if (this.#port.calls.spend()) return this.#settle(error);
    this.#port.defer(() => {
      if (!this.done()) this.#settle(error);
    });
  }

  #settle(error?: Error): void {
    if (error === undefined) this.setResult(undefined);
    else this.setException(error);
  }

  override cancel(reason?: unknown): boolean {
    const canceled = super.cancel(reason);
    if (canceled) this.stop?.();
    return canceled;
  }
}
