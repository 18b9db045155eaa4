/**
 * What is behind a `StreamConnection`, and its errors.
 *
 * @module
 */

import type { CompletionPort } from "../proactor/port/completion_port.ts";
import type { PortHandle } from "../proactor/port/port_handle.ts";
import { Channel, type ChannelConsumer } from "./channel.ts";
import { ConnectionWrites } from "./connection_writes.ts";
import { ReadQueue } from "./read_queue.ts";
import type { StreamTraits } from "./stream_traits.ts";
import { TurnOrder } from "./turn_budget.ts";

/** What is behind a connection. */
export interface StreamParts {
  /** Its handle. */
  channel: Channel;
  /** Who reads from it. */
  reads: ReadQueue;
  /** Who writes to it. */
  writes: ConnectionWrites;
  /** Resolves when the kernel has let go. */
  finished: Promise<void>;
}

/**
 * Makes what the port holds: nothing here refers to the connection.
 *
 * @param port The completion port.
 * @param handle A connected handle on it.
 * @param traits What is known of the stream.
 * @returns The parts.
 */
export function streamParts(
  port: CompletionPort,
  handle: PortHandle,
  traits: StreamTraits,
): StreamParts {
  const { promise, resolve } = Promise.withResolvers<void>();
  const consumer: ChannelConsumer = {
    onReadable: () => reads.advance(),
    onWritten: () => {},
    onDrained: () => {},
    onWriteError: () => {},
    onClosed: (end) => {
      reads.fail(readInterrupted);
      writes.onClosed(end);
    },
    onReleased: resolve,
  };
  const { io, emptyIsEnd, probe, messages, deadline } = traits;
  const options = { io, emptyIsEnd, probe, messages, deadline, consumer };
  const channel = new Channel(port, handle, options);
  const writes = new ConnectionWrites(channel, traits);
  const reads = new ReadQueue(
    channel.reader,
    (code) => writes.error(code, "read"),
    { late: port.late, turns: new TurnOrder(port) },
  );
  return { channel, reads, writes, finished: promise };
}

/**
 * What a read ends with when the connection is closed.
 *
 * @returns The error.
 */
export function readInterrupted(): Error {
  return new Deno.errors.Interrupted("Cannot read: operation canceled");
}
