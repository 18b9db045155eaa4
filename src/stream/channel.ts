/**
 * Both sides of a stream over one handle, and how it ends.
 *
 * @module
 */

import {
  ERROR_HANDLES_CLOSED,
  ERROR_OPERATION_ABORTED,
  ERROR_TIMEOUT,
} from "../ffi/constants.ts";
import type { CompletionPort } from "../proactor/port/completion_port.ts";
import type { PortHandle } from "../proactor/port/port_handle.ts";
import type { PortDependent } from "../proactor/port/port_life.ts";
import {
  type ChannelEnd,
  CloseTimer,
  type DeadlineOptions,
} from "./close_deadline.ts";
import { type ReadConsumer, ReadHalf, type ReadOptions } from "./read_half.ts";
import { WriteHalf } from "./write_half.ts";
import type { WriteConsumer } from "./write_options.ts";

/** How a channel reads and writes. */
export interface ChannelOptions extends ReadOptions, DeadlineOptions {
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
  /**
   * The handle is closed; its last packets may still be under way.
   *
   * @param end How it has ended, or `null` when Windows has all that was
   * written, or nobody has ever asked for it to be sent.
   */
  onClosed(end: ChannelEnd | null): void;
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
  /** Called when Windows has taken some of what was written. */
  onProgress: (() => void) | null = null;
  readonly #consumer: ChannelConsumer;
  readonly #io: ChannelOptions["io"];
  readonly #deadline: number | undefined;
  #timer: CloseTimer | undefined;
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
    this.#io = options.io;
    this.#deadline = options.deadline;
    this.reader = new ReadHalf(port, handle, { ...options, consumer: this });
    this.writer = this.#makeWriter(options);
    port.dependents.add(this);
  }

  /** True from `close` on. */
  get closing(): boolean {
    return this.#closing;
  }

  /**
   * Closes the handle when everything written is with the kernel, or nothing
   * has moved for too long. What the kernel has, the peer can still read.
   *
   * @param deadline Milliseconds, or `Infinity`; by default that of the channel.
   */
  close(deadline?: number): void {
    if (this.handle.closed) return;
    this.#closing = true;
    if (this.writer.idle || this.writer.ending) this.#close();
    else this.#startTimer(deadline);
  }

  /** Closes the handle now; what the kernel does not have is dropped. */
  abort(): void {
    this.#drop(ERROR_OPERATION_ABORTED);
  }

  /** The port closes. */
  destroy(): void {
    this.#drop(ERROR_HANDLES_CLOSED);
  }

  /** Something was sent past the write side. */
  progressed(): void {
    this.#timer?.progress();
    this.onProgress?.();
  }

  #startTimer(deadline: number | undefined): void {
    const expired = () => this.#drop(ERROR_TIMEOUT);
    this.#timer ??= new CloseTimer(this.#deadline, expired);
    this.#timer.start(deadline);
  }

  #drop(code: number): void {
    if (this.handle.closed) return;
    if (this.writer.taken) return this.#close();
    this.#io.dropOnClose?.();
    this.#close(code);
  }

  /** A peer that gets less than was written must not take it for the end. */
  #close(code = 0): void {
    const asked = this.#closing || code !== ERROR_OPERATION_ABORTED;
    this.#closing = true;
    this.#timer?.stop();
    const end = code === 0 || !asked ? null : {
      code,
      bytesDropped: this.writer.dropped + this.writer.buffered,
      deadline: this.#timer?.delay ?? 0,
    };
    this.port.dependents.delete(this);
    this.port.closeHandle(this.handle);
    this.#consumer.onClosed(end);
    this.reader.dispose();
    this.writer.dispose(code === 0 ? ERROR_OPERATION_ABORTED : code);
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
    this.progressed();
    if (!this.#closing) this.#consumer.onWritten();
    else if (this.writer.ending) this.#close();
  }

  /** Called by the write side. */
  onDrained(): void {
    this.onProgress?.();
    if (this.#closing) this.#close();
    else this.#consumer.onDrained();
  }

  /**
   * Called by the write side.
   *
   * @param code The Win32 code.
   */
  onWriteError(code: number): void {
    if (this.#closing) this.#close(code);
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
    if (--this.#halves > 0) return;
    this.onProgress = null; // it may refer to the connection
    this.#consumer.onReleased();
  }
}
