/**
 * How many clients `listen` keeps: a plain number counts as 200 at most, and a
 * client beyond the queue is refused. Source: Microsoft, listen.
 *
 * Clients and listeners of this process are counted. Each `AcceptEx` takes one
 * client out of the queue.
 *
 * @module
 */

import type { Bytes, Socket } from "../../src/ffi/socket/api.ts";
import { WSAECONNREFUSED } from "../../src/ffi/socket/constants.ts";
import type { NativeSockets } from "../../src/ffi/socket/native.ts";
import { decodeSocketAddress } from "../../src/ffi/socket/sockaddr.ts";
import { portOf, queueLength } from "../sim/socket_rules.ts";
import type { Rules } from "./overlay.ts";

/** The clients of a listener. */
interface Queue {
  /** Where it listens. */
  port: number;
  /** How many may wait. */
  length: number;
  /** How many wait; below zero, accepts do. */
  waiting: number;
}

const queues = new Map<Socket, Queue>();

/** The rules, on what fills queues and empties them. */
export const backlog: Rules<NativeSockets> = {
  listen(next, socket, argument) {
    const code = next(socket, argument);
    const name = code === 0 ? this.getSocketName(socket) : null;
    if (name !== null) {
      const port = portOf(decodeSocketAddress(name));
      const length = queueLength(argument);
      queues.set(socket, { port, length, waiting: 0 });
    }
    return code;
  },

  acceptEx(next, listener, ...rest) {
    const queue = queues.get(listener);
    if (queue !== undefined) queue.waiting--;
    return next(listener, ...rest);
  },

  connectEx(next, socket, address, overlapped) {
    if (joins(address)) return next(socket, address, overlapped);
    return this.lastError = WSAECONNREFUSED;
  },

  connect(next, socket, address) {
    if (joins(address)) return next(socket, address);
    return this.lastError = WSAECONNREFUSED;
  },

  closeSocket(next, socket) {
    queues.delete(socket);
    return next(socket);
  },
};

/** Takes a place in the queue, if there is one of ours; false when it is full. */
function joins(address: Bytes): boolean {
  const port = portOf(decodeSocketAddress(address));
  for (const queue of queues.values()) {
    if (queue.port !== port) continue;
    if (queue.waiting >= queue.length) return false;
    queue.waiting++;
    return true;
  }
  return true;
}
