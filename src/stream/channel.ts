/**
 * Both sides of a stream over one handle, and how it ends.
 *
 * @module
 */

import type { CompletionPort } from "../proactor/completion_port.ts";
import type { PortHandle } from "../proactor/port_handle.ts";
import type { PortDependent } from "../proactor/dependents.ts";
import { type ReadConsumer, ReadHalf, type ReadOptions } from "./read_half.ts";
import { type WriteConsumer, WriteHalf } from "./write_half.ts";

/** Milliseconds that queued writes have to get through after a close. */
export const DEFAULT_CLOSE_DEADLINE = 5000;

/** How a channel reads and writes. */
export interface ChannelOptions extends ReadOptions {
  /** One write is one message. */
  messages: boolean;
  /** Told of everything that happens. */
  consumer: ChannelConsumer;
}

/** Who uses a channel. */
export interface ChannelConsumer
  extends
    Pick<ReadConsumer, "onReadable">,
    Omit<WriteConsumer, "onWriteReleased"> {
  /** The handle is closed; its last packets may still be under way. */
  onClosed(): void;
  /** The kernel has nothing of the channel any more: the last call. */
  onReleased(): void;
}

/** A handle on the port, its read side and its write side. */
export class Channel implements ReadConsumer, WriteConsumer, PortDependent {
  /** The completion port. */
  readonly port: CompletionPort;
  /** The handle. */
  readonly handle: PortHandle;
  /** The read side. */
  readonly reader: ReadHalf;
  /** The write side. */
  readonly writer: WriteHalf;
  readonly #consumer: ChannelConsumer;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #closing = false;
  #halves = 2;

  /**
   * @param port The completion port.
   * @param handle A handle on it; the channel's from now on.
   * @param options How it reads and writes, and who is told.
   */
  constructor(
    port: CompletionPort,
    handle: PortHandle,
    options: ChannelOptions,
  ) {
    this.port = port;
    this.handle = handle;
    this.#consumer = options.consumer;
    this.reader = new ReadHalf(port, handle, { ...options, consumer: this });
    this.writer = this.#makeWriter(options);
    port.dependents.add(this);
  }

  /** True from `close` on. */
  get closing(): boolean {
    return this.#closing;
  }

  /**
   * Closes the handle when everything written is with the kernel or the
   * deadline has passed. What the kernel has, the peer can still read.
   *
   * @param deadline Milliseconds.
   */
  close(deadline: number): void {
    if (this.#closing) return;
    this.#closing = true;
    if (this.writer.idle || this.writer.ending) return this.destroy();
    this.#timer = setTimeout(() => this.destroy(), deadline);
  }

  /** Closes the handle now. */
  destroy(): void {
    this.#closing = true;
    clearTimeout(this.#timer);
    if (this.handle.closed) return;
    this.port.dependents.delete(this);
    this.port.closeHandle(this.handle);
    this.#consumer.onClosed();
    this.reader.dispose();
    this.writer.dispose();
  }

  #makeWriter({ io, messages }: ChannelOptions): WriteHalf {
    try {
      return new WriteHalf(this.port, this.handle, {
        io,
        messages,
        consumer: this,
      });
    } catch (error) {
      this.reader.dispose();
      throw error;
    }
  }

  /** Called by the read side. */
  onReadable(): void {
    this.#consumer.onReadable();
  }

  /** Called by the write side. */
  onWritten(): void {
    if (!this.#closing) this.#consumer.onWritten();
    else if (this.writer.ending) this.destroy();
  }

  /** Called by the write side. */
  onDrained(): void {
    if (this.#closing) this.destroy();
    else this.#consumer.onDrained();
  }

  /**
   * Called by the write side.
   *
   * @param code The Win32 code.
   */
  onWriteError(code: number): void {
    if (this.#closing) this.destroy();
    else this.#consumer.onWriteError(code);
  }

  /** Called by the read side. */
  onReadReleased(): void {
    this.#released();
  }

  /** Called by the write side. */
  onWriteReleased(): void {
    this.#released();
  }

  #released(): void {
    if (--this.#halves === 0) this.#consumer.onReleased();
  }
}
