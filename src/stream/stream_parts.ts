/**
 * What is behind a `StreamConnection`, and its errors.
 *
 * @module
 */

import type { CompletionPort } from "../proactor/port/completion_port.ts";
import type { PortHandle } from "../proactor/port/port_handle.ts";
import { Channel, type ChannelConsumer } from "./channel.ts";
import type { ChannelEnd } from "./close_deadline.ts";
import { ConnectionWrites } from "./connection_writes.ts";
import { FinishedPromise } from "./finished_promise.ts";
import { ReadQueue } from "./read_queue.ts";
import type { StreamTraits } from "./stream_traits.ts";
import { TurnOrder } from "./turn_budget.ts";

/**
 * What is behind a connection, and what the port holds: nothing here refers to
 * the connection.
 */
export class StreamParts implements ChannelConsumer {
  /** Its handle. */
  readonly channel: Channel;
  /** Who reads from it. */
  readonly reads: ReadQueue;
  /** Who writes to it. */
  readonly writes: ConnectionWrites;
  readonly #finished = new FinishedPromise();

  /**
   * @param port The completion port.
   * @param handle A connected handle on it.
   * @param traits What is known of the stream.
   */
  constructor(port: CompletionPort, handle: PortHandle, traits: StreamTraits) {
    this.channel = new Channel(port, handle, { ...traits, consumer: this });
    this.writes = new ConnectionWrites(this.channel, traits);
    this.reads = new ReadQueue(
      this.channel.reader,
      (code) => this.writes.error(code, "read"),
      {
        late: port.late,
        turns: new TurnOrder(port),
      },
    );
  }

  /** Resolves when the kernel has let go. */
  get finished(): Promise<void> {
    return this.#finished.promise;
  }

  /** There are bytes, or the end, or an error. */
  onReadable(): void {
    this.reads.advance();
  }

  /** Who writes is told by the write itself. */
  onWritten(): void {}

  /** The same. */
  onDrained(): void {}

  /** The same. */
  onWriteError(): void {}

  /** @param end What the close has dropped. */
  onClosed(end: ChannelEnd | null): void {
    this.reads.fail(readInterrupted);
    this.writes.onClosed(end);
  }

  /** The kernel has nothing of the channel any more. */
  onReleased(): void {
    this.#finished.resolve();
  }
}

/**
 * What a read ends with when the connection is closed.
 *
 * @returns The error.
 */
export function readInterrupted(): Error {
  return new Deno.errors.Interrupted("Cannot read: operation canceled");
}
