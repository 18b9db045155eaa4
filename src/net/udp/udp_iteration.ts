/**
 * Datagrams as an async iterator.
 *
 * @module
 */

import { isReceiveEnd } from "./udp_errors.ts";

/**
 * Takes one datagram after the other until the socket is closed.
 *
 * @typeParam T The datagrams.
 * @param socket Tells when it is closed.
 * @param receive Takes one.
 * @returns Those that come.
 */
export async function* receiveAll<T>(
  socket: { readonly closing: boolean },
  receive: () => Promise<T>,
): AsyncGenerator<T> {
  while (!socket.closing) {
    try {
      yield await receive();
    } catch (error) {
      if (socket.closing && isReceiveEnd(error)) return;
      throw error;
    }
  }
}
