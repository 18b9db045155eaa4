/**
 * Several sockets of one server.
 *
 * @module
 */

import {
  WSAEADDRNOTAVAIL,
  WSAEAFNOSUPPORT,
} from "../../ffi/socket/constants.ts";
import type { SocketServer } from "./socket_server.ts";

/**
 * Binds all sockets of a server, or none.
 *
 * @typeParam T The addresses.
 * @typeParam A The same, as users see them.
 * @param addresses Where to listen, one at least.
 * @param listen Binds one socket.
 * @returns The listeners. Of several addresses those are left out that this
 * computer does not have, as long as one is left.
 * @throws {Deno.errors.AddrInUse} when an address is taken.
 * @throws {Deno.errors.AddrNotAvailable} when none is this computer's.
 */
export function bindAll<T, A extends object>(
  addresses: readonly T[],
  listen: (address: T) => SocketServer<A>,
): SocketServer<A>[] {
  const listeners: SocketServer<A>[] = [];
  const errors: Error[] = [];
  for (const address of addresses) {
    try {
      listeners.push(listen(address));
    } catch (error) {
      if (isAbsent(error)) {
        errors.push(error);
        continue;
      }
      for (const listener of listeners) listener.close();
      throw error;
    }
  }
  if (listeners.length > 0) return listeners;
  throw firstOf(errors);
}

/** The family, or the address, is not there. */
function isAbsent(error: unknown): error is Error {
  if (!(error instanceof Error)) return false;
  const code = Reflect.get(error, "winerror");
  return code === WSAEADDRNOTAVAIL || code === WSAEAFNOSUPPORT;
}

function firstOf(errors: Error[]): Error {
  const [first] = errors;
  if (errors.length > 1) {
    const message = `${errors.length} addresses failed`;
    first!.cause = new AggregateError(errors, message);
  }
  return first!;
}
