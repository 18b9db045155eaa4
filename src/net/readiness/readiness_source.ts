/**
 * What can be waited for until it is ready, and how that is told.
 *
 * @module
 */

import { portOf } from "../../proactor/default_port.ts";
import type { Handle } from "../../ffi/win32_api.ts";
import { assertHandle } from "../../proactor/arguments.ts";
import type { IocpProactor } from "../../proactor/iocp_proactor.ts";
import type { HandleLike } from "../../proactor/proactor_options.ts";
import {
  type ConnectionFront,
  frontOf,
} from "../../stream/connection_front.ts";
import type { StreamConnection } from "../../stream/stream_connection.ts";
import type { Direction, Waiter } from "../../proactor/call/polled_socket.ts";
import { pollerOf } from "../../proactor/call/socket_poller.ts";

/** A socket or a pipe, or its owner; or a connection of this library. */
export type ReadinessTarget = HandleLike | StreamConnection;

/** Who owns a handle. */
type Owner = Exclude<HandleLike, Handle>;

/** Tells when something is ready. */
export interface ReadinessSource {
  /** What messages call it. */
  readonly noun: "socket" | "pipe" | "connection";
  /**
   * Lets someone wait, who may be told before this returns.
   *
   * @param waiter Who waits.
   * @returns Ends the wait; after that the waiter is not told.
   */
  wait(waiter: Waiter): () => void;
}

/** What to wait for. */
export interface ReadinessRequest {
  /** The proactor that waits. */
  proactor: IocpProactor;
  /** What for. */
  direction: Direction;
  /** What errors begin with. */
  action: string;
}

/**
 * Finds out how to wait.
 *
 * @param target What to wait for.
 * @param request Who waits, and what for.
 * @returns The source.
 * @throws {TypeError} when the target is something else.
 * @throws {Deno.errors.BadResource} when it is closed.
 * @throws {Deno.errors.NotSupported} when it has no such state.
 */
export function readinessOf(
  target: ReadinessTarget,
  request: ReadinessRequest,
): ReadinessSource {
  const { proactor, direction, action } = request;
  const key = readinessKey(target, action);
  if (typeof key === "object") return connectionSource(key, request);
  portOf(proactor).assertOpen(action);
  const info = portOf(proactor).api.getNamedPipeInfo(key);
  if (info === null) return socketSource(proactor, key);
  if (direction === "writable") {
    throw new Deno.errors.NotSupported(
      `Cannot ${action}: a pipe does not tell when it can be written`,
    );
  }
  if (info.messageType) {
    throw new Deno.errors.NotSupported(
      `Cannot ${action}: the wait would take an empty message off the pipe`,
    );
  }
  return pipeSource(proactor, target as HandleLike);
}

/**
 * What two waits for the same have in common.
 *
 * @param target What to wait for.
 * @param action What errors begin with.
 * @returns The handle, or what is behind the connection.
 * @throws {TypeError} when the target is something else.
 * @throws {Deno.errors.BadResource} when its owner has closed the handle.
 */
export function readinessKey(
  target: ReadinessTarget,
  action: string,
): Handle | ConnectionFront {
  const front = frontOf(target);
  if (front !== undefined) return front;
  const owned = typeof target === "object" && target !== null;
  const handle = owned ? (target as Owner).handle ?? 0n : target;
  assertHandle(action, handle);
  return handle;
}

function socketSource(proactor: IocpProactor, socket: Handle): ReadinessSource {
  return {
    noun: "socket",
    wait(waiter) {
      const polled = pollerOf(portOf(proactor)).wait(socket, waiter);
      return () => polled.remove(waiter);
    },
  };
}

/** A read of no bytes ends when there are some, or the end, and takes none. */
function pipeSource(
  proactor: IocpProactor,
  handle: HandleLike,
): ReadinessSource {
  return {
    noun: "pipe",
    wait(waiter) {
      const read = proactor.recv(handle, 0);
      const forget = settleWith(waiter, read);
      return () => {
        forget();
        read.cancel();
      };
    },
  };
}

/** A connection reads ahead: Windows may have nothing left to tell of. */
function connectionSource(
  connection: ConnectionFront,
  { direction, action }: ReadinessRequest,
): ReadinessSource {
  if (direction === "writable") {
    throw new Deno.errors.NotSupported(
      `Cannot ${action}: a connection queues writes, which can be awaited`,
    );
  }
  return {
    noun: "connection",
    wait(waiter) {
      const controller = new AbortController();
      const ready = connection.whenReadable(controller.signal);
      const forget = settleWith(waiter, ready);
      return () => {
        forget();
        controller.abort();
      };
    },
  };
}

/** Tells the waiter of the end, unless it is forgotten before. */
function settleWith(waiter: Waiter, end: PromiseLike<unknown>): () => void {
  let forgotten = false;
  const settle = (error?: Error) => {
    if (!forgotten) waiter.settle(error);
  };
  end.then(() => settle(), settle);
  return () => void (forgotten = true);
}
