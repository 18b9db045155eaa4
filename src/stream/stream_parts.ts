/**
 * What is behind a `StreamConnection`, and its errors.
 *
 * @module
 */

import { windowsError } from "../ffi/errors.ts";
import type { CompletionPort } from "../proactor/completion_port.ts";
import type { PortHandle } from "../proactor/port_handle.ts";
import { Channel, type ChannelConsumer } from "./channel.ts";
import { ReadQueue } from "./read_queue.ts";
import type { StreamTraits } from "./stream_traits.ts";

/** What is behind a connection. */
export interface StreamParts {
  /** Its handle. */
  channel: Channel;
  /** Who reads from it. */
  reads: ReadQueue;
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
    onClosed: () => reads.fail(readInterrupted()),
    onReleased: resolve,
  };
  const { io, emptyIsEnd, probe, messages } = traits;
  const options = { io, emptyIsEnd, probe, messages, consumer };
  const channel = new Channel(port, handle, options);
  const reads = new ReadQueue(
    channel.reader,
    (code) => streamError(port, traits, { code, action: "read" }),
    port.late,
  );
  return { channel, reads, finished: promise };
}

/**
 * The error of a read or write.
 *
 * @param port The completion port.
 * @param traits What messages call the stream.
 * @param failure The Win32 code, and what has failed.
 * @returns The error.
 */
export function streamError(
  port: CompletionPort,
  { name, syscalls }: StreamTraits,
  { code, action }: { code: number; action: "read" | "write" },
): Error {
  const preposition = action === "read" ? "from" : "to";
  return windowsError(port.api, code, {
    syscall: syscalls[action],
    action: `Cannot ${action} ${preposition} ${name}`,
  });
}

/**
 * What a read ends with when the connection is closed.
 *
 * @returns The error.
 */
export function readInterrupted(): Error {
  return new Deno.errors.Interrupted("Cannot read: operation canceled");
}
