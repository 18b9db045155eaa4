/**
 * What is behind a `UdpSocket`.
 *
 * @module
 */

import type { DroppedBytesError } from "../../stream/close_deadline.ts";
import { DatagramChannel, type DatagramHandle } from "./datagram_channel.ts";
import { ReceiveQueue } from "./receive_queue.ts";
import { receiveError, receiveInterrupted } from "./udp_errors.ts";

/** What is behind a UDP socket. */
export interface UdpParts {
  /** Its handle. */
  readonly channel: DatagramChannel;
  /** Who receives. */
  readonly receives: ReceiveQueue;
  /** Resolves when the kernel has let go. */
  readonly finished: Promise<void>;
  /** What the close has dropped, if it has. */
  loss: DroppedBytesError | null;
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
    onClosed: (loss) => {
      parts.loss = loss;
      receives.fail(receiveInterrupted());
    },
    onReleased: resolve,
  });
  const receives = new ReceiveQueue(
    channel.reader,
    (code) => receiveError(socket, code),
  );
  const parts: UdpParts = { channel, receives, finished: promise, loss: null };
  return parts;
}
