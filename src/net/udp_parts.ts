/**
 * What is behind a `UdpSocket`.
 *
 * @module
 */

import { DatagramChannel, type DatagramHandle } from "./datagram_channel.ts";
import { ReceiveQueue } from "./receive_queue.ts";
import { receiveError } from "./udp_errors.ts";

/** What is behind a UDP socket. */
export interface UdpParts {
  /** Its handle. */
  channel: DatagramChannel;
  /** Who receives. */
  receives: ReceiveQueue;
  /** Resolves when the kernel has let go. */
  finished: Promise<void>;
}

/**
 * Makes what the port holds: nothing here refers to the socket object.
 *
 * @param socket The open socket.
 * @returns The parts.
 */
export function udpParts(socket: DatagramHandle): UdpParts {
  const { promise, resolve } = Promise.withResolvers<void>();
  const channel = new DatagramChannel(socket, {
    onReadable: () => receives.advance(),
    onSent: () => {},
    onClosed: () => receives.fail(receiveInterrupted()),
    onReleased: resolve,
  });
  const receives = new ReceiveQueue(
    channel.reader,
    (code) => receiveError(socket, code),
  );
  return { channel, receives, finished: promise };
}

/**
 * What a receive ends with when the socket is closed.
 *
 * @returns The error.
 */
export function receiveInterrupted(): Error {
  return new Deno.errors.Interrupted("Cannot receive: operation canceled");
}
